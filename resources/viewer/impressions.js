// Counts an impression once half of a product was visible for a second in a visible tab. Each product counts once.

const LONG_ENOUGH_MS = 1000;

export class Impressions {
  #report;
  #known = new Set();
  #watched = new WeakMap(); // element → { key, product, timer, inSight }
  #observer;

  constructor(report) {
    this.#report = report;
    this.#observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#crossed(entry)), { threshold: [0, 0.5] });
    document.addEventListener("visibilitychange", () => this.#visibilityChanged());
  }

  #elements = new Set();

  // Each key counts once: a listed product per page, a pinned one each time it is pinned.
  watch(element, product, key) {
    const before = this.#watched.get(element);
    if (before?.key === key || this.#known.has(key)) return;
    clearTimeout(before?.timer);
    this.#watched.set(element, { key, product, timer: 0, inSight: false });
    this.#elements.add(element);
    this.#observer.unobserve(element);
    this.#observer.observe(element);
  }

  forget(element) {
    clearTimeout(this.#watched.get(element)?.timer);
    this.#watched.delete(element);
    this.#elements.delete(element);
    this.#observer.unobserve(element);
  }

  #crossed(entry) {
    const watched = this.#watched.get(entry.target);
    if (!watched) return;
    watched.inSight = entry.isIntersecting && entry.intersectionRatio >= 0.5;
    this.#time(entry.target, watched);
  }

  #visibilityChanged() {
    for (const element of this.#elements) this.#time(element, this.#watched.get(element));
  }

  #time(element, watched) {
    clearTimeout(watched.timer);
    if (!watched.inSight || document.hidden) return;
    watched.timer = setTimeout(() => {
      if (this.#known.has(watched.key)) return;
      this.#known.add(watched.key);
      this.forget(element);
      this.#report(watched.product);
    }, LONG_ENOUGH_MS);
  }
}
