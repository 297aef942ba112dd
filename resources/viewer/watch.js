// The viewer page's video, controls and statistics.
import { Delay } from "./delay.js";
import { readFrameCode } from "./frame-code.js";
import { LipSync } from "./lip-sync.js";
import { Session } from "./session.js";
import { localise, word } from "./words.js";

const IDLE_AFTER_MS = 3200;
const element = (id) => document.getElementById(id);
const video = element("video");
const stream = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const session = new Session(stream, video);
const delay = new Delay(video);
const lipSync = new LipSync();
let figures = {};
let previous = null;
let idleTimer = 0;
let wantsSound = true;
let refused = false; // the browser requires a tap before audio plays

localise();
element("name").textContent = stream;
document.title = `${stream} · Tradewind`;

// --- state

function showState() {
  const state = session.state;
  const key = session.reason || state;
  document.body.dataset.state = state;
  document.body.dataset.reason = session.reason;
  const later = state === "waiting" && document.body.dataset.coming === "later"; // the next show isn't soon
  element("badge-text").textContent = word(state === "playing" ? "live" : key === "ended" ? key : later ? "off_air" : state);
  if (state !== "playing") {
    element("empty-title").textContent = word(`${key}_title`);
    element("empty-text").textContent = word(`${key}_text`);
    element("delay").hidden = true;
  }
  element("announce").textContent = state === "playing" ? word("live") : later && !session.reason ? word("off_air") : word(`${key}_title`);
  if (state === "playing") startSound();
  showMute();
  showControls();
}

// --- audio: try with audio first; if the browser refuses, play muted and show a button over the video

async function startSound() {
  if (!wantsSound || !video.muted) return;
  video.muted = false;
  try {
    await video.play();
    refused = false;
  } catch {
    video.muted = true;
    refused = true;
    video.play().catch(() => {});
  }
  showMute();
}

function showMute() {
  const silent = video.muted || video.volume === 0;
  element("mute").setAttribute("aria-pressed", String(silent));
  element("mute").setAttribute("aria-label", word(silent ? "unmute" : "mute"));
  // Only while something plays and until the visitor has chosen.
  element("sound").hidden = !(refused && silent && wantsSound && session.state === "playing");
}

function toggleSound() {
  wantsSound = video.muted;
  video.muted = !video.muted;
  if (!video.muted && video.volume === 0) setVolume(100);
  video.play().catch(() => {});
  showMute();
}

function setVolume(percent) {
  element("volume").value = String(percent);
  video.volume = percent / 100;
  if (percent > 0) {
    video.muted = false;
    wantsSound = true;
  }
  showMute();
}

element("sound").addEventListener("click", toggleSound);
element("mute").addEventListener("click", toggleSound);
element("volume").addEventListener("input", (event) => setVolume(Number(event.target.value)));

// --- controls hide after inactivity

function showControls() {
  document.body.classList.remove("idle");
  clearTimeout(idleTimer);
  idleTimer = setTimeout(() => {
    const focused = document.activeElement?.matches?.(":focus-visible");
    if (!focused && element("stats").hidden && !element("sheet").open) document.body.classList.add("idle");
  }, IDLE_AFTER_MS);
}

for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"]) addEventListener(kind, showControls, { passive: true });

// --- full screen, statistics, sharing, keys

function toggleFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (element("stage").requestFullscreen) element("stage").requestFullscreen().catch(() => {});
  else video.webkitEnterFullscreen?.(); // iPhone
}

function toggleStats() {
  const hidden = !element("stats").hidden;
  element("stats").hidden = hidden;
  for (const id of ["info", "delay"]) element(id).setAttribute("aria-expanded", String(!hidden));
  showControls();
}

function shared() {
  return session.base + location.pathname;
}

function openShare() {
  element("qr").src = `/qr/${encodeURIComponent(stream)}.svg`;
  element("address").value = shared();
  element("copy").textContent = word("copy");
  element("sheet").showModal();
}

async function copyAddress() {
  element("address").select();
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(shared());
    else document.execCommand("copy"); // plain http has no clipboard API
  } catch {
    document.execCommand("copy");
  }
  element("copy").textContent = word("copied");
  element("announce").textContent = word("copied");
}

