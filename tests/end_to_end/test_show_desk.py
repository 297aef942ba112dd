"""A whole show as a host runs it: window, keys, viewers in Chromium, orders from a shop, and processes that die."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from PySide6.QtWidgets import QApplication

from app.bootstrap.studio import Drawing, control_services
from app.domain.event import EventKind
from app.domain.room.tokens import orders_secret
from app.domain.selling.card import CardPicture
from app.domain.selling.on_screen import OnScreen
from app.domain.show import Show
from app.domain.tables.product_import import match_products, plan_import
from app.relay.room.orders import signature
from app.session.room.room_socket import RoomAddress
from app.session.room.room_summary import SUMMARY_KINDS, RoomSummary
from app.session.selling.card_texts import PRODUCT, CardScene
from app.session.tables.show_tables import ExportKind
from app.storage.paths import RESOURCES
from app.storage.sample_show import SampleShow, load_sample_show
from app.storage.show_file import read_only
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.host_window import HostWindow, first_home, host_screen, host_window, killing_leftovers
from tests.support.program import MEAN_ERROR, Pixels, error_of, seen_frame
from tests.support.studio_desk import StudioDesk, paths_in
from tests.support.tables import read_table
from tests.support.window import application

ORDERED_MS = int(time.time() * 1000)  # an order counts once, however often it is sent
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
    pytest.mark.skipif(not all(map(shutil.which, ("Xvfb", "openbox", "xdotool"))), reason="there is no screen to put a window on"),
]


@dataclass(frozen=True, slots=True)
class Reader:
    """The texts for a visitor of one language."""

    direction: str
    name: str
    price: str
    keyword: str
    left: str


READERS = {
    "en-US": Reader("ltr", "Celadon tea set, pot and three cups", "$68.00", "Rinses clean", "48"),
    "ar-AE": Reader("rtl", "طقم شاي سيلادون، إبريق وثلاثة أكواب", "249.00 د.إ.", "يُشطف بسهولة", "48"),
    "zh-CN": Reader("ltr", "青瓷功夫茶具一壶三杯", "US$68.00", "一冲即净", "48"),
}


@pytest.fixture(scope="module")
def qt() -> QApplication:
    return application()


@pytest.fixture
def display() -> Iterator[str]:
    with host_screen() as name:
        yield name


async def visit(browser: Chromium, language: str, address: str) -> Page:
    """Open the page in this language and wait for the program and the room."""
    page = await browser.page_of_other_visitor()
    await page.size(1280, 900)
    await page.language(language)
    await page.go(address)
    await page.until("globalThis.tradewind?.state === 'playing' && tradewind.readFrameCode() !== null", 40)
    await page.until("globalThis.tradewindRoom?.state === 'open'", 40)
    return page


async def text(page: Page, selector: str) -> str:
    found = await page.evaluate(f"document.querySelector({selector!r})?.innerText ?? '(none)'")
    return " ".join(str(found).replace("\u00a0", " ").replace("\u200f", "").split())


async def wait_for_text(page: Page, selector: str, words: str) -> None:
    """Wait until the page shows the text."""
    here = f"(e => e && e.getClientRects().length ? e.innerText : '')(document.querySelector({selector!r}))"
    plain = f"{here}.replaceAll('\\u00a0', ' ').replaceAll('\\u200f', '')"
    await page.until(f"{plain}.includes({json.dumps(words)})", 40)


async def fresh_frame(page: Page) -> None:
    """Wait for a frame captured after now."""
    wall_ms = time.time_ns() // 1_000_000 % 2**32
    await page.until(f"(tradewind.readFrameCode()?.timeMs ?? 0) > {wall_ms}", 60)


async def close_guide(host: HostWindow) -> None:
    """Close the guide of a first start, which opens with the sample show."""
    await host.wait_for_window("Setup guide")
    await host.key("Escape")
    await host.wait_for_window("Harbour & Hill")


async def save_as(host: HostWindow, path: Path) -> None:
    await host.key("ctrl+shift+s")
    await host.wait_for_window("Save")
    await host.type(str(path))
    await host.key("Return")
    await host.wait_for_window(path.stem)
    host.show = path


async def go_on_air(host: HostWindow) -> None:
    await host.ready()
    await host.press("ctrl+l", EventKind.ON_AIR)


async def begin_show(host: HostWindow) -> None:
    """Start the rundown and go to the tea set, the first hero."""
    await host.press("ctrl+F8", EventKind.SHOW_STARTED)
    for segment in ("story", "fan", "tea"):
        await host.press("F8", EventKind.SEGMENT_ENTERED, segment=segment)
    await host.logged(EventKind.PINNED, product="tea-set")


async def leave(host: HostWindow) -> None:
    """Quit, and end the show if asked."""
    await host.key("ctrl+q")
    await host.wait_for_window("is on air")
    await host.key("Tab", "space")  # from the button that continues to the one that ends the show
    assert await host.run.ended() == 0
    assert host.run.running() == []


def product_card(show: Show, product_id: str, picture: bytes, home: Path) -> CardPicture:
    """Return the card that the video must show."""
    services = control_services(paths_in(home), Drawing())
    product = next(one for one in show.products if one.id == product_id)
    scene = CardScene(show, OnScreen(product_id), product, {}, {}, picture, "", 0)
    card = services.writer.cards(scene)[PRODUCT]
    return services.draw_card(card, services.load_themes(print)[show.presentation.card_theme], show.project.output.canvas)


async def wait_for_card(page: Page, card: CardPicture, ground: Pixels, show: Show) -> None:
    """Wait until the decoded frame shows the card."""
    error = 255.0
    for _ in range(150):
        error = error_of(await seen_frame(page), card, ground, show.project.output.canvas)
        if error < MEAN_ERROR:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the card is not on the frame: {error:.1f} levels off")


async def claim(page: Page) -> str:
    """Claim the coupon's code."""
    await page.until("document.querySelector('#coupon .buy')?.getBoundingClientRect().height > 0", 40)
    await page.evaluate("document.querySelector('#coupon .buy').click()")
    return str(await page.until("document.querySelector('#coupon .code')?.textContent", 40))


