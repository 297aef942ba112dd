"""Reading a stream whose sender is not trusted."""

from collections.abc import Awaitable, Callable


async def read_bounded(read: Callable[[int], Awaitable[bytes]], limit: int) -> bytes:
    """Read to the end, but at most `limit` bytes. `read(size)` returns up to `size` bytes, b"" at the end."""
    content = bytearray()
    while len(content) < limit and (piece := await read(limit - len(content))):
        content += piece
    return bytes(content)
