"""Flash and beep in Chromium: video and audio played at the same moment were captured at the same moment."""

from pathlib import Path
from statistics import median

import pytest

from tests.support.chromium import Chromium, chromium_path
from tests.support.tradewind import Tradewind

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
]

# About 3 s of pairs: the capture time (ms on the sender's clock) of what each track plays at a moment.
PAIRS = """
(async () => {
  const pairs = [];
  while (pairs.length < 30) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const tracks = [...(await tradewind.peer.getStats()).values()].filter((one) => one.type === "inbound-rtp");
    const [video, audio] = ["video", "audio"].map((kind) => tracks.find((one) => one.kind === kind)?.estimatedPlayoutTimestamp ?? 0);
    if (video && audio) pairs.push([video, audio]);
  }
  return pairs;
})()
"""
MOST_MS = 20.0
ROUNDS = 12  # a player that has just started adjusts its delays once a second


async def test_chromium_plays_audio_and_video_in_sync(tmp_path: Path) -> None:
    words = ("broadcast", "--embedded", "--listen", "127.0.0.1:0", "--size", "640x360")
    async with Tradewind(tmp_path / "home", *words) as run, Chromium() as browser:
        page = await browser.page()
        await page.go(await run.line("Watch:"))
        await page.until("tradewind.state === 'playing'", 20)
        rounds: list[float] = []
        while not rounds or (abs(rounds[-1]) > MOST_MS and len(rounds) < ROUNDS):
            rounds.append(median(video - audio for video, audio in await page.evaluate(PAIRS)))
        assert await run.end() == 0
    print(f"the video is ahead of the sound by {', '.join(f'{skew:.1f}' for skew in rounds)} ms")
    assert abs(rounds[-1]) <= MOST_MS, rounds
