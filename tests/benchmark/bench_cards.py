"""What cards cost: composing with and without them, while they stand still, move and change; and drawing each kind.

Run: python -m tests.benchmark.bench_cards [--size 1280x720] [--frames 400]. Processor milliseconds; the promise is at most 0.5 ms a
picture for a product card, a lower third and a badge that stand still at 720p.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import cv2

from app.domain.card import CardKind, put_card
from app.domain.command import PutOverlay
from app.domain.output import Canvas
from app.domain.scene import Layer, Scene
from app.media.compose.composer import Composer
from app.media.compose.overlays import Overlays
from app.media.ports import Picture
from app.overlay.cards import draw_card
from app.overlay.offscreen import make_offscreen_application
from tests.benchmark.bench_compose import cost_ms, film, numbered
from tests.support.cards import cards, product_picture, themes

GOAL_MS = 0.5
DRAWING_GOAL_MS = 20.0
USUAL = (CardKind.PRODUCT, CardKind.LOWER_THIRD, CardKind.BADGE)
SCENE = Scene("plain", "Plain", (Layer("camera", "camera"),))


def with_overlays(canvas: Canvas, camera: list[Picture], puts: Sequence[PutOverlay]) -> Callable[[int], None]:
    """One picture of a film with these above it."""
    composer, overlays = Composer(canvas), Overlays()
    overlays.set_canvas(canvas)
    for put in puts:
        overlays.put(put)

    def work(number: int) -> None:
        at_ns = (number + 1) * 1_000_000_000 // canvas.fps
        picture = composer.render(SCENE, {"camera": numbered(camera, number)}, at_ns=at_ns)
        overlays.draw(picture, at_ns)

    return work


def median_ms(work: Callable[[], object], times: int = 15) -> float:
    spent = []
    for _ in range(times):
        begun = time.process_time()
        work()
        spent.append((time.process_time() - begun) * 1000)
    return statistics.median(spent)


def measure_composing(canvas: Canvas, frames: int) -> None:
    camera, theme = film(canvas.width, canvas.height), themes()[0]
    put = {kind: put_card(kind.value, draw_card(card, theme, canvas)) for kind, card in cards("en", product_picture()).items()}
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
    arguments = parser.parse_args()
    width, height = (int(side) for side in arguments.size.split("x"))
    canvas = Canvas(width, height, 30)
    cv2.setNumThreads(1)
    application = make_offscreen_application()
    measure_composing(canvas, arguments.frames)
    measure_drawing(canvas)
    application.quit()


if __name__ == "__main__":
    main()
