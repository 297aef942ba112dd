"""Going live, first picture and delay, seen in Chromium: `python -m tests.benchmark.bench_viewer [--seconds 20]`.

The page waits at the embedded relay's address before the show begins. Prints one JSON object: Go Live to the first packet and to
the first picture on the page of a viewer who was waiting, and the delay from capture to display at 720p30 by the frame code.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.support.chromium import Chromium
from tests.support.tradewind import Tradewind, read_report

# The wall clock at which the first picture of a show is on the page.
FIRST = """
window.firstPicture = new Promise((seen) => {
  const look = () => document.querySelector("video").requestVideoFrameCallback(() =>
    tradewind.readFrameCode() ? seen(performance.timeOrigin + performance.now()) : look());
  look();
})
"""


async def measure(seconds: float, home: Path) -> dict[str, Any]:
    report_file = home / "report.json"
    keys = home / "keys"
    async with Tradewind(home, "relay", "--listen", "127.0.0.1:0", "--keys", str(keys)) as relay, Chromium() as browser:
        page = await browser.page()
        await page.go(await relay.line("  watch"))
        await page.until("tradewind.state === 'waiting'")
        await page.evaluate(f"(() => {{ {FIRST}; }})()")
        words = ("broadcast", "--relay", await relay.line("  publish"), "--token", keys.read_text().split()[1])
        async with Tradewind(home, *words, "--seconds", str(seconds), "--report", str(report_file)) as show:
            first_ms = await page.evaluate("window.firstPicture")
            await page.until("tradewind.delays.length > 30")
            start = int(await page.evaluate("tradewind.delays.length"))
            assert await show.ended(within_s=seconds + 60) == 0
            delays: list[float] = (await page.evaluate("tradewind.delays"))[start:]
    report = read_report(report_file)
    cuts = quantiles(delays, n=100)
    return {
        "go_live_to_first_packet_ms": round(report["connect_ms"]["total"], 1),
        "connect_ms": report["connect_ms"],
        "go_live_to_first_picture_ms": round(first_ms - report["asked_unix_ms"], 1),
        "capture_to_display_ms": {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "pictures": len(delays)},
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
