"""The chats that Social Stream Ninja collects, from its WebSocket server. It only reads: the bridge says nothing about what was sent."""

import asyncio
import html
import json
import re
import secrets

import aiohttp

from app.plugin.api import Api, Chat, ChatAbilities, ChatRequest, PlatformMessage, PluginError, RetryLater, run_chat

SERVER = "wss://io.socialstream.ninja"
SESSION = re.compile(r"[A-Za-z0-9_-]{4,64}")
MAX_BYTES = 256 * 1024
CONNECT_S, ALIVE_S = 20.0, 30.0
# the lengths are limited because the time to find no match grows with their square
_IMAGE = re.compile(r"<img\b[^<>]{0,2000}?\balt=\"([^\"<>]{0,40})\"[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
MODERATORS = frozenset({"moderator", "mod", "owner", "broadcaster", "host"})


def plain_text(text: str) -> str:
    """A message without HTML: pictures of emoji become their names."""
    return html.unescape(_TAG.sub("", _IMAGE.sub(r" \1 ", text))).strip()


class Bridge:
    """Reads one session. Its messages have numbers that start again with each of its runs, so ours are told apart by platform and run."""

    def __init__(self, chat: Chat, server: str, session: str) -> None:
        self._chat = chat
        self._address = f"{server}/join/{session}/4"
        self._run = secrets.token_hex(4)
        self._numbered = 0

    async def session(self) -> None:
        """Connect and read. Raises OSError or RetryLater."""
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())) as client:
                closing = aiohttp.ClientWSTimeout(ws_close=2.0)
                async with asyncio.timeout(CONNECT_S):
                    socket = await client.ws_connect(self._address, heartbeat=ALIVE_S, max_msg_size=MAX_BYTES, timeout=closing)
                self._chat.connected()
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._on_text(message.data)
                    elif message.type is aiohttp.WSMsgType.ERROR:
                        raise ConnectionError(str(socket.exception()))
        except aiohttp.ClientResponseError as error:  # its words show the address, and with it the session
            raise RetryLater(f"the server refuses the connection (status {error.status})", 60.0) from error
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error

    def _on_text(self, text: str) -> None:
        message = self.message_of(text)
        if message is None:
            self._chat.dropped("invalid")
        elif message.text:
            self._chat.receive(message)

    def message_of(self, text: str) -> PlatformMessage | None:
        """The message of a frame; None if it is none, without text if it is something else, such as a command."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(data, dict):
            return None
        name, said, platform = (data.get(key) for key in ("chatname", "chatmessage", "type"))
        if not isinstance(name, str) or not isinstance(said, str):
            return PlatformMessage("", "", "", "")
        platform = platform if isinstance(platform, str) else ""
        given = data.get("id")
        self._numbered += 1
        # the bridge numbers messages from 1 in each of its runs: a number alone would hide new messages as repeated ones
        message_id = f"{platform}.{given}" if isinstance(given, str) and len(given) > 8 else f"{self._run}.{self._numbered}"
        person = data.get("userid") or name
        roles = {key for key in MODERATORS if data.get(key) is True}
        return PlatformMessage(message_id, f"{platform}.{person}", plain_text(name[:400]), plain_text(said[:8000]), moderator=bool(roles))

    async def carry_out(self, request: ChatRequest) -> None:
        """The desk asks for nothing: this chat has no abilities."""
        self._chat.failed(request, "this chat can only be read")


def enable(api: Api) -> None:
    """Start the chat."""
    session = str(api.settings["session"]).strip()
    if not SESSION.fullmatch(session):
        raise PluginError("Enter the session ID of Social Stream Ninja first.")

    async def run(chat: Chat) -> None:
        bridge = Bridge(chat, SERVER, session)
        await run_chat(chat, bridge.session, bridge.carry_out)

    api.add_chat(run, ChatAbilities())
