// Picks the visitor's market: their choice, else the region of the browser's languages, else a market with these languages.
import { recall, remember } from "./storage.js";
import { languages, pick, regionName } from "./translations.js";

const primary = (tag) => tag.split("-")[0].toLowerCase();

function regionOf(tag, likely) {
  try {
    const locale = new Intl.Locale(tag);
    return (likely ? locale.maximize() : locale).region ?? "";
  } catch {
    return "";
  }
}

export const isMarket = (id) => /^[A-Za-z0-9_-]{1,16}$/.test(id);

export function firstGuess() {
  return [recall("market"), ...languages.map((tag) => regionOf(tag, false))].find(isMarket) ?? "";
}

export function chooseMarket(markets) {
  const ids = markets.map((market) => market.id);
  const said = languages.map((tag) => regionOf(tag, false));
  const likely = languages.map((tag) => regionOf(tag, true));
  const known = [recall("market"), ...said, ...likely].find((id) => ids.includes(id));
  if (known) return known;
  for (const tag of languages) {
    const near = markets.find((market) => (market.languages ?? []).some((one) => primary(one) === primary(tag)));
    if (near) return near.id;
  }
  return ids[0] ?? "";
}

export function keepMarket(id) {
  remember("market", id);
}

export function marketName(market) {
  const { text, foreign } = pick(market.name);
  const region = regionName(market.id);
  return (foreign && region !== market.id ? region : text) || region;
}
