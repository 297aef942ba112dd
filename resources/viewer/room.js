// The connection to the room: what the host shows, and what this visitor does. It reconnects and resumes automatically,
// independently of the video.
import { recall, remember } from "./storage.js";
import { languages } from "./translations.js";
import { Outbox } from "./outbox.js";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15000;
const HELLO_WITHIN_MS = 10000;
const PING_EVERY_MS = 25000;
const PONG_WITHIN_MS = 10000;
const LIKES_EVERY_MS = 600;
const MOST_LIKES = 20;
const NOT_UNDERSTOOD = 4400;
const UNKNOWN_VERSION = 4426;

export class Room extends EventTarget {
  #stream;
  #market;
  #socket = null;
  #retries = 0;
  #timer = 0;
  #pulse = 0;
  #heardAt = 0;
  #boot = "";
  #number = 0;
  #outbox;
  #claims = new Map(); // coupon → number of the request
  #likes = 0;
  #likeTimer = 0;
  #offsetMs = 0;
  #changed = new Set();
  #flush = 0;
  board = new Map();
  rev = 0;
  state = "connecting";
  viewers = 0;
  likes = 0;
  left = {};
  waiting = {}; // date → number of reminders
  reserved = new Set(); // dates for which the room has this visitor's reminder
  connects = 0;

  constructor(stream, market) {
    super();
    this.#stream = stream;
    this.#market = market;
    this.#outbox = new Outbox(stream, () => this.#token);
    addEventListener("online", () => this.#again(0));
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.#again(0));
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#hidden() : this.state !== "open" && this.#again(0)));
  }

  start() {
    this.#open();
  }

  // The relay's clock, so that countdowns end at the same time on every page.
  now() {
    return Date.now() + this.#offsetMs;
  }

  value(key) {
    return this.board.get(key) ?? null;
  }

  setMarket(market) {
    if (market === this.#market) return;
    this.#market = market;
    this.#send({ t: "market", market, languages });
  }

  report(kind, product = "") {
    this.#queue({ kind, product });
  }

  like() {
    this.#likes = Math.min(MOST_LIKES, this.#likes + 1);
    this.#likeTimer ||= setTimeout(() => this.#tellLikes(), LIKES_EVERY_MS);
  }

  #tellLikes() {
    clearTimeout(this.#likeTimer);
    this.#likeTimer = 0;
    const count = this.#likes;
    this.#likes = 0;
    if (count) this.#queue({ kind: "like", count });
  }

  claim(coupon) {
    if (this.#claims.has(coupon)) return;
    this.#number += 1;
    this.#claims.set(coupon, this.#number);
    this.#send({ t: "claim", n: this.#number, coupon });
  }

  // The answer is a "reserved" event. Without a connection nothing is sent, and the caller asks again.
  reserve(date, on) {
    this.#send({ t: "reserve", date, on });
  }

  #queue(event) {
    this.#number += 1;
    const numbered = { t: "event", n: this.#number, ...event };
    this.#outbox.add(numbered);
    this.#send(numbered);
  }

  #send(message) {
    if (this.state === "open" && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #set(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  get #token() {
    return recall(`token.${this.#stream}`);
  }

  // Phones may kill a hidden page without an event.
  #hidden() {
    this.#tellLikes();
    if (this.state !== "open") this.#outbox.leave();
  }

  #leave() {
    this.#tellLikes();
    this.#outbox.leave();
    this.#drop();
  }

  #drop() {
    clearTimeout(this.#timer);
    clearInterval(this.#pulse);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #again(wait) {
    this.#drop();
    const delay = wait ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries) * (0.75 + Math.random() / 2);
    this.#retries += 1;
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  #open() {
    this.#drop();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/room/${encodeURIComponent(this.#stream)}`);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lost(socket), HELLO_WITHIN_MS);
    socket.onopen = () => {
      const hello = { t: "hello", v: 1, token: this.#token, page: this.#outbox.page, board: this.rev, boot: this.#boot, languages, market: this.#market };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => socket === this.#socket && this.#hear(event.data);
    socket.onclose = (event) => this.#lost(socket, event.code);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    if (code === NOT_UNDERSTOOD) {
      this.#outbox.forget();
      this.#claims.clear();
    }
    this.#set("away");
    this.#again(code === UNKNOWN_VERSION ? 60000 : undefined);
  }

  #hear(text) {
    this.#heardAt = performance.now();
    const message = JSON.parse(text);
    this.#hearing[message.t]?.(message);
  }

  #hearing = {
    welcome: (message) => this.#welcomed(message),
    put: ({ rev, key, value }) => this.#put(rev, key, value),
    ack: ({ n }) => this.#outbox.acknowledged(n),
    count: ({ viewers, likes, left, waiting }) => {
      Object.assign(this, { viewers, likes, left: left ?? {}, waiting: waiting ?? {} });
      this.dispatchEvent(new Event("count"));
    },
    reserved: ({ date, on, why }) => {
      if (on) this.reserved.add(date);
      else this.reserved.delete(date);
      this.dispatchEvent(new CustomEvent("reserved", { detail: { date, on, why } }));
    },
    coupon: ({ coupon, code, why }) => {
      this.#claims.delete(coupon);
      this.dispatchEvent(new CustomEvent("coupon", { detail: { coupon, code, why } }));
    },
  };

  #welcomed(message) {
    clearTimeout(this.#timer);
    this.#retries = 0;
    this.connects += 1;
    this.#boot = message.boot;
    this.#offsetMs = message.now_ms - Date.now();
    remember(`token.${this.#stream}`, message.token);
    if (message.board) {
      for (const key of this.board.keys()) this.#changed.add(key);
      this.board = new Map(Object.entries(message.board));
      for (const key of this.board.keys()) this.#changed.add(key);
    }
    for (const [rev, key, value] of message.patches ?? []) this.#put(rev, key, value);
    this.rev = message.rev;
    this.reserved = new Set(message.reserved ?? []);
    this.#tell();
    this.#set("open");
    this.dispatchEvent(new Event("welcome"));
    for (const event of this.#outbox.events) this.#send(event);
    this.#outbox.deliver();
    for (const [coupon, n] of this.#claims) this.#send({ t: "claim", n, coupon });
    this.#pulse = setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  #ping() {
    // A dead connection still looks open. Only an answer shows that it works.
    const socket = this.#socket;
    const asked = performance.now();
    this.#send({ t: "ping" });
    setTimeout(() => socket === this.#socket && this.#heardAt < asked && this.#lost(socket), PONG_WITHIN_MS);
  }

  #put(rev, key, value) {
    if (value === null) this.board.delete(key);
    else this.board.set(key, value);
    this.rev = rev;
    this.#changed.add(key);
    this.#tell();
  }

  #tell() {
    this.#flush ||= setTimeout(() => {
      this.#flush = 0;
      const keys = this.#changed;
      this.#changed = new Set();
      this.dispatchEvent(new CustomEvent("change", { detail: keys }));
    }, 0);
  }
}
