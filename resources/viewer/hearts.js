// Hearts that rise over the video: your own immediately, those of others when their count arrives.
import { icon } from "./dom.js";

const MOST_AT_ONCE = 6;
const LIFE_MS = 2400;
const HUES = ["#ff4d5e", "#ff7a6b", "#ffc35a", "#7ef0d4", "#53b4ff", "#c38bff"];

export class Hearts {
  #place;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(place) {
    this.#place = place;
  }

  rise() {
    if (this.#still.matches || document.hidden || this.#place.childElementCount > 24) return;
    const heart = icon("heart");
    heart.style.color = HUES[Math.floor(Math.random() * HUES.length)];
    heart.style.setProperty("--drift", `${Math.round(Math.random() * 56 - 28)}px`);
    heart.style.setProperty("--size", `${Math.round(20 + Math.random() * 14)}px`);
    this.#place.append(heart);
    setTimeout(() => heart.remove(), LIFE_MS);
  }

  riseFor(others) {
    const many = Math.min(MOST_AT_ONCE, others);
    for (let one = 0; one < many; one += 1) setTimeout(() => this.rise(), one * 140);
  }
}
