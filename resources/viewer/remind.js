// Reminders as notices of the browser: only for dates that the visitor reserved, only when he asked for them and the browser lets us.
import { recall, recallList, remember } from "./memory.js";

const FRESH_MS = 30 * 60000; // one that was sent before is on the page and needs no knock
const MOST_KEPT = 40;
const WORKER = "/viewer/notify-worker.js";

export class Knocker {
  #name;
  #told;

  constructor(stream) {
    this.#name = `notify.${stream}`;
    this.#told = `notified.${stream}`;
  }

  // Where the page may ask at all: not over plain http, not in every browser.
  get possible() {
    return isSecureContext && "Notification" in window;
  }

  get on() {
    return this.possible && recall(this.#name) === "on" && Notification.permission === "granted";
  }

  get denied() {
    return this.possible && Notification.permission === "denied";
  }

  // Asks the browser, in the moment that the visitor pressed the button; whether he will be told.
  async toggle() {
    if (this.on) {
      remember(this.#name, "");
      return false;
    }
    const granted = (await Notification.requestPermission()) === "granted";
    remember(this.#name, granted ? "on" : "");
    if (granted) navigator.serviceWorker?.register(WORKER).catch(() => {}); // without it most browsers tell all the same
    return granted;
  }

  // Once for each reminder, whatever is open and however often the page is loaded.
  knock(reminder, nowMs, { title, text, lang, dir }) {
    const told = recallList(this.#told);
    if (!this.on || told.includes(reminder.id) || nowMs - reminder.at_ms > FRESH_MS) return;
    remember(this.#told, JSON.stringify([...told, reminder.id].slice(-MOST_KEPT)));
    const options = { body: text, lang, dir, tag: reminder.id, icon: "/viewer/icon.svg", data: location.href };
    try {
      const notice = new Notification(title, options);
      notice.onclick = () => {
        window.focus();
        notice.close();
      };
    } catch {
      // Phones show notices of a worker alone.
      navigator.serviceWorker?.getRegistration(WORKER).then((worker) => worker?.showNotification(title, options)).catch(() => {});
    }
  }
}
