// Events that the room hasn't acknowledged. They outlive the page: they are sent again on leaving and kept in the tab's
// storage for the next page. Page and number identify an event, so it counts once.
import { recallHere, rememberHere } from "./storage.js";

const MOST_EVENTS = 200;
const MOST_PAGES = 8;
const AGAIN_MS = 10000;

export class Outbox {
  #stream;
  #token;
  #page = crypto.getRandomValues(new Uint32Array(3)).join("-");
  #before; // from earlier pages of this tab: [{ page, events }]
  #timer = 0;
  events = [];

  constructor(stream, token) {
    this.#stream = stream;
    this.#token = token;
    const kept = recallHere(this.#name);
    this.#before = (Array.isArray(kept) ? kept : []).filter((one) => typeof one?.page === "string" && Array.isArray(one.events)).slice(-MOST_PAGES);
  }

  get page() {
    return this.#page;
  }

  get #name() {
    return `unsent.${this.#stream}`;
  }

  add(event) {
    // Drop impressions first when the queue is full.
    if (this.events.length >= MOST_EVENTS) this.events.splice(Math.max(0, this.events.findIndex((one) => one.kind === "seen")), 1);
    this.events.push(event);
    this.#keep();
  }

  acknowledged(number) {
    this.events = this.events.filter((event) => event.n > number);
    this.#keep();
  }

  // The room doesn't understand these events: sending them again would never end.
  forget() {
    this.events = [];
    this.#keep();
  }

  // Sends on leaving, with a beacon. There is no reply, so the events stay stored.
  leave() {
    if (!this.events.length || !this.#token()) return;
    navigator.sendBeacon(this.#address, new Blob([this.#report(this.#page, this.events)], { type: "application/json" }));
  }

  // Sends events of earlier pages, once the room knows this visitor.
  async deliver() {
    clearTimeout(this.#timer);
    for (const one of [...this.#before]) {
      if (await this.#post(one)) this.#before = this.#before.filter((other) => other !== one);
    }
    this.#keep();
    if (this.#before.length) this.#timer = setTimeout(() => this.deliver(), AGAIN_MS);
  }

  get #address() {
    return `/room/${encodeURIComponent(this.#stream)}/events`;
  }

  #report(page, events) {
    return JSON.stringify({ t: "events", token: this.#token(), page, events: events.map(({ n, kind, product, count }) => ({ n, kind, product, count })) });
  }

  // True if the room accepted or permanently refused the events.
  async #post({ page, events }) {
    try {
      const response = await fetch(this.#address, { method: "POST", headers: { "Content-Type": "application/json" }, body: this.#report(page, events) });
      return response.ok || [400, 404, 413, 415].includes(response.status);
    } catch {
      return false;
    }
  }

  #keep() {
    const all = [...this.#before, ...(this.events.length ? [{ page: this.#page, events: this.events }] : [])];
    rememberHere(this.#name, all.length ? all.slice(-MOST_PAGES) : null);
  }
}
