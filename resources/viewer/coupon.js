// A coupon: codes left, expiry, and the visitor's own code.
import { make, setHidden, setText } from "./dom.js";
import { recall, remember } from "./storage.js";
import { clock, number, percent } from "./formats.js";
import { setTranslation } from "./translations.js";
import { momentText, ownZone } from "./local-time.js";
import { word } from "./words.js";

const AGAIN_MS = 4000; // plus a random part of the same length, so that pages don't retry together

export class Coupon {
  #shop;
  #room;
  #coupon = null;
  #why = ""; // "claiming" while waiting, "later" while the room is busy, else why there is no code
  #again = 0;
  #off = make("strong", { class: "off", dir: "auto" });
  #title = make("p", { class: "title" });
  #left = make("span", { class: "stock" });
  #time = make("span", { class: "time" });
  #claim;
  #code = make("output", { class: "code", dir: "ltr" });
  #copy;
  #given;
  #word = make("p", { class: "why" });
  element;

  constructor(shop, element) {
    this.#shop = shop;
    this.#room = shop.room;
    this.element = element;
    this.#claim = make("button", { type: "button", class: "buy", on: { click: () => this.#ask() } }, word("claim"));
    this.#copy = make("button", { type: "button", class: "second", on: { click: () => this.#copyCode() } }, word("copy"));
    this.#given = make("p", { class: "given" }, make("span", { class: "label" }, word("your_code")), this.#code, this.#copy);
    element.append(
      make("div", { class: "stub", "aria-hidden": "true" }, this.#off),
      make("div", { class: "body" }, make("p", { class: "label" }, word("coupon")), this.#title, make("p", { class: "facts" }, this.#left, this.#time)),
      this.#claim,
      this.#given,
      this.#word,
    );
    this.#room.addEventListener("coupon", (event) => this.#answered(event.detail));
    this.#room.addEventListener("state", () => {
      if (this.#room.state !== "open" || !this.#refused) return;
      this.#why = "";
      this.update(this.#coupon);
    });
    setInterval(() => this.#tick(), 1000);
  }

  #kept() {
    return this.#coupon ? recall(`code.${this.#shop.stream}.${this.#coupon.id}`) : "";
  }

  get #refused() {
    return this.#why !== "" && !this.#asks;
  }

  get #asks() {
    return this.#why === "claiming" || this.#why === "later";
  }

  #ask() {
    clearTimeout(this.#again);
    this.#why = "claiming";
    this.#room.claim(this.#coupon.id);
    this.update(this.#coupon);
  }

  #answered({ coupon, code, why }) {
    if (code) remember(`code.${this.#shop.stream}.${coupon}`, code);
    if (coupon !== this.#coupon?.id) return;
    this.#why = code ? "" : why;
    if (why === "later") this.#again = setTimeout(() => this.#askAgain(), AGAIN_MS * (1 + Math.random()));
    this.update(this.#coupon);
    this.#shop.announce(code ? `${word("your_code")}: ${code}` : word(`coupon_${why}`));
    const focused = document.activeElement;
    if (code && (focused === document.body || this.element.contains(focused))) this.#copy.focus();
  }

  #askAgain() {
    if (this.#why === "later") this.#room.claim(this.#coupon.id);
  }

  async #copyCode() {
    const code = this.#kept();
    try {
      await navigator.clipboard.writeText(code);
    } catch {
      // Plain http has no clipboard API: select the code and use the old command.
      getSelection().selectAllChildren(this.#code);
      document.execCommand("copy");
    }
    setText(this.#copy, word("copied"));
    this.#shop.announce(word("copied"));
  }

  // Why no code is available; "" while one is.
  #unavailable(left) {
    if (this.#refused) return this.#why;
    if (this.#coupon.expires_ms && this.#room.now() >= this.#coupon.expires_ms) return "expired";
    return left === 0 ? "gone" : "";
  }

  update(coupon) {
    setHidden(this.element, !coupon);
    if (coupon?.id !== this.#coupon?.id) {
      clearTimeout(this.#again);
      this.#why = "";
      setText(this.#copy, word("copy"));
    } else if (coupon?.expires_ms !== this.#coupon?.expires_ms && this.#refused) {
      this.#why = ""; // the same coupon was sent again, so an earlier refusal no longer counts
    }
    this.#coupon = coupon;
    if (!coupon) return;
    const left = this.#room.left[coupon.id] ?? coupon.left;
    const code = this.#kept();
    const over = code ? "" : this.#unavailable(left);
    setText(this.#off, coupon.percent > 0 ? `−${percent(coupon.percent)}` : "%");
    setTranslation(this.#title, coupon.title, { mark: "after" });
    setText(this.#left, Number.isInteger(left) ? word("coupon_left", { n: number(left), all: number(coupon.stock ?? left) }) : "");
    setHidden(this.#claim, Boolean(code || over));
    this.#claim.disabled = this.#asks;
    setText(this.#claim, word(this.#asks ? "claiming" : "claim"));
    setHidden(this.#given, !code);
    setText(this.#code, code);
    const told = over || (this.#why === "later" && !code ? "later" : "");
    setHidden(this.#word, !told);
    if (told) setText(this.#word, word(`coupon_${told}`));
    this.element.classList.toggle("over", Boolean(over));
    this.#showTime();
  }

  #showTime() {
    const ends = this.#coupon.expires_ms;
    const leftMs = ends - this.#room.now();
    setHidden(this.#time, !ends || leftMs <= 0);
    if (!ends || leftMs <= 0) return;
    const calm = this.#shop.profile?.urgency === false || leftMs > 86400000;
    setText(this.#time, calm ? word("until", { time: momentText(Date.now() + leftMs, Date.now(), ownZone()) }) : word("ends_in", { time: clock(leftMs) }));
  }

  #tick() {
    if (!this.#coupon) return;
    this.#showTime();
    if ((!this.#why || this.#why === "later") && this.#coupon.expires_ms && this.#room.now() >= this.#coupon.expires_ms) this.update(this.#coupon);
  }
}
