"""Chromium in a room: the viewer's language and currency, events to the host, and text that stays text."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from tests.support.broadcaster import Broadcaster, Show
from tests.support.chromium import Page, chromium_path
from tests.support.relays import KEY, base_of, running_relay
from tests.support.room import RoomSocket, desk
from tests.support.room_show import MARKETS, product, put_extras, put_picture, put_show

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
]


@dataclass(frozen=True, slots=True)
class Selling:
    """A relay with a show in its room."""

    base: str
    port: int
    client: aiohttp.ClientSession
    host: RoomSocket

    @property
    def address(self) -> str:
        return f"{self.base}/watch/live"

    async def put(self, key: str, value: Any) -> None:
        await self.host.send(t="put", key=key, value=value)


@asynccontextmanager
async def selling(port: int = 0) -> AsyncIterator[Selling]:
    async with running_relay(port=port) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        yield Selling(base_of(relay), relay.port, client, host)


async def visit(page: Page, room: Selling, language: str) -> None:
    """Join the room as a new viewer with this language."""
    await page.language(language)
    await page.go(room.address)
    await page.until("globalThis.tradewindRoom?.state === 'open'")


async def text(page: Page, selector: str) -> str:
    found = await page.evaluate(f"document.querySelector({selector!r})?.innerText ?? '(none)'")
    return " ".join(str(found).replace("\u00a0", " ").replace("\u200f", "").split())


def shown(selector: str) -> str:
    return f"(e => e && !e.hidden && e.getBoundingClientRect().height > 0)(document.querySelector({selector!r}))"


def quiet(page: Page) -> list[str]:
    return [line for line in page.console if "ERR_CONNECTION" not in line and "WebSocket connection" not in line]


@pytest.mark.parametrize(
    ("language", "direction", "name", "price", "was", "buy", "market"),
    [
        ("en-GB,en", "ltr", "Harbour reading lamp", "£30.79", "£40.99", "Buy", "United Kingdom · GBP"),
        ("zh-SG,zh", "ltr", "海港阅读灯", "$52.19", "$69.59", "购买", "新加坡 · SGD"),
        ("ar-SA", "rtl", "مصباح القراءة هاربر", "١٤٦٫١٩ ر.س.", "١٩٤٫٩٩ ر.س.", "شراء", "السعودية · SAR"),
        ("th", "ltr", "โคมไฟอ่านหนังสือฮาร์เบอร์", "฿1,404.00", "฿1,872.00", "ซื้อ", "ไทย · THB"),
        ("ja-JP", "ltr", "ハーバー読書灯", "￥5,850", "￥7,800", "購入する", "日本 · JPY"),
        ("de-AT", "ltr", "Englisch Harbour reading lamp", "$ 38,99", "$ 51,99", "Kaufen", "Vereinigte Staaten · USD"),
    ],
)
async def test_language_currency_and_direction_are_the_viewers(
    page: Page, language: str, direction: str, name: str, price: str, was: str, buy: str, market: str
) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await room.put("pinned", {"product": "lamp", "at_ms": 1})
        await visit(page, room, language)
        await page.until(shown("#pinned .buy"))
        assert await page.evaluate("document.documentElement.dir") == direction
        assert await text(page, "#pinned .name") == name
        assert (await text(page, "#pinned .price"), await text(page, "#pinned .was")) == (price, was)
        assert await text(page, "#pinned .buy") == buy
        assert await text(page, "#market") == market
        pinned = await page.evaluate("(r => [r.left, r.right])(document.querySelector('#pinned .photo').getBoundingClientRect())")
        assert (pinned[0] < 60) is (direction == "ltr"), "the picture is where reading starts"
        assert await page.evaluate("document.querySelector('#pinned img').naturalWidth") == 640
        assert await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
        assert not quiet(page)


async def test_a_chosen_market_is_remembered(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await room.put("pinned", {"product": "lamp", "at_ms": 1})
        await visit(page, room, "en-US")
        await page.until(shown("#pinned .buy"))
        joined = await room.host.next("event", kind="joined")
        assert joined["data"] == {"languages": ["en-US"], "language": "en-US", "market": "US"}
        await page.click("#market")
        await page.until("document.querySelector('#markets').open")
        await page.evaluate("[...document.querySelectorAll('#markets li button')].find(b => b.textContent.includes('GBP')).click()")
        await page.until("document.querySelector('#pinned .price').textContent === '£30.79'")
        assert (await room.host.next("event", kind="market"))["data"]["market"] == "GB"
        assert await page.evaluate("document.querySelector('#pinned .buy').href") == "https://shop.example/uk/lamp"
        await page.call("Page.reload")
        await page.until("globalThis.tradewindRoom?.market === 'GB' && document.querySelector('#pinned .price').textContent === '£30.79'")
        await page.evaluate("localStorage.setItem('tradewind.market', '<b>nowhere')")
        await page.call("Page.reload")
        await page.until("globalThis.tradewindRoom?.state === 'open' && tradewindRoom.market === 'US'")
        await page.evaluate("localStorage.removeItem('tradewind.market')")


async def test_the_host_gets_what_a_viewer_does(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await visit(page, room, "en-US")
        await page.until(shown(".row"))
        await room.put("pinned", {"product": "mug", "at_ms": 7})
        await page.until("document.querySelector('#pinned .name')?.textContent === 'Double-wall travel mug'")
        assert "Double-wall travel mug" in await page.evaluate("document.getElementById('news').textContent")
        await room.host.next("event", kind="seen", data={"count": 1, "product": "mug", "language": "en-US", "market": "US"})
        await page.evaluate("document.querySelector('#pinned .buy').addEventListener('click', (e) => e.preventDefault())")
        link = "document.querySelector('#pinned .buy')"
        assert await page.evaluate(f"[{link}.rel, {link}.target, {link}.href]") == [
            "noopener noreferrer",
            "_blank",
            "https://shop.example/mug",
        ]
        await page.click("#pinned .buy")
        assert (await room.host.next("event", kind="clicked"))["data"]["product"] == "mug"
        await page.click("#pinned .add")
        assert (await room.host.next("event", kind="added"))["data"]["product"] == "mug"
        await page.until("document.querySelector('#pinned .add').ariaPressed === 'true'")
        await page.click("#pinned .second:not(.add)")
        assert (await room.host.next("event", kind="asked"))["data"]["product"] == "mug"
        assert await page.evaluate("document.querySelector('#pinned .second:not(.add)').disabled"), "a close-up can be requested once"
        for _ in range(3):
            await page.click("#heart")
        await page.until("document.getElementById('likes').textContent === '3'")
        likes = 0
        while likes < 3:
            likes += (await room.host.next("event", kind="like"))["data"]["count"]
        assert likes == 3
        assert not quiet(page)


async def test_a_product_in_sight_counts_as_seen_once(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await visit(page, room, "en-US")
        await page.until("document.querySelectorAll('.row').length === 6")
        far = "document.querySelectorAll('.row')[5]"
        assert await page.evaluate(f"{far}.getBoundingClientRect().top > innerHeight")
        await room.host.next("event", kind="seen", data={"count": 1, "product": "lamp", "language": "en-US", "market": "US"})
        assert not [event for event in room.host.of("event") if event["data"].get("product") == "soap"]
        await page.evaluate(f"{far}.scrollIntoView()")
        await room.host.next("event", kind="seen", data={"count": 1, "product": "soap", "language": "en-US", "market": "US"})
        await page.evaluate("document.getElementById('room').scrollTop = 0")
        await page.evaluate(f"{far}.scrollIntoView()")
        await room.put("list", ["mug", "lamp", "soap"])
        await page.until("document.querySelectorAll('.row').length === 3")
        await page.click("#heart")
        await room.host.next("event", kind="like")
        seen = [event["data"]["product"] for event in room.host.of("event") if event["kind"] == "seen"]
        assert "soap" not in seen
        assert "lamp" not in seen


async def test_a_coupon_is_claimed_copied_and_kept(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await put_extras(room.host, int(time.time() * 1000))
        await visit(page, room, "en-US")
        await page.until(shown("#coupon .buy"))
        assert await text(page, "#coupon .off") == "−20%"
        assert (await text(page, "#coupon .stock")) == "20 of 20 left"
        assert re.fullmatch("ends in [0-9]:[0-9]{2}", await text(page, "#coupon .time"))
        await page.evaluate("document.querySelector('#coupon .buy').scrollIntoView()")
        await page.click("#coupon .buy")
        await page.until("document.querySelector('#coupon .code').textContent === 'HARBOUR-000'")
        claimed = await room.host.next("event", kind="claimed")
        assert (claimed["data"]["code"], claimed["data"]["left"]) == ("HARBOUR-000", 19)
        await page.until("document.querySelector('#coupon .stock').textContent === '19 of 20 left'")
        assert await page.evaluate("document.activeElement.textContent") == "Copy"
        await page.call("Page.reload")
        await page.until(
            "globalThis.tradewindRoom?.state === 'open' && document.querySelector('#coupon .code')?.textContent === 'HARBOUR-000'"
        )
        assert room.host.of("event") == [] or all(event["kind"] != "claimed" for event in room.host.of("event"))
        await room.host.send(t="coupon", id="spring", codes=None)
        await page.evaluate("localStorage.removeItem('tradewind.code.live.spring')")
        await page.call("Page.reload")
        await page.until("globalThis.tradewindRoom?.state === 'open'")
        await page.until(shown("#coupon .buy"))
        await page.evaluate("document.querySelector('#coupon .buy').click()")
        await page.until(shown("#coupon .why"))
        assert await text(page, "#coupon .why") == "This coupon is no longer available."
        await put_extras(room.host, int(time.time() * 1000) + 1000)  # it comes back
        await page.until(shown("#coupon .buy"))
        assert not await page.evaluate(shown("#coupon .why"))


async def test_markets_without_urgency_show_no_countdown(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await put_extras(room.host, int(time.time() * 1000))
        await visit(page, room, "en-US")
        await page.until(shown("#countdown"))
        await visit(page, room, "en-GB")
        await page.until(shown("#coupon .time"))
        assert not await page.evaluate(shown("#countdown"))
        assert (await text(page, "#coupon .time")).startswith("until ")


async def test_a_products_sheet_has_everything_about_it(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await visit(page, room, "zh-SG")
        await page.until("document.querySelectorAll('.row').length === 6")
        await page.evaluate("document.querySelectorAll('.row .whole')[2].click()")
        await page.until("document.querySelector('#detail').open")
        words = await text(page, "#detail .more")
        for expected in (
            "暖光",
            "像纸一样好读",
            "Nine tenths",
            "英语",
            "94–98",
            "3-7天送达",
            "三十天内",
            "PayNow",
            "银行卡",
            "需要专用灯泡吗",
        ):
            assert expected in words, expected
        assert await page.evaluate("document.querySelector('#detail .more [lang=en]') !== null"), "text in another language is marked"
        await page.key("Escape")
        await page.until("!document.querySelector('#detail').open")
        assert await text(page, ".row:nth-child(4) .facts") == "已售罄"
        await room.put("product/knife", {**product(3, "0" * 32), "left": 5})
        await page.until("document.querySelector('.row:nth-child(4) .facts').textContent.includes('5')")
        assert not [line for line in quiet(page) if "404" not in line]


async def test_room_and_video_do_not_disturb_each_other(page: Page) -> None:
    async with selling() as room:
        port = room.port
        publisher = Broadcaster(f"{room.base}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        await put_show(room.client, room.host)
        await room.put("pinned", {"product": "lamp", "at_ms": 1})
        await visit(page, room, "en-US")
        await page.until("tradewind.state === 'playing'")
        await page.until(shown("#pinned .buy"))
        await publisher.stop()
    await page.until("tradewindRoom.state === 'away' && tradewind.state === 'offline'")
    assert await text(page, "#pinned .name") == "Harbour reading lamp", "products stay on the page"
    await page.click("#heart")
    await page.evaluate("document.querySelector('#pinned .add').click()")
    async with selling(port) as room:
        await put_show(room.client, room.host)
        await room.put("pinned", {"product": "bag", "at_ms": 2})
        await page.until("document.querySelector('#pinned .name').textContent === 'Roll-top day pack'")
        assert (await room.host.next("event", kind="like"))["data"]["count"] == 1
        assert await page.evaluate("tradewindRoom.connects") == 2
        assert await page.evaluate("document.querySelectorAll('.row').length") == 6
        await page.until(shown("#away") + " === false")


async def test_the_page_does_not_notice_a_host_that_restarts(page: Page) -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client:
        async with desk(client) as host:
            room = Selling(base_of(relay), relay.port, client, host)
            await host.open()
            await put_show(client, host)
            await room.put("pinned", {"product": "lamp", "at_ms": 1})
            await visit(page, room, "en-US")
            await page.until(shown("#pinned .buy"))
            rev = await page.evaluate("tradewindRoom.rev")
        async with desk(client) as host:
            await host.open()
            await put_show(client, host)
            await host.send(t="put", key="pinned", value={"product": "mug", "at_ms": 2})
            await page.until("document.querySelector('#pinned .name').textContent === 'Double-wall travel mug'")
        assert await page.evaluate("tradewindRoom.connects") == 1
        assert await page.evaluate("tradewindRoom.rev") == rev + 1, "an unchanged value is not sent again"


@pytest.mark.parametrize(
    ("links", "language", "words"),
    [
        ({}, "en-US", "No buy link yet"),
        ({"US": "not a link"}, "zh-CN", "暂无购买链接"),
        ({"GB": "https://shop.example/uk"}, "de-DE", "Noch kein Kauflink"),
    ],
)
async def test_a_price_without_a_link_says_so(page: Page, links: dict[str, str], language: str, words: str) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        lamp = product(0, "")
        await room.put("product/lamp", {**lamp, "links": links, "pictures": []})
        await room.put("pinned", {"product": lamp["id"], "at_ms": 1})
        await visit(page, room, language)
        await page.until(shown("#pinned .buy"))
        assert await text(page, "#pinned .buy") == words
        assert not await page.evaluate("document.querySelector('#pinned .buy').hasAttribute('href')")


EVIL = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>"\'><svg onload=window.broken=1>'
WORDS = {"en": EVIL}


async def test_no_text_becomes_markup(page: Page) -> None:
    async with selling() as room:
        picture_id = await put_picture(room.client, b"\xff\xd8\xff" + EVIL.encode())
        evil = product(2, picture_id)
        evil |= {"name": WORDS, "return_rule": WORDS, "unit": WORDS, "size_chart": [[EVIL, EVIL], [EVIL, EVIL]]}
        evil |= {"points": [{"id": EVIL, "keyword": WORDS, "text": WORDS}], "faq": [{"question": WORDS, "answer": WORDS}]}
        evil |= {
            "links": {"": "javascript:window.broken=1", "US": "java\nscript:window.broken=1"},
            "pictures": [EVIL, "../../x", picture_id],
        }
        market = {**MARKETS[0], "name": WORDS, "payments": [EVIL], "currency": "USD"}
        await room.put("show", {"title": EVIL, "markets": [market], "host_language": EVIL})
        await room.put("product/scarf", evil)
        await room.put("list", ["scarf"])
        await room.put("pinned", {"product": "scarf", "at_ms": 1})
        await room.put("card", {"id": EVIL, "words": {EVIL: EVIL, "en": EVIL}, "product": EVIL})
        await room.host.send(t="coupon", id=EVIL, codes=[EVIL[:60]], expires_ms=0)
        await room.put("coupon", {"id": EVIL[:90], "title": WORDS, "product": EVIL, "percent": 5, "stock": 1, "left": 1, "expires_ms": 0})
        await room.put("countdown", {"ends_ms": int(time.time() * 1000) + 60_000, "text": WORDS})
        await room.put("disclosure", {"markets": {"US": {"text": WORDS}}})
        await room.put("ticker", WORDS)
        await room.put("__proto__", {"polluted": 1})
        await visit(page, room, "en-US")
        await page.until(shown("#pinned"))
        await page.until(shown("#ticker"))
        await page.evaluate("document.querySelector('.row .whole').click()")
        await page.until("document.querySelector('#detail').open")
        await page.evaluate("document.querySelector('#market').click()")
        await page.until("document.querySelector('#markets').open")
        await page.until(
            "[...document.images].every((image) => image.complete || image.loading === 'lazy')"
        )  # one that fails tells its handler then
        await page.evaluate("new Promise((done) => setTimeout(done, 0))")
        assert await page.evaluate("window.broken") is None
        assert await page.evaluate("({}).polluted") is None
        assert await page.evaluate("document.querySelectorAll('main script, aside script, dialog script, [onerror], [onload]').length") == 0
        assert not await page.evaluate("[...document.links].some(a => a.protocol === 'javascript:')")
        assert not await page.evaluate("document.querySelector('#pinned .buy').hasAttribute('href')"), "an unusable link is not offered"
        assert EVIL in await page.evaluate("document.querySelector('#pinned .name').textContent")
        assert not [line for line in page.console if "Content Security Policy" in line or "exception" in line]


async def test_reduced_motion_is_respected(page: Page) -> None:
    async with selling() as room:
        await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        await put_show(room.client, room.host)
        await put_extras(room.host, int(time.time() * 1000))
        await visit(page, room, "en-US")
        await page.until(shown("#ticker"))
        await page.click("#heart")
        await page.until("document.getElementById('likes').textContent === '1'")
        assert await page.evaluate("document.getElementById('hearts').childElementCount") == 0
        assert await page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0
        assert await page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.getElementById('ticker'))"), "all of it fits"
        await page.call("Emulation.setEmulatedMedia", features=[])


async def test_the_pinned_product_stays_in_full_screen(page: Page) -> None:
    async with selling() as room:
        publisher = Broadcaster(f"{room.base}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        await put_show(room.client, room.host)
        await room.put("pinned", {"product": "lamp", "at_ms": 1})
        await visit(page, room, "en-US")
        await page.until("tradewind.state === 'playing'")
        await page.until(shown("#pinned .buy"))
        assert not await page.evaluate(shown("#mini"))
        await page.click("#full")
        await page.until("document.fullscreenElement !== null")
        await page.until(shown("#mini"))
        assert await text(page, "#mini .body") == "Harbour reading lamp $38.99"
        await page.click("#mini .whole")
        await page.until("document.fullscreenElement === null && document.querySelector('#detail').open")
        await publisher.stop()


async def test_portrait_video_fills_the_screen_and_landscape_video_its_top(page: Page) -> None:
    for width, height, share in ((180, 320, 1.0), (320, 180, 0.26)):
        async with selling() as room:
            publisher = Broadcaster(f"{room.base}/whip/live", KEY, Show(width=width, height=height))
            await publisher.start()
            await put_show(room.client, room.host)
            await room.put("pinned", {"product": "lamp", "at_ms": 1})
            await visit(page, room, "en-US")
            await page.until("tradewind.state === 'playing'")
            await page.until(shown("#pinned .buy"))
            stage = "document.getElementById('stage').clientHeight / innerHeight"
            await page.until(f"Math.abs({stage} - {share}) < 0.02")
            assert await page.evaluate(
                "(r => r.top > 0 && r.bottom <= innerHeight)(document.querySelector('#pinned .buy').getBoundingClientRect())"
            )
            await publisher.stop()


async def test_an_empty_room_leaves_the_page_to_the_video(page: Page) -> None:
    async with selling() as room:
        await visit(page, room, "en-US")
        assert not await page.evaluate(shown("#room"))
        assert await page.evaluate("document.getElementById('stage').clientHeight === innerHeight")
        await room.put("show", {"title": "Soon", "markets": list(MARKETS), "host_language": "en"})
        await room.put("ticker", {"en": "We begin at eight"})
        await page.until(shown("#ticker"))
        assert await text(page, ".nothing") == "Products appear here as the host presents them."
        assert await page.evaluate("document.title") == "Soon · Tradewind"
        await room.put("ticker", None)
        await page.until(f"!{shown('#room')}")


@pytest.mark.parametrize(
    ("language", "end", "zone", "said"),
    [
        ("en-GB", "2026-11-30T13:08", "UTC", "13:08"),
        ("en-GB", "2026-12-01T11:00", "UTC", "Tue 1 Dec 11:00"),
        ("en-GB", "2026-11-30T23:30", "Asia/Shanghai", "Tue 1 Dec 07:30"),
        ("en-GB", "2027-01-01T00:30", "UTC", "Fri, 1 Jan 2027 00:30"),
        ("zh-CN", "2026-12-01T11:00", "UTC", "12月1日周二 11:00"),
    ],
)
async def test_an_end_on_another_day_says_which(page: Page, language: str, end: str, zone: str, said: str) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await visit(page, room, language)
        moments = f"Date.parse('{end}:30Z'), Date.parse('2026-11-30T12:00:00Z'), '{zone}'"
        assert await page.evaluate(f"import('/viewer/local-time.js').then((when) => when.momentText({moments}))") == said


async def test_a_coupon_that_ends_tomorrow_says_so(page: Page) -> None:
    end = (datetime.now(UTC) + timedelta(days=1)).replace(hour=13, minute=8, second=30, microsecond=0)
    async with selling() as room:
        await page.zone("UTC")
        await put_show(room.client, room.host)
        coupon = {"id": "c", "title": {"en": "Ten"}, "percent": 10, "stock": 1, "left": 1, "expires_ms": int(end.timestamp() * 1000)}
        await room.put("coupon", coupon)
        await visit(page, room, "en-GB")  # a market without countdowns
        await page.until(shown("#coupon .time"))
        assert await text(page, "#coupon .time") == f"until {end:%a} {end.day} {end:%b} 13:08"


@pytest.mark.parametrize(("saving", "less"), [(33, "−33%"), (1, "−1%"), (0, None), (None, None), ("9", None)])
async def test_the_page_shows_the_same_saving_as_the_desk(page: Page, saving: object, less: str | None) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        lamp = product(0, "0" * 32)
        price = {"market": "US", "minor": 66_500, "currency": "USD", "was": 100_000, "saving": saving}
        await room.put("product/lamp", {**lamp, "prices": [price]})
        await room.put("pinned", {"product": "lamp", "at_ms": 1})
        await visit(page, room, "en-US")
        await page.until(shown("#pinned .was"))
        assert await page.evaluate(shown("#pinned .less")) is (less is not None)
        if less is not None:
            assert await text(page, "#pinned .less") == less


async def test_each_text_has_its_own_direction(page: Page) -> None:
    async with selling() as room:
        await put_show(room.client, room.host)
        await visit(page, room, "ar-SA")
        words = {"cotton 100%": "ltr", "iPhone 15 متوفر": "rtl", "قطن 100%": "rtl", "-20%": "ltr"}
        for told, direction in words.items():
            await room.put("card", {"id": told, "words": {"ar": told}, "product": None})
            await page.until(f"document.querySelector('#card .words').textContent === {told!r}")
            assert await page.evaluate("getComputedStyle(document.querySelector('#card .words')).direction") == direction, told
