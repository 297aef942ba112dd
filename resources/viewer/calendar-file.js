// Creates a calendar file for one date, in UTC, when the host provides none (RFC 5545).

const escaped = (text) => text.replace(/[\\;,]/g, "\\$&").replace(/\r\n|\r|\n/g, "\\n");
const stamp = (ms) => `${new Date(ms).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;

// Folds a line into lines of at most 75 bytes, between characters.
function folded(line) {
  const lines = [];
  let current = "";
  let bytes = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (bytes + size > 75) {
      lines.push(current);
      current = " ";
      bytes = 1;
    }
    current += character;
    bytes += size;
  }
  return [...lines, current].join("\r\n");
}

// The UID that the host's file has for the same date, so that calendars show it once.
function uidOf(id) {
  const [airing, wall] = [id.slice(0, id.lastIndexOf("@")), id.slice(id.lastIndexOf("@") + 1)];
  return `${/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) && airing ? `${airing}-${wall.replace(/[-:]/g, "")}` : id}@tradewind`;
}

// A later file replaces an earlier one. Counts seconds from the same moment as the host's files.
const FIRST_SEQUENCE_MS = Date.UTC(2026, 0, 1);
const sequence = (ms) => Math.max(0, Math.floor((ms - FIRST_SEQUENCE_MS) / 1000));

export function calendarText({ id, nowMs, startMs, endMs, title, notes, address, remindMinutes }) {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Tradewind//Viewer page//EN",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:${escaped(uidOf(id))}`,
    `DTSTAMP:${stamp(nowMs)}`,
    `LAST-MODIFIED:${stamp(nowMs)}`,
    `SEQUENCE:${sequence(nowMs)}`,
    `DTSTART:${stamp(startMs)}`,
    `DTEND:${stamp(endMs)}`,
    `SUMMARY:${escaped(title)}`,
    `DESCRIPTION:${escaped([...notes, address].join("\n"))}`,
    `URL:${address}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `TRIGGER:-PT${remindMinutes}M`,
    `DESCRIPTION:${escaped(title)}`,
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].map(folded).join("\r\n");
}

const fileName = (title) => `${title.replace(/[\\/:*?"<>|\p{C}]/gu, " ").replace(/\s+/g, " ").trim().slice(0, 60) || "show"}.ics`;

export function saveCalendar(what) {
  const address = URL.createObjectURL(new Blob([calendarText(what)], { type: "text/calendar;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName(what.title);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
