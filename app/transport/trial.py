"""Tries a relay out: connects as for going live, without media, and leaves."""

from app.domain.program.output import Target
from app.domain.program.trial import RelayTrial
from app.transport.connection import Connector
from app.transport.errors import TransportError


async def try_relay(target: Target, connector: Connector) -> RelayTrial:
    """Connect and leave. The trial has the failure, if any; nothing is left at the relay."""
    relay_id = target.relay.id
    try:
        connection = await connector.connect(None, lambda reason: None)
    except TransportError as error:
        return RelayTrial(relay_id, error.code, tuple(error.data.items()))
    plan, timings = connection.sender.plan, connection.timings
    await connection.aclose()
    return RelayTrial(relay_id, answer_ms=timings.post_ms, total_ms=timings.total_ms, codec=plan.video.codec, sound=plan.audio is not None)
