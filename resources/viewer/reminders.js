// The visitor's reminders. This browser stores them and keeps the room in step, also after either side restarts.
import { recallList, remember } from "./storage.js";

const AGAIN_MS = 20000;
const MOST_KEPT = 200;

export class Reminders extends EventTarget {
  #room;
  #name;
  #wanted;
  #asked = new Set(); // dates with a pending answer
  #refused = new Map(); // date → why

  constructor(room, stream) {
    super();
    this.#room = room;
    this.#name = `reserved.${stream}`;
    this.#wanted = new Set(recallList(this.#name));
    room.addEventListener("welcome", () => {
      this.#asked.clear();
      this.#agree();
    });
    room.addEventListener("change", () => this.#agree());
    room.addEventListener("reserved", (event) => this.#answered(event.detail));
    addEventListener("storage", (event) => event.key === `tradewind.${this.#name}` && this.#otherTab());
  }

  wants(date) {
    return this.#wanted.has(date);
  }

  // Why the reminder wasn't set; "" if nothing prevents it, "later" while it is retried automatically.
  why(date) {
    return this.#refused.get(date) ?? "";
  }

  isSettled(date) {
    return this.#wanted.has(date) === this.#room.reserved.has(date);
  }

  toggle(date) {
    const wants = !this.#wanted.delete(date);
    if (wants) this.#wanted.add(date);
    this.#refused.delete(date);
    this.#keep();
    this.#agree();
    this.dispatchEvent(new Event("change"));
  }

  #keep() {
    remember(this.#name, JSON.stringify([...this.#wanted].slice(-MOST_KEPT)));
  }

  #otherTab() {
    this.#wanted = new Set(recallList(this.#name));
    this.#agree();
    this.dispatchEvent(new Event("change"));
  }

  #agree() {
    const dates = this.#room.value("schedule");
    if (this.#room.state !== "open" || !Array.isArray(dates)) return;
    for (const date of dates) {
      if (this.isSettled(date) || this.#asked.has(date) || this.#refused.has(date) || !this.#room.value(`date/${date}`)) continue;
      this.#asked.add(date);
      this.#room.reserve(date, this.#wanted.has(date));
    }
  }

  #answered({ date, on, why }) {
    this.#asked.delete(date);
    if (this.#wanted.has(date) && !on && why) {
      this.#refused.set(date, why);
      if (why === "later") setTimeout(() => this.#refused.delete(date) && this.#agree(), AGAIN_MS * (0.75 + Math.random() / 2));
      else if (this.#wanted.delete(date)) this.#keep();
    }
    this.#agree(); // the visitor may have changed it meanwhile
    this.dispatchEvent(new Event("change"));
  }
}
