// What a visitor did and the room has no ack for yet. It outlives the page: said once more while the page is left, and kept in the tab's own
// storage, from where the next page says it again. Each event is known by its page and number, so it counts once whichever way it comes.
import { recallHere, rememberHere } from "./memory.js";

const MOST_EVENTS = 200;
const MOST_PAGES = 8;
const AGAIN_MS = 10000;

export class Unsent {
  #stream;
  #token;
  #page = crypto.getRandomValues(new Uint32Array(3)).join("-");
  #before; // of pages that were here before: [{ page, events }]
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
    // Views are the first to go where too much waits.
    if (this.events.length >= MOST_EVENTS) this.events.splice(Math.max(0, this.events.findIndex((one) => one.kind === "seen")), 1);
    this.events.push(event);
    this.#keep();
  }

  acknowledged(number) {
    this.events = this.events.filter((event) => event.n > number);
    this.#keep();
  }

  // What waits is what the room does not understand: saying it again would never end.
  forget() {
    this.events = [];
    this.#keep();
  }

  // The page is left: said in a way that outlives it. Whether it arrives nobody tells us, so it stays kept.
  leave() {
    if (!this.events.length || !this.#token()) return;
    navigator.sendBeacon(this.#address, new Blob([this.#report(this.#page, this.events)], { type: "application/json" }));
  }

  // The room knows this visitor: it is told what earlier pages of this tab could not say.
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

  // Whether this is settled: taken, or refused for good.
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
