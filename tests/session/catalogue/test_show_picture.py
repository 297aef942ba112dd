"""Cards in the picture itself: a real engine composes what the desk has drawn."""

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
    """The same show in front of one even colour."""
    show = selling_show()
    wall = Source("picture", "Wall", SourceKind.COLOUR, {"colour": "#808080"})
    sources = tuple(wall if source.id == wall.id else source for source in show.project.sources)
    return replace(show, project=replace(show.project, sources=sources, scene_id="scene-1"))


Pixels = np.ndarray[Any, np.dtype[np.int16]]


async def seen(desk: StudioDesk, enough: Callable[[Pixels], bool]) -> Pixels:
    """The first preview picture that is as it is waited for; pictures have no event."""
    async with asyncio.timeout(30):
        while True:
            found = desk.studio.engine.preview.latest()
            if found is not None:
                pixels = np.frombuffer(found.pixels, np.uint8).reshape(found.height, found.width, 4)[:, :, :3].astype(np.int16)
                if enough(pixels):
                    return pixels
            await asyncio.sleep(0.02)


def share(one: Pixels, other: Pixels) -> float:
    """How much of two pictures differs."""
    return float((np.abs(one - other).max(axis=2) > 12).mean())


async def test_cards_stand_in_the_picture_and_leave_it(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL, settings={"disclosure_auto": False, "cards_in_video": "always"}) as desk:
        desk.studio.document.edit_show("Fill", lambda _: grey_show())
        await desk.attached()
        plain = await seen(desk, lambda now: bool((np.abs(now[now.shape[0] // 2, now.shape[1] // 2] - 128) < 12).all()))
        selling = desk.studio.control.selling
        selling.pin("sun")
        product = share(plain, await seen(desk, lambda now: share(now, plain) > 0.03))
        selling.keep_on(OnScreenKind.TICKER, on=True)
        await seen(desk, lambda now: share(now, plain) > product + 0.02)
        selling.keep_on(OnScreenKind.TICKER, on=False)
        selling.unpin()
        await seen(desk, lambda now: share(now, plain) == 0)
