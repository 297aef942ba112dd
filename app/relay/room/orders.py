"""Orders that a shop reports while the show runs: `POST /orders/NAME`, signed, each counted once.

Body: JSON {"order": id, "product": id or sku, "units": n, "minor": amount of this order in the currency's smallest unit,
"currency": "EUR", "at_ms": UTC milliseconds of the order, at most seven days ago}. Headers: X-Tradewind-Timestamp (Unix seconds, at most
300 from the relay's clock) and X-Tradewind-Signature "sha256=" + hex HMAC-SHA256(domain.room.tokens.orders_secret(room key),
timestamp + "." + body).

200: the order is in the show's log. 202: it waits in this relay for the desk, which is away; a shop that repeats it until 200 loses
none. The same order again is answered as "known"; other content under the same id is a conflict. An order of several products is reported
line by line, each with its own id ("1001/1").
"""

import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Mapping

from aiohttp import web

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.money import Money, is_known_currency
from app.domain.base.plain_text import is_plain
from app.domain.room.tokens import orders_secret
from app.domain.selling.order import Order
from app.relay.access.bodies import read_body
from app.relay.access.keys import AccessKeys
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room.room import Room

_MAX_BYTES = 16 * 1024
_STORED_WITHIN_S = 3.0  # a desk stores an order within milliseconds; a shop that waits longer may give up
_WITHIN_S = 300
_MAX_KNOWN = 20_000
_MAX_UNITS = 100_000
_MAX_MINOR = 10**12
_OLDEST_MS = 7 * 24 * 3600 * 1000  # a shop that could not report at once does so within days
_AHEAD_MS = 10 * 60 * 1000  # a shop's clock may be fast
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value that X-Tradewind-Signature must have."""
    signed = timestamp.encode(errors="surrogateescape") + b"." + body  # a header may hold any byte
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= most and is_plain(value)


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def read_order(body: bytes, now_ms: int) -> Order:
    """The order in a body; raises Refusal that names the wrong field."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal("relay.order_json") from error
    if not isinstance(order, dict):
        raise Refusal("relay.order_json")
    fields = {
        "order": (_is_text(order.get("order"), 128), "a text of 1 to 128 characters"),
        "product": (_is_text(order.get("product"), 128), "a text of 1 to 128 characters"),
        "units": (_is_whole(order.get("units"), 1, _MAX_UNITS), f"a whole number from 1 to {_MAX_UNITS}"),
        "minor": (_is_whole(order.get("minor"), 0, _MAX_MINOR), "a whole number of the currency's smallest units"),
        "currency": (isinstance(order.get("currency"), str) and is_known_currency(order["currency"]), "a currency of ISO 4217, like EUR"),
        "at_ms": (_is_whole(order.get("at_ms"), now_ms - _OLDEST_MS, now_ms + _AHEAD_MS), "UTC milliseconds of the last seven days"),
    }
    for field, (is_valid, wanted) in fields.items():
        if not is_valid:
            raise Refusal("relay.order_field", field=field, wanted=wanted)
    total = Money(order["minor"], order["currency"])
    return Order(order["order"], order["product"], order["units"], total, order["at_ms"], source="webhook")


class RoomOrders:
    """Checks orders and puts each into the journal of its room once."""

    def __init__(self, *, config: RelayConfig, clock: Clock, keys: AccessKeys, rooms: Mapping[str, Room]) -> None:
        self._config = config
        self._clock = clock
        self._keys = keys
        self._rooms = rooms
        self._known: dict[str, OrderedDict[str, tuple[Order, int]]] = {name: OrderedDict() for name in rooms}

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        routes.add_post("/orders/{stream}", self._post)

    async def _body(self, request: web.Request) -> bytes:
        if request.content_type != "application/json":
            raise Refusal("relay.order_type")
        return await read_body(request, max_bytes=_MAX_BYTES, within_s=self._config.limits.body_timeout_s)

    def _check(self, stream: str, request: web.Request, body: bytes) -> None:
        timestamp = request.headers.get("X-Tradewind-Timestamp", "")
        given = request.headers.get("X-Tradewind-Signature", "")
        if not timestamp or not given:
            raise Refusal("relay.order_unsigned")
        wanted = signature(orders_secret(self._config.room_keys[stream]), timestamp, body)
        self._keys.check_signature(request, given.strip().lower(), wanted, Refusal("relay.order_signature"))
        now_s = self._clock.wall_ns() / NS_PER_S
        if not _TIMESTAMP.fullmatch(timestamp) or abs(int(timestamp) - now_s) > _WITHIN_S:
            raise Refusal("relay.order_time", limit=_WITHIN_S)

    async def _post(self, request: web.Request) -> web.Response:
        stream = request.match_info["stream"]
        if stream not in self._rooms:
            raise Refusal("relay.no_stream", stream=stream[:64])
        body = await self._body(request)
        self._check(stream, request, body)
        order = read_order(body, self._clock.wall_ns() // NS_PER_MS)
        known, room = self._known[stream], self._rooms[stream]
        before, seq = known.get(order.id, (None, 0))
        if before is not None and before != order:
            raise Refusal("relay.order_conflict", order=order.id)
        if before is None:
            if room.journal.full:
                raise Refusal("relay.orders_waiting")
            seq = room.record_order(order)
            known[order.id] = (order, seq)
            if len(known) > _MAX_KNOWN:
                known.popitem(last=False)
        stored = await room.wait_stored(seq, _STORED_WITHIN_S)
        answer = {"order": order.id, "status": "accepted" if before is None else "known"}
        body = json.dumps(answer).encode()
        return web.Response(
            body=body, status=200 if stored else 202, content_type="application/json", headers={"Cache-Control": "no-store"}
        )
