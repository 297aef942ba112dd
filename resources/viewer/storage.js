// Stored values: in local storage, or in memory when the browser blocks it.

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
    return; // storage is full or blocked: kept in memory
  }
}

// Values of this tab; they survive a reload.
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
    return; // storage is full or blocked
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
