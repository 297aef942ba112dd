"""What a relay is told at its start."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.base.errors import AppError
from app.relay.access.proxies import Network

STREAM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class RelayError(AppError):
    """The relay cannot start or go on; `data` says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one address and all together may ask for, so that a flood or a slow one hurts nobody else."""

    max_body_bytes: int = 64 * 1024  # the largest offer a browser makes is under 20 kB
    body_timeout_s: float = 5.0
    idle_connection_s: float = 15.0  # also the time in which a request's headers must be here
    max_connections: int = 1600  # of all addresses; fewer where the system gives fewer descriptors
    max_connections_per_address: int = 256  # a page's pictures, files and room are several each
    connections_burst: int = 512  # new ones of one address
    connections_per_s: float = 50.0
    kept_connections: int = 16  # for programs of this machine: the desk that looks after the relay always gets through
    write_s: float = 20.0  # a connection that takes nothing of what waits for it this long is ended
    requests_burst: int = 2000  # thirty phones behind one address that open the page at once
    requests_per_s: float = 150.0
    codes_burst: int = 20  # QR codes that are new to us: a relay has a few addresses, and a stream or two
    codes_per_s: float = 0.5
    guesses_burst: int = 10  # wrong keys of one address
    guesses_per_s: float = 0.2
    posts_burst: int = 60  # a studio's phones behind one address, all reconnecting at once
    posts_per_s: float = 3.0
    max_sessions: int = 250
    max_sessions_per_address: int = 64
    max_connecting_per_address: int = 16  # sessions that nobody has connected to yet
    max_connecting: int = 64  # of all addresses: the other places are for those who really come
    connect_timeout_s: float = 10.0
    max_backlog_packets: int = 700  # of one viewer: 2.5 s at 2.5 Mb/s, then on to the next key frame
    room_pages: int = 1000
    room_pages_per_address: int = 128
    room_joins_burst: int = 200  # a hall behind one address, coming back after a break
    room_joins_per_s: float = 20.0
    room_messages_burst: int = 40  # of one page
    room_messages_per_s: float = 8.0
    room_address_burst: int = 600
    room_address_per_s: float = 200.0
    room_reservations_burst: int = 200  # of one address: a hall that wants to come again
    room_reservations_per_s: float = 0.5  # one visitor has a dozen dates to choose from
    room_claims_burst: int = 20  # of one address, for coupons: a family or an office asks at once
    room_claims_per_s: float = 0.2
    room_newcomer_s: float = 30.0  # who is not here for so long is a newcomer
    room_newcomers_burst: int = 20  # claims of all newcomers of a room
    room_newcomers_per_s: float = 1.0
    room_reports_burst: int = 200  # of one address: pages that are left, or loaded again
    room_reports_per_s: float = 2.0
    room_log_burst: int = 2000  # entries of one address in the show's log
    room_log_per_s: float = 0.5
    room_log_all_burst: int = 20_000  # entries of everybody: 4 MB at once, then 7 MB an hour
    room_log_all_per_s: float = 10.0
    room_hello_s: float = 10.0
    room_slow_s: float = 15.0  # one message that a page does not take within this time ends its connection


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class RelayConfig:
    """`keys`: stream name → stream key; an empty key lets this machine alone publish without one.

    `room_keys`: stream name → what its room's host and the shops that report orders are known by; nobody can work it out from the stream
    key, which guests may be given. One that is missing is made up, and then nobody has it. `port` 0 = any free one. `host` "" = every
    interface, IPv4 and IPv6. `page_folder` holds the viewer page. `names`: DNS names under which the relay is reached, besides its
    addresses. `proxies`: who is believed when he says for whom he asks. `certificate` and `private_key`: PEM files; with them the relay
    speaks TLS alone.
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
    """A stream key that nobody guesses, of characters that survive copying by hand."""
    return secrets.token_urlsafe(24)
