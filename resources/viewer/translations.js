// Texts in several languages, and the one this reader gets.
import { make } from "./dom.js";
import { language } from "./words.js";

function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false; // some systems report invalid language tags
  }
}

const preferred = [...(navigator.languages ?? []), navigator.language].filter((tag) => tag && isTag(tag));
export const languages = preferred.length ? [...new Set(preferred)].slice(0, 8) : ["en"];

const primary = (tag) => tag.replace("_", "-").split("-")[0].toLowerCase();
const known = new Set(languages.map(primary));

// { text, tag, foreign }: the reader's first available language, else English, else any.
export function pick(words) {
  const written = Object.entries(words ?? {}).filter(([, text]) => typeof text === "string" && text.trim());
  for (const wanted of [...languages, "en"]) {
    const found = written.find(([tag]) => tag === wanted) ?? written.find(([tag]) => primary(tag) === primary(wanted));
    if (found) return { text: found[1], tag: found[0], foreign: !known.has(primary(found[0])) };
  }
  if (!written.length) return { text: "", tag: "", foreign: false };
  return { text: written[0][1], tag: written[0][0], foreign: true };
}

export function textOf(words) {
  return pick(words).text;
}

function nameOf(kind, code) {
  try {
    return new Intl.DisplayNames([language], { type: kind }).of(code) ?? code;
  } catch {
    return code;
  }
}

export const languageName = (tag) => nameOf("language", tag);
export const regionName = (code) => (/^[A-Z]{2}$/.test(code) ? nameOf("region", code) : code);

const RIGHT_TO_LEFT = new Set("ar dv fa he ps ur yi".split(" "));
const RUNS_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

// Direction by the text's letters: an RTL text may start with a foreign name, and untranslated text stays LTR.
export function directionOf(text, tag) {
  if (!RIGHT_TO_LEFT.has(primary(tag))) return "auto";
  return RUNS_LEFT.test(text) ? "rtl" : "ltr";
}

// Sets an element's text, language and direction. `mark` says where to name a language the reader doesn't have:
// "before" text that may be cut off, or "after" it.
export function setTranslation(element, words, { mark = "" } = {}) {
  const { text, tag, foreign } = pick(words);
  const shown = `${tag}\n${text}`;
  if (element.translation === shown) return text;
  element.translation = shown;
  element.lang = tag;
  element.dir = directionOf(text, tag);
  element.replaceChildren(text);
  if (!mark || !foreign || !text) return text;
  const tongue = make("small", { class: "tongue", lang: language, dir: "auto" }, languageName(tag));
  if (mark === "before") element.prepend(tongue, " ");
  else element.append(" ", tongue);
  return text;
}
