// Sound and picture in step. The sound is always the later one: its packets are longer and its buffer is larger. A browser left alone
// holds the picture back for it in small steps and takes up to a minute; here it is told at once by how much, from what it reports.

const AIM_MS = 15; // by this the picture may be ahead: nobody sees it, and all of it is delay saved
const CLOSE_MS = 5; // nearer than this is left alone
const FIRST_MS = 60; // before anything is measured: less than any sound is late by
const LONGEST_MS = 300; // sound that is later than this comes from a machine that stands still, and it catches up by itself
const RENDER_MS = 12; // what browsers add to the target they report
const MS_PER_MS = 10; // browsers change the delay by 100 ms a second
const SETTLE_MS = 700;
const AGREE_MS = 25;
const SLACK_MS = 40; // sound that waits this much longer than it should comes down by itself within seconds, and is not waited for

// Milliseconds between two readings, on average: what a picture or a piece of sound spent in the buffer.
function spent(now, before, total) {
  const count = now.jitterBufferEmittedCount - (before?.jitterBufferEmittedCount ?? 0);
  return before && count > 0 ? (1000 * (now[total] - before[total])) / count : NaN;
}

// How long the picture is to be held. `skew`: by how much it is ahead of the sound; `excess`: by how much the sound waits longer than
// its buffer wants; `reported`: the target in force; `asked`: by us.
export function held({ skew, excess, reported, asked }) {
  const off = skew - Math.max(0, excess - SLACK_MS) - AIM_MS;
  if (Math.abs(off) < CLOSE_MS) return asked;
  return Math.round(Math.max(0, Math.min(LONGEST_MS, Math.max(asked, reported + RENDER_MS) + off)));
}

export class LipSync {
  #peer = null;
  #before = null;
  #skew = null;
  #asked = 0;
  #restUntil = 0;

  // Called a few times a second with the inbound-rtp statistics of both tracks.
  follow(peer, { video, audio }) {
    if (peer !== this.#peer) {
      this.#peer = peer;
      this.#forget();
    }
    const before = this.#before;
    this.#before = { video, audio };
    if (!video?.framesDecoded || !audio?.packetsReceived) return;
    if (!this.#asked) return this.#ask(FIRST_MS, FIRST_MS);
    const reported = spent(video, before?.video, "jitterBufferTargetDelay");
    const excess = spent(audio, before?.audio, "jitterBufferDelay") - spent(audio, before?.audio, "jitterBufferTargetDelay");
    if (!video.estimatedPlayoutTimestamp || !audio.estimatedPlayoutTimestamp || Number.isNaN(reported + excess)) return;
    const skew = video.estimatedPlayoutTimestamp - audio.estimatedPlayoutTimestamp;
    const agreed = this.#skew === null || Math.abs(skew - this.#skew) < AGREE_MS; // one reading alone may be a hiccup
    this.#skew = skew;
    if (!agreed || performance.now() < this.#restUntil) return;
    const wanted = held({ skew, excess, reported, asked: this.#asked });
    if (wanted !== this.#asked) this.#ask(wanted, Math.abs(skew));
  }

  // Nothing plays: the first picture to come must not wait.
  release() {
    if (!this.#asked) return;
    this.#hold(0);
    this.#forget();
  }

  #forget() {
    this.#before = this.#skew = null;
    this.#asked = 0;
  }

  #ask(ms, change) {
    this.#asked = Math.max(1, ms);
    this.#restUntil = performance.now() + SETTLE_MS + change * MS_PER_MS;
    this.#hold(this.#asked);
  }

  #hold(ms) {
    const receiver = this.#peer.getReceivers().find((one) => one.track.kind === "video");
    if (receiver && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = ms;
    else if (receiver && "playoutDelayHint" in receiver) receiver.playoutDelayHint = ms / 1000;
  }
}
