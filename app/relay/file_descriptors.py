"""How many sockets this process may have open, and who gets them: media first, then visitors."""

import logging
import sys
from dataclasses import dataclass

from app.relay.config import Limits

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

_WANTED = 8192
_WITHOUT_LIMIT = 8192  # of systems that name none
_OWN = 64  # files, log, listening sockets, the event loop's own, and whatever libraries open


def raise_descriptor_limit() -> None:
    """As many as the system lets this process have, up to what a full relay can use."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as error:
        log.warning("no more than %d files and sockets can be open: %s", soft, error)


def descriptor_limit() -> int:
    """How many may be open now."""
    if sys.platform == "win32":
        return _WITHOUT_LIMIT
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _WITHOUT_LIMIT if soft == resource.RLIM_INFINITY else soft


@dataclass(frozen=True, slots=True)
class SocketBudget:
    """How many connections and how many sessions there is room for."""

    connections: int
    sessions: int


def socket_budget(limits: Limits, descriptors: int, sockets_per_session: int) -> SocketBudget:
    """What is promised to media is never given to connections: they get what is left, and a quarter where little is."""
    free = max(8, descriptors - _OWN - limits.kept_connections)
    per_session = max(1, sockets_per_session)
    connections = min(limits.max_connections, max(free // 4, free - limits.max_sessions * per_session))
    return SocketBudget(connections, max(1, min(limits.max_sessions, (free - connections) // per_session)))