element("full").addEventListener("click", toggleFull);
video.addEventListener("dblclick", toggleFull);
element("info").addEventListener("click", toggleStats);
element("delay").addEventListener("click", toggleStats);
element("share").addEventListener("click", openShare);
element("copy").addEventListener("click", copyAddress);
element("sheet").addEventListener("click", (event) => event.target === element("sheet") && element("sheet").close());

const KEYS = { f: toggleFull, m: toggleSound, i: toggleStats, s: openShare };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches?.("input") || element("sheet").open) return;
  KEYS[event.key.toLowerCase()]?.();
});

// --- statistics

async function measure() {
  const peer = session.peer;
  if (!peer || session.state === "offline") return;
  const found = { connects: session.connects, state: session.state };
  for (const entry of (await peer.getStats()).values()) {
    if (entry.type === "inbound-rtp") found[entry.kind] = entry;
    if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined) found.rttMs = entry.currentRoundTripTime * 1000;
    if (entry.type === "codec") (found.codecs ??= {})[entry.id] = entry.mimeType.split("/")[1];
  }
  if (session.state !== "playing") lipSync.release();
  else if (peer === session.peer) lipSync.follow(peer, found);
  found.code = delay.code;
  found.delayMs = found.code?.delayMs ?? delay.fromReport(found.video);
  found.delayFrom = found.code ? "code" : found.delayMs === null ? "" : "report";
  const before = previous;
  previous = found;
  if (found.video && before?.video) {
    const seconds = (found.video.timestamp - before.video.timestamp) / 1000;
    const bytes = (entry) => (entry.video?.bytesReceived ?? 0) + (entry.audio?.bytesReceived ?? 0);
    found.kbps = seconds > 0 ? ((bytes(found) - bytes(before)) * 8) / seconds / 1000 : 0;
    const emitted = found.video.jitterBufferEmittedCount - before.video.jitterBufferEmittedCount;
    found.bufferMs = emitted > 0 ? ((found.video.jitterBufferDelay - before.video.jitterBufferDelay) / emitted) * 1000 : null;
  }
  figures = found;
  showFigures();
}

function showFigures() {
  const known = (value, text) => (value === undefined || value === null || Number.isNaN(value) ? word("unknown") : text(value));
  const picture = figures.video;
  const total = (picture?.packetsReceived ?? 0) + (picture?.packetsLost ?? 0);
  element("delay").hidden = session.state !== "playing" || figures.delayMs === null || figures.delayMs === undefined;
  element("delay-text").textContent = known(figures.delayMs, (ms) => word("delay", { s: (ms / 1000).toFixed(2) }));
  if (element("stats").hidden) return;
  const rows = [
    ["f_delay", known(figures.delayMs, (ms) => `${Math.round(ms)} ms`)],
    ["f_size", known(picture?.frameWidth, () => `${picture.frameWidth}×${picture.frameHeight} · ${Math.round(picture.framesPerSecond ?? 0)}/s`)],
    ["f_rate", known(figures.kbps, (kbps) => `${(kbps / 1000).toFixed(2)} Mbit/s`)],
    ["f_codec", known(picture, () => [picture, figures.audio].map((entry) => figures.codecs?.[entry?.codecId]).filter(Boolean).join(" · "))],
    ["f_loss", known(picture, () => `${total ? ((100 * Math.max(0, picture.packetsLost)) / total).toFixed(2) : "0.00"} %`)],
    ["f_rtt", known(figures.rttMs, (ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`)],
    ["f_buffer", known(figures.bufferMs, (ms) => `${Math.round(ms)} ms`)],
    ["f_frames", known(picture?.framesDecoded, String)],
    ["f_dropped", known(picture?.framesDropped, String)],
  ];
  const list = element("figures");
  while (list.children.length < rows.length * 2) list.append(document.createElement("dt"), document.createElement("dd"));
  rows.forEach(([key, value], index) => {
    list.children[index * 2].textContent = word(key);
    list.children[index * 2 + 1].textContent = value;
  });
}

session.addEventListener("state", showState);
document.addEventListener("coming", showState);
setInterval(measure, 500);
showState();
showMute();
session.start();

// Read-only hook for measurements and tests.
window.tradewind = Object.freeze({
  get state() {
    return session.state;
  },
  get stats() {
    return figures;
  },
  get delays() {
    return delay.fromCode.slice();
  },
  get connects() {
    return session.connects;
  },
  get peer() {
    return session.peer;
  },
  readFrameCode: () => readFrameCode(video),
});
