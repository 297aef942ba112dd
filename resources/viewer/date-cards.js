// The parts of an upcoming show: time, news, reminder and calendar buttons.
import { icon, make, setHidden, setText } from "./dom.js";
import { number } from "./formats.js";
import { setTranslation, textOf } from "./translations.js";
import { cityOf, dayText, ownZone, shortText, timeText, untilText, wallIn, wallMs } from "./local-time.js";
import { word } from "./words.js";

// The time on the reader's clock, and on the clock of the show's place if it differs.
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

// What's new, and the host's reminder.
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
    if (text) setTranslation(this.#text, reminder.texts, { mark: "after" });
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
  setTranslation(span, words, { mark: "after" });
  return span;
}

export function newOf(date) {
  const labels = { product: word("new_product"), offer: word("new_offer"), guest: word("new_guest") };
  return Object.entries(labels).flatMap(([name, label]) => (textOf(date.new?.[name]) ? [{ label, words: date.new[name] }] : []));
}

// Buttons for reminder, calendar and notifications, and how many people set a reminder.
class ReminderActions {
  #dates;
  #date = null;
  #remind;
  #remindText = make("span", {}, word("remind_me"));
  #calendar;
  #notify;
  #notifyText = make("span", {}, word("notify"));
  #note = make("p", { class: "note" }, word("notify_note"));
  #waiting = make("span", { class: "waiting" });
  #why = make("p", { class: "why", role: "status" });
  element;

  constructor(dates, { small }) {
    this.#dates = dates;
    const kind = small ? "second" : "buy";
    this.#remind = make("button", { type: "button", class: `${kind} remind`, on: { click: () => dates.toggleReminder(this.#date) } }, icon("plus"), icon("check"), this.#remindText);
    this.#calendar = make("button", { type: "button", class: "second calendar", on: { click: () => dates.addToCalendar(this.#date) } }, icon("calendar"), make("span", {}, word("to_calendar")));
    this.#notify = make("button", { type: "button", class: "second notify", "aria-pressed": "false", on: { click: () => dates.toggleNotifications() } }, icon("bell"), this.#notifyText);
    this.element = make("div", { class: "reminders" }, make("div", { class: "choices" }, this.#remind, this.#calendar, small ? null : this.#notify), this.#waiting, this.#note, this.#why);
  }

  update(date) {
    const { reminders, room, notifications } = this.#dates;
    const [wants, why, waiting] = [reminders.wants(date.id), reminders.why(date.id), room.waiting[date.id] ?? 0];
    const title = textOf(date.title);
    this.#date = date;
    this.#remind.setAttribute("aria-pressed", String(wants));
    setText(this.#remindText, word(wants ? "reminder_set" : "remind_me"));
    this.#remind.setAttribute("aria-label", `${word(wants ? "reminder_set" : "remind_me")}: ${title}`);
    this.#calendar.setAttribute("aria-label", `${word("to_calendar")}: ${title}`);
    setHidden(this.#waiting, !Number.isInteger(waiting) || waiting < 1);
    setText(this.#waiting, word(waiting === 1 ? "one_reminder" : "reminders", { n: number(waiting) }));
    setHidden(this.#notify, !wants || !notifications.possible || notifications.denied);
    this.#notify.setAttribute("aria-pressed", String(notifications.on));
    setText(this.#notifyText, word(notifications.on ? "notify_on" : "notify"));
    setHidden(this.#note, this.#notify.hidden || !notifications.on);
    setHidden(this.#why, !why);
    if (why) setText(this.#why, word(why === "later" ? "reminder_later" : why === "full" ? "reminder_full" : "reminder_unknown"));
  }
}

// The next show, in place of the video.
export class Next {
  #title = make("h2", { id: "next-title" });
  #when = new When();
  #days = make("span", { class: "days", dir: "auto" });
  #clock = make("span", { class: "clock", dir: "ltr" });
  #left = make("p", { class: "left", role: "timer" });
  #leftWord = make("small");
  #news = new News();
  #actions;
  #date = null;

  constructor(dates, element) {
    this.element = element;
    this.#actions = new ReminderActions(dates, { small: false });
    this.#left.append(this.#leftWord, this.#days, this.#clock);
    element.setAttribute("aria-labelledby", "next-title");
    element.append(make("p", { class: "label" }, word("next_show")), this.#title, this.#when.element, this.#left, this.#news.element, this.#actions.element);
  }

  update(date, reminder, nowMs) {
    this.#date = date;
    setHidden(this.element, !date);
    if (!date) return;
    setTranslation(this.#title, date.title);
    this.#when.update(date, nowMs);
    this.#news.update(date, reminder);
    this.#actions.update(date);
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

// A later show.
export class Row {
  #title = make("h3", { class: "name" });
  #for = make("p", { class: "for", dir: "auto" });
  #when = new When();
  #news = new News();
  #actions;
  element;

  constructor(dates) {
    this.#actions = new ReminderActions(dates, { small: true });
    this.element = make("li", { class: "date" }, this.#title, this.#when.element, this.#for, this.#news.element, this.#actions.element);
  }

  update(date, reminder, nowMs, others) {
    setTranslation(this.#title, date.title);
    this.#when.update(date, nowMs);
    this.#news.update(date, reminder);
    this.#actions.update(date);
    setHidden(this.#for, !others);
    setText(this.#for, others ? word("for_markets", { markets: others }) : "");
  }
}
