// Times on the reader's clock and on the clock of the show's place, always with weekday and date, so that "tomorrow"
// is never ambiguous.
import { languages } from "./translations.js";
import { language } from "./words.js";

const HOUR_MS = 3600000;
const NUMBERS = { hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
const primary = (tag) => tag.split("-")[0].toLowerCase();

// The page's language in the reader's variant, with the calendar of the schedule.
const locale = languages.find((tag) => primary(tag) === primary(language)) ?? language;
const calendar = primary(locale) === "th" ? undefined : "gregory";

const formats = new Map(); // creating a formatter is slow on phones
let cities = {};

export async function loadCities() {
  try {
    cities = (await import(`./cities-${primary(language)}.js`)).default;
  } catch {
    cities = {}; // fall back to the zone's name
  }
}

// The device's current time zone, which may change while the page is open.
export function ownZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function cityOf(zone) {
  return cities[zone] ?? zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

// Reads a wall time as UTC, which has no gaps. That keeps it correct in browsers with old time zone data.
export function wallMs(wall) {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}Z`) : NaN;
}

function format(ms, options, timeZone) {
  const key = `${timeZone} ${Object.entries(options)}`;
  let formatter = formats.get(key);
  if (!formatter) formats.set(key, (formatter = new Intl.DateTimeFormat(locale, { calendar, timeZone, ...options })));
  return formatter.format(ms);
}

const yearIn = (ms, timeZone) => new Date(wallIn(ms, timeZone)).getUTCFullYear();

// "Friday 4 December", with the year if it isn't this one.
export function dayText(ms, nowMs, timeZone) {
  const year = yearIn(ms, timeZone) === yearIn(nowMs, timeZone) ? {} : { year: "numeric" };
  return format(ms, { weekday: "long", day: "numeric", month: "long", ...year }, timeZone);
}

// Short, with the time: "Fri 4 Dec 20:00".
export function shortText(ms, nowMs, timeZone) {
  const year = yearIn(ms, timeZone) === yearIn(nowMs, timeZone) ? {} : { year: "numeric" };
  return `${format(ms, { weekday: "short", day: "numeric", month: "short", ...year }, timeZone)} ${timeText(ms, timeZone)}`;
}

// Only the time if it's today, else with the day.
export function momentText(ms, nowMs, timeZone) {
  const day = (one) => Math.floor(wallIn(one, timeZone) / (24 * HOUR_MS));
  return day(ms) === day(nowMs) ? timeText(ms, timeZone) : shortText(ms, nowMs, timeZone);
}

export function timeText(ms, timeZone) {
  return format(ms, { timeStyle: "short" }, timeZone);
}

// The wall time in a zone as a number, for comparison.
export function wallIn(ms, timeZone) {
  let format = formats.get(timeZone);
  if (!format) formats.set(timeZone, (format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { timeZone, ...NUMBERS })));
  const parts = format.formatToParts(ms);
  const of = (type) => Number(parts.find((part) => part.type === type).value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
}

// "3 days" and "04:05:09"; days is "" below one day.
export function untilText(leftMs) {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const days = Math.floor(seconds / 86400);
  const two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false });
  const rest = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => two.format(part)).join(":");
  return { days: days ? new Intl.NumberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long" }).format(days) : "", clock: rest };
}

export const isSoon = (leftMs) => leftMs < HOUR_MS;
export const isOver = (date, nowMs) => date.end_ms <= nowMs;

// A valid date from the board, else null.
export function readDate(value) {
  const whole = Number.isInteger(value?.start_ms) && Number.isInteger(value?.end_ms) && typeof value.id === "string";
  if (!whole || Math.abs(value.end_ms) > 8.64e15 || value.start_ms >= value.end_ms) return null;
  return value;
}
