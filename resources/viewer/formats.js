// Formats amounts (in minor units), numbers and durations for the reader.
import { languages } from "./translations.js";

const NO_MINOR = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "));
const THOUSANDTHS = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));
const RARELY_BROKEN = new Set("COP HUF IDR TWD".split(" ")); // prices are whole there, whatever ISO 4217 says
const formats = new Map();

export function minorDigits(currency) {
  if (NO_MINOR.has(currency)) return 0;
  return THOUSANDTHS.has(currency) ? 3 : 2;
}

export function money(minor, currency) {
  const digits = minorDigits(currency);
  const amount = minor / 10 ** digits;
  const shown = RARELY_BROKEN.has(currency) && Number.isInteger(amount) ? 0 : digits;
  const key = `${currency}${shown}`;
  try {
    let format = formats.get(key);
    if (!format) {
      format = new Intl.NumberFormat(languages, { style: "currency", currency, minimumFractionDigits: shown, maximumFractionDigits: shown });
      formats.set(key, format);
    }
    return format.format(amount);
  } catch {
    return `${amount.toFixed(shown)} ${currency}`;
  }
}

export function number(value) {
  return new Intl.NumberFormat(languages).format(value);
}

export function compact(value) {
  return new Intl.NumberFormat(languages, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

export function percent(value) {
  return new Intl.NumberFormat(languages, { style: "percent", maximumFractionDigits: 1 }).format(value / 100);
}

// "3–5 days" in the reader's language.
export function days(from, to) {
  const format = new Intl.NumberFormat(languages, { style: "unit", unit: "day", unitDisplay: "long" });
  if (from === to || !format.formatRange) return from === to ? format.format(to) : `${from}–${format.format(to)}`;
  return format.formatRange(from, to);
}

// "9:05" or "1:02:09".
export function clock(leftMs) {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const pad = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
