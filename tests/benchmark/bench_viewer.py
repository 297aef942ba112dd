"""Time to live, first frame and delay in Chromium: `python -m tests.benchmark.bench_viewer [--seconds 20]`.

The page waits at the relay's address before the show starts. Prints one JSON object: the time from Go Live to the first packet and to the
first frame on a waiting viewer's page, with a running desk and with an engine that has just started; and the delay from capture to
display at 720p30, by the frame code.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from app.domain.base.clock import NS_PER_MS, SystemClock
from app.domain.program.broadcast import BroadcastState
from app.session.studio import Studio
from tests.support.chromium import Chromium, Page
from tests.support.studio_desk import REAL, StudioDesk
from tests.support.tradewind import Tradewind, read_report

ROUNDS = 5

# The wall clock of a show's first frame on the page. Reading its code identifies it; the time excludes that.
FIRST = """
window.firstFrame = new Promise((seen) => {
  const look = () => document.querySelector("video").requestVideoFrameCallback((now, { expectedDisplayTime }) =>
    tradewind.readFrameCode() ? seen(performance.timeOrigin + Math.max(now, expectedDisplayTime)) : look());
  look();
})
"""


async def _until_first_frame(page: Page, studio: Studio) -> float:
    """Milliseconds from the click on Go Live to the first frame."""
    await page.evaluate(f"(() => {{ {FIRST}; }})()")
    asked_ms = SystemClock().wall_ns() / NS_PER_MS
    studio.broadcast.go_live()
    return float(await page.evaluate("window.firstFrame")) - asked_ms


async def measure_clicks(home: Path) -> list[float]:
    """Measure several shows from one running desk with one viewer who stays."""
    found: list[float] = []
    async with StudioDesk(home, commands=REAL) as desk, Chromium() as browser:
        studio = desk.studio
        await desk.attached()
        await desk.until(lambda: studio.embedded.running and studio.engine.stats is not None and studio.engine.stats.frames.composed > 90)
        page = await browser.page()
        await page.go(studio.embedded.watch_address)
        for _ in range(ROUNDS):
            await page.until("tradewind.state === 'waiting'")
            found.append(await _until_first_frame(page, studio))
            await desk.until(lambda: studio.broadcast.state.value is BroadcastState.LIVE)
            studio.broadcast.stop_live()
            await desk.until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    return found


async def measure(seconds: float, home: Path) -> dict[str, Any]:
    (home / "desk").mkdir()
    clicks = await measure_clicks(home / "desk")
    report_file = home / "report.json"
    keys = home / "keys"
    async with Tradewind(home, "relay", "--listen", "127.0.0.1:0", "--keys", str(keys)) as relay, Chromium() as browser:
        page = await browser.page()
        await page.go(await relay.line("  watch"))
        await page.until("tradewind.state === 'waiting'")
        await page.evaluate(f"(() => {{ {FIRST}; }})()")
        words = ("broadcast", "--relay", await relay.line("  publish"), "--token", keys.read_text().split()[1])
        async with Tradewind(home, *words, "--seconds", str(seconds), "--report", str(report_file)) as show:
            first_ms = await page.evaluate("window.firstFrame")
            await page.until("tradewind.delays.length > 30")
            start = int(await page.evaluate("tradewind.delays.length"))
            assert await show.ended(within_s=seconds + 60) == 0
            delays: list[float] = (await page.evaluate("tradewind.delays"))[start:]
    report = read_report(report_file)
    cuts = quantiles(delays, n=100)
    return {
        "go_live_to_first_packet_ms": round(report["connect_ms"]["total"], 1),
        "connect_ms": report["connect_ms"],
        "go_live_to_first_frame_ms": round(median(clicks), 1),
        "of_each_show_ms": [round(one, 1) for one in clicks],
        "with_a_cold_engine_ms": round(first_ms - report["asked_unix_ms"], 1),
        "capture_to_display_ms": {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "frames": len(delays)},
        "frames": report["frames"],
        "late_ms": report["late_ms"],
        "cpu_s": report["cpu_s"],
        "rss_mb": report["rss_mb"],
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    with tempfile.TemporaryDirectory() as home:
        print(json.dumps(asyncio.run(measure(parser.parse_args().seconds, Path(home))), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
