"""Reservations over real WebSockets: each viewer counts once, none is lost on the way to the host, strangers cannot fill them up. Also
the calendar files of dates."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from app.domain.base.clock import NS_PER_S
from app.domain.base.token_bucket import TokenBucket
from app.domain.room.event import RoomEvent, RoomEventKind
from app.domain.room.tokens import host_token
from app.relay.config import Limits
from app.relay.refusals import Refusal
from app.relay.room.files import MAX_CALENDAR_BYTES, file_name_of
from app.relay.room.journal import Journal
from app.relay.room.reservations import DateReservations
from tests.support.clocks import SetClock
from tests.support.relays import ROOM_KEY, base_of, running_relay
from tests.support.room import RoomSocket, desk, page

FRIDAY = "show@2027-03-12T20:00"
DATE = {"id": FRIDAY, "title": {"en": "Evening market"}, "start_ms": 1, "end_ms": 2}
HOST = {"Authorization": f"Bearer {host_token(ROOM_KEY)}"}
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nEND:VCALENDAR\r\n"


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as session:
        yield session


@pytest.fixture
async def host(client: aiohttp.ClientSession) -> AsyncIterator[RoomSocket]:
    async with desk(client) as socket:
        await socket.open()
        await socket.send(t="put", key=f"date/{FRIDAY}", value=DATE)
        yield socket


async def entered(viewer: RoomSocket, **hello: object) -> dict[str, object]:
    """Join the room and wait for the date on the board."""
    welcome = await viewer.open(**hello)
    if f"date/{FRIDAY}" not in welcome.get("board", {}):
        await viewer.next("put", key=f"date/{FRIDAY}")
    return welcome


async def test_a_repeated_reservation_counts_once(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with page(client) as viewer, page(client) as other:
        welcome = await entered(viewer, languages=["ar"], market="SA")
        assert welcome["reserved"] == []
        await entered(other)
        for _ in range(3):
            await viewer.send(t="reserve", date=FRIDAY, on=True)
            assert await viewer.next("reserved") == {"t": "reserved", "date": FRIDAY, "on": True, "why": ""}
        assert (await other.next("count", waiting={FRIDAY: 1}))["waiting"] == {FRIDAY: 1}
        event = await host.next("event", kind="reserved")
        assert (event["viewer"], event["data"]) == (welcome["viewer"], {"date": FRIDAY, "language": "ar", "market": "SA"})
        await other.send(t="reserve", date=FRIDAY, on=True)
        await viewer.next("count", waiting={FRIDAY: 2})
        assert (await host.next("event", kind="reserved"))["viewer"] != welcome["viewer"]
        await viewer.send(t="reserve", date=FRIDAY, on=False)
        assert (await viewer.next("reserved"))["on"] is False
        assert (await host.next("event", kind="unreserved"))["viewer"] == welcome["viewer"]
        await viewer.send(t="reserve", date=FRIDAY, on=False)
        await viewer.next("reserved")
        assert host.of("event") == [event for event in host.of("event") if event["kind"] == "joined"]


async def test_a_returning_viewer_keeps_the_reservation_in_every_tab(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with page(client) as viewer:
        welcome = await entered(viewer)
        await viewer.send(t="reserve", date=FRIDAY, on=True)
        await viewer.next("reserved")
    async with page(client) as again:
        assert (await again.open(token=welcome["token"]))["reserved"] == [FRIDAY]
    async with page(client) as stranger:
        assert (await stranger.open(token=str(welcome["viewer"])))["reserved"] == []


async def test_a_date_that_is_not_on_the_board_cannot_be_reserved(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with page(client) as viewer:
        await entered(viewer)
        await viewer.send(t="reserve", date="never", on=True)
        assert await viewer.next("reserved") == {"t": "reserved", "date": "never", "on": False, "why": "unknown"}
        await viewer.next("count", waiting={})
        await viewer.send(t="reserve", date=FRIDAY, on=True)
        await viewer.next("count", waiting={FRIDAY: 1})
        await host.send(t="put", key=f"date/{FRIDAY}", value=None)
        await viewer.next("count", waiting={})
        await host.send(t="put", key=f"date/{FRIDAY}", value=DATE)  # a desk that restarts removes it and puts it back
        await viewer.next("count", waiting={FRIDAY: 1})


async def test_a_desk_that_was_away_gets_the_last_state_of_every_reservation(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    await host.send(t="put", key="product/mug", value={})
    async with page(client) as viewer, page(client) as other:
        await entered(viewer)
        await entered(other)
        await host.close()
        for on in (True, False, True, False, True):
            await viewer.send(t="reserve", date=FRIDAY, on=on)
            await viewer.next("reserved")
        await other.send(t="reserve", date=FRIDAY, on=True)
        await other.next("reserved")
        async with desk(client) as back:
            await back.open(boot="", after=0)
            events = [await back.next("event", kind="reserved") for _ in range(2)]
            assert len({event["viewer"] for event in events}) == 2
            assert not [event for event in back.of("event") if event["kind"] in ("reserved", "unreserved")]


async def test_a_new_relay_gets_the_reservations(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with page(client) as viewer:
        welcome = await entered(viewer)
        await host.send(t="reserved", date=FRIDAY, viewers=["one", "two", welcome["viewer"]])
        assert (await viewer.next("reserved")) == {"t": "reserved", "date": FRIDAY, "on": True, "why": ""}, "the viewer may have cancelled"
        await viewer.next("count", waiting={FRIDAY: 3})
        await host.send(t="reserved", date=FRIDAY, viewers=["two", welcome["viewer"]])
        await viewer.send(t="reserve", date=FRIDAY, on=True)
        assert (await viewer.next("reserved"))["on"] is True
        await viewer.send(t="reserve", date=FRIDAY, on=False)
        await viewer.next("count", waiting={FRIDAY: 2})
        assert (await host.next("event", kind="unreserved"))["viewer"] == welcome["viewer"]
        assert not [event for event in host.of("event") if event["kind"] == "reserved"]
    await host.send(t="reserved", date=FRIDAY, viewers=[""])
    assert (await host.next("refused"))["date"] == FRIDAY


@pytest.mark.parametrize(
    "text",
    [
        '{"t":"reserve","date":"d"}',
        '{"t":"reserve","date":"d","on":1}',
        '{"t":"reserve","date":["d"],"on":true}',
        '{"t":"reserve","date":"' + "d" * 200 + '","on":true}',
        '{"t":"reserved","date":"d","viewers":["me"]}',
    ],
)
async def test_a_bad_reservation_ends_only_its_own_connection(client: aiohttp.ClientSession, host: RoomSocket, text: str) -> None:
    async with page(client) as hostile:
        await hostile.open()
        await hostile.socket.send_str(text)
        assert await hostile.closed() == 4400


async def test_one_address_cannot_fake_a_crowd() -> None:
    limits = Limits(room_reservations_burst=3, room_reservations_per_s=0.001)
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="put", key=f"date/{FRIDAY}", value=DATE)
        answers = []
        for _ in range(5):
            async with page(client) as viewer:
                await entered(viewer)
                await viewer.send(t="reserve", date=FRIDAY, on=True)
                answers.append((await viewer.next("reserved"))["why"])
        assert answers == ["", "", "", "later", "later"]


def waiting_room(offered: set[str]) -> tuple[DateReservations, TokenBucket]:
    return DateReservations(offered.__contains__), TokenBucket(1, 10**6, SetClock(NS_PER_S))


def test_past_dates_make_room_for_new_ones() -> None:
    offered = {"d0"}
    places, pace = waiting_room(offered)
    for number in range(200):
        offered.add(f"d{number}")
        assert places.reserve(f"d{number}", "me", pace, 0).on
        if number:
            offered.discard(f"d{number}")
    assert places.of("me")[0] == "d0", "offered dates stay"
    assert len(places.of("me")) == 64
    assert places.waiting() == {"d0": 1}


def test_too_many_dates_are_refused() -> None:
    offered = {f"d{number}" for number in range(70)}
    places, pace = waiting_room(offered)
    for number in range(64):
        assert places.reserve(f"d{number}", "me", pace, 0).on
    assert places.reserve("d65", "me", pace, 0).why == "unknown"
    with pytest.raises(Refusal, match="dates"):
        places.restore("d66", ["me"])


def test_a_full_date_and_a_host_who_stores_nothing_refuse_reservations() -> None:
    places, pace = waiting_room({"d"})
    places.restore("d", (f"v{number}" for number in range(30_000)))
    assert places.waiting() == {"d": 20_000}
    assert places.reserve("d", "me", pace, 0).why == "full"
    assert places.cancel("d", "v1").fresh
    assert places.reserve("d", "me", pace, 10_000).why == "later"
    assert places.reserve("d", "me", pace, 9_999) == places.reserve("d", "other", pace, 0).__class__(True, fresh=True)


def test_reservations_survive_a_flood_and_the_newest_replaces_older_ones() -> None:
    journal = Journal(max_events=10)
    journal.append(RoomEvent(RoomEventKind.RESERVED, 1, "me", date="d"), topic=("d", "me"))
    for _ in range(100):
        journal.append(RoomEvent(RoomEventKind.SEEN, 2, "other", product="p"))
    journal.append(RoomEvent(RoomEventKind.UNRESERVED, 3, "me", date="d"), topic=("d", "me"))
    journal.append(RoomEvent(RoomEventKind.RESERVED, 4, "you", date="d"), topic=("d", "you"))
    kept, seq = [], 0
    while (entry := journal.after(seq)) is not None:
        seq = entry.seq
        kept.append(entry.kind.value)
        assert json.loads(entry.message)["seq"] == seq
    assert [kind for kind in kept if kind != "seen"] == ["unreserved", "reserved"]
    assert journal.topics == 2
    journal.ack(journal.seq)
    assert (journal.topics, len(journal)) == (0, 0)
    journal.append(RoomEvent(RoomEventKind.RESERVED, 5, "me", date="d"), topic=("d", "me"))
    assert journal.after(seq) is not None


# --- calendar files


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


async def put(client: aiohttp.ClientSession, content: bytes, name: str = "", called: str = "", **headers: str) -> int:
    sent = {**HOST, "Content-Type": "text/calendar; charset=utf-8", **headers}
    if called:
        sent["Content-Disposition"] = called
    path = f"/room/live/calendars/{name or name_of(content)}"
    async with client.put(path, data=io.BytesIO(content), headers=sent) as response:
        return response.status


async def test_everybody_can_get_a_calendar_under_its_name(client: aiohttp.ClientSession) -> None:
    assert await put(client, CALENDAR, called="attachment; filename*=UTF-8''%E6%99%9A%E5%B8%82.ics") == 204
    async with client.get(f"/room/live/calendars/{name_of(CALENDAR)}") as response:
        assert (response.status, await response.read()) == (200, CALENDAR)
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Content-Disposition"] == "inline; filename=\"live.ics\"; filename*=UTF-8''%E6%99%9A%E5%B8%82.ics"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        tag = response.headers["ETag"]
    async with client.get(f"/room/live/calendars/{name_of(CALENDAR)}", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    async with desk(client) as host:
        assert (await host.open())["calendars"] == [name_of(CALENDAR)]
    other = CALENDAR.replace(b"//EN", b"//DE")
    assert await put(client, other) == 204
    async with client.get(f"/room/live/calendars/{name_of(other)}") as response:
        assert response.headers["Content-Disposition"] == "inline; filename=\"live.ics\"; filename*=UTF-8''live.ics"


async def test_head_gets_no_body_of_a_calendar() -> None:
    """Else the body would be taken for the start of the next answer."""
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client:
        assert await put(client, CALENDAR) == 204
        host, port = base_of(relay).removeprefix("http://").rstrip("/").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        path = f"/room/live/calendars/{name_of(CALENDAR)} HTTP/1.1\r\nHost: {host}\r\n"
        writer.write(f"HEAD {path}\r\nGET {path}Connection: close\r\n\r\n".encode())
        answers = await reader.read()
        writer.close()
    assert answers.count(b"HTTP/1.1 200") == 2 and answers.count(b"Content-Length: %d\r\n" % len(CALENDAR)) == 2
    assert answers.count(CALENDAR) == 1 and answers.endswith(CALENDAR)


async def test_bad_calendars_and_uploads_without_the_host_token_are_refused(client: aiohttp.ClientSession) -> None:
    assert await put(client, CALENDAR, Authorization="Bearer wrong") == 403
    assert await put(client, CALENDAR, **{"Content-Type": "text/html"}) == 415
    assert await put(client, b"<script>alert(1)</script>") == 415
    assert await put(client, CALENDAR[:-8] + b"\xff\r\nEND:VCALENDAR\r\n") == 415
    assert await put(client, CALENDAR + CALENDAR) == 415
    assert await put(client, CALENDAR.replace(b"\r\nEND", b"\r\n" + b"X" * MAX_CALENDAR_BYTES + b"\r\nEND")) == 413
    assert await put(client, CALENDAR, "0" * 32) == 422
    assert await put(client, CALENDAR, "x") == 422
    async with client.get("/room/live/calendars/" + "0" * 32) as response:
        assert response.status == 404
    async with client.get("/room/none/calendars/" + "0" * 32) as response:
        assert response.status == 404
    async with client.put("/room/live/calendars/" + name_of(CALENDAR), data=CALENDAR) as response:
        assert response.status == 401


async def test_a_slow_body_times_out() -> None:
    async with running_relay(limits=Limits(body_timeout_s=0.2)) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        held = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            yield CALENDAR[:10]
            await held.wait()

        sent = {**HOST, "Content-Type": "text/calendar"}
        async with client.put("/room/live/calendars/" + "0" * 32, data=pieces(), headers=sent) as response:
            assert response.status == 408
        held.set()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("", ""),
        ("attachment", ""),
        ('attachment; filename="Evening market.ics"', "Evening market.ics"),
        ('attachment; filename="../../etc/passwd"', "etc passwd.ics"),
        ("attachment; filename*=UTF-8''show%E2%80%AEsci.exe", "show sci.exe.ics"),
        ("attachment; filename*=UTF-8''%0d%0aSet-Cookie%3a%20x", "Set-Cookie x.ics"),
        ("attachment; filename*=UTF-8''" + "%E5%B8%82" * 300, "市" * 80 + ".ics"),
    ],
)
def test_file_names_are_harmless(disposition: str, name: str) -> None:
    assert file_name_of(disposition) == name
