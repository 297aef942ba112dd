// Words that come in several languages, and which of them this reader gets.
import { make } from "./dom.js";
import { language } from "./words.js";

function isTag(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false; // some systems hand on names that are no language tags
  }
}

const said = [...(navigator.languages ?? []), navigator.language].filter((tag) => tag && isTag(tag));
export const languages = said.length ? [...new Set(said)].slice(0, 8) : ["en"];

const primary = (tag) => tag.replace("_", "-").split("-")[0].toLowerCase();
const spoken = new Set(languages.map(primary));

// { text, tag, foreign }: the reader's first language that there is, else English, else what there is.
export function pick(words) {
  const written = Object.entries(words ?? {}).filter(([, text]) => typeof text === "string" && text.trim());
  for (const wanted of [...languages, "en"]) {
    const found = written.find(([tag]) => tag === wanted) ?? written.find(([tag]) => primary(tag) === primary(wanted));
    if (found) return { text: found[1], tag: found[0], foreign: !spoken.has(primary(found[0])) };
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

// By the text's own letters: a foreign name may begin a text that runs from right to left, and one that nobody translated keeps its order.
export function directionOf(text, tag) {
  if (!RIGHT_TO_LEFT.has(primary(tag))) return "auto";
  return RUNS_LEFT.test(text) ? "rtl" : "ltr";
}

// Puts words into an element, in their own language and direction. `mark` says where another language than the reader's is named:
// "before" the words, where they may be cut off, or "after" them.
export function say(element, words, { mark = "" } = {}) {
  const { text, tag, foreign } = pick(words);
  const shown = `${tag}\n${text}`;
  if (element.said === shown) return text;
  element.said = shown;
  element.lang = tag;
  element.dir = directionOf(text, tag);
  element.replaceChildren(text);
  if (!mark || !foreign || !text) return text;
  const tongue = make("small", { class: "tongue", lang: language, dir: "auto" }, languageName(tag));
  if (mark === "before") element.prepend(tongue, " ");
  else element.append(" ", tongue);
  return text;
}
