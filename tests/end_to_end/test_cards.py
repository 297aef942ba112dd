"""Cards put on air by command, as a viewer in Chromium sees them: place, colours, animation and delay."""

import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.domain.program.command import Command
from app.domain.program.overlay import OverlayAnimation
from app.domain.selling.card import CardKind, CountdownOverlay, hide_card_command, show_card_command
from app.link import registration
from app.media.capture.test_card import BARS
from app.overlay.cards import draw_card
from tests.support.cards import WATCH_URL, WIDE, Pixels, cards, pixels, product_picture, themes
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.link_desk import LinkDesk
from tests.support.program import MEAN_ERROR, box_of, error_of, seen_frame
from tests.support.tradewind import Tradewind
from tests.support.window import application

pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed")]

CHANGES = 6
SLIDE_MS = 3000

# Records for every displayed frame its time (milliseconds since 1970) and the brightness of one row.
KEEP_ROWS = """
(() => {
  const video = document.querySelector("video");
  const canvas = new OffscreenCanvas(video.videoWidth, 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  globalThis.rows = [];
  const row = %d;
  const keep = () => {
    pen.drawImage(video, 0, row, video.videoWidth, 1, 0, 0, video.videoWidth, 1);
    const data = pen.getImageData(0, 0, video.videoWidth, 1).data;
    rows.push([Date.now(), Array.from({ length: video.videoWidth / 2 }, (_, x) => data[8 * x + 1])]);
    globalThis.keeping = video.requestVideoFrameCallback(keep);
  };
  if (globalThis.keeping) video.cancelVideoFrameCallback(keeping);
  keep();
})()
"""


@dataclass(frozen=True, slots=True)
class OnAir:
    """A show on air, a desk that is attached to its engine, and a viewer."""

    desk: LinkDesk
    page: Page

    async def frame(self) -> Pixels:
        """Return the viewer's frame as (height, width, 3) RGB."""
        return await seen_frame(self.page)

    async def rows_from(self, row: int) -> None:
        await self.page.evaluate(KEEP_ROWS % row)

    async def rows_while(self, row: int, command: Command) -> list[tuple[float, Pixels]]:
        """Return the row in each frame, from before the command until its animation ends."""
        await self.rows_from(row)
        await self.page.until("rows.length > 2")
        self.desk.client.send(command)
        await self.page.until(f"rows.at(-1)[0] > {time.time() * 1000 + SLIDE_MS + 800}")
        return await self.rows()

    async def rows(self) -> list[tuple[float, Pixels]]:
        kept: list[Any] = json.loads(await self.page.evaluate("JSON.stringify(rows)"))
        return [(when, np.array(row, np.uint8)) for when, row in kept]


@asynccontextmanager
async def on_air(home: Path) -> AsyncIterator[OnAir]:
    words = ("broadcast", "--embedded", "--listen", "127.0.0.1:0")
    async with Tradewind(home, *words) as run, Chromium() as browser:
        page = await browser.page()
        await page.go(await run.line("Watch:"))
        await page.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null")
        found = registration.read(home / "run" / "broadcast-1" / "run")
        assert found is not None
        async with LinkDesk(found) as desk:
            yield OnAir(desk, page)
        assert await run.end() == 0


@pytest.fixture(scope="module")
def qt() -> QApplication:
    return application()


async def test_cards_appear_at_their_place_in_their_colours(tmp_path: Path, qt: QApplication) -> None:
    theme = themes()[0]
    drawn = {
        kind: replace(draw_card(card, theme, WIDE), enter=OverlayAnimation.NONE)
        for kind, card in cards("ar", product_picture(400, 400)).items()
        if kind is not CardKind.TICKER
    }
    async with on_air(tmp_path / "home") as show:
        before = await show.frame()
        for kind, picture in drawn.items():
            show.desk.client.send(show_card_command(kind.value, picture))
        seen, wrong = before, dict.fromkeys(drawn, 255.0)
        for _ in range(100):
            seen = await show.frame()
            wrong = {kind: error_of(seen, picture, before, WIDE) for kind, picture in drawn.items()}
            if max(wrong.values()) < MEAN_ERROR:
                break
        assert max(wrong.values()) < MEAN_ERROR, wrong
        code = seen[box_of(drawn[CardKind.QR], WIDE)]
        text, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.cvtColor(cv2.resize(code, None, fx=2, fy=2), cv2.COLOR_RGB2BGR))
        assert text == WATCH_URL, "a phone must be able to read the QR code"


