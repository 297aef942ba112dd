"""An IRC channel as a chat."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from app.domain.chat.platform import ChatRequest, PlatformMessage, SendRequest
from app.plugin.answers import remember
from app.plugin.chat import Chat, RetryLater
from app.plugin.irc import IrcConnection, IrcLine, pieces_of, plain_irc_text, tag_value

MAX_REMEMBERED = 2000  # authors of messages that a reply may go to
MAX_OPERATORS = 1000
JOIN_S = 90.0  # for logging in and joining; some servers first look for our name, for half a minute
SELDOM_S, RARELY_S = 60.0, 300.0  # until the next try, for what somebody has to change first
OPERATOR_MODES = "qaoh"  # founder, protected, operator, half operator
MODES_OF_NAMES = f"{OPERATOR_MODES}vbeIk"  # these always have a parameter, most often a name
WANTED = frozenset({"message-tags", "server-time", "account-tag"})
_REFUSED_JOIN: Mapping[str, str] = {
    "403": "the channel does not exist",
    "405": "the account is in too many channels",
    "471": "the channel is full",
    "473": "the channel is only for invited people",
    "474": "the account is banned from the channel",
    "475": "the channel needs a password",
    "476": "the channel's name is not valid",
    "477": "the channel is only for registered accounts",
}


class IrcChannel:
    """One channel as a chat: `session` connects and reads until the connection ends, `carry_out` sends.

    Subclasses override `log_in`, `message_of` and `reply_prefix` where a service differs. `refused` is called for a password that the
    server does not accept.
    """

    def __init__(self, chat: Chat, *, host: str, port: int, tls: bool, channel: str, nick: str, password: str = "") -> None:
        self.channel = channel if channel[:1] in ("#", "&", "+", "!") else f"#{channel}"
        self.nick = nick
        self._chat = chat
        self._server = (host, port, tls)
        self.password = password
        self._connection: IrcConnection | None = None
        self._joined = False
        self._joining = asyncio.timeout(None)
        self._authors: OrderedDict[str, str] = OrderedDict()  # id of a message → nick
        self._operators: set[str] = set()
        self._tags = False
        self._run = secrets.token_hex(4)
        self._numbered = 0
        self._skipped = 0
        self._handlers: Mapping[str, Callable[[IrcLine], None]] = {
            "PRIVMSG": self._on_message,
            "JOIN": self._on_join,
            "353": self._on_names,
            "MODE": self._on_mode,
            "NICK": self._on_nick,
            "PART": self._on_leave,
            "QUIT": self._on_leave,
            "432": self._on_bad_nick,
            "464": self._on_bad_password,
            "465": self._on_banned,
            "KICK": self._on_kick,
            "ERROR": self._on_error,
            "RECONNECT": self._on_reconnect,
        }

    # Connection -----------------------------------------------------------------------------------------------------------

    async def session(self) -> None:
        """Connect, join and read. Raises OSError, RetryLater, or what `refused` raises."""
        host, port, tls = self._server
        connection = await self.open(host, port, tls)
        self._connection, self._joined, self._skipped = connection, False, 0
        self._operators.clear()
        self._tags = False
        try:
            async with asyncio.timeout(JOIN_S) as self._joining:
                await self.log_in(connection)
                await self._read(connection)
        finally:
            self._connection, self._joined = None, False
            await connection.aclose()

    async def _read(self, connection: IrcConnection) -> None:
        async for line in connection.lines():
            await self._on_line(connection, line)
            if connection.skipped > self._skipped:
                self._chat.dropped("invalid", connection.skipped - self._skipped)
                self._skipped = connection.skipped

    async def open(self, host: str, port: int, tls: bool) -> IrcConnection:
        """Connect to the server."""
        return await IrcConnection.open(host, port, tls=tls)

    async def log_in(self, connection: IrcConnection) -> None:
        """Say who we are."""
        connection.send_now("CAP LS 302")
        if self.password:
            connection.send_now(f"PASS {self.password}")
        connection.send_now(f"NICK {self.nick}")
        connection.send_now(f"USER {self.nick} 0 * :{self.nick}")

    def refused(self, reason: str) -> Exception:
        """The error for a password that the server does not accept."""
        return RetryLater(f"the server does not accept the password: {reason}", RARELY_S)

    async def _on_line(self, connection: IrcConnection, line: IrcLine) -> None:
        if line.command == "001":
            self.nick = line.params[0] if line.params else self.nick
            await connection.send(f"JOIN {self.channel}")
        elif line.command == "CAP":
            self._on_capabilities(connection, line)
        elif line.command in ("433", "436") and not self._joined:  # somebody else has the name
            self.nick = f"{self.nick[:20]}{secrets.randbelow(1000)}"
            connection.send_now(f"NICK {self.nick}")
        elif line.command in _REFUSED_JOIN and not self._joined:
            raise RetryLater(_REFUSED_JOIN[line.command], SELDOM_S)
        else:
            self._handlers.get(line.command, self.on_other)(line)

    def _on_names(self, line: IrcLine) -> None:
        for name in line.text.split():
            if name[0] in "~&@%":
                self._set_operator(name.lstrip("~&@%+"))

    def _set_operator(self, nick: str) -> None:
        if len(self._operators) < MAX_OPERATORS:
            self._operators.add(nick.lower())

    def _on_nick(self, line: IrcLine) -> None:
        if line.nick == self.nick:
            self.nick = line.text
        if line.nick.lower() in self._operators:
            self._operators.discard(line.nick.lower())
            self._set_operator(line.text)

    def _on_leave(self, line: IrcLine) -> None:
        self._operators.discard(line.nick.lower())  # the next person with this nick is somebody else

    def _on_bad_nick(self, line: IrcLine) -> None:
        del line
        raise RetryLater("the nickname is not valid", RARELY_S)

    def _on_bad_password(self, line: IrcLine) -> None:
        raise self.refused(line.text)

    def _on_banned(self, line: IrcLine) -> None:
        raise RetryLater(f"the server has banned this account: {line.text}", RARELY_S)

    def _on_kick(self, line: IrcLine) -> None:
        self._operators -= {nick.lower() for nick in line.params[1:2]}
        if line.params[1:2] == (self.nick,):
            raise RetryLater(f"the account was removed from the channel: {line.text}", SELDOM_S)

    def _on_error(self, line: IrcLine) -> None:
        if "password" in line.text.lower():
            raise self.refused(line.text)
        raise ConnectionError(line.text or "the server closed the connection")

    def _on_reconnect(self, line: IrcLine) -> None:
        del line
        raise ConnectionError("the server asked to connect again")

    def on_other(self, line: IrcLine) -> None:
        """A line that this class has no use for."""

    def _on_capabilities(self, connection: IrcConnection, line: IrcLine) -> None:
        verb = line.params[1] if len(line.params) > 1 else ""
        names = {name.partition("=")[0] for name in line.text.split()}
        if verb == "LS":
            wanted = sorted(WANTED & names)
            if wanted:
                connection.send_now(f"CAP REQ :{' '.join(wanted)}")
            elif line.params[2:3] != ("*",):  # "*": more lines follow
                connection.send_now("CAP END")
        elif verb in ("ACK", "NAK"):
            self._tags = self._tags or (verb == "ACK" and "message-tags" in names)
            connection.send_now("CAP END")

    def _on_join(self, line: IrcLine) -> None:
        if line.nick.lower() == self.nick.lower() and not self._joined:
            self._joined = True
            self._joining.reschedule(None)
            self._chat.connected(self.channel)

    def _on_mode(self, line: IrcLine) -> None:
        if len(line.params) < 3 or line.params[0].lower() != self.channel.lower():
            return
        for letter, adds, name in _mode_changes(line.params[1], line.params[2:]):
            if letter in OPERATOR_MODES and adds:
                self._set_operator(name)
            elif letter in OPERATOR_MODES:
                self._operators.discard(name.lower())

    # Messages -------------------------------------------------------------------------------------------------------------

    def _on_message(self, line: IrcLine) -> None:
        if not line.params or line.params[0].lower() != self.channel.lower() or line.nick.lower() == self.nick.lower():
            return
        text = plain_irc_text(line.text)
        if not text:
            return
        message = self.message_of(line, text)
        remember(self._authors, message.id, line.nick, MAX_REMEMBERED)
        self._chat.receive(message)

    def message_of(self, line: IrcLine, text: str) -> PlatformMessage:
        """The message of a line. Without an id from the server it gets one of ours."""
        return PlatformMessage(
            id=line.tags.get("msgid") or self.own_id(),
            author=line.tags.get("account") or line.nick.lower(),
            name=line.nick,
            text=text,
            at_ms=_server_time(line.tags.get("time", "")),
            moderator=line.nick.lower() in self._operators,
            reply_to=line.tags.get("+draft/reply", ""),
        )

    def own_id(self) -> str:
        """A new id for a message that has none."""
        self._numbered += 1
        return f"{self._run}.{self._numbered}"

    def reply_prefix(self, message_id: str) -> tuple[str, str]:
        """The tag and the words with which a reply begins."""
        nick = self._authors.get(message_id, "")
        tag = f"@+draft/reply={tag_value(message_id)} " if self._tags and not message_id.startswith(f"{self._run}.") else ""
        return tag, f"{nick}: " if nick else ""

    async def carry_out(self, request: ChatRequest) -> None:
        """Send a text. Raises OSError while not connected."""
        connection = self._connection
        if not isinstance(request, SendRequest):
            self._chat.failed(request, "IRC cannot do this")
            return
        if connection is None or not self._joined:
            raise ConnectionError("not connected")
        tag, words = self.reply_prefix(request.reply_to) if request.reply_to else ("", "")
        for piece in pieces_of(f"{words}{request.text}"):
            await connection.send(f"{tag}PRIVMSG {self.channel} :{piece}")


def _mode_changes(modes: str, parameters: Sequence[str]) -> Iterator[tuple[str, bool, str]]:
    """The letter, whether it is set, and the parameter of each mode that has one (RFC 2812, section 3.2.3)."""
    left = iter(parameters)
    adds = True
    for letter in modes:
        if letter in "+-":
            adds = letter == "+"
        elif letter in MODES_OF_NAMES or (letter == "l" and adds):
            yield letter, adds, next(left, "")


def _server_time(text: str) -> int:
    """UTC milliseconds of the server-time tag, now without one."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return time.time_ns() // 1_000_000
