// The pinned product, the product list and the detail dialog.
import { icon, make, setHidden, setText } from "./dom.js";
import { marketName } from "./market.js";
import { Actions, Facts, Photo, PriceLine, deliveryText, keywordChips, offerOf, pictureAddress, priceText } from "./offer.js";
import { setTranslation, textOf } from "./translations.js";
import { word } from "./words.js";

const PAYMENTS = {
  apple_pay: "Apple Pay", google_pay: "Google Pay", paypal: "PayPal", klarna: "Klarna", afterpay: "Afterpay", pix: "Pix", boleto: "Boleto",
  momo: "MoMo", mada: "mada", tabby: "Tabby", fpx: "FPX", touch_n_go: "Touch ’n Go", fawry: "Fawry", sepa: "SEPA", gcash: "GCash", maya: "Maya",
  interac: "Interac", ideal: "iDEAL", blik: "BLIK", przelewy24: "Przelewy24", promptpay: "PromptPay", truemoney: "TrueMoney", paypay: "PayPay",
  konbini: "コンビニ", upi: "UPI", oxxo: "OXXO", spei: "SPEI", naver_pay: "Naver Pay", kakao_pay: "Kakao Pay", toss: "Toss", paynow: "PayNow",
  grabpay: "GrabPay", gopay: "GoPay", ovo: "OVO", dana: "DANA", postepay: "Postepay", bizum: "Bizum", alipay: "Alipay", wechat_pay: "WeChat Pay",
};
const PLAIN = new Set(["card", "cod", "bank_transfer", "invoice", "wallet"]);

function paymentName(id) {
  return PLAIN.has(id) ? word(`pay_${id}`) : (PAYMENTS[id] ?? id.replaceAll("_", " "));
}

// The product the host is presenting.
export class Pinned {
  #shop;
  #id = "";
  #photo;
  #name = make("h3", { class: "name" });
  #prices = new PriceLine();
  #facts = new Facts();
  #chips = make("ul", { class: "chips" });
  #actions = null;
  #foot = make("div");
  #open;
  element;