async def report_order(room: RoomAddress, order: str, units: int) -> None:
    """Send an order twice, like a shop that got no answer to the first."""
    fields = {"order": order, "product": "HH-101", "units": units, "minor": 6800 * units, "currency": "USD", "at_ms": ORDERED_MS}
    body = json.dumps(fields).encode()
    stamp = str(int(time.time()))
    sign = signature(orders_secret(room.key), stamp, body)
    headers = {"Content-Type": "application/json", "X-Tradewind-Timestamp": stamp, "X-Tradewind-Signature": sign}
    async with aiohttp.ClientSession(room.base) as session:
        for _ in range(2):
            async with session.post(f"/orders/{room.stream}", data=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()


def summary_figures(host: HostWindow) -> RoomSummary:
    """Return the show's figures as the desk counts them."""
    summary = RoomSummary()
    summary.add(host.events(*SUMMARY_KINDS))
    summary.close()
    return summary


def sample() -> SampleShow:
    return load_sample_show(RESOURCES / "sample_show", RESOURCES / "markets", "en")


async def test_a_first_show_sells_in_three_languages_and_is_one_file(tmp_path: Path, display: str, qt: QApplication) -> None:
    home, show_path = first_home(tmp_path / "home"), tmp_path / "Evening.tradewind"
    tea = (RESOURCES / "sample_show" / "pictures" / "tea-set.webp").read_bytes()
    async with Chromium() as browser, host_window(home, display) as host:
        await close_guide(host)
        await go_on_air(host)
        pages = {language: await visit(browser, language, host.page) for language in READERS}
        first = pages["en-US"]
        ground = await seen_frame(first)
        await begin_show(host)
        for language, reader in READERS.items():
            page = pages[language]
            await wait_for_text(page, "#pinned .name", reader.name)
            assert await text(page, "#pinned .price") == reader.price
            assert await page.evaluate("document.documentElement.dir") == reader.direction
            await page.until("document.querySelector('#pinned img').naturalWidth > 0", 40)
        show = read_only(host.show).show
        await wait_for_card(first, product_card(show, "tea-set", tea, home), ground, show)
        await host.press("ctrl+alt+5", EventKind.CARD_SHOWN, card="glaze")  # after the four keyword cards
        for language, reader in READERS.items():
            await wait_for_text(pages[language], "#card", reader.keyword)

        await first.click("#heart")
        await first.click("#heart")
        await pages["ar-AE"].evaluate("document.querySelector('#pinned .buy').addEventListener('click', (e) => e.preventDefault())")
        await pages["ar-AE"].click("#pinned .buy")
        await pages["zh-CN"].click("#pinned .second:not(.add)")
        await host.press("ctrl+shift+k", EventKind.COUPON_DROPPED, coupon="welcome-ten")
        codes = [await claim(page) for page in pages.values()]
        assert codes == list(show.coupons[0].codes[:3])
        await first.call("Page.reload")
        await wait_for_text(first, "#coupon .code", codes[0])
        await wait_for_text(first, "#coupon .stock", "9 of 12")
        await report_order(host.room, "1001", 12)
        for language, reader in READERS.items():
            await wait_for_text(pages[language], "#pinned .facts", reader.left)
        await host.logged(EventKind.PRODUCT_CLICKED, product="tea-set", market="AE")
        await host.logged(EventKind.DETAIL_ASKED, product="tea-set", language="zh-CN")
        await host.logged(EventKind.LIKED)
        count = summary_figures(host)
        assert (count.of("tea-set").clicked, count.of("tea-set").asked, count.of("tea-set").ordered) == (1, 1, 12)
        assert (count.likes, count.claims, count.orders, count.units) == (2, 3, 1, 12)

        await host.press("ctrl+shift+F8", EventKind.SHOW_ENDED)
        for page in pages.values():
            await page.until("document.getElementById('pinned').hidden && document.getElementById('coupon').hidden", 40)
        await save_as(host, show_path)
        await leave(host)
        assert host.run.warnings() == []
        assert [line for line in host.run.complaints if "keyring" not in line] == []
        for page in pages.values():
            assert [line for line in page.console if "exception" in line or "404" in line] == []
        events = host.events()
    copy = copy_of_file(show_path)
    async with StudioDesk(tmp_path / "other home", path=copy) as desk:
        studio = desk.studio
        assert [(one.seq, one.kind, one.data) for one in studio.log.events()] == [(one.seq, one.kind, one.data) for one in events]
        assert [one.seq for one in events] == list(range(1, len(events) + 1))
        assert studio.document.show.products[1:] == sample().products[1:]
        assert sum(stock.units for stock in studio.document.show.products[0].stock) == 48
        for picture_id, content in sample().pictures.items():
            assert studio.pictures.get(picture_id) == content
        for what, ending in ((ExportKind.PRODUCTS, "xlsx"), (ExportKind.PRODUCTS, "csv"), (ExportKind.EVENTS, "xlsx")):
            assert await studio.tables.export(what, tmp_path / f"{what.value}.{ending}")
        assert len(read_table(tmp_path / "events.xlsx").rows) == len(events)
        for ending in ("xlsx", "csv"):
            table = read_table(tmp_path / f"products.{ending}")
            empty = replace(studio.document.show, products=(), segments=(), coupons=())
            plan = plan_import(table, match_products(table, empty), empty)
            assert not plan.faults
            assert [(one.name, one.prices, one.points and one.points[0].keyword) for one in plan.products] == [
                (one.name, one.prices, one.points and one.points[0].keyword) for one in studio.document.show.products
            ]


def copy_of_file(show: Path) -> Path:
    """Copy only the show file, as users do to send it."""
    assert [path.name for path in show.parent.iterdir() if path.name.startswith(show.stem)] == [show.name], "the show is a single file"
    folder = show.parent / "elsewhere"
    folder.mkdir()
    return Path(shutil.copy(show, folder / "From a friend.tradewind"))


async def test_the_show_continues_whatever_process_is_killed(tmp_path: Path, display: str, qt: QApplication) -> None:
    home = first_home(tmp_path / "home")
    tea = (RESOURCES / "sample_show" / "pictures" / "tea-set.webp").read_bytes()
    async with killing_leftovers(home), Chromium() as browser:
        async with host_window(home, display) as host:
            await close_guide(host)
            await go_on_air(host)
            show = read_only(host.show).show
            pages = [await visit(browser, language, host.page) for language in ("en-US", "zh-CN")]
            ground = await seen_frame(pages[0])
            await begin_show(host)
            card = product_card(show, "tea-set", tea, home)
            await wait_for_card(pages[0], card, ground, show)
            await host.key("ctrl+shift+o")
            await host.wait_for_window("Prompter")
            await host.press("2", EventKind.POINT_TICKED, item="filter", done=True)
            await host.press("F9", EventKind.SEGMENT_EXTENDED, segment="tea", seconds=60)
            timer = await host.press("F6", EventKind.TIMER_SET, running=True)
            await host.press("ctrl+shift+k", EventKind.COUPON_DROPPED)
            assert await claim(pages[0]) == "TEA-7K2M"
            await host.logged(EventKind.COUPON_CLAIMED, code="TEA-7K2M")

            relay = host.run.process("relay")
            relay.kill()
            for page in pages:
                await page.until("tradewind.connects === 2", 60)
                await fresh_frame(page)
                await page.until("tradewindRoom.state === 'open'", 60)
            await wait_for_text(pages[1], "#pinned .name", READERS["zh-CN"].name)
            await wait_for_text(pages[0], "#coupon .code", "TEA-7K2M")
            assert await claim(pages[1]) == "TEA-9QXA"
            await host.logged(EventKind.COUPON_CLAIMED, code="TEA-9QXA")

            engine = host.run.process("engine")
            engine.kill()
            await fresh_frame(pages[0])
            await wait_for_card(pages[0], card, ground, show)

            engine, relay = host.run.process("engine"), host.run.process("relay")
            assert await host.run.kill() < 0
            before = [await page.evaluate("tradewind.connects") for page in pages]
            await pages[0].click("#heart")
            await fresh_frame(pages[1])
            await wait_for_text(pages[1], "#pinned .name", READERS["zh-CN"].name)
            known = host.events()
        async with host_window(home, display) as again:
            await again.wait_for_window("Harbour & Hill")  # without a question, because it is on air
            await again.ready()
            assert (again.run.process("engine").pid, again.run.process("relay").pid) == (engine.pid, relay.pid)
            await again.logged(EventKind.LIKED, count=1)
            await wait_for_card(pages[0], card, ground, show)
            stopped = await again.press("F6", EventKind.TIMER_SET, running=False)
            gone_s = (stopped.at_ms - timer.at_ms) / 1000
            assert stopped.data["left_s"] == pytest.approx(timer.data["left_s"] - gone_s, abs=1.1)
            await again.press("F8", EventKind.SEGMENT_ENTERED, segment="questions")
            left = await again.logged(EventKind.POINTS_LEFT, segment="tea")
            assert left.data["items"] == ["glaze", "tray", "pour", "rinse"]
            for page in pages:
                await page.until("document.getElementById('pinned').hidden", 40)
            assert [await page.evaluate("tradewind.connects") for page in pages] == before
            await save_as(again, tmp_path / "Survived.tradewind")
            await leave(again)
            assert [line for line in again.run.warnings() if "lost the engine" not in line] == []
            events = again.events()
    assert [(one.seq, one.data) for one in events[: len(known)]] == [(one.seq, one.data) for one in known]
    assert all(after.seq == one.seq + 1 for one, after in pairwise(events))
    marks = [one.data["mark"] for one in events if "mark" in one.data]
    assert len(marks) == len(set(marks))
    assert [one.kind for one in events if one.kind in (EventKind.ON_AIR, EventKind.OFF_AIR)] == [EventKind.ON_AIR, EventKind.OFF_AIR]
    assert [one.data["code"] for one in events if one.kind is EventKind.COUPON_CLAIMED] == ["TEA-7K2M", "TEA-9QXA"]
