"""How many sockets this process may open, divided between media and HTTP connections."""

import logging
import sys
from dataclasses import dataclass

from app.relay.config import Limits

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

_WANTED = 8192
_WITHOUT_LIMIT = 8192  # on systems without a limit
_OWN = 64  # files, log, listening sockets, the event loop, libraries


def raise_descriptor_limit() -> None:
    """Raise the limit of this process to what a full relay can use, if the system allows it."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as error:
        log.warning("the limit of %d open files cannot be raised: %s", soft, error)


def descriptor_limit() -> int:
    """How many descriptors may be open now."""
    if sys.platform == "win32":
        return _WITHOUT_LIMIT
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _WITHOUT_LIMIT if soft == resource.RLIM_INFINITY else soft


@dataclass(frozen=True, slots=True)
class SocketBudget:
    """How many HTTP connections and media sessions there is room for."""

    connections: int
    sessions: int


def socket_budget(limits: Limits, descriptors: int, sockets_per_session: int) -> SocketBudget:
    """Reserve sockets for media; connections get the rest, or a quarter if there is little."""
    free = max(8, descriptors - _OWN - limits.kept_connections)
    per_session = max(1, sockets_per_session)
    connections = min(limits.max_connections, max(free // 4, free - limits.max_sessions * per_session))
    return SocketBudget(connections, max(1, min(limits.max_sessions, (free - connections) // per_session)))
