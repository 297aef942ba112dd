"""A new user's first minute: one command, and Chromium plays the test card with its sound."""

import socket
from pathlib import Path
from typing import Any

import pytest

from app.media.capture.test_card import BAR_COLOURS, BARS
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.tradewind import Tradewind, read_report

pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed")]

# Tolerances for red, green, blue. Without a GPU, Chromium converts with libyuv, whose 8 bits cannot hold BT.709's factor for blue (2.11
# becomes 2.0).
TOLERANCES = (3, 3, 10)

# The colours in the middle of each bar on the page, as [r, g, b].
READ_BARS = """
(() => {
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  return [...Array(%d).keys()].map((bar) => {
    const x = Math.round((bar + 0.5) * video.videoWidth / %d), y = Math.round(%f * video.videoHeight);
    return [...pen.getImageData(x, y, 1, 1).data].slice(0, 3);
  });
})()
"""
# The strongest frequency and its level in dB over about 2 s, in which the tone beeps.
HEAR = """
(async () => {
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(document.querySelector("video").srcObject).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let best = [0, -200];
  for (let turn = 0; turn < 80; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    analyser.getFloatFrequencyData(bins);
    bins.forEach((level, bin) => { if (level > best[1]) best = [bin * context.sampleRate / analyser.fftSize, level]; });
  }
  await context.close();
  return best;
})()
"""


async def bars(page: Page) -> list[list[int]]:
    found: list[list[int]] = await page.evaluate(READ_BARS % (len(BAR_COLOURS), len(BAR_COLOURS), sum(BARS) / 2))
    return found


async def test_one_command_is_enough_for_a_browser_to_show_the_program(tmp_path: Path) -> None:
    report_file = tmp_path / "report.json"
    words = ("broadcast", "--embedded", "--listen", "127.0.0.1:0", "--report", str(report_file))
    async with Tradewind(tmp_path / "home", *words) as run, Chromium() as browser:
        page = await browser.page()
        await page.go(await run.line("Watch:"))
        await page.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null")
        first: dict[str, Any] = await page.evaluate("tradewind.readFrameCode()")
        for shown, meant in zip(await bars(page), BAR_COLOURS, strict=True):
            assert all(abs(one - other) <= most for one, other, most in zip(shown, meant, TOLERANCES, strict=True)), (shown, meant)
        frequency, level = await page.evaluate(HEAR)
        assert abs(frequency - 440) < 12, (frequency, level)
        assert level > -60
        later: dict[str, Any] = await page.evaluate("tradewind.readFrameCode()")
        assert later["number"] > first["number"] + 30
        delays: list[float] = sorted(await page.evaluate("tradewind.delays"))
        assert delays
        assert 0 < delays[len(delays) // 2] < 1000
        assert [line for line in page.console if "exception" in line or "error" in line.lower()] == []
        assert await run.end() == 0
        assert run.running() == []
    report = read_report(report_file)
    assert report["frames"]["encoded"] > 30
    assert report["connect_ms"]["total"] > 0
    assert report["targets"][0]["state"] == "live"
    assert {"desk", "engine", "relay"} <= set(report["cpu_s"]) <= {"desk", "engine", "engine_host", "relay"}
    assert run.warnings() == []


async def test_a_waiting_viewer_sees_the_show_once_it_starts(tmp_path: Path) -> None:
    """The page is open before the show starts, and reconnects automatically for the next show."""
    keys = tmp_path / "keys"
    home = tmp_path / "home"
    async with Tradewind(home, "relay", "--listen", "127.0.0.1:0", "--keys", str(keys)) as relay, Chromium() as browser:
        whip = await relay.line("  publish")
        page = await browser.page()
        await page.go(await relay.line("  watch"))
        await page.until("tradewind.state === 'waiting'")
        key = keys.read_text().split()[1]
        for _ in range(2):
            async with Tradewind(home, "broadcast", "--relay", whip, "--token", key, "--seconds", "3") as show:
                await page.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null")
                assert await show.ended() == 0
            await page.until("tradewind.state === 'waiting'")


async def test_a_relay_that_refuses_is_reported(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", "relay", "--listen", "127.0.0.1:0", "--keys", str(tmp_path / "keys")) as relay:
        whip = await relay.line("  publish")
        async with Tradewind(tmp_path / "home", "broadcast", "--relay", whip, "--token", "wrong", "--seconds", "3") as show:
            assert await show.ended() == 1
        assert "Couldn’t go live" in show.complaints[-1]
        assert "token" in show.complaints[-1] or "key" in show.complaints[-1]


async def test_an_unreachable_relay_is_reported(tmp_path: Path) -> None:
    with socket.socket() as nobody:  # bound, so no other program answers at this port, but not listening
        nobody.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{nobody.getsockname()[1]}"
        async with Tradewind(tmp_path / "home", "broadcast", "--relay", f"http://{place}/whip/x", "--seconds", "1") as show:
            assert await show.ended(within_s=60) == 1
    assert place in show.complaints[-1]
    assert "Connection refused" in show.complaints[-1]
