// What this browser remembers of a visitor; where it may not, the page itself does for as long as it is open.

const kept = new Map();

export function recall(name) {
  try {
    return localStorage.getItem(`tradewind.${name}`) ?? kept.get(name) ?? "";
  } catch {
    return kept.get(name) ?? "";
  }
}

export function remember(name, value) {
  kept.set(name, value);
  try {
    localStorage.setItem(`tradewind.${name}`, value);
  } catch {
    return; // storage is full or forbidden: kept for this page
  }
}

// What this tab alone remembers, also over a reload.
export function recallHere(name) {
  try {
    return JSON.parse(sessionStorage.getItem(`tradewind.${name}`) ?? "null");
  } catch {
    return null;
  }
}

export function rememberHere(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(`tradewind.${name}`);
    else sessionStorage.setItem(`tradewind.${name}`, JSON.stringify(value));
  } catch {
    return; // storage is full or forbidden: it lives as long as the page
  }
}

export function recallList(name) {
  try {
    const list = JSON.parse(recall(name) || "[]");
    return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
