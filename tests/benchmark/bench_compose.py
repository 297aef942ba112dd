"""What composing costs: a full-screen film, a picture-in-picture and a card with alpha, compared with copying the same planes.

Run: python -m tests.benchmark.bench_compose [--size 1280x720] [--frames 300]. Prints processor milliseconds a frame and the
ratio to copying the canvas once, which is the limit of the computer's memory. Asserts nothing about time.
"""

import argparse
import time
from collections.abc import Callable

import cv2
import numpy as np

from app.domain.base.clock import SystemClock
from app.domain.program.output import Canvas
from app.domain.program.scene import Box, Layer, Scene
from app.media.capture.colour import ColourConverter, ColourSpace, Matrix, Range
from app.media.capture.still_source import StillSource
from app.media.compose.composer import Composer
from app.media.frame_pool import Planes
from app.media.ports import Frame


def film(width: int, height: int) -> list[Frame]:
    """Return four frames of noise, with new sequence numbers each time."""
    random = np.random.default_rng(1)
    frames = []
    for _ in range(4):
        planes = Planes(width, height)
        planes.buffer[:] = random.integers(16, 236, len(planes.buffer), dtype=np.uint8)
        frames.append(Frame(planes.y, planes.u, planes.v, 0, 1))
    return frames


def numbered(frames: list[Frame], number: int) -> Frame:
    one = frames[number % len(frames)]
    return Frame(one.y, one.u, one.v, number, number)


def cost_ms(work: Callable[[int], object], frames: int) -> float:
    """Return processor milliseconds a frame after warming up."""
    for number in range(5):
        work(number)
    started = time.process_time()
    for number in range(5, 5 + frames):
        work(number)
    return (time.process_time() - started) / frames * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--frames", type=int, default=300)
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    cv2.setNumThreads(1)

    canvas = Canvas(width, height, 30)
    composer = Composer(canvas, print)
    camera, inset, large = film(width, height), film(640, 360), film(1920, 1080)
    card = StillSource("card", SystemClock())
    rgba = np.zeros((300, 800, 4), np.uint8)
    cv2.rectangle(rgba, (20, 20), (780, 280), (30, 60, 200, 180), -1)
    card.put_rgba(800, 300, rgba.tobytes())

    whole = Layer("camera", "camera")
    layers = (whole, Layer("inset", "inset", Box(0.66, 0.05, 0.3, 0.3)), Layer("card", "card", Box(0.1, 0.6, 0.55, 0.35)))
    full, plain = Scene("full", "Full", layers), Scene("plain", "Plain", (whole,))
    target = Planes(width, height)
    recode = ColourConverter(ColourSpace(Matrix.BT601, Range.FULL))

    def render(scene: Scene, frames: list[Frame]) -> Callable[[int], object]:
        return lambda number: composer.render(
            scene, {"camera": numbered(frames, number), "inset": numbered(inset, number), "card": card.latest()}, at_ns=number
        )

    def convert(number: int) -> None:
        one = camera[number % len(camera)]
        recode.convert(one.y, one.u, one.v, target.y, target.u, target.v)

    # Luma is two thirds of a frame.
    copy_ms = 1.5 * cost_ms(lambda number: np.copyto(target.y, camera[number % 4].y), arguments.frames)
    print(f"{'copying the canvas':<52}{copy_ms:7.3f} ms")
    for title, work in (
        ("one film of the canvas's size", render(plain, camera)),
        ("the same from 1920 × 1080", render(plain, large)),
        ("film, picture-in-picture, card with alpha", render(full, camera)),
        ("cross-fade", lambda number: composer.blend(camera[number % 4], camera[(number + 1) % 4], 0.4)),
        ("BT.601 full range to BT.709 limited", convert),
    ):
        spent_ms = cost_ms(work, arguments.frames)
        print(f"{title:<52}{spent_ms:7.3f} ms {spent_ms / copy_ms:7.1f} × a copy")


if __name__ == "__main__":
    main()
