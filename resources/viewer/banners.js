// What the host shows beside the products: keyword card, countdown, ticker and ad disclosure.
import { icon, make, setHidden, setText } from "./dom.js";
import { clock } from "./formats.js";
import { setTranslation, textOf } from "./translations.js";

export class KeywordCard {
  #words = make("p", { class: "words" });
  #shown = "";

  constructor(element) {
    this.element = element;
    element.append(this.#words);
  }

  update(card) {
    const text = card ? textOf(card.words) : "";
    setHidden(this.element, !text);
    if (!text) {
      this.#shown = "";
      return;
    }
    setTranslation(this.#words, card.words, { mark: "after" });
    if (this.#shown === card.id) return;
    this.#shown = card.id;
    this.element.classList.remove("fresh");
    void this.element.offsetWidth; // the entrance plays again
    this.element.classList.add("fresh");
  }
}

// Shown only in markets where urgency is welcome.
export class Countdown {
  #shop;
  #value = null;
  #text = make("span");
  #time = make("strong", { role: "timer", dir: "ltr" });

  constructor(shop, element) {
    this.#shop = shop;
    this.element = element;
    element.append(icon("clock"), this.#text, this.#time);
    setInterval(() => this.#tick(), 250);
  }

  update(value) {
    this.#value = value;
    if (value) setTranslation(this.#text, value.text, { mark: "after" });
    this.#tick();
  }

  #tick() {
    const leftMs = this.#value ? this.#value.ends_ms - this.#shop.room.now() : 0;
    setHidden(this.element, leftMs <= 0 || this.#shop.profile?.urgency === false);
    if (leftMs > 0) setText(this.#time, clock(leftMs));
  }
}

export class Ticker {
  #words = make("span");
  #again = make("span", { "aria-hidden": "true" });
  #run = make("div", { class: "run" }, this.#words, this.#again);

  constructor(element) {
    this.element = element;
    element.append(this.#run);
    new ResizeObserver(() => this.#fit()).observe(element);
  }

  update(words) {
    setHidden(this.element, !textOf(words));
    if (!textOf(words)) return;
    setTranslation(this.#words, words);
    setTranslation(this.#again, words);
    this.#fit();
  }

  // Scrolls only when the text is too long.
  #fit() {
    if (this.element.hidden) return;
    const width = this.#words.offsetWidth;
    const runs = width > this.element.clientWidth;
    this.#run.classList.toggle("runs", runs);
    if (runs) this.#run.style.setProperty("--seconds", `${Math.max(8, Math.round(width / 45))}s`);
  }
}

export class Disclosure {
  #text = make("span", { class: "mark" });

  constructor(element) {
    this.element = element;
    element.append(this.#text);
  }

  update(disclosure, market) {
    const words = disclosure?.markets?.[market]?.text;
    setHidden(this.element, !textOf(words));
    if (textOf(words)) setTranslation(this.#text, words);
  }
}
