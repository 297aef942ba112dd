// The shop beside the video: shows the room's board and reports the visitor's actions.
import { Coupon } from "./coupon.js";
import { Dates } from "./dates.js";
import { icon, setHidden, setText } from "./dom.js";
import { Hearts } from "./hearts.js";
import { chooseMarket, firstGuess, isMarket, keepMarket, marketName } from "./market.js";
import { recallList, remember } from "./storage.js";
import { compact, number } from "./formats.js";
import { Countdown, Disclosure, KeywordCard, Ticker } from "./banners.js";
import { priceText, offerOf } from "./offer.js";
import { Detail, List, MarketPicker, Mini, Pinned } from "./products.js";
import { Notifications } from "./notifications.js";
import { Reminders } from "./reminders.js";
import { Room } from "./room.js";
import { textOf } from "./translations.js";
import { Impressions } from "./impressions.js";
import { word } from "./words.js";

const ASK_AGAIN_MS = 30000;
const AWAY_SHOWN_AFTER_MS = 4000;
const element = (id) => document.getElementById(id);

class Shop {
  stream = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
  room = new Room(this.stream, firstGuess());
  impressions = new Impressions((product) => this.room.report("seen", product));
  markets = [];
  market = "";
  #kept = new Set(recallList(`list.${this.stream}`));
  #asked = new Set();
  #pinnedKey = "";
  #likes = 0;
  #ownLikes = 0;
  #awayTimer = 0;
  #sells = false;
  #hearts = new Hearts(element("hearts"));