  constructor(shop, element) {
    this.#shop = shop;
    this.element = element;
    this.#photo = new Photo(shop.stream, "large");
    this.#open = make("button", { type: "button", class: "whole", "aria-label": word("details"), on: { click: () => shop.show(this.#id) } });
    const body = make("div", { class: "body" }, make("p", { class: "label" }, word("now")), this.#name, this.#prices.element, this.#facts.element);
    element.append(make("div", { class: "across" }, this.#photo.element, body, this.#open), this.#chips, this.#foot);
  }

  update(product, key) {
    setHidden(this.element, !product);
    if (!product) {
      this.#id = "";
      return;
    }
    if (product.id !== this.#id) {
      this.#id = product.id;
      this.#actions = new Actions(product, this.#shop);
      this.#foot.replaceChildren(this.#actions.element);
      this.element.classList.remove("fresh");
      void this.element.offsetWidth; // the entrance plays again
      this.element.classList.add("fresh");
    }
    const offer = offerOf(product, this.#shop.market);
    this.#photo.update(product);
    setTranslation(this.#name, product.name, { mark: "before" });
    this.#open.setAttribute("aria-label", `${word("details")}: ${textOf(product.name)}`);
    this.#prices.update(offer, this.#shop.marketName);
    this.#facts.update(offer);
    this.#chips.replaceChildren(...keywordChips(product));
    this.#actions.update(product, offer, this.#shop.productState(product.id));
    this.#shop.impressions.watch(this.element, product.id, key);
  }
}

// A small version over full-screen video.
export class Mini {
  #shop;
  #id = "";
  #photo;
  #name = make("span", { class: "name" });
  #price = make("strong", { class: "price", dir: "auto" });
  #open;

  constructor(shop, element) {
    this.#shop = shop;
    this.element = element;
    this.#photo = new Photo(shop.stream, "small");
    this.#open = make("button", { type: "button", class: "whole", "aria-label": word("details"), on: { click: () => shop.show(this.#id) } });
    element.append(this.#photo.element, make("div", { class: "body" }, this.#name, this.#price), this.#open);
  }

  update(product) {
    setHidden(this.element, !product);
    if (!product) return;
    this.#id = product.id;
    this.#photo.update(product);
    setTranslation(this.#name, product.name, { mark: "before" });
    setText(this.#price, priceText(offerOf(product, this.#shop.market)));
    this.#open.setAttribute("aria-label", `${word("details")}: ${textOf(product.name)}`);
  }
}

// A row of the list.
export class Row {
  #shop;
  #photo;
  #name = make("span", { class: "name" });
  #prices = new PriceLine();
  #facts = new Facts();
  #now = make("span", { class: "label" }, word("now"));
  #open;
  #add;
  #id;
  element;

  constructor(shop, id) {
    this.#shop = shop;
    this.#id = id;
    this.#photo = new Photo(shop.stream, "small");
    this.#open = make("button", { type: "button", class: "whole", on: { click: () => shop.show(id) } });
    this.#add = make("button", { type: "button", class: "add", on: { click: () => shop.toggle(id) } }, icon("plus"), icon("check"));
    this.element = make("li", { class: "row" }, this.#photo.element, make("div", { class: "body" }, this.#now, this.#name, this.#prices.element, this.#facts.element), this.#open, this.#add);
  }

  update(product, pinned) {
    const offer = offerOf(product, this.#shop.market);
    const { kept } = this.#shop.productState(this.#id);
    this.#photo.update(product);
    setHidden(this.#now, !pinned);
    setTranslation(this.#name, product.name, { mark: "before" });
    this.#prices.update(offer, this.#shop.marketName);
    this.#facts.update({ ...offer, delivery: null });
    this.#open.setAttribute("aria-label", `${word("details")}: ${textOf(product.name)}`);
    this.#add.setAttribute("aria-pressed", String(kept));
    this.#add.setAttribute("aria-label", `${word(kept ? "added" : "add")}: ${textOf(product.name)}`);
    this.#shop.impressions.watch(this.element, product.id, `list ${product.id}`);
  }
}

// All products, or the visitor's own list.
export class List {
  #shop;
  #rows = new Map();
  #mine = false;
  #title;
  #all;
  #own;
  #items;
  #nothing;

  constructor(shop, element) {
    this.#shop = shop;
    const choice = (mine) => make("button", { type: "button", "aria-pressed": "false", on: { click: () => this.#choose(mine) } });
    this.#title = make("h2", {}, word("products"));
    this.#all = choice(false);
    this.#own = choice(true);
    this.#items = make("ul", { class: "rows" });
    this.#nothing = make("p", { class: "nothing" });
    element.append(make("header", {}, this.#title, make("div", { class: "choice", role: "group", "aria-label": word("products") }, this.#all, this.#own)), this.#items, this.#nothing);
  }

  #choose(mine) {
    this.#mine = mine;
    this.#shop.refresh();
  }

  update(products, pinnedId) {
    const kept = products.filter((product) => this.#shop.productState(product.id).kept);
    const shown = this.#mine ? kept : products;
    setText(this.#all, `${word("all")} ${products.length}`);
    setText(this.#own, `${word("my_list")} ${kept.length}`);
    this.#all.setAttribute("aria-pressed", String(!this.#mine));
    this.#own.setAttribute("aria-pressed", String(this.#mine));
    setHidden(this.#nothing, shown.length > 0);
    setText(this.#nothing, word(this.#mine ? "my_list_empty" : "list_empty"));
    for (const [id, row] of this.#rows) {
      if (shown.some((product) => product.id === id)) continue;
      this.#shop.impressions.forget(row.element);
      row.element.remove();
      this.#rows.delete(id);
    }
    shown.forEach((product, place) => {
      let row = this.#rows.get(product.id);
      if (!row) this.#rows.set(product.id, (row = new Row(this.#shop, product.id)));
      if (this.#items.children[place] !== row.element) this.#items.insertBefore(row.element, this.#items.children[place] ?? null);
      row.update(product, product.id === pinnedId);
    });
  }
}

function section(title, ...content) {
  return make("section", {}, make("h3", {}, title), ...content);
}

function told(tag, words, attributes = {}) {
  const element = make(tag, attributes);
  setTranslation(element, words, { mark: "after" });
  return element;
}

// The detail dialog of a product.
export class Detail {
  #shop;
  #dialog;
  #id = "";
  #gallery = make("div", { class: "gallery", tabindex: "0" });
  #name = make("h2");
  #prices = new PriceLine();
  #facts = new Facts();
  #foot = make("div", { class: "foot" });
  #actions = null;
  #more = make("div", { class: "more" });
  #made = "";

  constructor(shop, dialog) {
    this.#shop = shop;
    this.#dialog = dialog;
    const close = make("button", { type: "button", class: "close", "aria-label": word("close"), on: { click: () => dialog.close() } }, icon("close"));
    dialog.append(close, make("div", { class: "scroll" }, this.#gallery, make("div", { class: "text" }, this.#name, this.#prices.element, this.#facts.element, this.#more)), this.#foot);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  get openId() {
    return this.#dialog.open ? this.#id : "";
  }

  show(product) {
    this.#id = product.id;
    this.#made = "";
    this.#actions = new Actions(product, this.#shop);
    this.#foot.replaceChildren(this.#actions.element);
    this.update(product);
    this.#dialog.showModal();
    for (const part of this.#dialog.querySelectorAll(".scroll, .text")) part.scrollTop = 0;
  }

  update(product) {
    if (!product) {
      this.#dialog.close();
      return;
    }
    const offer = offerOf(product, this.#shop.market);
    setTranslation(this.#name, product.name, { mark: "before" });
    this.#dialog.setAttribute("aria-label", textOf(product.name));
    this.#prices.update(offer, this.#shop.marketName);
    this.#facts.update(offer);
    this.#actions.update(product, offer, this.#shop.productState(product.id));
    const made = JSON.stringify([product.pictures, product.points, product.size_chart, product.faq, product.return_rule, product.returnable, offer.delivery, this.#shop.market]);
    if (made === this.#made) return;
    this.#made = made;
    this.#gallery.replaceChildren(...this.#pictures(product));
    setHidden(this.#gallery, !this.#gallery.childElementCount);
    this.#more.replaceChildren(...this.#sections(product, offer).filter(Boolean));
  }

  #pictures(product) {
    const known = (product.pictures ?? []).map((id) => pictureAddress(this.#shop.stream, id)).filter(Boolean);
    return known.map((src, place) => {
      const image = make("img", { src, decoding: "async", alt: word("picture_of", { name: textOf(product.name), n: place + 1 }) });
      image.addEventListener("error", () => image.remove());
      return image;
    });
  }

  #sections(product, offer) {
    const points = (product.points ?? []).filter((point) => textOf(point.text) || textOf(point.keyword));
    const questions = (product.faq ?? []).filter((one) => textOf(one.question));
    const market = this.#shop.profile;
    return [
      points.length && section(word("points"), make("ul", { class: "points" }, ...points.map((point) => make("li", {}, told("strong", point.keyword), told("span", point.text))))),
      this.#sizes(product.size_chart),
      this.#delivery(product, offer),
      market?.payments?.length && section(word("payment"), make("ul", { class: "chips" }, ...market.payments.map((id) => make("li", { dir: "auto" }, paymentName(id))))),
      questions.length && section(word("faq"), ...questions.map((one) => make("details", {}, told("summary", one.question), told("p", one.answer)))),
    ];
  }

  #sizes(chart) {
    const rows = (chart ?? []).filter((row) => Array.isArray(row) && row.length);
    if (rows.length < 2) return null;
    const line = (row, tag) => make("tr", {}, ...row.map((cell, place) => make(tag === "th" || place === 0 ? "th" : "td", { dir: "auto", scope: tag === "th" ? "col" : place === 0 ? "row" : null }, String(cell))));
    const table = make("table", {}, make("thead", {}, line(rows[0], "th")), make("tbody", {}, ...rows.slice(1).map((row) => line(row, "td"))));
    return section(word("sizes"), make("div", { class: "wide", tabindex: "0" }, table));
  }

  #delivery(product, offer) {
    const lines = [];
    const delivery = deliveryText(offer.delivery);
    if (delivery) lines.push(make("p", {}, delivery));
    const returnable = product.returnable?.[this.#shop.market];
    if (returnable === false || (returnable && !textOf(product.return_rule))) lines.push(make("p", {}, word(returnable ? "returnable" : "not_returnable")));
    if (textOf(product.return_rule)) lines.push(told("p", product.return_rule, { class: "rule" }));
    return lines.length ? section(word("delivery"), ...lines) : null;
  }
}

// The visitor's country. It decides prices, delivery and ad disclosures.
export class MarketPicker {
  #shop;
  #button;
  #dialog;
  #text = make("span", { dir: "auto" });

  constructor(shop, button, dialog) {
    this.#shop = shop;
    this.#button = button;
    this.#dialog = dialog;
    button.append(icon("globe"), this.#text);
    button.addEventListener("click", () => this.#open());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  update() {
    setHidden(this.#button, this.#shop.markets.length === 0);
    setText(this.#text, this.#shop.profile ? `${this.#shop.marketName} · ${this.#shop.profile.currency}` : "");
    this.#button.setAttribute("aria-label", `${word("market")}: ${this.#text.textContent}`);
  }

  #open() {
    const close = make("button", { type: "button", class: "close", "aria-label": word("close"), on: { click: () => this.#dialog.close() } }, icon("close"));
    const choices = this.#shop.markets.map((market) => {
      const choose = () => {
        this.#shop.choose(market.id);
        this.#dialog.close();
      };
      const current = market.id === this.#shop.market;
      return make("li", {}, make("button", { type: "button", "aria-pressed": String(current), on: { click: choose } }, make("span", { dir: "auto" }, marketName(market)), make("small", { dir: "ltr" }, market.currency)));
    });
    this.#dialog.setAttribute("aria-label", word("market_choose"));
    this.#dialog.replaceChildren(close, make("h2", {}, word("market_choose")), make("ul", { class: "markets" }, ...choices));
    this.#dialog.showModal();
    this.#dialog.querySelector('[aria-pressed="true"]')?.focus();
  }
}
