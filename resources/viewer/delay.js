// Delay from the host's camera to this screen: from the frame code of the test card, else from RTCP sender
// reports, which map RTP timestamps to the host's clock. Assumes that host and relay share a clock, and measures the offset to it.
import { readFrameCode } from "./frame-code.js";

const NTP_EPOCH_MS = 2208988800000;
const WORD = 2 ** 32;
const MISSES = 30;

export class Delay {
  #video;
  #offsets = [];
  #codeMisses = 0;
  #codeSkip = 0;
  #code = null;
  #codeAt = -1e9;
  fromCode = [];

  constructor(video) {
    this.#video = video;
    this.#measureOffset();
    setInterval(() => document.hidden || this.#measureOffset(), 20000);
    if (video.requestVideoFrameCallback) this.#next();
  }

  get offsetMs() {
    return this.#offsets.length ? this.#offsets.reduce((best, one) => (one.round < best.round ? one : best)).offset : 0;
  }

  async #measureOffset() {
    for (let turn = 0; turn < 3; turn += 1) {
      try {
        const before = performance.timeOrigin + performance.now();
        const { ms } = await (await fetch("/api/time", { cache: "no-store" })).json();
        const after = performance.timeOrigin + performance.now();
        this.#offsets.push({ round: after - before, offset: ms - (before + after) / 2 });
        if (this.#offsets.length > 12) this.#offsets.shift();
      } catch {
        return;
      }
    }
  }

  relayNowMs() {
    return performance.timeOrigin + performance.now() + this.offsetMs;
  }

  #next() {
    this.#video.requestVideoFrameCallback((now, meta) => {
      this.#look(meta);
      this.#next();
    });
  }

  #look(meta) {
    // Reading copies a few rows of pixels. Without a code, try once a second.
    if (this.#codeSkip > 0) {
      this.#codeSkip -= 1;
      return;
    }
    const code = readFrameCode(this.#video);
    if (!code) {
      this.#codeMisses += 1;
      if (this.#codeMisses > MISSES) this.#codeSkip = MISSES;
      return;
    }
    this.#codeMisses = 0;
    const shownAt = Math.max(performance.now(), meta.expectedDisplayTime ?? 0) + performance.timeOrigin + this.offsetMs;
    let behind = ((shownAt % WORD) - code.timeMs + WORD) % WORD;
    if (behind > WORD / 2) behind -= WORD;
    this.#code = { ...code, delayMs: behind };
    this.#codeAt = performance.now();
    this.fromCode.push(behind);
    if (this.fromCode.length > 3000) this.fromCode.shift();
  }

  get code() {
    return performance.now() - this.#codeAt < 2000 ? this.#code : null;
  }

  // Milliseconds; null if unknown.
  fromReport(inbound) {
    const playout = inbound?.estimatedPlayoutTimestamp;
    if (!playout) return null;
    const unix = playout > NTP_EPOCH_MS ? playout - NTP_EPOCH_MS : playout;
    const behind = inbound.timestamp + this.offsetMs - unix; // both at the time of the report
    return behind > -50 && behind < 60000 ? Math.max(0, behind) : null;
  }
}