  constructor() {
    this.pinned = new Pinned(this, element("pinned"));
    this.mini = new Mini(this, element("mini"));
    this.list = new List(this, element("products"));
    this.detail = new Detail(this, element("detail"));
    this.picker = new MarketPicker(this, element("market"), element("markets"));
    this.card = new KeywordCard(element("card"));
    this.coupon = new Coupon(this, element("coupon"));
    this.countdown = new Countdown(this, element("countdown"));
    this.ticker = new Ticker(element("ticker"));
    this.disclosure = new Disclosure(element("disclosure"));
    const [reminders, notifications] = [new Reminders(this.room, this.stream), new Notifications(this.stream)];
    this.dates = new Dates(this, { reminders, notifications, next: element("next"), list: element("dates") });
    element("viewers").prepend(icon("eye"));
    element("heart").prepend(icon("heart"));
    element("heart").addEventListener("click", () => this.like());
    element("heart").setAttribute("aria-label", word("like"));
    this.room.addEventListener("change", () => this.refresh());
    this.room.addEventListener("count", () => this.#counted());
    this.room.addEventListener("state", () => this.#stateChanged());
    element("video").addEventListener("resize", () => this.#fitPicture());
    this.#fitPicture();
    this.refresh();
    this.room.start();
  }

  get profile() {
    return this.markets.find((market) => market.id === this.market) ?? null;
  }

  get marketName() {
    return this.profile ? marketName(this.profile) : "";
  }

  productState(id) {
    return { kept: this.#kept.has(id), asked: this.#asked.has(id) };
  }

  announce(text) {
    setText(element("news"), text);
  }

  // --- visitor actions

  choose(market) {
    keepMarket(market);
    this.market = market;
    this.room.setMarket(market);
    this.refresh();
  }

  show(id) {
    const product = this.room.value(`product/${id}`);
    if (!product) return;
    if (document.fullscreenElement) document.exitFullscreen();
    this.detail.show(product);
  }

  clicked(id) {
    this.room.report("clicked", id);
  }

  toggle(id) {
    if (this.#kept.delete(id)) this.announce(word("removed"));
    else {
      this.#kept.add(id);
      this.room.report("added", id);
      this.announce(word("added"));
    }
    remember(`list.${this.stream}`, JSON.stringify([...this.#kept].slice(-500)));
    this.refresh();
  }

  requestCloseUp(id) {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    setTimeout(() => this.#asked.delete(id) && this.refresh(), ASK_AGAIN_MS);
    this.room.report("asked", id);
    this.announce(word("close_up_sent"));
    this.refresh();
  }

  like() {
    this.room.like();
    this.#ownLikes += 1;
    this.#hearts.rise();
    this.#showCounts();
  }

  // --- room updates

  refresh() {
    const { room } = this;
    const show = room.value("show") ?? {};
    this.markets = (Array.isArray(show.markets) ? show.markets : []).filter((market) => isMarket(market?.id));
    if (!this.profile) {
      this.market = chooseMarket(this.markets);
      if (this.market) room.setMarket(this.market);
    }
    const products = (room.value("list") ?? []).map((id) => room.value(`product/${id}`)).filter(Boolean);
    const pin = room.value("pinned");
    const pinned = pin ? room.value(`product/${pin.product}`) : null;
    this.#title(show.title);
    this.picker.update();
    this.disclosure.update(room.value("disclosure"), this.market);
    this.ticker.update(room.value("ticker"));
    this.countdown.update(room.value("countdown"));
    this.card.update(room.value("card"));
    this.coupon.update(room.value("coupon"));
    this.pinned.update(pinned, pin ? `pin ${pin.product} ${pin.at_ms}` : "");
    this.mini.update(pinned);
    this.list.update(products, pinned?.id ?? "");
    if (this.detail.openId) this.detail.update(room.value(`product/${this.detail.openId}`));
    this.#tellPinned(pin, pinned);
    this.#sells = products.length > 0 || ["pinned", "card", "coupon", "ticker", "disclosure", "countdown"].some((key) => room.value(key));
    this.dates.refresh();
  }

  // Shows the room once it has content. Upcoming shows alone need no product list.
  fit() {
    const anything = this.#sells || this.dates.listed;
    setHidden(element("products"), !this.#sells);
    setHidden(element("room"), !anything);
    document.body.classList.toggle("shop", anything);
  }

  #tellPinned(pin, product) {
    const key = product ? `${pin.product} ${pin.at_ms}` : "";
    if (key === this.#pinnedKey) return;
    this.#pinnedKey = key;
    if (product) this.announce([word("now"), textOf(product.name), priceText(offerOf(product, this.market))].filter(Boolean).join(", "));
  }

  #title(title) {
    const text = typeof title === "string" ? title : textOf(title);
    if (!text) return;
    setText(element("name"), text);
    document.title = `${text} · Tradewind`;
  }

  #counted() {
    const others = this.room.likes - this.#likes - this.#ownLikes;
    if (this.#likes && others > 0) this.#hearts.riseFor(others);
    this.#likes = this.room.likes;
    this.#ownLikes = 0;
    this.#showCounts();
    this.coupon.update(this.room.value("coupon"));
  }

  #showCounts() {
    const likes = this.#likes + this.#ownLikes;
    setText(element("likes"), likes ? compact(likes) : "");
    element("heart").classList.toggle("given", likes > 0);
    setText(element("viewers-text"), word("watching", { n: number(this.room.viewers) }));
    setHidden(element("viewers"), this.room.viewers < 1);
  }

  #stateChanged() {
    const open = this.room.state === "open";
    clearTimeout(this.#awayTimer);
    if (open) setHidden(element("away"), true);
    else this.#awayTimer = setTimeout(() => setHidden(element("away"), false), AWAY_SHOWN_AFTER_MS);
    setHidden(element("heart"), !open && this.room.connects === 0);
  }

  #fitPicture() {
    const { videoWidth, videoHeight } = element("video");
    document.body.classList.toggle("tall", videoHeight > videoWidth);
  }
}

const shop = new Shop();

// Read-only hook for measurements and tests.
window.tradewindRoom = Object.freeze({
  get state() {
    return shop.room.state;
  },
  get connects() {
    return shop.room.connects;
  },
  get rev() {
    return shop.room.rev;
  },
  get market() {
    return shop.market;
  },
  board: (key) => structuredClone(shop.room.value(key)),
});
