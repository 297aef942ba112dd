// The page's own texts. The browser's languages decide which file is loaded; English is the fallback.
import english from "./words-en.js";

const FILES = { ar: "ar", de: "de", en: "en", es: "es", fr: "fr", id: "id", in: "id", ja: "ja", ko: "ko", pt: "pt", th: "th", vi: "vi", zh: "zh" };
const TAGS = { zh: "zh-CN", pt: "pt-BR" };

function pick(languages) {
  for (const wanted of languages) {
    const file = FILES[wanted.toLowerCase().split(/[-_]/)[0]];
    if (file) return file;
  }
  return "en";
}

async function load(file) {
  try {
    return (await import(`./words-${file}.js`)).default;
  } catch {
    return null; // fall back to English
  }
}

const file = pick(navigator.languages?.length ? navigator.languages : [navigator.language || "en"]);
const loaded = file === "en" ? english : await load(file);
const words = loaded ?? english;

export const language = loaded ? (TAGS[file] ?? file) : "en";

export function word(key, values = {}) {
  const text = words[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function localise(root = document) {
  root.documentElement.lang = language;
  root.documentElement.dir = words.dir;
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = word(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const element of root.querySelectorAll("[data-alt]")) element.alt = word(element.dataset.alt);
}
