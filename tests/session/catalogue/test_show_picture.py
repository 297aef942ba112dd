"""A real engine draws the desk's cards into the video."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.program.source import Source, SourceKind
from app.domain.selling.on_screen import OnScreenKind
from app.domain.show import Show
from tests.support.selling_show import selling_show
from tests.support.studio_desk import REAL, StudioDesk


def grey_show() -> Show:
    """Return the selling show with a plain grey background."""
    show = selling_show()
    wall = Source("picture", "Wall", SourceKind.COLOUR, {"colour": "#808080"})
    sources = tuple(wall if source.id == wall.id else source for source in show.project.sources)
    return replace(show, project=replace(show.project, sources=sources, scene_id="scene-1"))


Pixels = np.ndarray[Any, np.dtype[np.int16]]


async def wait_for_frame(desk: StudioDesk, is_expected: Callable[[Pixels], bool]) -> Pixels:
    """Poll the preview, which has no event, until a frame is as expected."""
    async with asyncio.timeout(30):
        while True:
            frame = desk.studio.engine.preview.latest()
            if frame is not None:
                pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 4)[:, :, :3].astype(np.int16)
                if is_expected(pixels):
                    return pixels
            await asyncio.sleep(0.02)


def changed_share(one: Pixels, other: Pixels) -> float:
    """Return the share of pixels that differ."""
    return float((np.abs(one - other).max(axis=2) > 12).mean())


async def test_cards_appear_in_the_video_and_disappear(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL, settings={"disclosure_auto": False, "cards_in_video": "always"}) as desk:
        desk.studio.document.edit_show("Fill", lambda _: grey_show())
        await desk.attached()
        without_cards = await wait_for_frame(
            desk, lambda pixels: bool((np.abs(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2] - 128) < 12).all())
        )
        selling = desk.studio.control.selling
        selling.pin("sun")
        product = changed_share(without_cards, await wait_for_frame(desk, lambda pixels: changed_share(pixels, without_cards) > 0.03))
        selling.show_lasting(OnScreenKind.TICKER, on=True)
        await wait_for_frame(desk, lambda pixels: changed_share(pixels, without_cards) > product + 0.02)
        selling.show_lasting(OnScreenKind.TICKER, on=False)
        selling.unpin()
        await wait_for_frame(desk, lambda pixels: changed_share(pixels, without_cards) == 0)
