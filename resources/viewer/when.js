// Moments as the reader's own clock shows them, and as the clocks of the show's place do: always with weekday and date, so that nobody
// has to reckon whether it is tomorrow there.
import { languages } from "./said.js";
import { language } from "./words.js";

const HOUR_MS = 3600000;
const NUMBERS = { hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
const primary = (tag) => tag.split("-")[0].toLowerCase();

// In the language in which the page speaks, in the reader's own kind of it; by the calendar that the whole plan is made in.
const locale = languages.find((tag) => primary(tag) === primary(language)) ?? language;
const calendar = primary(locale) === "th" ? undefined : "gregory";

const formats = new Map(); // making one takes a phone longer than using it
let cities = {};

export async function loadCities() {
  try {
    cities = (await import(`./cities-${primary(language)}.js`)).default;
  } catch {
    cities = {}; // the zone's own name says it too
  }
}

// The zone that this device is in, now: people travel while a page is open.
export function ownZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function cityOf(zone) {
  return cities[zone] ?? zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

// A wall time of a place as if it were one in UTC, which has no gaps: only then does a browser with older clock rules say what is meant.
export function wallMs(wall) {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}Z`) : NaN;
}

function say(ms, options, timeZone) {
  const key = `${timeZone} ${Object.entries(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(locale, { calendar, timeZone, ...options })));
  return format.format(ms);
}

const yearIn = (ms, timeZone) => new Date(wallIn(ms, timeZone)).getUTCFullYear();

// "Friday 4 December", with the year where it is not this one.
export function dayText(ms, nowMs, timeZone) {
  const year = yearIn(ms, timeZone) === yearIn(nowMs, timeZone) ? {} : { year: "numeric" };
  return say(ms, { weekday: "long", day: "numeric", month: "long", ...year }, timeZone);
}

// The same with its hour, in short: "Fri 4 Dec 20:00".
export function shortText(ms, nowMs, timeZone) {
  const year = yearIn(ms, timeZone) === yearIn(nowMs, timeZone) ? {} : { year: "numeric" };
  return `${say(ms, { weekday: "short", day: "numeric", month: "short", ...year }, timeZone)} ${timeText(ms, timeZone)}`;
}

// The hour alone where it is today's, else with its day.
export function momentText(ms, nowMs, timeZone) {
  const day = (one) => Math.floor(wallIn(one, timeZone) / (24 * HOUR_MS));
  return day(ms) === day(nowMs) ? timeText(ms, timeZone) : shortText(ms, nowMs, timeZone);
}

export function timeText(ms, timeZone) {
  return say(ms, { timeStyle: "short" }, timeZone);
}

// The date and time that a place's clocks show, as one number to compare.
export function wallIn(ms, timeZone) {
  let format = formats.get(timeZone);
  if (!format) formats.set(timeZone, (format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { timeZone, ...NUMBERS })));
  const parts = format.formatToParts(ms);
  const of = (type) => Number(parts.find((part) => part.type === type).value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
}

// "3 days" and "04:05:09" until a moment; the days are "" when there are none.
export function untilText(leftMs) {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const days = Math.floor(seconds / 86400);
  const two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false });
  const rest = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => two.format(part)).join(":");
  return { days: days ? new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long" }).format(days) : "", clock: rest };
}

export const isSoon = (leftMs) => leftMs < HOUR_MS;
export const isOver = (date, nowMs) => date.end_ms <= nowMs;

// A date as the board has it, or null for what is none.
export function readDate(value) {
  const whole = Number.isInteger(value?.start_ms) && Number.isInteger(value?.end_ms) && typeof value.id === "string";
  if (!whole || Math.abs(value.end_ms) > 8.64e15 || value.start_ms >= value.end_ms) return null;
  return value;
}
