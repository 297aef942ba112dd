"""Reads request bodies within a size and a time."""

import asyncio

from aiohttp import web

from app.aio.bounded_read import read_bounded
from app.relay.refusals import Refusal


async def read_body(request: web.Request, *, max_bytes: int, within_s: float) -> bytes:
    """The whole body; raises Refusal if it is too large or too slow."""
    if (request.content_length or 0) > max_bytes:
        raise Refusal("relay.too_large", limit=max_bytes)
    try:
        async with asyncio.timeout(within_s):
            content = await read_bounded(request.content.read, max_bytes + 1)
    except TimeoutError as error:
        raise Refusal("relay.body_slow", limit=within_s) from error
    if len(content) > max_bytes:
        raise Refusal("relay.too_large", limit=max_bytes)
    return content
