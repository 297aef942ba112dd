// A product's offer in one market, and the elements that show it.
import { icon, make, setHidden, setText, webAddress } from "./dom.js";
import { days, money, number, percent } from "./formats.js";
import { setTranslation, textOf } from "./translations.js";
import { word } from "./words.js";

export function offerOf(product, market) {
  const price = product.prices?.find((one) => one.market === market) ?? null;
  const link = webAddress(product.links?.[market] || product.links?.[""] || "");
  const left = Number.isInteger(product.left) ? product.left : null;
  return {
    price,
    was: price && Number.isInteger(price.was) && price.was > price.minor ? price.was : null,
    saving: Number.isInteger(price?.saving) ? price.saving : 0, // the same as on the card in the video
    left,
    soldOut: left === 0,
    delivery: product.delivery?.find((one) => one.market === market) ?? null,
    link: link && (price || product.links?.[market]) ? link : "",
  };
}

export function priceText({ price }) {
  return price ? money(price.minor, price.currency) : "";
}

// Price, compare-at price and saving.
export class PriceLine {
  #price = make("strong", { class: "price", dir: "auto" });
  #was = make("s", { class: "was", dir: "auto" });
  #wasWord = make("span", { class: "unseen" });
  #less = make("span", { class: "less", dir: "ltr" });
  element = make("p", { class: "prices" }, this.#price, this.#wasWord, this.#was, this.#less);

  update(offer, marketName) {
    setText(this.#price, priceText(offer) || word("not_here", { market: marketName }));
    this.#price.classList.toggle("none", !offer.price);
    setHidden(this.#was, offer.was === null);
    setHidden(this.#wasWord, offer.was === null);
    setHidden(this.#less, offer.was === null || offer.saving < 1);
    if (offer.was === null) return;
    setText(this.#wasWord, word("was"));
    setText(this.#was, money(offer.was, offer.price.currency));
    setText(this.#less, `−${percent(offer.saving)}`);
  }
}

// Stock and delivery time.
export class Facts {
  #left = make("span");
  #leftFact = make("li", { class: "left" }, icon("box"), this.#left);
  #delivery = make("span");
  #deliveryFact = make("li", {}, icon("truck"), this.#delivery);
  element = make("ul", { class: "facts" }, this.#leftFact, this.#deliveryFact);

  update(offer) {
    setHidden(this.#leftFact, offer.left === null);
    if (offer.left !== null) setText(this.#left, offer.soldOut ? word("sold_out") : word("left", { n: number(offer.left) }));
    this.#leftFact.classList.toggle("none", offer.soldOut);
    const text = deliveryText(offer.delivery);
    setHidden(this.#deliveryFact, !text);
    setText(this.#delivery, text);
  }
}

export function deliveryText(delivery) {
  if (!delivery) return "";
  const parts = [];
  if (delivery.to > 0) parts.push(word("delivery_in", { days: days(delivery.from, delivery.to) }));
  if (delivery.freight) parts.push(delivery.freight.minor ? word("shipping", { price: money(delivery.freight.minor, delivery.freight.currency) }) : word("shipping_free"));
  return parts.join(" · ");
}

// Buttons: buy, add to list, request a close-up.
export class Actions {
  #product;
  #buyText = make("span");
  #buy;
  #add;
  #addText = make("span");
  #closeUp;
  #closeUpText = make("span");
  element;

  constructor(product, shop) {
    this.#product = product;
    this.#buy = make("a", { class: "buy", target: "_blank", rel: "noopener noreferrer", on: { click: () => this.#buy.hasAttribute("href") && shop.clicked(this.#product.id) } }, this.#buyText, icon("out"));
    this.#add = make("button", { type: "button", class: "second add", on: { click: () => shop.toggle(this.#product.id) } }, icon("plus"), icon("check"), this.#addText);
    this.#closeUp = make("button", { type: "button", class: "second", on: { click: () => shop.requestCloseUp(this.#product.id) } }, icon("zoom"), this.#closeUpText);
    this.element = make("div", { class: "actions" }, this.#buy, this.#add, this.#closeUp);
  }

  update(product, offer, { kept, asked }) {
    this.#product = product;
    const open = Boolean(offer.link) && !offer.soldOut;
    const words = word(offer.soldOut ? "sold_out" : offer.link ? "buy" : "no_link");
    setHidden(this.#buy, !offer.link && !offer.soldOut && !offer.price); // not sold here; the price line says so
    setText(this.#buyText, words);
    if (open) this.#buy.href = offer.link;
    else this.#buy.removeAttribute("href");
    this.#buy.setAttribute("aria-disabled", String(!open));
    this.#buy.setAttribute("aria-label", `${words}: ${textOf(product.name)}`);
    this.#add.setAttribute("aria-pressed", String(kept));
    setText(this.#addText, word(kept ? "added" : "add"));
    this.#closeUp.disabled = asked;
    setText(this.#closeUpText, word(asked ? "close_up_sent" : "close_up"));
  }
}

// A product's picture, or its initial without one.
export class Photo {
  #stream;
  #image = make("img", { alt: "", loading: "lazy", decoding: "async", on: { error: () => setHidden(this.#image, true) } });
  #initial = make("span", { "aria-hidden": "true" });
  element;

  constructor(stream, className) {
    this.#stream = stream;
    this.element = make("div", { class: `photo ${className}` }, this.#initial, this.#image);
  }

  update(product) {
    setText(this.#initial, [...textOf(product.name)][0] ?? "");
    const address = pictureAddress(this.#stream, product.pictures?.[0]);
    if (this.#image.getAttribute("src") === address) return;
    setHidden(this.#image, !address);
    if (address) this.#image.src = address;
    else this.#image.removeAttribute("src");
  }
}

export function pictureAddress(stream, id) {
  return /^[0-9a-f]{32}$/.test(id ?? "") ? `/room/${encodeURIComponent(stream)}/pictures/${id}` : "";
}

// A product's keywords in the reader's language.
export function keywordChips(product) {
  const chips = (product.points ?? []).filter((point) => textOf(point.keyword)).map((point) => {
    const chip = make("li");
    setTranslation(chip, point.keyword);
    return chip;
  });
  return chips;
}
