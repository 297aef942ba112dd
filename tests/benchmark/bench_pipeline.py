"""Processor time of capture, composition and encoding, compared with FFmpeg for the same work: `python -m tests.benchmark.bench_pipeline`.

720p30: a 720p file as camera, a 360p file as picture-in-picture, a card with alpha; x264 superfast, zerolatency, 2.5 Mb/s, one thread.
Both run in real time in separate processes, one after the other, and count the same span of program without their start: the engine
between two readings, FFmpeg as the difference of a long and a short run.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from app.domain.base.clock import SystemClock
from app.domain.program.output import Canvas, EncoderChoice, Output, SpeedPreset, VideoSettings
from app.domain.program.packet import EncodedPacket
from app.domain.program.project import Project
from app.domain.program.scene import Box, Fit, Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.media.engine import Engine
from tests.support.publishing import LocalPublisher, target

GOAL = 1.25
SETTLE_S = 3.0
PIP = (426, 240, 834, 20)  # width, height, left, top
CARD = (800, 300, 240, 400)


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """Milliseconds of processor for each frame of program; `threads` is the engine's by thread name."""

    engine_ms: float
    ffmpeg_ms: float
    threads: dict[str, float]
    late_p99_ms: float
    lost: int

    @property
    def ratio(self) -> float:
        return self.engine_ms / self.ffmpeg_ms


class CountingPublisher(LocalPublisher):
    """Drops the packets, like FFmpeg's null muxer."""

    def push(self, packet: EncodedPacket) -> None:
        pass


def make_content(folder: Path) -> None:
    """The two films (BT.709, two seconds of GOP as cameras have) and the card."""
    for name, size in (("camera.mp4", "1280x720"), ("pip.mp4", "640x360")):
        source = f"testsrc2=size={size}:rate=30:duration=20,noise=alls=6:allf=t,format=yuv420p"
        colours = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]
        encode = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "6M", "-g", "60", "-bf", "0", *colours]
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *encode, str(folder / name)], check=True)
    width, height = CARD[:2]
    card = np.zeros((height, width, 4), np.uint8)
    card[..., :3] = (40, 90, 160)
    card[..., 3] = np.linspace(0, 255, width).astype(np.uint8)
    card[60:240, 100:700, 3] = 255
    cv2.imwrite(str(folder / "card.png"), card)


def show(folder: Path) -> Project:
    def box(place: tuple[int, int, int, int]) -> Box:
        width, height, left, top = place
        return Box(left / 1280, top / 720, width / 1280, height / 720)

    sources = (
        Source("camera", "Camera", SourceKind.MEDIA, {"location": str(folder / "camera.mp4")}),
        Source("pip", "Second camera", SourceKind.MEDIA, {"location": str(folder / "pip.mp4")}),
        Source("card", "Card", SourceKind.IMAGE, {"file": str(folder / "card.png")}),
    )
    layers = (
        Layer("camera", "camera"),
        Layer("pip", "pip", box(PIP), fit=Fit.STRETCH),
        Layer("card", "card", box(CARD), fit=Fit.STRETCH),
    )
    video = VideoSettings(2500, EncoderChoice.X264, SpeedPreset.SUPERFAST)
    return Project("Bench", (Scene("scene", "Scene", layers),), sources, output=Output(Canvas(1280, 720, 30), video))


