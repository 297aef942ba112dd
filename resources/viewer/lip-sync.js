// Keeps audio and video in sync. Audio is always later: its packets are longer and its buffer is larger. Browsers
// delay video in small steps and need up to a minute. This sets the right delay immediately, from the browser's own statistics.

const AIM_MS = 15; // video may be ahead by this much: nobody notices, and it saves delay
const CLOSE_MS = 5; // smaller differences are ignored
const FIRST_MS = 60; // before the first measurement: less than audio is ever late
const LONGEST_MS = 300; // audio later than this comes from a stalled computer and catches up automatically
const RENDER_MS = 12; // browsers add this to the target they report
const MS_PER_MS = 10; // browsers change the delay by 100 ms a second
const SETTLE_MS = 700;
const AGREE_MS = 25;
const SLACK_MS = 40; // excess audio delay of up to this much counts; more drops within seconds

// Average milliseconds that a frame or an audio sample spent in the buffer between two readings.
function spent(now, before, total) {
  const count = now.jitterBufferEmittedCount - (before?.jitterBufferEmittedCount ?? 0);
  return before && count > 0 ? (1000 * (now[total] - before[total])) / count : NaN;
}

// How long to delay video. `skew`: how far it is ahead of audio; `excess`: how much longer audio is buffered than
// its target; `reported`: the current target; `asked`: the target we set.
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
    const agreed = this.#skew === null || Math.abs(skew - this.#skew) < AGREE_MS; // a single reading may be an outlier
    this.#skew = skew;
    if (!agreed || performance.now() < this.#restUntil) return;
    const wanted = held({ skew, excess, reported, asked: this.#asked });
    if (wanted !== this.#asked) this.#ask(wanted, Math.abs(skew));
  }

  // Nothing plays: don't delay the first frame.
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
