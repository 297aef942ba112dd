"""A crash of engine, relay or desk does not end the show."""

import contextlib
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.tradewind import Tradewind

pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed")]

EMBEDDED = ("broadcast", "--embedded", "--listen", "127.0.0.1:0")


async def _watching(page: Page, run: Tradewind) -> None:
    await page.go(await run.line("Watch:"))
    await page.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null")


async def _fresh_frame(page: Page) -> float:
    """Return the seconds until the page shows a frame captured after now; the benchmark limits them."""
    begun, wall_ms = time.monotonic(), time.time_ns() // 1_000_000 % 2**32
    await page.until(f"(tradewind.readFrameCode()?.timeMs ?? 0) > {wall_ms}", 60)
    return time.monotonic() - begun


async def test_a_killed_engine_is_back_on_the_relay(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", *EMBEDDED) as run, Chromium() as browser:
        page = await browser.page()
        await _watching(page, run)
        for _ in range(2):
            old = run.process("engine")
            old.kill()
            print(f"engine killed: fresh frames after {await _fresh_frame(page):.2f} s")
            assert run.process("engine").pid != old.pid
        assert await page.evaluate("tradewind.connects") == 1, "the viewers' sessions stay with the relay"
        assert await run.end() == 0


async def test_a_frozen_engine_is_replaced(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", *EMBEDDED) as run, Chromium() as browser:
        page = await browser.page()
        await _watching(page, run)
        old = run.process("engine")
        old.send_signal(signal.SIGSTOP)
        print(f"engine frozen: fresh frames after {await _fresh_frame(page):.2f} s")
        assert run.process("engine").pid != old.pid
        assert not old.is_running()
        assert await run.end() == 0


async def test_an_engine_killed_with_its_host_is_restarted(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", *EMBEDDED) as run, Chromium() as browser:
        page = await browser.page()
        await _watching(page, run)
        old = run.process("engine")
        host = old.parent()
        assert host is not None
        for process in (host, old) if "engine" in host.cmdline() else (old,):
            process.kill()
        print(f"engine and host killed: fresh frames after {await _fresh_frame(page):.2f} s")
        assert run.process("engine").pid != old.pid
        assert await run.end() == 0


async def test_a_killed_relay_is_restarted_and_the_page_reconnects(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", *EMBEDDED) as run, Chromium() as browser:
        page = await browser.page()
        await _watching(page, run)
        run.process("relay").kill()
        print(f"relay killed: fresh frames after {await _fresh_frame(page):.2f} s")
        assert await run.end() == 0


async def test_killing_the_desk_does_not_interrupt_viewers(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with Chromium() as browser:
        page = await browser.page()
        async with Tradewind(home, *EMBEDDED) as run:
            await _watching(page, run)
            await page.until("tradewind.stats.video")
            engine, relay = run.process("engine"), run.process("relay")
            assert await run.kill() < 0
            before: dict[str, Any] = await page.evaluate("tradewind.stats.video")
            await page.until(f"tradewind.stats.video.framesDecoded > {before['framesDecoded'] + 90}", 30)
            after: dict[str, Any] = await page.evaluate("tradewind.stats.video")
            try:
                assert engine.is_running()
                assert relay.is_running()
                assert after["freezeCount"] == before["freezeCount"]
                assert await page.evaluate("tradewind.connects") == 1
                async with Tradewind(home, *EMBEDDED) as again:
                    await again.line("Watch:")
                    assert again.process("engine").pid == engine.pid, "the next desk finds the engine on air"
                    await _fresh_frame(page)
                    assert await page.evaluate("tradewind.connects") == 1
                    assert await again.end() == 0
                assert again.running() == []
            finally:
                for left in (engine, relay):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        left.kill()
