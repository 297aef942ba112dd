// A WHIP and WHEP front on werift (pure TypeScript WebRTC): a relay that shares no code with ours.
// Prints one JSON line {"port": N} when it listens on 127.0.0.1; ends with its standard input.
import { createServer } from "node:http";
import { RTCPeerConnection, RTCRtpCodecParameters } from "werift";

const VIDEO_FEEDBACK = [{ type: "nack" }, { type: "nack", parameter: "pli" }, { type: "goog-remb" }];
const h264 = new RTCRtpCodecParameters({
  mimeType: "video/H264",
  clockRate: 90000,
  rtcpFeedback: VIDEO_FEEDBACK,
  parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
});
const vp8 = new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90000, rtcpFeedback: VIDEO_FEEDBACK });
const opus = new RTCRtpCodecParameters({ mimeType: "audio/OPUS", clockRate: 48000, channels: 2 });
const wanted = process.argv[2] === "vp8" ? vp8 : h264;

const streams = new Map(); // name → { publisher, tracks, receivers }
const sessions = new Map(); // path → connection

function connection() {
  return new RTCPeerConnection({
    codecs: { video: [wanted], audio: [opus] },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
    bundlePolicy: "max-bundle",
  });
}

async function answered(pc, offer) {
  await pc.setRemoteDescription({ type: "offer", sdp: offer });
  await pc.setLocalDescription(await pc.createAnswer());
  return pc.localDescription.sdp;
}

async function publish(name, offer) {
  const pc = connection();
  const stream = { publisher: pc, tracks: {}, receivers: {} };
  streams.set(name, stream);
  pc.onRemoteTransceiverAdded.subscribe((transceiver) => {
    transceiver.onTrack.subscribe((track) => {
      stream.tracks[track.kind] = track;
      stream.receivers[track.kind] = transceiver.receiver;
    });
  });
  return [pc, await answered(pc, offer)];
}

async function watch(name, offer) {
  const stream = streams.get(name);
  if (!stream) return [null, null];
  const pc = connection();
  pc.onRemoteTransceiverAdded.subscribe((transceiver) => {
    const track = stream.tracks[transceiver.kind];
    if (!track) return;
    transceiver.direction = "sendonly";
    transceiver.sender.registerTrack(track);
    const ask = () => stream.receivers.video?.sendRtcpPLI(stream.tracks.video.ssrc);
    transceiver.sender.onPictureLossIndication.subscribe(ask);
    if (transceiver.kind === "video") transceiver.sender.onReady.subscribe(ask);
  });
  const answer = await answered(pc, offer);
  const asking = setInterval(() => stream.receivers.video?.sendRtcpPLI(stream.tracks.video?.ssrc), 500);
  setTimeout(() => clearInterval(asking), 4000);
  return [pc, answer];
}

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

async function handle(request, response) {
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "*");
  const [, verb, name] = request.url.split("/");
  if (request.method === "OPTIONS") return response.writeHead(204).end();
  if (request.method === "DELETE") {
    const pc = sessions.get(request.url);
    sessions.delete(request.url);
    if (pc) await pc.close();
    return response.writeHead(pc ? 200 : 404).end();
  }
  if (request.method === "GET" && verb === "blank") {
    response.writeHead(200, { "Content-Type": "text/html" });
    return response.end("<!doctype html><title>watch</title><video autoplay playsinline></video>");
  }
  if (request.method !== "POST") return response.writeHead(405).end();
  const offer = await body(request);
  const [pc, answer] = await (verb === "whip" ? publish : watch)(name, offer);
  if (!pc) return response.writeHead(404).end("nobody publishes that");
  const path = `/session/${sessions.size + 1}`;
  sessions.set(path, pc);
  response.writeHead(201, { "Content-Type": "application/sdp", Location: path });
  response.end(answer);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end(String(error));
  });
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
