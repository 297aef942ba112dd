// Browser notifications, for dates with a reminder, once the visitor turned them on and the browser allows them.
import { recall, recallList, remember } from "./storage.js";

const FRESH_MS = 30 * 60000; // older reminders are shown on the page only
const MOST_KEPT = 40;
const WORKER = "/viewer/notify-worker.js";

export class Notifications {
  #name;
  #told;

  constructor(stream) {
    this.#name = `notify.${stream}`;
    this.#told = `notified.${stream}`;
  }

  // Not over plain http, and not in every browser.
  get possible() {
    return isSecureContext && "Notification" in window;
  }

  get on() {
    return this.possible && recall(this.#name) === "on" && Notification.permission === "granted";
  }

  get denied() {
    return this.possible && Notification.permission === "denied";
  }

  // Asks for permission, from a click. Returns whether notifications are on.
  async toggle() {
    if (this.on) {
      remember(this.#name, "");
      return false;
    }
    const granted = (await Notification.requestPermission()) === "granted";
    remember(this.#name, granted ? "on" : "");
    if (granted) navigator.serviceWorker?.register(WORKER).catch(() => {}); // most browsers can notify without a worker
    return granted;
  }

  // Shows each reminder once, across tabs and reloads.
  show(reminder, nowMs, { title, text, lang, dir }) {
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
      // Phones only allow notifications from a worker.
      navigator.serviceWorker?.getRegistration(WORKER).then((worker) => worker?.showNotification(title, options)).catch(() => {});
    }
  }
}
