"""What cards cost: composing without cards and with still, moving and changing ones; drawing each kind; the delay until a change is
visible; and the lateness of frames meanwhile.

Run: python -m tests.benchmark.bench_cards [--size 1280x720] [--frames 400] [--seconds 20]. The promise is at most 0.5 ms of processor a
frame for a still product card, lower third and badge at 720p.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.output import Canvas, EncoderChoice, Output, SpeedPreset, VideoSettings
from app.domain.program.overlay import OverlayAnimation
from app.domain.program.packet import EncodedPacket, MediaKind
from app.domain.program.project import Project
from app.domain.program.scene import Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.domain.selling.card import CardKind, CountdownOverlay, show_card_command
from app.media.compose.composer import Composer
from app.media.compose.overlays import Overlays
from app.media.engine import Engine
from app.media.ports import EncoderControl, Frame
from app.overlay.cards import draw_card
from app.overlay.offscreen import make_offscreen_application
from tests.benchmark.bench_compose import cost_ms, film, numbered
from tests.support.cards import cards, pixels, product_picture, themes
from tests.support.packets import decoded, planes_of
from tests.support.publishing import LocalPublisher, target

GOAL_MS = 0.5
DRAWING_GOAL_MS = 20.0
SETTLE_S = 2.0
CHANGES = 20
CHANGE_GAP_S = 0.3
USUAL = (CardKind.PRODUCT, CardKind.LOWER_THIRD, CardKind.BADGE)
SCENE = Scene("plain", "Plain", (Layer("camera", "camera"),))


def with_overlays(canvas: Canvas, camera: list[Frame], puts: Sequence[PutOverlay]) -> Callable[[int], None]:
    """Compose one frame of a film with these cards."""
    composer, overlays = Composer(canvas, print), Overlays()
    overlays.set_canvas(canvas)
    for put in puts:
        overlays.put(put)

    def work(number: int) -> None:
        at_ns = (number + 1) * 1_000_000_000 // canvas.fps
        frame = composer.render(SCENE, {"camera": numbered(camera, number)}, at_ns=at_ns)
        overlays.draw(frame, at_ns)

    return work


def median_ms(work: Callable[[], object], times: int = 15) -> float:
    spent = []
    for _ in range(times):
        started = time.process_time()
        work()
        spent.append((time.process_time() - started) * 1000)
    return statistics.median(spent)


def measure_composing(canvas: Canvas, frames: int) -> None:
    camera, theme = film(canvas.width, canvas.height), themes()[0]
    put = {kind: show_card_command(kind.value, draw_card(card, theme, canvas)) for kind, card in cards("en", product_picture()).items()}
    usual = [put[kind] for kind in USUAL]
    plain_ms = cost_ms(with_overlays(canvas, camera, ()), frames)
    print(f"{'composing a film alone':<58}{plain_ms:7.3f} ms")
    for title, puts, goal in (
        ("product card, lower third and badge, still", usual, f"   (at most {GOAL_MS} ms more)"),
        ("the same and a ticker that runs", [*usual, put[CardKind.TICKER]], ""),
        ("all seven kinds", list(put.values()), ""),
    ):
        spent_ms = cost_ms(with_overlays(canvas, camera, puts), frames)
        print(f"{title:<58}{spent_ms:7.3f} ms {spent_ms / plain_ms:6.2f} × {spent_ms - plain_ms:+7.3f} ms{goal}")
    for kind in USUAL:
        work = with_overlays(canvas, camera, [put[kind]])
        moving_ms = cost_ms(work, round(put[kind].duration_ms * canvas.fps / 1000) - 6)
        print(f"{kind.value + ' while it enters':<58}{moving_ms:7.3f} ms {moving_ms / plain_ms:6.2f} × {moving_ms - plain_ms:+7.3f} ms")
    overlays = Overlays()
    overlays.set_canvas(canvas)
    for kind in (CardKind.PRODUCT, CardKind.COUNTDOWN, CardKind.TICKER):
        spent_ms = median_ms(lambda kind=kind: overlays.put(put[kind]))  # type: ignore[misc]
        print(f"{'taking over ' + kind.value + ', beside composing':<58}{spent_ms:7.3f} ms")


class StampingPublisher(LocalPublisher):
    """Records when each video packet left the encoder."""

    def __init__(self, control: EncoderControl, notify: Callable[[Notice], None]) -> None:
        super().__init__(control, notify)
        self.left: list[tuple[float, EncodedPacket]] = []

    def push(self, packet: EncodedPacket) -> None:
        if packet.kind is MediaKind.VIDEO:
            self.left.append((time.monotonic(), packet))


class EngineRun:
    """An engine on air with a test card at the given size."""

    def __init__(self, canvas: Canvas) -> None:
        self._publishers: list[StampingPublisher] = []
        self.engine = Engine(clock=SystemClock(), make_publisher=self._make, preview_path=None)
        self.engine.start()
        source = Source("card", "Card", SourceKind.TEST_CARD)
        scene = Scene("one", "One", (Layer("card", "card"),))
        video = VideoSettings(bitrate_kbps=2500, encoder=EncoderChoice.X264, preset=SpeedPreset.SUPERFAST)
        self.engine.apply(Project("Show", (scene,), (source,), output=Output(canvas, video), scene_id="one"))
        self.engine.go_live([target()])
        time.sleep(SETTLE_S)

    def _make(self, control: EncoderControl, notify: Callable[[Notice], None]) -> StampingPublisher:
        self._publishers.append(StampingPublisher(control, notify))
        return self._publishers[-1]

    @property
    def left(self) -> list[tuple[float, EncodedPacket]]:
        return self._publishers[-1].left

    def lateness(self, seconds: float, busy: Callable[[int], None]) -> str:
        """Return the lateness of frames while `busy` runs ten times a second."""
        before = self.engine.stats().frames
        late, end, number = [], time.monotonic() + seconds, 0
        while time.monotonic() < end:
            busy(number)
            number += 1
            time.sleep(0.1)
            if number % 10 == 0:
                late.append(self.engine.stats().late_ms.p99)
        after = self.engine.stats().frames
        composed = after.composed - before.composed
        lost = after.repeated + after.skipped - before.repeated - before.skipped
        return f"late p99 {statistics.median(late):6.1f} ms, {lost} of {composed + lost} frames repeated or skipped"


def measure_latency(canvas: Canvas, changes: int) -> None:
    """The time from the new drawing of a card to the first packet whose decoded frame shows it."""
    theme, run = themes()[0], EngineRun(canvas)
    cards_by_turn = [CountdownOverlay(488, "Offer ends in"), CountdownOverlay(671, "Offer ends in")]
    drawn = [draw_card(card, theme, canvas) for card in cards_by_turn]
    difference = np.abs(pixels(drawn[0])[:, :, 1].astype(int) - pixels(drawn[1])[:, :, 1]).astype(np.float32)
    y, x = np.unravel_index(int(cv2.blur(difference, (5, 5)).argmax()), difference.shape)
    row, column = int(y) + round(drawn[0].y * canvas.height), int(x) + round(drawn[0].x * canvas.width)
    started = []
    for number in range(changes):
        started.append(time.monotonic())
        run.engine.put_overlay(show_card_command("countdown", draw_card(cards_by_turn[number % 2], theme, canvas)))
        time.sleep(CHANGE_GAP_S)
    packets = run.left[:]
    run.engine.close()
    bright = [int(planes_of(frame)[0][row, column]) > 126 for frame in decoded([packet for _, packet in packets])]
    turned = [left for (left, _), was, now in zip(packets[1:], bright, bright[1:], strict=False) if was != now]
    firsts = [next((left for left in turned if left > one), None) for one in started]
    delays = sorted((first - one) * 1000 for one, first in zip(started, firsts, strict=True) if first and first < one + CHANGE_GAP_S)
    print(f"\ntext change → encoded frame, {len(delays)} times: median {statistics.median(delays):.0f} ms, most {delays[-1]:.0f} ms")


def measure_lateness(canvas: Canvas, seconds: float) -> None:
    """The lateness of frames without cards, and with moving cards that change ten times a second."""
    theme, run = themes()[0], EngineRun(canvas)
    put = {kind: show_card_command(kind.value, draw_card(card, theme, canvas)) for kind, card in cards("en", product_picture()).items()}
    print(f"{'without cards':<24}{run.lateness(seconds, lambda number: None)}")
    for one in put.values():
        run.engine.put_overlay(one)

    def busy(number: int) -> None:
        run.engine.put_overlay(show_card_command("countdown", draw_card(CountdownOverlay(600 - number), theme, canvas)))
        if number % 10 == 0:
            run.engine.drop_overlay(DropOverlay("product", OverlayAnimation.SLIDE_RIGHT, 400))
            run.engine.put_overlay(put[CardKind.PRODUCT])

    print(f"{'with all, ever changing':<24}{run.lateness(seconds, busy)}")
    run.engine.close()


def measure_drawing(canvas: Canvas) -> None:
    theme = themes()[0]
    print(f"\ndrawing (at most {DRAWING_GOAL_MS:.0f} ms each)")
    for file_type in ("PNG", "JPG", "WEBP"):
        card = cards("en", product_picture(file_type=file_type))[CardKind.PRODUCT]
        spent_ms = median_ms(lambda card=card: draw_card(card, theme, canvas))  # type: ignore[misc]
        print(f"{'product with a ' + file_type + ' of 900 × 900':<58}{spent_ms:7.2f} ms")
    for language in ("en", "zh", "ar", "th", "hi"):
        for kind, card in cards(language).items():
            draw_card(card, theme, canvas)
            spent_ms = median_ms(lambda card=card: draw_card(card, theme, canvas), 7)  # type: ignore[misc]
            print(f"{kind.value + ' in ' + language:<58}{spent_ms:7.2f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=20.0, help="of program without and with cards (default 20)")
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    canvas = Canvas(width, height, 30)
    cv2.setNumThreads(1)
    application = make_offscreen_application()
    measure_composing(canvas, arguments.frames)
    measure_drawing(canvas)
    measure_latency(canvas, CHANGES)
    measure_lateness(canvas, arguments.seconds)
    application.quit()


if __name__ == "__main__":
    main()
