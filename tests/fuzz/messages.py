"""Messages between our processes, and between pages and rooms: MessagePack and JSON."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import web

from app.domain.base.money import Money
from app.domain.base.token_bucket import TokenBucket
from app.domain.chat.platform import ChatAbilities, ChatHealth, ChatState, PlatformMessage, SendRequest
from app.domain.room.event import log_entry, read_event
from app.domain.selling.order import Order
from app.link.messages import LinkError, decode_command, decode_event, encode
from app.plugin import chat_wire, wire
from app.plugin.irc import parse_irc_line, pieces_of, plain_irc_text
from app.plugin.wire import order_message
from app.relay.access.rate_limits import ViewerRates
from app.relay.refusals import Refusal
from app.relay.room.messages import (
    Ack,
    CouponClaim,
    HostCoupon,
    HostHello,
    HostLikes,
    HostReservations,
    MarketChoice,
    PageEvent,
    PageHello,
    PageReport,
    Put,
    Reserve,
    check_version,
    known_languages,
    read_message,
    typed,
    usable_codes,
)
from app.relay.room.orders import read_order
from app.relay.room.room import Room
from app.relay.room.socket_writer import SocketWriter
from tests.fuzz.mutation import spoiled, spoiled_json, spoiled_value
from tests.fuzz.target import Call, Target, calls
from tests.link.test_messages import COMMANDS, EVENTS
from tests.support.clocks import SetClock

_NOW_MS = 1_700_000_000_000
_ORDER = {"order": "1001/1", "product": "SKU-1", "units": 2, "minor": 1999, "currency": "EUR", "at_ms": _NOW_MS}
_MESSAGES: tuple[Mapping[str, Any], ...] = (
    {"t": "hello", "v": 1, "token": "a", "page": "b", "boot": "c", "board": 7, "languages": ["de-DE", "en"], "market": "DE"},
    {"t": "event", "n": 3, "kind": "like", "count": 2, "product": ""},
    {"t": "event", "n": 4, "kind": "asked", "product": "p1"},
    {"t": "claim", "n": 5, "coupon": "c1"},
    {"t": "reserve", "date": "a/2026-12-01T20:00", "on": True},
    {"t": "market", "market": "US", "languages": ["en"]},
    {"t": "coupon", "id": "c1", "codes": ["A-1", "B-2"], "claimed": {"A-1": "v1"}, "until_ms": _NOW_MS},
    {"t": "put", "key": "product/p1", "value": {"name": {"en": "x"}}},
    {"t": "ack", "seq": 9},
)
_PLUGIN_ORDER = Order("1001", "SKU-1", 2, Money(1999, "EUR"), _NOW_MS, "folder")
_EVENT = {"product": "p1", "language": "de", "market": "DE", "coupon": "c", "code": "A", "date": "x", "count": 3, "over": True, "more": [1]}


def _packed(messages: tuple[Any, ...]) -> Callable[[random.Random], bytes]:
    """Return complete messages with damaged values or bytes."""
    wire = [encode(message) for message in messages]
    values = [msgspec.msgpack.decode(one) for one in wire]

    def make(rng: random.Random) -> bytes:
        kind = rng.random()
        if kind < 0.03:
            return rng.choice((b"\x91", b"\x81\xa1a")) * rng.choice((10, 5000))
        if kind < 0.5:
            return spoiled(rng, rng.choice(wire))
        version, name, payload = rng.choice(values)
        if rng.random() < 0.1:
            return msgspec.msgpack.encode(_encodable(spoiled_value(rng, [version, name, payload])))
        return msgspec.msgpack.encode((version, name, _encodable(spoiled_value(rng, payload))))

    return make


def _encodable(value: Any) -> Any:
    """The value without integers and surrogates that MessagePack cannot hold."""
    if isinstance(value, dict):
        return {_encodable(key): _encodable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(2**64 - 1, value))
    return value


def _room_message(text: str) -> object:
    """Try every reader on every field; each returns its type or refuses."""
    message = read_message(text)
    page_kinds = (CouponClaim, MarketChoice, PageEvent, PageHello, PageReport, Reserve)
    host_kinds = (Ack, HostCoupon, HostHello, HostLikes, HostReservations, Put)
    readers: tuple[Callable[[], object], ...] = (
        lambda: check_version(message),
        lambda: known_languages(typed(message, PageHello).languages),
        lambda: usable_codes(typed(message, HostCoupon).codes or ()),
        *[lambda kind=kind: typed(message, kind) for kind in (*page_kinds, *host_kinds)],
    )
    given = []
    for reader in readers:
        try:
            given.append(reader())
        except Refusal:
            continue
    return given


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"product": value}


def _talk(rng: random.Random) -> list[tuple[str, str]]:
    """Return messages of a page and a host in turn. Most are valid, so that the room has a state."""
    messages = [("host", json.dumps(_MESSAGES[6])), ("host", json.dumps(_MESSAGES[7]))]
    for _ in range(rng.choice((1, 4, 12))):
        who, message = rng.choice((("page", rng.choice(_MESSAGES[1:6])), ("host", rng.choice(_MESSAGES[6:]))))
        messages.append((who, json.dumps(message) if rng.random() < 0.3 else spoiled_json(rng, message)))
    return messages


def _pages_and_host(messages: list[tuple[str, str]]) -> object:
    """Send them to a room: it refuses invalid messages and limits its answers."""
    clock = SetClock()
    room = Room(clock=clock, secret=b"s" * 32)
    rates = ViewerRates(*(TokenBucket(5, 5, clock) for _ in range(3)))
    writers = {who: SocketWriter(web.WebSocketResponse(), None, clock) for who in ("page", "host")}
    host = room.enter_host(writers["host"], {"t": "hello", "v": 1})
    page = room.enter(writers["page"], dict(_MESSAGES[0]), rates)
    for who, text in messages:
        clock.pass_ms(50)
        try:
            if who == "page":
                room.on_page(page, read_message(text))
            else:
                room.on_host(host, read_message(text))
        except Refusal:
            continue
    room.tick(1.0)
    answers = [taken for writer in writers.values() for _ in range(400) if (taken := writer.next_message()) is not None]
    room.leave(page)
    room.leave_host(host)
    room.stop()
    return answers


@contextmanager
def _room() -> Iterator[Call]:
    loop = asyncio.new_event_loop()

    async def on_loop(messages: list[tuple[str, str]]) -> object:
        return _pages_and_host(messages)

    try:
        yield lambda messages: loop.run_until_complete(on_loop(messages))
    finally:
        loop.close()


def _logged(data: dict[str, Any]) -> object:
    event = read_event("asked", _NOW_MS, "viewer", data, "boot:1")
    return None if event is None else log_entry(event)


_PLUGIN_MESSAGE = PlatformMessage("m1", "u1", "Ana", "quanto custa? 💜", _NOW_MS, True, "pt-BR", "m0")
_PLUGIN_CHAT = tuple(
    map(
        dict,
        (
            {"chat": [chat_wire.chat_record(_PLUGIN_MESSAGE)]},
            chat_wire.health_message(ChatHealth(ChatState.WAITING, "no answer", 2.5)),
            chat_wire.dropped_message("too_fast", 3),
            chat_wire.undone_message(7, "not connected"),
            {"abilities": chat_wire.abilities_part(ChatAbilities(send=True))},
            chat_wire.request_message(SendRequest(1, "r.1", "oi", "m1", "pt-BR")),
        ),
    )
)
_PLUGIN_READERS: tuple[tuple[Callable[[object], object], str], ...] = (
    (wire.read_order, "order"),
    (wire.read_text, "tell"),
    (wire.read_text, "failed"),
    (chat_wire.read_chat, "chat"),
    (chat_wire.read_health, "health"),
    (chat_wire.read_dropped, "dropped"),
    (chat_wire.read_undone, "undone"),
    (chat_wire.read_abilities, "abilities"),
    (chat_wire.read_request, "request"),
)
_IRC_LINE = b"@id=885196de;badges=moderator/1;k=\\:\\s :ana!~a@host.example PRIVMSG #shop :\x0304,01quanto\x03 custa? \xc3\xa9\r\n"


def _from_irc(line: bytes) -> object:
    """A line from an IRC server, and its text for people."""
    found = parse_irc_line(line)
    return found, plain_irc_text(found.text), pieces_of(found.text)


def _plugin_line(rng: random.Random) -> bytes:
    message = rng.choice(
        (dict(order_message(_PLUGIN_ORDER)), *_PLUGIN_CHAT, {"tell": "hello"}, {"beat": 1}, {"on": True}, {"failed": "why"})
    )
    return spoiled_json(rng, message).encode("utf-8", "surrogatepass") + rng.choice((b"\n", b"\n", b""))


def _from_plugin(line: bytes) -> object:
    """A line from a plugin's process, with every part that the desk reads."""
    message = wire.decode_line(line)
    found: list[object] = []
    for reader, part in _PLUGIN_READERS:
        try:
            found.append(reader(message.get(part)))
        except wire.WireError:
            continue
    return found


TARGETS = (
    Target("plugin-line", _plugin_line, calls(_from_plugin), (wire.WireError,)),
    Target("irc-line", lambda rng: spoiled(rng, _IRC_LINE), calls(_from_irc), (ValueError,)),
    Target("link-command", _packed(COMMANDS), calls(decode_command), (LinkError,), gives_at_most=30),
    Target("link-event", _packed(EVENTS), calls(decode_event), (LinkError,), gives_at_most=30),
    Target("room-message", lambda rng: spoiled_json(rng, rng.choice(_MESSAGES)), calls(_room_message), (Refusal,)),
    Target("room", _talk, _room, base=30_000, works_at_most=120, gives_at_most=16, share=0.1),
    Target("room-event", lambda rng: _as_dict(spoiled_value(rng, _EVENT)), calls(_logged)),
    Target(
        "order-call",
        lambda rng: spoiled_json(rng, _ORDER).encode("utf-8", "surrogatepass"),
        calls(lambda body: read_order(body, _NOW_MS)),
        (Refusal,),
    ),
)
