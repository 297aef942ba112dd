"""Sizes and frame rates of shows: each goes on air, and Chromium displays it unchanged."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.chromium import Chromium, chromium_path
from tests.support.tradewind import Tradewind, read_report

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with Chromium() as chromium:
        yield chromium


@pytest.mark.parametrize(("width", "height", "fps"), [(720, 1280, 30), (1920, 1080, 30), (640, 360, 15)])
async def test_a_show_is_displayed_in_its_size(tmp_path: Path, browser: Chromium, width: int, height: int, fps: int) -> None:
    report = tmp_path / "report.json"
    words = ("--embedded", "--listen", "127.0.0.1:0", "--size", f"{width}x{height}", "--fps", str(fps), "--report", str(report))
    async with Tradewind(tmp_path / "home", "broadcast", *words) as run:
        page = await browser.page()
        await page.go(await run.line("Watch:"))
        await page.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null", 20)
        shown = await page.evaluate("(video => [video.videoWidth, video.videoHeight])(document.querySelector('video'))")
        assert shown == [width, height]
        first = await page.evaluate("tradewind.readFrameCode()")
        await page.until(f"tradewind.readFrameCode()?.number > {first['number'] + 2 * fps}")
        later = await page.evaluate("tradewind.readFrameCode()")
        numbers, seconds = later["number"] - first["number"], (later["timeMs"] - first["timeMs"]) / 1000
        assert 0.5 < numbers / seconds / fps < 1.1, "the program keeps its frame rate, even on a busy machine"
        await page.call("Page.navigate", url="about:blank")
        assert await run.end() == 0
    assert run.warnings() == []
    assert read_report(report)["frames"]["encoded"] > fps
