"""Measures every figure that Tradewind promises: `python -m tests.benchmark [--minutes 5] [--only NAME …]`.

The benchmarks run one after the other, each in a process that prints its figures. Run nothing else on the computer meanwhile. The
window's benchmarks use the display, or Xvfb without one.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A promise and how to measure it; {seconds} is replaced by the length of the long ones."""

    name: str
    promise: str
    words: tuple[str, ...]
    needs_display: bool = False


BENCHMARKS = (
    Benchmark("pipeline", "capture + compose + encode costs at most 1.25 times what FFmpeg does for the same", ("bench_pipeline",)),
    Benchmark("sender", "a further WHIP target from the same encode: at most 5 % of a core", ("bench_sender",)),
    Benchmark("relay", "ten viewers at 2.5 Mb/s: at most 60 % of a core, first frame within 500 ms", ("bench_relay",)),
    Benchmark("attacks", "under every attack a viewer has at least 28 frames a second and no gap above 250 ms", ("bench_attacks",)),
    Benchmark("room", "a pin reaches 200 pages within 300 ms (p95), and the frames of a viewer stay even", ("bench_room",)),
    Benchmark(
        "viewer",
        "first packet within 250 ms, first frame of a waiting viewer within 600 ms, capture to display at most 120 ms (p50)",
        ("bench_viewer",),
    ),
    Benchmark("cards", "cards that stand still cost at most 0.5 ms a frame at 720p; one is drawn within 20 ms", ("bench_cards",)),
    Benchmark("lint", "a change of a show of 10,000 products and 200 segments is checked within 50 ms", ("bench_lint",)),
    Benchmark(
        "selling",
        "with 10,000 products every verb holds the desk up for at most 50 ms; a pin is on 200 pages within 300 ms (p95)",
        ("bench_show_control",),
    ),
    Benchmark(
        "schedule",
        "five hours of a fortnight for 20 parties within 60 ms; a month of 60 shows × 8 markets × 12 people made better within 150 ms",
        ("bench_schedule",),
    ),
    Benchmark("show", "every action on a list of 10,000 products or 200 segments takes at most 50 ms", ("bench_show",), needs_display=True),
    Benchmark(
        "planner",
        "a block that is dragged across the strips of twenty parties is painted within 16 ms (p95)",
        ("bench_planner",),
        needs_display=True,
    ),
    Benchmark(
        "window",
        "the window with the sample show can be seen within 1.5 s; at most 0.1 % of frames repeated or skipped and late p99 at most 10 ms; "
        "a busy window at most doubles that; at most 450 MB",
        ("bench_window", "--seconds", "{seconds}", "--busy-seconds", "{seconds}"),
        needs_display=True,
    ),
)


def command(benchmark: Benchmark, seconds: float) -> list[str]:
    """Return the command line that measures it."""
    module, *words = (word.format(seconds=seconds) for word in benchmark.words)
    line = [sys.executable, "-m", f"tests.benchmark.{module}", *words]
    if benchmark.needs_display and "DISPLAY" not in os.environ and shutil.which("xvfb-run"):
        return ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", *line]
    return line


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmarks; returns 1 when one fails to run."""
    parser = argparse.ArgumentParser(prog="tests.benchmark", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=5.0, help="length of the long spans (default 5)")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS], help="run these alone")
    arguments = parser.parse_args(words)
    failed = []
    for benchmark in BENCHMARKS:
        if arguments.only and benchmark.name not in arguments.only:
            continue
        print(f"\n== {benchmark.name}: {benchmark.promise}   (load {os.getloadavg()[0]:.1f})", flush=True)
        started = time.monotonic()
        if subprocess.run(command(benchmark, arguments.minutes * 60), check=False).returncode:
            failed.append(benchmark.name)
        print(f"   measured in {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"\ncould not be run: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
