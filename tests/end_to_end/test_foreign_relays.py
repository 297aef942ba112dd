"""Relays that share no code with ours accept our WHIP, and Chromium plays their streams."""

import asyncio
from pathlib import Path

import pytest

from tests.support import namespace
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.foreign import janus, werift
from tests.support.foreign.janus import JanusRelay
from tests.support.foreign.werift import WeriftRelay
from tests.support.tradewind import Tradewind

pytestmark = [pytest.mark.browser, pytest.mark.relay, pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed")]

# Watches over WHEP: the page makes the offer.
WHEP = """
(async (address) => {
  const peer = (window.peer = new RTCPeerConnection());
  peer.ontrack = (event) => { document.querySelector("video").srcObject = event.streams[0] ?? new MediaStream([event.track]); };
  peer.addTransceiver("video", { direction: "recvonly" });
  peer.addTransceiver("audio", { direction: "recvonly" });
  await peer.setLocalDescription(await peer.createOffer());
  await new Promise((done) => { peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done(); });
  const answer = await fetch(address, { method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
})
"""
# Watches a VideoRoom: Janus makes the offer.
SUBSCRIBE = """
(async (base) => {
  const offer = await (await fetch(base + "/subscribe")).json();
  const peer = (window.peer = new RTCPeerConnection());
  peer.ontrack = (event) => { document.querySelector("video").srcObject = event.streams[0] ?? new MediaStream([event.track]); };
  await peer.setRemoteDescription({ type: "offer", sdp: offer.sdp });
  await peer.setLocalDescription(await peer.createAnswer());
  await new Promise((done) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
    setTimeout(done, 2000);
  });
  await fetch(base + offer.answer, { method: "POST", body: peer.localDescription.sdp });
})
"""
# Reads the frame number from row 0 of the test card's code; -1 = unreadable.
NUMBER = """
(() => {
  const video = document.querySelector("video");
  if (!video.videoWidth) return -1;
  const side = Math.max(4, Math.floor(Math.min(video.videoWidth / 36, video.videoHeight / 45) / 2) * 2);
  const canvas = new OffscreenCanvas(side * 36, side);
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  const row = [...Array(36).keys()].map((cell) => pen.getImageData(cell * side + side / 2, side / 2, 1, 1).data[1] > 127);
  const bits = row.slice(2, 34);
  const odd = bits.filter(Boolean).length % 2 === 1;
  if (!row[0] || row[1] || row[34] !== odd || row[35] === odd) return -1;
  return bits.reduce((number, bit) => number * 2 + (bit ? 1 : 0), 0);
})()
"""
HEARD = """
(async () => Math.max(0, ...[...(await window.peer.getStats()).values()].filter((one) => one.kind === "audio" && one.type === "inbound-rtp")
  .map((one) => one.totalAudioEnergy ?? 0)))()
"""


async def _plays_audio_and_video(page: Page) -> None:
    """Wait until frame numbers increase and audio has arrived."""
    first = await page.until(f"({NUMBER}) > 0 && ({NUMBER})", 25)
    await page.until(f"({NUMBER}) > {first + 30}")
    await page.until(f"{HEARD}.then((energy) => energy > 1e-4)")


@pytest.mark.skipif(bool(werift.available()), reason=werift.available())
@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_werift_accepts_our_publication(tmp_path: Path, codec: str) -> None:
    async with WeriftRelay(codec=codec) as relay:
        words = ("broadcast", "--relay", f"{relay.base}/whip/show", "--size", "640x360")
        async with Tradewind(tmp_path / "home", *words) as run, Chromium() as browser:
            await run.line("On air")
            page = await browser.page()
            await page.go(f"{relay.base}/blank/")
            await page.evaluate(f"{WHEP}({relay.base + '/whep/show'!r})")
            await _plays_audio_and_video(page)
            assert await run.end() == 0
        assert run.warnings() == []


@pytest.mark.root
@pytest.mark.skipif(bool(janus.available()), reason=janus.available())
@pytest.mark.skipif(bool(namespace.available()), reason=namespace.available())
def test_janus_accepts_our_publication(tmp_path: Path) -> None:
    """Runs in a network namespace, because Janus binds to a real interface."""
    folder = tmp_path / "janus"
    folder.mkdir()

    async def show() -> None:
        async with JanusRelay(folder, interface="tw0") as relay:
            words = ("broadcast", "--relay", f"{relay.base}/whip/show", "--token", janus.TOKEN, "--size", "640x360")
            async with Tradewind(tmp_path / "home", *words) as run, Chromium() as browser:
                await run.line("On air")
                page = await browser.page()
                await page.go(f"{relay.base}/blank/")
                await page.evaluate(f"{SUBSCRIBE}({relay.base!r})")
                await _plays_audio_and_video(page)
                assert await run.end() == 0
            assert run.warnings() == []

    with namespace.own_network():
        asyncio.run(show())
