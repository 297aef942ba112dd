// The WHEP session: connects, detects stalled video or a lost relay, and reconnects.

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 8000;
const CONNECT_WITHIN_MS = 8000;
const STALLED_AFTER_MS = 1500;
const PROBE_EVERY_MS = 1000;
const WAITING_PROBE_MS = 5000; // many waiting viewers must cost the relay little

function withStereo(sdp) {
  // The receiver's description decides whether Opus is decoded in stereo.
  const match = /a=rtpmap:(\d+) opus\/48000\/2/i.exec(sdp);
  if (!match) return sdp;
  const line = new RegExp(`(a=fmtp:${match[1]} [^\\r\\n]*)`);
  return line.test(sdp) ? sdp.replace(line, (all) => (/stereo=1/.test(all) ? all : `${all};stereo=1`)) : sdp;
}

export class Session extends EventTarget {
  #stream;
  #video;
  #peer = null;
  #location = "";
  #retries = 0;
  #timer = 0;
  #state = "connecting";
  #boot = "";
  #generation = 0;
  #lastFrames = -1;
  #lastProgress = 0;
  #nextProbe = 0;
  #liveSince = 0;
  #hadPicture = false;
  connects = 0;
  base = location.origin; // where other devices reach this relay
  reason = "";

  constructor(stream, video) {
    super();
    this.#stream = stream;
    this.#video = video;
    addEventListener("online", () => this.#again(0));
    addEventListener("pagehide", () => this.#leave());
    addEventListener("pageshow", (event) => event.persisted && this.#again(0));
    addEventListener("visibilitychange", () => !document.hidden && this.#state === "offline" && this.#again(0));
    setInterval(() => this.#watch(), 250);
    if (video.requestVideoFrameCallback) this.#next();
  }

  get state() {
    return this.#state;
  }

  get peer() {
    return this.#peer;
  }

  start() {
    this.#open();
  }

  #set(state, reason = "") {
    if (state === this.#state && reason === this.reason) return;
    this.#state = state;
    this.reason = reason;
    this.dispatchEvent(new Event("state"));
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#generation += 1;
    this.#peer?.close();
    this.#peer = null;
  }

  #leave() {
    if (this.#location) fetch(this.#location, { method: "DELETE", keepalive: true }).catch(() => {});
    this.#location = "";
    this.#drop();
  }

  #again(wait) {
    const delay = wait ?? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries) * (0.75 + Math.random() / 2);
    this.#retries += 1;
    this.#drop();
    this.#timer = setTimeout(() => this.#open(), delay);
  }

  async #open() {
    this.#drop();
    const mine = this.#generation;
    if (this.#state !== "offline") this.#set("connecting");
    const peer = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    this.#peer = peer;
    const media = new MediaStream();
    for (const kind of ["video", "audio"]) {
      const transceiver = peer.addTransceiver(kind, { direction: "recvonly" });
      const receiver = transceiver.receiver;
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      if ("playoutDelayHint" in receiver) receiver.playoutDelayHint = 0;
      media.addTrack(receiver.track);
    }
    peer.onconnectionstatechange = () => {
      if (mine !== this.#generation) return;
      if (peer.connectionState === "connected") this.#connected();
      if (peer.connectionState === "failed" || peer.connectionState === "closed") this.#lost();
    };
    try {
      const offer = await peer.createOffer();
      offer.sdp = withStereo(offer.sdp);
      await peer.setLocalDescription(offer);
      const answer = await this.#post(peer.localDescription.sdp);
      if (mine !== this.#generation) return;
      await peer.setRemoteDescription({ type: "answer", sdp: answer });
      this.#video.srcObject = media;
      this.#lastFrames = -1;
      this.#timer = setTimeout(() => mine === this.#generation && peer.connectionState !== "connected" && this.#lost(), CONNECT_WITHIN_MS);
    } catch (error) {
      if (mine === this.#generation) this.#failed(error);
    }
  }

  async #post(sdp) {
    const response = await fetch(`/whep/${encodeURIComponent(this.#stream)}`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: sdp,
      signal: AbortSignal.timeout(CONNECT_WITHIN_MS),
    });
    if (response.status !== 201) throw Object.assign(new Error(`status ${response.status}`), { status: response.status, retry: Number(response.headers.get("Retry-After")) });
    this.#location = response.headers.get("Location") ?? "";
    return response.text();
  }

  #failed(error) {
    if (error.status === 404) this.#set("offline", "gone");
    else if (error.status === 406) this.#set("offline", "no_codec");
    else this.#set("offline");
    this.#again(error.retry > 0 ? error.retry * 1000 : undefined);
  }

  #connected() {
    clearTimeout(this.#timer);
    this.#retries = 0;
    this.connects += 1;
    this.#boot = "";
    this.#lastProgress = performance.now();
    this.#set(this.#hadPicture ? "stalled" : "waiting");
    this.#probe();
  }

  #lost() {
    this.#set("offline");
    this.#again();
  }

  #next() {
    // Shows the first frame immediately instead of at the next check.
    this.#video.requestVideoFrameCallback(() => {
      if (this.#state !== "playing") this.#watch();
      this.#next();
    });
  }

  #watch() {
    // The decoder's frame count shows whether video is running, also when the page isn't painted.
    if (this.#peer?.connectionState !== "connected" && this.#peer?.connectionState !== "disconnected") return;
    const now = performance.now();
    const frames = this.#video.getVideoPlaybackQuality?.().totalVideoFrames ?? this.#video.webkitDecodedFrameCount ?? 0;
    if (frames !== this.#lastFrames) {
      const first = this.#lastFrames < 0;
      this.#lastFrames = frames;
      if (first && frames === 0) return;
      this.#lastProgress = now;
      this.#hadPicture = true;
      this.#set("playing");
    } else if (now - this.#lastProgress > STALLED_AFTER_MS) {
      if (this.#state === "playing") this.#set("stalled");
      if (now > this.#nextProbe) this.#probe();
    }
  }

  async #probe() {
    // Without video, check whether the relay is still the one we're connected to.
    this.#nextProbe = performance.now() + (this.#state === "waiting" ? WAITING_PROBE_MS * (0.75 + Math.random() / 2) : PROBE_EVERY_MS);
    const mine = this.#generation;
    try {
      const response = await fetch("/api/status", { cache: "no-store", signal: AbortSignal.timeout(3000) });
      const status = await response.json();
      if (mine !== this.#generation) return;
      if (this.#boot && status.boot !== this.#boot) return this.#again(0);
      this.#boot = status.boot;
      this.base = status.base ?? this.base;
      const { live, over, video } = status.streams.find((stream) => stream.name === this.#stream) ?? {};
      const now = performance.now();
      this.#liveSince = live && video ? this.#liveSince || now : 0;
      if (this.#liveSince && this.#state !== "playing") {
        // A show that just started gets time. A running show that doesn't arrive needs a new connection.
        if (now - Math.max(this.#lastProgress, this.#liveSince) > 6000) return this.#again(0);
        this.#nextProbe = now + PROBE_EVERY_MS;
      }
      // A host who left ended the show. One who disappeared gets time to come back.
      if (!live && this.#state === "stalled" && (over || performance.now() - this.#lastProgress > 20000)) {
        this.#hadPicture = false;
        this.#set("waiting", over ? "ended" : "");
      }
    } catch {
      if (mine === this.#generation) this.#lost();
    }
  }
}
