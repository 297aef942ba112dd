"""IRC for chat plugins: lines (RFC 1459, IRCv3 message tags) and a connection with a flood limit."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from app.domain.base.clock import SystemClock
from app.domain.base.token_bucket import TokenBucket

MAX_LINE_BYTES = 8191 + 512  # IRCv3: tags and the rest of a line
MAX_TEXT_BYTES = 400  # of a sent text: the server adds our address, and the whole line has 512
MAX_PIECES = 4  # of one text
MAX_PARAMS = 32
CONNECT_S = 20.0
QUIET_S = 120.0  # then we ask whether the server is still there
ANSWER_S = 30.0
CLOSE_S = 2.0
MAX_UNSENT_BYTES = 64 * 1024  # of our answers to a server that does not read
_FORMATTING = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]")
_ESCAPED = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPE = re.compile(r"\\(.?)")
_TO_ESCAPE = str.maketrans({value: f"\\{key}" for key, value in _ESCAPED.items()})


@dataclass(frozen=True, slots=True)
class IrcLine:
    """One line of the protocol. `nick` is who sent it, "" for the server."""

    command: str
    params: tuple[str, ...] = ()
    nick: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The last parameter."""
        return self.params[-1] if self.params else ""


def parse_irc_line(line: bytes) -> IrcLine:
    """Parse a line; raises ValueError for one without a command or that is too long. Bytes that are not UTF-8 are read as Latin-1."""
    if len(line) > MAX_LINE_BYTES:
        raise ValueError("the line is too long")
    try:
        rest = line.decode("utf-8")
    except UnicodeDecodeError:
        rest = line.decode("latin-1")
    rest = rest.strip("\r\n ")
    tags: dict[str, str] = {}
    nick = ""
    if rest.startswith("@"):
        marked, _, rest = rest[1:].partition(" ")
        tags = _tags(marked)
    rest = rest.lstrip(" ")
    if rest.startswith(":"):
        origin, _, rest = rest[1:].partition(" ")
        nick = origin.partition("!")[0] if "!" in origin else ""
    head, colon, trailing = f" {rest.lstrip(' ')}".partition(" :")
    words = head.split(" ", MAX_PARAMS)
    params = [word for word in words if word]
    if not params or not params[0].isalnum() or not params[0].isascii():
        raise ValueError("the line has no command")
    if colon:
        params.append(trailing)
    return IrcLine(params[0].upper(), tuple(params[1:]), nick, tags)


def _tags(text: str) -> dict[str, str]:
    tags = {}
    for one in text.split(";"):
        key, _, value = one.partition("=")
        if key:
            tags[key] = _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), value) if "\\" in value else value
    return tags


def tag_value(text: str) -> str:
    """A text as the value of a tag in a line."""
    return text.translate(_TO_ESCAPE)


def plain_irc_text(text: str) -> str:
    """A message without colours and the like. What is not for people (CTCP) gives ""."""
    if text.startswith("\x01"):
        command, _, text = text.strip("\x01").partition(" ")
        if command != "ACTION":
            return ""
    return _FORMATTING.sub("", text)


def pieces_of(text: str, most_bytes: int = MAX_TEXT_BYTES) -> list[str]:
    """The text in parts that fit into a line, cut between words where possible and never inside a character."""
    left = " ".join(text.split())
    pieces: list[str] = []
    while left and len(pieces) < MAX_PIECES:
        fits = left.encode(errors="replace")[:most_bytes].decode(errors="ignore")
        if len(fits) < len(left) and " " in fits:
            fits = fits.rpartition(" ")[0] or fits
        pieces.append(fits.strip())
        left = left[len(fits) :].lstrip()
    return pieces


class IrcConnection:
    """A connection to a server. Lines that are too long are skipped and counted in `skipped`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, per_s: float, burst: int) -> None:
        self.skipped = 0
        self._reader = reader
        self._writer = writer
        self._allowed = TokenBucket(per_s, burst, SystemClock())
        self._buffer = bytearray()
        self._skipping = False

    @classmethod
    async def open(cls, host: str, port: int, *, tls: bool, per_s: float = 0.5, burst: int = 4) -> "IrcConnection":
        """Connect; raises OSError. `per_s` and `burst` limit what is sent: servers cut off who floods them."""
        context = ssl.create_default_context() if tls else None
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
        return cls(reader, writer, per_s=per_s, burst=burst)

    async def send(self, line: str) -> None:
        """Send a line when the flood limit allows it; raises OSError."""
        await asyncio.sleep(self._allowed.wait_s())
        self.send_now(line)
        await self._flush()

    def send_now(self, line: str) -> None:
        """Send a line that cannot wait, such as an answer to PING."""
        safe = line.replace("\r", " ").replace("\n", " ").replace("\0", "")
        self._writer.write(safe.encode(errors="replace") + b"\r\n")

    async def lines(self) -> AsyncIterator[IrcLine]:
        """The server's lines until it closes the connection. Answers PING. Raises OSError, also when the server stops answering."""
        while True:
            try:
                async with asyncio.timeout(QUIET_S):
                    chunk = await self._reader.read(4096)
            except TimeoutError:
                self.send_now("PING :tradewind")
                async with asyncio.timeout(ANSWER_S):
                    chunk = await self._reader.read(4096)
            if not chunk:
                return
            for line in self._take(chunk):
                if line.command == "PING":
                    self.send_now(f"PONG :{line.text}")
                else:
                    yield line
            if self._writer.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
                await self._flush()

    async def _flush(self) -> None:
        """Wait until the server takes what was sent; raises OSError."""
        async with asyncio.timeout(ANSWER_S):
            await self._writer.drain()

    def _take(self, chunk: bytes) -> list[IrcLine]:
        """The lines that this part completes."""
        self._buffer += chunk
        *whole, rest = self._buffer.split(b"\n")
        self._buffer = bytearray(rest)
        found = []
        for line in whole:
            if self._skipping:
                self._skipping = False  # the end of a line that was too long
                continue
            try:
                if line.strip():
                    found.append(parse_irc_line(bytes(line)))
            except ValueError:
                self.skipped += 1
        if len(self._buffer) > MAX_LINE_BYTES:
            self.skipped += not self._skipping
            self._skipping = True
            self._buffer.clear()
        return found

    async def aclose(self) -> None:
        """Close the connection, within `CLOSE_S`."""
        self._writer.close()
        with contextlib.suppress(OSError):
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()  # a server that does not read would keep it open
