// The parts of a show to come: when it is, what is new, what the visitor can do about it.
import { icon, make, setHidden, setText } from "./dom.js";
import { number } from "./money.js";
import { say, textOf } from "./said.js";
import { cityOf, dayText, ownZone, shortText, timeText, untilText, wallIn, wallMs } from "./when.js";
import { word } from "./words.js";

// When it is: on the reader's clock, and on the clock of the show's place where that one shows something else.
class When {
  #time = make("time", { class: "own", dir: "auto" });
  #day = make("span", { class: "day" });
  #hour = make("strong", { class: "hour" });
  #zone = make("small", { class: "zone", dir: "auto" });
  #there = make("p", { class: "there" });
  #thereWhen = make("bdi");
  #thereZone = make("small", { class: "zone", dir: "auto" });
  element = make("div", { class: "when" }, this.#time, this.#zone, this.#there);

  constructor() {
    this.#time.append(this.#day, " ", this.#hour);
    this.#there.append(this.#thereWhen, " ", this.#thereZone);
  }

  update(date, nowMs) {
    const own = ownZone();
    this.#time.dateTime = new Date(date.start_ms).toISOString();
    setText(this.#day, dayText(date.start_ms, nowMs, own));
    setText(this.#hour, timeText(date.start_ms, own));
    setText(this.#zone, word("your_clock", { city: cityOf(own) }));
    const wall = wallMs(date.wall);
    const other = !Number.isNaN(wall) && wall !== wallIn(date.start_ms, own);
    setHidden(this.#there, !other);
    if (!other) return;
    setText(this.#thereWhen, shortText(wall, nowMs, "UTC"));
    setText(this.#thereZone, word("show_clock", { city: cityOf(date.zone ?? "") }));
  }
}

// What is new this time, and what the host has reminded of.
class News {
  #made = "";
  #list = make("ul", { class: "news" });
  #reminder = make("p", { class: "reminder" });
  #text = make("span");
  element = make("div", { class: "told" }, this.#reminder, this.#list);

  constructor() {
    this.#reminder.append(icon("bell"), make("span", { class: "unseen" }, word("reminder")), this.#text);
  }

  update(date, reminder) {
    const text = reminder?.date === date.id ? textOf(reminder.texts) : "";
    setHidden(this.#reminder, !text);
    if (text) say(this.#text, reminder.texts, { mark: "after" });
    const lines = newOf(date);
    const made = JSON.stringify(lines);
    if (made === this.#made) return;
    this.#made = made;
    this.#list.replaceChildren(...lines.map(({ label, words }) => make("li", {}, make("strong", {}, label), " ", told(words))));
    setHidden(this.#list, !lines.length);
  }
}

function told(words) {
  const span = make("span");
  say(span, words, { mark: "after" });
  return span;
}

export function newOf(date) {
  const labels = { product: word("new_product"), offer: word("new_offer"), guest: word("new_guest") };
  return Object.entries(labels).flatMap(([name, label]) => (textOf(date.new?.[name]) ? [{ label, words: date.new[name] }] : []));
}

// Reserve, take it into one's own calendar, be told; and how many others wait.
class Places {
  #dates;
  #date = null;
  #reserve;
  #reserveText = make("span", {}, word("reserve"));
  #calendar;
  #knock;
  #knockText = make("span", {}, word("knock"));
  #note = make("p", { class: "note" }, word("knock_note"));
  #waiting = make("span", { class: "waiting" });
  #why = make("p", { class: "why", role: "status" });
  element;

  constructor(dates, { small }) {
    this.#dates = dates;
    const kind = small ? "second" : "buy";
    this.#reserve = make("button", { type: "button", class: `${kind} reserve`, on: { click: () => dates.reserve(this.#date) } }, icon("plus"), icon("check"), this.#reserveText);
    this.#calendar = make("button", { type: "button", class: "second calendar", on: { click: () => dates.keep(this.#date) } }, icon("calendar"), make("span", {}, word("to_calendar")));
    this.#knock = make("button", { type: "button", class: "second knock", "aria-pressed": "false", on: { click: () => dates.askToKnock() } }, icon("bell"), this.#knockText);
    this.element = make("div", { class: "places" }, make("div", { class: "choices" }, this.#reserve, this.#calendar, small ? null : this.#knock), this.#waiting, this.#note, this.#why);
  }

  update(date) {
    const { reservations, room, knocker } = this.#dates;
    const [wants, why, waiting] = [reservations.wants(date.id), reservations.why(date.id), room.waiting[date.id] ?? 0];
    const title = textOf(date.title);
    this.#date = date;
    this.#reserve.setAttribute("aria-pressed", String(wants));
    setText(this.#reserveText, word(wants ? "reserved" : "reserve"));
    this.#reserve.setAttribute("aria-label", `${word(wants ? "reserved" : "reserve")}: ${title}`);
    this.#calendar.setAttribute("aria-label", `${word("to_calendar")}: ${title}`);
    setHidden(this.#waiting, !Number.isInteger(waiting) || waiting < 1);
    setText(this.#waiting, word("people_wait", { n: number(waiting) }));
    setHidden(this.#knock, !wants || !knocker.possible || knocker.denied);
    this.#knock.setAttribute("aria-pressed", String(knocker.on));
    setText(this.#knockText, word(knocker.on ? "knock_on" : "knock"));
    setHidden(this.#note, this.#knock.hidden || !knocker.on);
    setHidden(this.#why, !why);
    if (why) setText(this.#why, word(why === "later" ? "reserve_later" : why === "full" ? "reserve_full" : "reserve_unknown"));
  }
}

// The next show, as large as the picture that will stand here.
export class Next {
  #title = make("h2", { id: "next-title" });
  #when = new When();
  #days = make("span", { class: "days", dir: "auto" });
  #clock = make("span", { class: "clock", dir: "ltr" });
  #left = make("p", { class: "left", role: "timer" });
  #leftWord = make("small");
  #news = new News();
  #places;
  #date = null;

  constructor(dates, element) {
    this.element = element;
    this.#places = new Places(dates, { small: false });
    this.#left.append(this.#leftWord, this.#days, this.#clock);
    element.setAttribute("aria-labelledby", "next-title");
    element.append(make("p", { class: "label" }, word("next_show")), this.#title, this.#when.element, this.#left, this.#news.element, this.#places.element);
  }

  update(date, reminder, nowMs) {
    this.#date = date;
    setHidden(this.element, !date);
    if (!date) return;
    say(this.#title, date.title);
    this.#when.update(date, nowMs);
    this.#news.update(date, reminder);
    this.#places.update(date);
    this.tick(nowMs);
  }

  tick(nowMs) {
    if (!this.#date) return;
    const leftMs = this.#date.start_ms - nowMs;
    const { days, clock } = untilText(leftMs);
    setText(this.#leftWord, word(leftMs > 0 ? "starts_in" : "starts_now"));
    setHidden(this.#days, leftMs <= 0 || !days);
    setHidden(this.#clock, leftMs <= 0);
    setText(this.#days, days);
    setText(this.#clock, clock);
  }
}

// One of those that come later.
export class Row {
  #title = make("h3", { class: "name" });
  #for = make("p", { class: "for", dir: "auto" });
  #when = new When();
  #news = new News();
  #places;
  element;

  constructor(dates) {
    this.#places = new Places(dates, { small: true });
    this.element = make("li", { class: "date" }, this.#title, this.#when.element, this.#for, this.#news.element, this.#places.element);
  }

  update(date, reminder, nowMs, others) {
    say(this.#title, date.title);
    this.#when.update(date, nowMs);
    this.#news.update(date, reminder);
    this.#places.update(date);
    setHidden(this.#for, !others);
    setText(this.#for, others ? word("for_markets", { markets: others }) : "");
  }
}
