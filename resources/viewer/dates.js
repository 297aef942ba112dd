// Upcoming shows: the next one in place of the video, the others in a list. Visitors can set reminders.
import { Next, Row, newOf } from "./date-cards.js";
import { make, setHidden, setText } from "./dom.js";
import { saveCalendar } from "./calendar-file.js";
import { marketName } from "./market.js";
import { number } from "./formats.js";
import { pick, textOf } from "./translations.js";
import { isOver, isSoon, loadCities, ownZone, readDate } from "./local-time.js";
import { word } from "./words.js";

const REMIND_MINUTES = 15;
const FILE_WITHIN_MS = 4000;
const LISTED_ON_AIR = 1; // next to a running show
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
  #dueMs = 0; // when readers of this language get the reminder; 0 = as soon as it arrives
  #isTold = false;
  room;
  reminders;
  notifications;

  constructor(shop, { reminders, notifications, next, list }) {
    Object.assign(this, { room: shop.room, reminders, notifications });
    this.#shop = shop;
    this.#next = new Next(this, next);
    this.#list = list;
    this.#all = make("button", { type: "button", class: "second all", on: { click: () => this.#showAll() } }, word("all"));
    list.append(make("h2", {}, word("next_shows")), this.#items, this.#all);
    reminders.addEventListener("change", () => this.refresh());
    this.room.addEventListener("count", () => this.refresh());
    new MutationObserver(() => this.refresh()).observe(document.body, { attributeFilter: ["data-state"] });
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh()); // the clock may have changed meanwhile
    setInterval(() => this.#tick(), 1000);
  }

  get listed() {
    return this.#rows.size > 0;
  }

  // --- visitor actions

  toggleReminder(date) {
    this.reminders.toggle(date.id);
    const wants = this.reminders.wants(date.id);
    this.#shop.announce(`${word(wants ? "reminder_set" : "reminder_removed")}: ${textOf(date.title)}`);
  }

  async toggleNotifications() {
    const on = await this.notifications.toggle();
    this.#shop.announce(word(on ? "notify_on" : this.notifications.denied ? "notify_denied" : "notify"));
    this.refresh();
  }

  // Opens the host's calendar file in the reader's language, or creates one when it isn't available.
  async addToCalendar(date) {
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

  // --- room updates

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
    last?.nextElementSibling?.querySelector("button")?.focus(); // keep the reading position
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

  // Tells the rest of the page whether there is a next show, and whether it starts soon.
  #say(next, nowMs) {
    const coming = !next ? "" : isSoon(next.start_ms - nowMs) ? "soon" : "later";
    if ((document.body.dataset.coming ?? "") === coming) return;
    if (coming) document.body.dataset.coming = coming;
    else delete document.body.dataset.coming;
    document.dispatchEvent(new Event("coming"));
  }

  // Some languages have a reminder time of their own, outside quiet hours.
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
    if (this.reminders.wants(date.id)) this.notifications.show(reminder, nowMs, { title, text, lang: tag, dir: document.documentElement.dir });
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
