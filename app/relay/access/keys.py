"""Checks the keys of publishers and hosts, and slows down guessing."""

import hmac

from aiohttp import web

from app.domain.base.address import is_loopback
from app.domain.base.clock import Clock
from app.domain.room.tokens import host_token
from app.relay.access.proxies import PROXY_HEADERS
from app.relay.access.rate_limits import AddressRates
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal


def _is_program_here(request: web.Request) -> bool:
    """Whether a program of this machine asks: not a web page on it, and nobody behind a proxy on it."""
    return is_loopback(request.remote or "") and not any(name in request.headers for name in ("Origin", *PROXY_HEADERS))


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class AccessKeys:
    """Every wrong key takes the same time. An address with too many wrong keys is refused for a while."""

    def __init__(self, config: RelayConfig, clock: Clock) -> None:
        self._config = config
        self._guesses = AddressRates(config.limits.guesses_per_s, config.limits.guesses_burst, clock)

    def check_publisher(self, stream: str, request: web.Request) -> None:
        """Raise Refusal unless the request carries this stream's key.

        A stream without a key accepts programs of this machine.
        """
        key = self._config.keys.get(stream)
        if key is None:
            raise Refusal("relay.no_stream", stream=stream[:64])
        if not key and _is_program_here(request):
            return
        token = _bearer(request)
        if not token:
            raise Refusal("relay.key_missing")
        self._check(request, token, key, Refusal("relay.key_wrong"))

    def check_host(self, stream: str, request: web.Request) -> None:
        """Raise Refusal unless the request carries this stream's host token.

        A stream without a key accepts a program of this machine as its host.
        """
        if not self._config.keys[stream] and _is_program_here(request):
            return
        token = _bearer(request)
        if not token:
            raise Refusal("relay.host_token_missing")
        self._check(request, token, host_token(self._config.room_keys[stream]), Refusal("relay.host_token_wrong"))

    def _check(self, request: web.Request, given: str, wanted: str, refusal: Refusal) -> None:
        """People choose stream keys themselves, so after too many guesses even the right key is refused."""
        if not self._guesses.of(request.remote or "").has(1):
            raise Refusal("relay.too_often")
        self.check_signature(request, given, wanted, refusal)

    def check_signature(self, request: web.Request, given: str, wanted: str, refusal: Refusal) -> None:
        """Raise `refusal` unless `given` equals `wanted`. Nobody can guess a signature, so a right one is always accepted."""
        if wanted and hmac.compare_digest(given.encode(errors="surrogateescape"), wanted.encode()):
            return
        raise refusal if self._guesses.of(request.remote or "").take(1) else Refusal("relay.too_often")