async def test_a_card_slides_in_and_out_and_a_changed_text_appears_soon(tmp_path: Path, qt: QApplication) -> None:
    product = draw_card(cards("en", product_picture(400, 400))[CardKind.PRODUCT], themes()[0], WIDE)
    assert product.enter is product.leave is OverlayAnimation.SLIDE_RIGHT
    product = replace(product, duration_ms=SLIDE_MS)
    row = round(sum(BARS) / 2 * WIDE.height)
    async with on_air(tmp_path / "home") as show:
        entering = covered(await show.rows_while(row, show_card_command("product", product)))
        leaving = covered(await show.rows_while(row, hide_card_command("product", product)), reverse=True)
        for shares in (entering, leaving):
            between = [share for share in shares if 0.04 < share < 0.96]
            assert len(between) >= 4, "of ninety frames, a browser on a busy machine shows only some"
            assert all(a <= b + 0.03 for a, b in pairwise(shares))
        delays_ms = [await changed_after_ms(show, number) for number in range(CHANGES)]
        usual_ms = statistics.median(await show.page.evaluate("tradewind.delays"))
    shown = ", ".join(f"{delay:.0f}" for delay in sorted(delays_ms))
    median_ms = statistics.median(delays_ms)
    print(f"\ntext change to the frame in the browser: median {median_ms:.0f} ms of {shown}; any frame needs {usual_ms:.0f} ms")


def covered(rows: list[tuple[float, Pixels]], *, reverse: bool = False) -> list[float]:
    """Return the share of changing pixels that have changed, by frame; `reverse`: compared with the last frame."""
    levels = [row.astype(int) for _, row in (reversed(rows) if reverse else rows)]
    first, last = levels[0], levels[-1]
    changing = np.abs(last - first) > 60
    assert changing.sum() > 40
    # During a slide, a pixel shows the background or any part of the card, so it has changed once it differs from the background.
    return [float((np.abs(level - first)[changing] > 30).mean()) for level in levels]


async def changed_after_ms(show: OnAir, number: int) -> float:
    """Draw a countdown with other digits, put it, and wait until the viewer's frame shows it; returns the time since before the drawing."""
    theme = themes()[0]
    old, new = (draw_card(CountdownOverlay(seconds, "Offer ends in"), theme, WIDE) for seconds in (488 + number, 671 + number))
    difference = np.abs(pixels(old)[:, :, 1].astype(int) - pixels(new)[:, :, 1])
    spot = cv2.blur(difference.astype(np.float32), (5, 5))
    y, x = np.unravel_index(int(spot.argmax()), spot.shape)
    rows, columns = box_of(new, WIDE)
    column = (columns.start + int(x)) // 2
    show.desk.client.send(show_card_command("countdown", old))
    await show.rows_from(rows.start + int(y))
    wanted = {id(card): int(pixels(card)[y, x, 1]) for card in (old, new)}
    await show.page.until(f"Math.abs(rows.at(-1)[1][{column}] - {wanted[id(old)]}) < 50")
    begun_ms = time.time() * 1000
    again = draw_card(CountdownOverlay(671 + number, "Offer ends in"), theme, WIDE)
    show.desk.client.send(show_card_command("countdown", again))
    await show.page.until(f"Math.abs(rows.at(-1)[1][{column}] - {wanted[id(new)]}) < 50")
    return next(when for when, row in await show.rows() if when >= begun_ms and abs(int(row[column]) - wanted[id(new)]) < 50) - begun_ms
