// Shows to come: the next one where the picture will be, the others in a list, each with what is new and a place to reserve.
import { Next, Row, newOf } from "./date-parts.js";
import { make, setHidden, setText } from "./dom.js";
import { saveCalendar } from "./ics.js";
import { marketName } from "./market.js";
import { number } from "./money.js";
import { pick, textOf } from "./said.js";
import { isOver, isSoon, loadCities, ownZone, readDate } from "./when.js";
import { word } from "./words.js";

const REMIND_MINUTES = 15;
const FILE_WITHIN_MS = 4000;
const LISTED_ON_AIR = 1; // beside a running show the next one is enough
const LISTED = 3;
const ON_AIR = new Set(["playing", "stalled"]);

export class Dates {
  #shop;
  #next;
  #list;
  #rows = new Map();
  #items = make("ul");
  #all;
  #showsAll = false;
  #coming = [];
  #reminded = "";
  #dueMs = 0; // when the reminder is told to readers of this language, 0 = it is told when it comes
  #isTold = false;
  room;
  reservations;
  knocker;

  constructor(shop, { reservations, knocker, next, list }) {
    Object.assign(this, { room: shop.room, reservations, knocker });
    this.#shop = shop;
    this.#next = new Next(this, next);
    this.#list = list;
    this.#all = make("button", { type: "button", class: "second all", on: { click: () => this.#showAll() } }, word("all"));
    list.append(make("h2", {}, word("next_shows")), this.#items, this.#all);
    reservations.addEventListener("change", () => this.refresh());
    this.room.addEventListener("count", () => this.refresh());
    new MutationObserver(() => this.refresh()).observe(document.body, { attributeFilter: ["data-state"] });
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh()); // clocks may have moved meanwhile
    setInterval(() => this.#tick(), 1000);
  }

  get listed() {
    return this.#rows.size > 0;
  }

  // --- what the visitor does

  reserve(date) {
    this.reservations.toggle(date.id);
    const wants = this.reservations.wants(date.id);
    this.#shop.announce(`${word(wants ? "reserved" : "unreserved")}: ${textOf(date.title)}`);
  }

  async askToKnock() {
    const on = await this.knocker.toggle();
    this.#shop.announce(word(on ? "knock_on" : this.knocker.denied ? "knock_denied" : "knock"));
    this.refresh();
  }

  // The host's own calendar file in the reader's language; where there is none, or it cannot be had, one of our own.
  async keep(date) {
    const id = pick(date.calendar).text;
    const address = /^[0-9a-f]{32}$/.test(id) ? `/room/${encodeURIComponent(this.#shop.stream)}/calendars/${id}` : "";
    if (address && (await isThere(address))) {
      location.assign(address);
      return;
    }
    const notes = newOf(date).map(({ label, words }) => `${label} ${textOf(words)}`);
    const where = location.origin + location.pathname;
    const times = { nowMs: this.room.now(), startMs: date.start_ms, endMs: date.end_ms, remindMinutes: REMIND_MINUTES };
    saveCalendar({ id: date.id, title: textOf(date.title) || this.#shop.stream, notes, address: where, ...times });
  }

  // --- what the room says

  refresh() {
    const nowMs = this.room.now();
    const ids = this.room.value("schedule");
    const dates = (Array.isArray(ids) ? ids : []).map((id) => readDate(this.room.value(`date/${id}`))).filter(Boolean);
    this.#coming = dates.filter((date) => !isOver(date, nowMs)).sort((one, other) => one.start_ms - other.start_ms);
    if (this.#coming.length && !this.#citiesAsked) this.#askCities();
    const onAir = ON_AIR.has(document.body.dataset.state);
    const next = onAir ? null : (this.#coming.find((date) => this.#isOurs(date)) ?? this.#coming[0] ?? null);
    const reminder = this.#due(nowMs);
    this.#next.update(next, reminder, nowMs);
    this.#showList(this.#coming.filter((date) => date !== next), reminder, nowMs, onAir);
    this.#say(next, nowMs);
    this.#remind(reminder, nowMs);
    this.#shop.fit();
  }

  #citiesAsked = false;

  async #askCities() {
    this.#citiesAsked = true;
    await loadCities();
    this.refresh();
  }

  #isOurs(date) {
    return !Array.isArray(date.markets) || !date.markets.length || !this.#shop.market || date.markets.includes(this.#shop.market);
  }

  #others(date) {
    if (this.#isOurs(date)) return "";
    return this.#shop.markets.filter((market) => date.markets.includes(market.id)).map(marketName).join(" · ");
  }

  #showAll() {
    this.#showsAll = true;
    const [last] = [...this.#items.children].slice(-1);
    this.refresh();
    last?.nextElementSibling?.querySelector("button")?.focus(); // where reading goes on
  }

  #showList(coming, reminder, nowMs, onAir) {
    const dates = this.#showsAll ? coming : coming.slice(0, onAir ? LISTED_ON_AIR : LISTED);
    for (const [id, row] of this.#rows) {
      if (dates.some((date) => date.id === id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    dates.forEach((date, place) => {
      let row = this.#rows.get(date.id);
      if (!row) this.#rows.set(date.id, (row = new Row(this)));
      if (this.#items.children[place] !== row.element) this.#items.insertBefore(row.element, this.#items.children[place] ?? null);
      row.update(date, reminder, nowMs, this.#others(date));
    });
    setHidden(this.#list, !dates.length);
    setHidden(this.#all, dates.length === coming.length);
    setText(this.#all, `${word("all")} ${number(coming.length)}`);
  }

  // What the rest of the page has to know: whether there is a next show, and whether it is near.
  #say(next, nowMs) {
    const coming = !next ? "" : isSoon(next.start_ms - nowMs) ? "soon" : "later";
    if ((document.body.dataset.coming ?? "") === coming) return;
    if (coming) document.body.dataset.coming = coming;
    else delete document.body.dataset.coming;
    document.dispatchEvent(new Event("coming"));
  }

  // Nobody is woken: people of some languages are told at an hour of their own, and one that is past does not knock later.
  #due(nowMs) {
    const reminder = this.room.value("reminder");
    const minutes = reminder?.before?.[pick(reminder.texts).tag];
    const date = this.#coming.find((one) => one.id === reminder?.date);
    this.#dueMs = Number.isFinite(minutes) && date ? date.start_ms - minutes * 60000 : 0;
    if (!this.#dueMs) return reminder;
    this.#isTold = nowMs >= this.#dueMs;
    return this.#isTold ? { ...reminder, at_ms: this.#dueMs } : null;
  }

  #remind(reminder, nowMs) {
    const date = this.#coming.find((one) => one.id === reminder?.date);
    if (!date || typeof reminder.id !== "string" || !textOf(reminder.texts)) return;
    const { text, tag } = pick(reminder.texts);
    const title = textOf(date.title);
    if (this.#reminded !== reminder.id) {
      this.#reminded = reminder.id;
      this.#shop.announce(`${word("reminder")}: ${title}. ${text}`);
    }
    if (this.reservations.wants(date.id)) this.knocker.knock(reminder, nowMs, { title, text, lang: tag, dir: document.documentElement.dir });
  }

  #tick() {
    const nowMs = this.room.now();
    this.#next.tick(nowMs);
    const [first] = this.#coming;
    const near = this.#coming.some((date) => isOver(date, nowMs)) || (first && document.body.dataset.coming === "later" && isSoon(first.start_ms - nowMs));
    if (near || (this.#dueMs && !this.#isTold && nowMs >= this.#dueMs) || ownZone() !== this.#zone) {
      this.#zone = ownZone();
      this.refresh();
    }
  }

  #zone = ownZone();
}

async function isThere(address) {
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(FILE_WITHIN_MS) })).ok;
  } catch {
    return false;
  }
}
