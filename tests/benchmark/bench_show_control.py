"""What selling costs: actions of a show with 10,000 products and 200 segments, and how soon a pin is on 200 pages.

Run: python -m tests.benchmark.bench_show_control [--products 10000] [--segments 200] [--pages 200] [--pins 40]. The promises: every action
blocks the desk for at most 50 ms, a changed card is sent to the engine within 50 ms, a pin is on the pages within 300 ms (p95). The engine
is the paper engine, the relay is the app's, the pages are WebSockets in their own process.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp

from app.domain.base.notice import Notice
from app.domain.rundown.rundown import Segment
from app.domain.show import Show
from app.domain.show_editing import change_product
from app.session.room.room_link import RoomState
from tests.support.selling_show import product, selling_show
from tests.support.studio_desk import PAPER, StudioDesk

VERB_GOAL_MS, CARD_GOAL_MS, PAGE_GOAL_MS = 50.0, 50.0, 300.0
PAGES_EACH = 100  # from one address: the hub accepts no more than 128


def large_show(products: int, segments: int) -> Show:
    """Return a show with this many products and slots, each slot with a backup."""
    show = selling_show()
    many = tuple(product(f"p{number}") for number in range(products))
    slots = tuple(
        Segment(f"s{number}", f"Slot {number}", product_id=many[number].id, backup_id=many[-1 - number].id) for number in range(segments)
    )
    return replace(show, products=many, segments=slots, coupons=())


def p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)] if values else 0.0


async def held_up_ms(verb: Callable[[], object]) -> float:
    """Return how long an action and everything that follows it block the loop."""
    began = time.perf_counter()
    verb()
    for _ in range(3):
        await asyncio.sleep(0)
    return (time.perf_counter() - began) * 1000


async def _watch(base: str, pages: int, pipe: Connection) -> None:
    """Run pages that record the delay of each pin in milliseconds, until the pipe stops them."""
    late: list[float] = []
    ready = asyncio.Semaphore(0)

    def note(text: str) -> None:
        if '"key":"pinned"' in text and (value := json.loads(text)["value"]):
            late.append(time.time() * 1000 - value["at_ms"])

    async def watch_one(number: int, session: aiohttp.ClientSession) -> None:
        async with session.ws_connect("/room/live", max_msg_size=0) as socket:
            await socket.send_json({"t": "hello", "v": 1, "token": "", "board": 0, "page": str(number)})
            await socket.receive()
            ready.release()
            async for message in socket:
                note(message.data)

    sessions = [
        aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=0, local_addr=(f"127.0.0.{place + 1}", 0)))
        for place in range(-(-pages // PAGES_EACH))
    ]
    tasks = [asyncio.create_task(watch_one(number, sessions[number // PAGES_EACH])) for number in range(pages)]
    for _ in tasks:
        await ready.acquire()
    late.clear()
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    pipe.send(late)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for session in sessions:
        await session.close()


def watch(base: str, pages: int, pipe: Connection) -> None:
    asyncio.run(_watch(base, pages, pipe))


async def joined(desk: StudioDesk) -> None:
    while desk.studio.control.room.state.value is not RoomState.JOINED:
        await asyncio.sleep(0.05)


async def verbs(desk: StudioDesk, pins: int) -> dict[str, list[float]]:
    """Repeat each action, and measure how long it blocks the loop."""
    show_control = desk.studio.control
    taken: dict[str, list[float]] = {}

    async def measure(name: str, verb: Callable[[], object]) -> None:
        taken.setdefault(name, []).append(await held_up_ms(verb))
        await asyncio.sleep(0.02)

    await measure("first refresh", partial(show_control.runner.enter, "s0"))
    for number in range(pins):
        await measure("next", show_control.runner.next)
        await measure("pin", partial(show_control.selling.pin, f"p{5000 + number}"))
        await measure("tick", partial(show_control.runner.tick, show_control.runner.unticked()[0]))
        await measure("swap", show_control.runner.swap_to_backup)
        await measure("sell", partial(show_control.selling.sell, f"p{number}", 1))
        await measure("timing", show_control.runner.timing)
        await measure(
            "edit", partial(desk.studio.document.edit_show, "Edit", partial(change_product, product_id="p3", price_band=str(number)))
        )
    return taken


async def card_ms(desk: StudioDesk, changes: int) -> list[float]:
    """The time from the change of a card's text until the engine confirms its picture."""
    taken: list[float] = []
    put: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def on_notice(notice: Notice) -> None:
        if notice.code == "paper.overlay" and notice.data["id"] == "card.product" and not put.done():
            put.set_result(time.perf_counter())

    desk.studio.notices.connect(on_notice)
    pinned = desk.studio.control.selling.shown.pinned_id
    for number in range(changes):
        put = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        desk.studio.document.edit_show("Type", partial(change_product, product_id=pinned, name={"en": f"Lamp {number}"}), merge="name")
        taken.append((await put - began) * 1000)
        await asyncio.sleep(0.05)
    return taken


async def page_ms(desk: StudioDesk, pages: int, pins: int) -> list[float]:
    """The delays of pins on this many pages."""
    address = desk.studio.embedded.room
    assert address is not None
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=watch, args=(address.base, pages, theirs), name="pages")
    process.start()
    await asyncio.to_thread(ours.recv)
    for number in range(pins):
        desk.studio.control.selling.pin(f"p{number}")
        await asyncio.sleep(0.25)
    ours.send("enough")
    late: list[float] = await asyncio.to_thread(ours.recv)
    await asyncio.to_thread(process.join)
    return late


def say(name: str, values: Sequence[float], goal_ms: float) -> None:
    """One line: median, 95th percentile, worst, and the promise."""
    spread = f"p50 {statistics.median(values):6.1f}  p95 {p95(values):6.1f}  worst {max(values):6.1f} ms"
    print(f"{name:<26} {spread}   (promised {goal_ms:.0f}; {len(values)} of them)")


async def run(arguments: argparse.Namespace, home: Path) -> None:
    async with StudioDesk(home, commands=PAPER, settings={"disclosure_auto": False, "cards_in_video": "always"}) as desk:
        await desk.attached()
        await joined(desk)
        desk.studio.document.edit_show("Fill", lambda _: large_show(arguments.products, arguments.segments))
        await asyncio.sleep(1.0)
        for name, values in (await verbs(desk, arguments.pins)).items():
            say(name, values, VERB_GOAL_MS)
        say("card change to engine", await card_ms(desk, arguments.pins), CARD_GOAL_MS)
        say(f"pin on {arguments.pages} pages", await page_ms(desk, arguments.pages, arguments.pins), PAGE_GOAL_MS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--segments", type=int, default=200)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--pins", type=int, default=40)
    with tempfile.TemporaryDirectory(prefix="tradewind-selling-") as folder:
        asyncio.run(run(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()
