"""Running a show: log, room, video and engine stay in step after any restart."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from app.domain.base.errors import Value
from app.domain.event import EventKind
from app.domain.program.broadcast import BroadcastState
from app.domain.program.editing import replace_canvas
from app.domain.program.output import Relay
from app.domain.room.tokens import orders_secret
from app.domain.selling.on_screen import OnScreen, OnScreenKind
from app.domain.show import Show
from app.domain.show_editing import change_presentation, change_product
from app.relay.room.orders import signature
from app.session.room.room_link import RoomState
from app.session.rundown.air_log import AIR_KINDS
from tests.support.room import RoomSocket, page
from tests.support.selling_show import selling_show
from tests.support.studio_desk import PAPER, StudioDesk


@asynccontextmanager
async def selling_desk(
    home: Path, *, show: Callable[[], Show] = selling_show, settings: Mapping[str, Value] | None = None
) -> AsyncIterator[StudioDesk]:
    """Yield a desk with a selling show that has joined its room and attached to its engine."""
    async with StudioDesk(
        home, commands=PAPER, settings={"disclosure_auto": False, "cards_in_video": "always", **(settings or {})}
    ) as desk:
        desk.studio.document.edit_show("Fill", lambda _: show())
        await desk.attached()
        await in_room(desk)
        await desk.notice("paper.overlay_dropped", id="card.badge")  # clears overlays of an earlier desk
        desk.forget()
        yield desk


async def in_room(desk: StudioDesk) -> None:
    room = desk.studio.control.room
    joined = asyncio.Event()
    disconnect = room.state.changed.connect(lambda old, new: joined.set())
    async with asyncio.timeout(30):
        while room.state.value is not RoomState.JOINED:
            joined.clear()
            await joined.wait()
    disconnect()


def client(desk: StudioDesk) -> aiohttp.ClientSession:
    address = desk.studio.embedded.room
    assert address is not None
    return aiohttp.ClientSession(address.base)


def overlays(desk: StudioDesk, code: str = "paper.overlay") -> list[str]:
    """Return the ids of overlays sent to the engine since `forget`."""
    return [str(notice.data["id"]) for notice in desk.heard if notice.code == code]


async def test_a_pinned_product_is_on_the_page_and_in_the_video(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        selling_actions = desk.studio.control.selling
        await viewer.open(board=0)
        selling_actions.pin("sun")
        assert (await viewer.next("put", key="pinned"))["value"]["product"] == "sun"
        first = await desk.notice("paper.overlay", id="card.product")
        desk.forget()
        desk.studio.document.edit_show("Rename", partial(change_product, product_id="sun", name={"en": "A longer name for the same lamp"}))
        changed = await desk.notice("paper.overlay", id="card.product")
        assert changed.data["size"] != first.data["size"]
        assert (await viewer.next("put", key="product/sun"))["value"]["name"]["en"].startswith("A longer")
        selling_actions.show_point("sun", "sun-1")
        words = (await viewer.next("put", key="card"))["value"]["words"]
        assert (words["de"], words["zh-Hans"]) == ("Folgt der Sonne", "随日光而转")
        await desk.notice("paper.overlay", id="card.keyword")
        desk.forget()
        selling_actions.pin("moon")
        await desk.notice("paper.overlay", id="card.product")
        await desk.notice("paper.overlay_dropped", id="card.keyword")
        assert (await viewer.next("put", key="card"))["value"] is None
        desk.forget()
        desk.studio.document.edit_show("Note", partial(change_product, product_id="moon", price_band="for gifts"))
        selling_actions.unpin()
        await desk.notice("paper.overlay_dropped", id="card.product")
        assert overlays(desk) == []  # a field that is not on the card does not redraw it


async def test_a_new_engine_gets_every_card_again(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        selling_actions = desk.studio.control.selling
        selling_actions.pin("sun")
        for kind in (OnScreenKind.LOWER_THIRD, OnScreenKind.TICKER, OnScreenKind.CODE):
            selling_actions.show_lasting(kind, on=True)
        await desk.notice("paper.overlay", id="card.ticker")
        desk.forget()
        os.kill(desk.engine_pid, signal.SIGKILL)
        await desk.notice("engine.restarted")
        await desk.notice("paper.overlay", id="card.ticker")
        assert set(overlays(desk)) == {"card.product", "card.lower_third", "card.ticker", "card.code"}
        desk.forget()
        desk.studio.document.edit_show("Look", partial(change_presentation, card_theme="paper"))
        await desk.notice("paper.overlay", id="card.ticker")
        desk.forget()
        desk.studio.document.edit("Upright", lambda project: replace_canvas(project, width=720, height=1280))
        await desk.notice("paper.overlay", id="card.ticker")
        desk.forget()
        selling_actions.show_lasting(OnScreenKind.CODE, on=False)
        await desk.notice("paper.overlay_dropped", id="card.code")


async def test_a_countdown_is_drawn_each_second_and_then_removed(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        await viewer.open(board=0)
        desk.studio.control.selling.count_down(600, text={"en": "This price"})
        assert (await viewer.next("put", key="countdown"))["value"]["text"] == {"en": "This price"}
        await desk.until(lambda: overlays(desk).count("card.countdown") >= 3)
        desk.studio.control.selling.count_down(0.5, text={"en": "This price"})
        await desk.notice("paper.overlay_dropped", id="card.countdown")
        await viewer.next("put", key="countdown", value=None)


async def test_a_new_relay_shows_the_current_offers(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        show_control = desk.studio.control
        show_control.runner.enter("first")
        show_control.selling.drop_coupon("ten")
        async with client(desk) as session, page(session) as viewer:
            await viewer.open(board=0)
            while not (await viewer.next("count"))["left"]:
                pass
            await viewer.send(t="claim", n=1, coupon="ten")
            assert (await viewer.next("coupon"))["code"] == "AAA"
            await wait_until_claimed(desk, "AAA")
        desk.forget()
        os.kill(desk.studio.embedded.pid, signal.SIGKILL)
        await desk.notice("relay.restarted")
        await desk.until(lambda: desk.studio.embedded.running)
        await in_room(desk)
        async with client(desk) as session, page(session) as viewer:
            board = await whole_board(viewer)
            assert board["list"] == ["sun", "star"]
            assert (board["pinned"]["product"], board["coupon"]["stock"]) == ("sun", 3)
            while not (left := (await viewer.next("count"))["left"]):
                pass
            assert left == {"ten": 2}
            await viewer.send(t="claim", n=1, coupon="ten")
            assert (await viewer.next("coupon"))["code"] == "BBB"


async def test_starting_the_rundown_keeps_the_likes(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        show_control = desk.studio.control
        await viewer.open(board=0)
        await viewer.send(t="event", n=1, kind="like", count=3)
        await viewer.send(t="event", n=2, kind="asked", product="sun")
        await desk.until(lambda: (show_control.viewers.summary.likes, show_control.viewers.summary.details_asked) == (3, 1))
        show_control.runner.start()
        await viewer.send(t="event", n=3, kind="like", count=2)
        await desk.until(lambda: show_control.viewers.summary.likes == 5)
        await viewer.next("count", likes=5)
        assert show_control.viewers.summary.details_asked == 1
        show_control.runner.end("host")
        await viewer.send(t="event", n=4, kind="like", count=4)
        await viewer.next("count", likes=9)
        await desk.until(lambda: show_control.viewers.summary.likes == 9)
        show_control.runner.start()  # a new show: desk and page start with the events since the last one
        await viewer.next("count", likes=4)
        assert show_control.viewers.summary.likes == 4


async def test_another_show_does_not_inherit_the_likes(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        room = desk.studio.control.room
        await viewer.open(board=0)
        await viewer.send(t="event", n=1, kind="like", count=3)
        await viewer.next("count", likes=3)
        await desk.until(lambda: desk.studio.control.viewers.summary.likes == 3)
        assert desk.studio.files.save_as(tmp_path / "liked")
        viewer.heard.clear()
        desk.studio.files.new()
        await viewer.next("count", likes=0)
        assert (room.inbox.likes, desk.studio.control.viewers.summary.likes) == (0, 0)
        assert desk.studio.files.open(tmp_path / "liked.tradewind")
        await viewer.next("count", likes=3)
        assert room.inbox.likes == 3


async def test_a_coupon_dropped_again_uses_its_new_duration(tmp_path: Path) -> None:
    def with_duration(seconds: int, show: Show) -> Show:
        return replace(show, coupons=(replace(show.coupons[0], expires_in_s=seconds), *show.coupons[1:]))

    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        show_control = desk.studio.control
        await viewer.open(board=0)
        desk.studio.document.edit_show("Short", partial(with_duration, 4))  # enough time for a slow machine to announce the coupon
        show_control.selling.drop_coupon("ten")
        first = show_control.selling.shown.drop
        assert first is not None
        await viewer.next("count", left={"ten": 3})
        desk.studio.document.edit_show("Long", partial(with_duration, 60))
        show_control.selling.drop_coupon("ten")
        await desk.until(lambda: show_control.now_ms() > first.expires_ms)
        await viewer.send(t="claim", n=1, coupon="ten")
        assert (await viewer.next("coupon"))["code"] == "AAA"


async def wait_until_claimed(desk: StudioDesk, code: str) -> None:
    """Wait until the log has the claim of this code."""
    async with asyncio.timeout(20):
        while code not in [event.data["code"] for event in desk.studio.log.events((EventKind.COUPON_CLAIMED,))]:
            await asyncio.sleep(0.02)


async def whole_board(viewer: RoomSocket) -> dict[str, Any]:
    """Return the board as a new page gets it, once the desk has sent all of it."""
    board: dict[str, Any] = dict((await viewer.open(board=0))["board"])
    async with asyncio.timeout(20):
        while "ticker" not in board and "coupon" not in board:
            put = await viewer.next("put")
            board[put["key"]] = put["value"]
    return board


async def test_a_shop_order_is_counted_once_everywhere(tmp_path: Path) -> None:
    async with selling_desk(tmp_path, settings={"low_stock": 2}) as desk, client(desk) as session, page(session) as viewer:
        show_control, address = desk.studio.control, desk.studio.embedded.room
        assert address is not None
        show_control.runner.enter("second")
        board = (await viewer.open(board=0))["board"]
        body = json.dumps(
            {"order": "1001/1", "product": "SKU-star", "units": 2, "minor": 3998, "currency": "USD", "at_ms": int(time.time() * 1000)}
        ).encode()
        stamp = str(int(time.time()))
        signed = signature(orders_secret(address.key), stamp, body)
        headers = {"Content-Type": "application/json", "X-Tradewind-Timestamp": stamp, "X-Tradewind-Signature": signed}
        for _ in range(2):
            async with session.post(f"/orders/{address.stream}", data=body, headers=headers) as answer:
                assert answer.status < 300, await answer.text()
        while board.get("product/star", {}).get("left") != 1:
            put = await viewer.next("put")
            board[put["key"]] = put["value"]
        await desk.notice("stock.low", units=1)
        orders = desk.studio.log.events((EventKind.ORDER_PLACED,))
        assert [(event.data["product"], event.data["units"], event.data["source"]) for event in orders] == [("star", 2, "webhook")]
        assert show_control.orders.of("star")["USD"].minor == 3998
        assert (show_control.viewers.summary.orders, show_control.viewers.summary.of("star").ordered) == (1, 2)


async def test_going_live_offers_the_rundown_and_shows_disclosures(tmp_path: Path) -> None:
    async with selling_desk(tmp_path, settings={"disclosure_auto": True}) as desk:
        studio = desk.studio
        studio.broadcast.go_live()
        notice = await desk.notice("run.not_started")
        assert notice.actions == ("run.start",)
        await desk.notice("paper.overlay", id="card.badge")
        assert set(studio.control.disclosures.active) == {"US", "DE"}
        assert studio.log.events((EventKind.SHOW_STARTED,)) == ()
        assert studio.actions.run("run.start")
        studio.broadcast.stop_live()
        await desk.until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
        studio.settings.change("run_with_live", True)
        studio.control.runner.end()
        studio.broadcast.go_live()
        await desk.until(lambda: studio.control.runner.run.running)
        await desk.until(lambda: studio.broadcast.state.value is BroadcastState.LIVE)
        kinds = [event.kind for event in studio.log.events(AIR_KINDS)]
        assert kinds == [EventKind.ON_AIR, EventKind.OFF_AIR, EventKind.ON_AIR]


async def test_actions_work_like_the_panels(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        studio, actions = desk.studio, desk.studio.actions
        assert not actions["run.swap"].enabled()
        for action in ("run.start", "run.next", "run.swap", "run.extend_1m", "card.3", "coupon.drop", "timer.toggle", "disclosure.show"):
            assert actions.run(action), action
        shown, run = studio.control.selling.shown, studio.control.runner.run
        assert (shown.pinned_id, shown.card and shown.card.id, run.segment_id) == ("moon", "moon-1", "first")
        assert actions["card.3"].checked is not None
        assert actions["card.3"].checked()
        assert actions.run("run.tick")
        assert studio.control.runner.ticked() == ("moon-1",)
        assert actions.run("run.tick_2")
        assert actions["run.tick_2"].checked is not None
        assert actions["run.tick_2"].checked()
        assert not actions["run.tick_9"].enabled()
        assert actions.run("run.tick_2")
        assert actions.run("run.untick")
        assert not actions["run.untick"].enabled()
        for action in ("card.hide", "product.unpin", "product.pin", "coupon.close", "timer.reset", "run.skip", "run.previous", "run.end"):
            assert actions.run(action), action
        assert studio.control.selling.shown == OnScreen()


async def test_cards_are_left_out_of_video_that_only_goes_to_our_page(tmp_path: Path) -> None:
    async with selling_desk(tmp_path, settings={"cards_in_video": "auto"}) as desk:
        studio = desk.studio
        studio.control.selling.pin("sun")
        assert studio.control.cards.page_has_cards
        studio.control.selling.show_lasting(OnScreenKind.LOWER_THIRD, on=True)  # the page has no lower third
        studio.document.edit_show("Name", lambda show: change_presentation(show, lower_third={"en": "Mia · Host"}))
        await desk.notice("paper.overlay", id="card.lower_third")
        assert "card.product" not in [notice.data.get("id") for notice in desk.heard]
        studio.settings.change("cards_in_video", "always")
        await desk.notice("paper.overlay", id="card.product")
        studio.settings.change("cards_in_video", "never")
        assert studio.control.cards.page_has_cards
        studio.settings.change("cards_in_video", "auto")
        relay = Relay("away", "Away", "https://relay.example/whip")
        studio.document.edit("Add", lambda project: replace(project, relays=(relay,), also_relay_ids=("away",)))
        assert not studio.control.cards.page_has_cards, "viewers of another relay don't have our page"