def thread_times() -> dict[str, float]:
    """Processor seconds of running threads by name; FFmpeg's threads are summed as "native"."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    times: dict[str, float] = {}
    for entry in Path("/proc/self/task").iterdir():
        name = names.get(int(entry.name), "native")
        times[name] = times.get(name, 0.0) + int((entry / "schedstat").read_text().split()[0]) / 1e9
    return times


def run_engine(folder: Path, seconds: float) -> None:
    """The child process: prints its figures as JSON."""
    engine = Engine(clock=SystemClock(), make_publisher=CountingPublisher, preview_path=None)
    engine.start()
    engine.apply(show(folder))
    engine.go_live([target()])
    time.sleep(SETTLE_S)
    before, threads_before, first = time.process_time(), thread_times(), engine.stats().frames
    time.sleep(seconds)
    after, threads_after, stats = time.process_time(), thread_times(), engine.stats()
    engine.close()
    ticks = seconds * 30
    lost = stats.frames.repeated + stats.frames.skipped + stats.frames.dropped - first.repeated - first.skipped - first.dropped
    threads = {name: (spent - threads_before.get(name, 0.0)) * 1000 / ticks for name, spent in threads_after.items()}
    figures = {
        "ms": (after - before) * 1000 / ticks,
        "threads": {name: round(spent, 2) for name, spent in sorted(threads.items()) if spent > 0.005},
        "late": stats.late_run_ms.p99,
        "lost": lost,
    }
    print(json.dumps(figures))


def ffmpeg_seconds(folder: Path, seconds: float) -> float:
    """Processor seconds of FFmpeg for this much program."""
    pip, card = PIP, CARD
    graph = (
        f"[1:v]scale={pip[0]}:{pip[1]}:flags=bilinear[pip];[2:v]scale={card[0]}:{card[1]},format=yuva420p[card];"
        f"[0:v][pip]overlay={pip[2]}:{pip[3]}[both];[both][card]overlay={card[2]}:{card[3]}:format=yuv420,format=yuv420p[out]"
    )
    inputs = []
    for name in ("camera.mp4", "pip.mp4"):
        inputs += ["-re", "-stream_loop", "-1", "-i", str(folder / name)]
    encode = ["-c:v", "libx264", "-preset", "superfast", "-tune", "zerolatency", "-profile:v", "baseline", "-threads", "1", "-g", "60"]
    rate = ["-b:v", "2500k", "-maxrate", "2500k", "-bufsize", "1500k", "-sc_threshold", "0"]
    command = ["ffmpeg", "-v", "error", "-nostdin", *inputs, "-i", str(folder / "card.png"), "-filter_complex", graph, "-map", "[out]"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "-t", str(seconds), "-r", "30", *encode, *rate, "-f", "null", "-"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(seconds: float = 10.0, rounds: int = 3) -> PipelineResult:
    """Medians over the rounds; both sides take turns."""
    engines: list[dict[str, object]] = []
    ffmpegs: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_content(folder)
        for _ in range(rounds):
            child = [sys.executable, "-m", "tests.benchmark.bench_pipeline", "--engine", str(folder), "--seconds", str(seconds)]
            done = subprocess.run(child, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()})
            engines.append(json.loads(done.stdout.splitlines()[-1]))
            span = ffmpeg_seconds(folder, seconds + SETTLE_S) - ffmpeg_seconds(folder, SETTLE_S)
            ffmpegs.append(span * 1000 / (seconds * 30))
    middle = sorted(engines, key=lambda one: float(str(one["ms"])))[len(engines) // 2]
    threads = middle["threads"]
    assert isinstance(threads, dict)
    return PipelineResult(
        float(str(middle["ms"])), statistics.median(ffmpegs), threads, float(str(middle["late"])), int(str(middle["lost"]))
    )


def pardonable(seconds: float) -> float:
    """Return how many frames may be missing in a valid comparison: one in fifty."""
    return seconds * 30 / 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engine", type=Path, help="run as the measured child on the content in this folder")
    options = parser.parse_args()
    if options.engine is not None:
        run_engine(options.engine, options.seconds)
        return
    result = measure(options.seconds, options.rounds)
    print(f"engine  {result.engine_ms:6.2f} ms a frame   late p99 {result.late_p99_ms} ms, lost {result.lost}")
    for name, spent in result.threads.items():
        print(f"        {spent:6.2f}   {name}")
    print(f"ffmpeg  {result.ffmpeg_ms:6.2f} ms a frame")
    print(f"ratio   {result.ratio:6.2f}   (goal {GOAL})")
    if result.lost > pardonable(options.seconds):
        print("void: the machine was too busy, frames were left out that FFmpeg made")


if __name__ == "__main__":
    main()
