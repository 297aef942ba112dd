"""The configuration of a relay."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.base.errors import AppError
from app.relay.access.proxies import Network

STREAM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class RelayError(AppError):
    """The relay cannot start or continue; `data` says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for one address and for all together, so that a flood or a slow client hurts nobody else."""

    max_body_bytes: int = 64 * 1024  # the largest offer a browser makes is under 20 kB
    body_timeout_s: float = 5.0
    idle_connection_s: float = 15.0  # also the time in which a request's headers must arrive
    max_connections: int = 1600  # of all addresses; fewer where the system gives fewer descriptors
    max_connections_per_address: int = 256  # a page opens several, for pictures, files and room
    connections_burst: int = 512  # new connections of one address
    connections_per_s: float = 50.0
    kept_connections: int = 16  # reserved for programs of this machine, so that the desk always gets through
    write_s: float = 20.0  # a connection that reads nothing for this long is dropped
    requests_burst: int = 2000  # thirty phones behind one address that open the page at once
    requests_per_s: float = 150.0
    codes_burst: int = 20  # new QR codes: a relay has a few addresses and a stream or two
    codes_per_s: float = 0.5
    guesses_burst: int = 10  # wrong keys of one address
    guesses_per_s: float = 0.2
    posts_burst: int = 60  # a studio's phones behind one address, all reconnecting at once
    posts_per_s: float = 3.0
    max_sessions: int = 250
    max_sessions_per_address: int = 64
    max_connecting_per_address: int = 16  # sessions that are still connecting
    max_connecting: int = 64  # of all addresses: the other slots are for clients that really connect
    connect_timeout_s: float = 10.0
    max_backlog_packets: int = 700  # of one viewer: 2.5 s at 2.5 Mb/s, then skip to the next key frame
    room_pages: int = 1000
    room_pages_per_address: int = 128
    room_joins_burst: int = 200  # a hall behind one address, coming back after a break
    room_joins_per_s: float = 20.0
    room_messages_burst: int = 40  # of one page
    room_messages_per_s: float = 8.0
    room_address_burst: int = 600
    room_address_per_s: float = 200.0
    room_reservations_burst: int = 200  # of one address: a whole hall reserves
    room_reservations_per_s: float = 0.5  # one viewer has a dozen dates to choose from
    room_claims_burst: int = 20  # of one address: a family or an office claims at once
    room_claims_per_s: float = 0.2
    room_newcomer_s: float = 30.0  # viewers present for less than this are newcomers
    room_newcomers_burst: int = 20  # claims of all newcomers of a room
    room_newcomers_per_s: float = 1.0
    room_reports_burst: int = 200  # of one address: pages that are closed or reloaded
    room_reports_per_s: float = 2.0
    room_log_burst: int = 2000  # entries of one address in the show's log
    room_log_per_s: float = 0.5
    room_log_all_burst: int = 20_000  # entries of all viewers: 4 MB at once, then 7 MB an hour
    room_log_all_per_s: float = 10.0
    room_hello_s: float = 10.0
    room_slow_s: float = 15.0  # a page that does not read a message within this time is disconnected


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class RelayConfig:
    """`keys`: stream name → stream key; an empty key lets only this machine publish, without a key.

    `room_keys`: stream name → the secret of its room's host and of shops that report orders; it is independent of the stream key, which
    guests may have. A missing one is random, so nobody has it. `port` 0 = any free one. `host` "" = every interface, IPv4 and IPv6.
    `page_folder` holds the viewer page. `names`: DNS names of the relay. `proxies`: trusted proxies. `certificate` and `private_key`: PEM
    files; with them the relay accepts only TLS.
    """

    keys: Mapping[str, str] = field(repr=False)
    page_folder: Path
    room_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    announce: bool = False
    title: str = "Tradewind"
    limits: Limits = LIMITS
    names: tuple[str, ...] = ()
    proxies: tuple[Network, ...] = ()
    certificate: Path | None = None
    private_key: Path | None = None

    def __post_init__(self) -> None:
        if not self.keys:
            raise RelayError("relay.no_streams")
        for name in self.keys:
            if not STREAM_NAME.fullmatch(name):
                raise RelayError("relay.stream_name", stream=name)
        object.__setattr__(self, "room_keys", {name: self.room_keys.get(name) or new_key() for name in self.keys})


def new_key() -> str:
    """A random stream key of characters that are safe to copy by hand."""
    return secrets.token_urlsafe(24)
