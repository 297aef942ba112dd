"""The chat of one Matrix room, over the client-server API (version 1.11): reads with /sync, sends and redacts."""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp

from app.plugin.api import (
    Api,
    Chat,
    ChatAbilities,
    ChatRequest,
    DeleteRequest,
    PlatformMessage,
    PluginError,
    RetryLater,
    SendRequest,
    as_list,
    as_table,
    as_text,
    read_json,
    remember,
    run_chat,
    server_address,
)

SYNC_S, ANSWER_S = 30.0, 20.0  # how long /sync waits, and how long an answer may take besides
GAP_S = 0.2  # between two syncs
MAX_BYTES = 4 * 1024 * 1024
MAX_ID = 255  # of a user or a name
MAX_NAMES, MAX_SENT, PAGE = 5000, 1000, 100
FRESH_S = 600.0  # a place that is older is not gone back to: it belongs to another show
MODERATOR = 50  # the power level
READABLE = frozenset({"m.text", "m.notice", "m.emote"})
LOCAL = frozenset({"127.0.0.1", "localhost"})


class MatrixRoom:
    """One room. Its place in the time line is kept in a file, so that a restarted plugin misses nothing."""

    def __init__(self, chat: Chat, *, base: str, room: str, token: str, folder: Path) -> None:
        self._chat = chat
        self._base = f"{base}/_matrix/client/v3"
        self._asked = room
        self._token = token
        self._place = folder / "place.json"
        self._client: aiohttp.ClientSession | None = None
        self._room = self._me = ""
        self._names: OrderedDict[str, str] = OrderedDict()
        self._levels: Mapping[str, Any] = {}
        self._sent: OrderedDict[str, str] = OrderedDict()  # the desk's id of a message → the room's

    # Reading --------------------------------------------------------------------------------------------------------------

    async def session(self) -> None:
        """Log in, join and read for ever. Raises OSError, RetryLater or PluginError."""
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        headers = {"Authorization": f"Bearer {self._token}"}
        async with aiohttp.ClientSession(connector=connector, headers=headers) as client:
            self._client = client
            try:
                self._me = as_text((await self._call("GET", "/account/whoami")).get("user_id"))
                self._room = as_text((await self._call("POST", f"/join/{_path(self._asked)}", body={})).get("room_id"))
                since = self._kept_place()
                found = await self._sync(since, 0.0)
                self._take(found, show=bool(since))  # without a place we start now
                self._chat.connected(self._asked)
                while True:
                    since = as_text(found.get("next_batch"))
                    if not since:
                        raise ConnectionError("the answer has no place to go on from")
                    self._place.write_text(json.dumps([self._room, since, time.time()]), encoding="utf-8")
                    await asyncio.sleep(GAP_S)  # a server may answer at once every time
                    found = await self._sync(since, SYNC_S)
                    self._take(found, show=True)
            finally:
                self._client = None

    async def _sync(self, since: str, wait_s: float) -> dict[str, Any]:
        state = {"types": ["m.room.member", "m.room.power_levels"], "lazy_load_members": True}
        timeline = {"limit": PAGE, "types": ["m.room.message", "m.room.member", "m.room.power_levels"]}
        nothing: dict[str, Any] = {"types": []}
        rooms = {"rooms": [self._room], "timeline": timeline, "state": state, "ephemeral": nothing, "account_data": nothing}
        chosen = {"room": rooms, "presence": nothing, "account_data": nothing}
        query = {"filter": json.dumps(chosen, separators=(",", ":")), "timeout": str(round(wait_s * 1000))}
        return await self._call("GET", "/sync", query={**query, "since": since} if since else query, wait_s=wait_s)

    def _kept_place(self) -> str:
        try:
            room, since, at_s = json.loads(self._place.read_bytes())
            return str(since) if room == self._room and 0 <= time.time() - at_s < FRESH_S else ""
        except (OSError, ValueError, TypeError):  # nothing was kept
            return ""

    def _take(self, found: Mapping[str, Any], *, show: bool) -> None:
        """Read what came since the last time."""
        room = as_table(as_table(as_table(found.get("rooms")).get("join")).get(self._room))
        timeline = as_table(room.get("timeline"))
        if show and timeline.get("limited") is True:
            self._chat.dropped("missed")
        for event in (*as_list(as_table(room.get("state")).get("events")), *as_list(timeline.get("events"))):
            if not isinstance(event, dict) or not isinstance(event.get("content"), dict):
                self._chat.dropped("invalid")
            elif event.get("type") == "m.room.member":
                self._name(as_text(event.get("state_key")), as_text(event["content"].get("displayname")))
            elif event.get("type") == "m.room.power_levels":
                self._levels = event["content"]
            elif show and event.get("type") == "m.room.message" and (message := self.message_of(event)) is not None:
                self._chat.receive(message)

    def _name(self, user: str, name: str) -> None:
        if name:
            remember(self._names, user[:MAX_ID], name[:MAX_ID], MAX_NAMES)
        else:
            self._names.pop(user, None)

    def message_of(self, event: Mapping[str, Any]) -> PlatformMessage | None:
        """The message of an event; None for our own, an edit, and what is no text."""
        content, sender, event_id = event["content"], as_text(event.get("sender")), as_text(event.get("event_id"))
        relation = as_table(content.get("m.relates_to"))
        text = as_text(content.get("body"))
        if as_text(content.get("msgtype")) not in READABLE or not text or not event_id or sender == self._me:
            return None
        if relation.get("rel_type") == "m.replace":
            return None
        reply_to = as_text(as_table(relation.get("m.in_reply_to")).get("event_id"))
        at_ms = event.get("origin_server_ts")
        return PlatformMessage(
            id=event_id,
            author=sender,
            name=self._names.get(sender) or sender.removeprefix("@").partition(":")[0],
            text=_without_quote(text) if reply_to else text,
            at_ms=at_ms if isinstance(at_ms, int) else 0,
            moderator=self._level(sender) >= MODERATOR,
            reply_to=reply_to,
        )

    def _level(self, user: str) -> float:
        level = as_table(self._levels.get("users")).get(user, self._levels.get("users_default", 0))
        return level if isinstance(level, int | float) else 0

    # Writing --------------------------------------------------------------------------------------------------------------

    async def carry_out(self, request: ChatRequest) -> None:
        """Send or delete. Raises OSError or RetryLater."""
        room = f"/rooms/{_path(self._room)}"
        if isinstance(request, SendRequest):
            body: dict[str, Any] = {"msgtype": "m.text", "body": request.text}
            if request.reply_to:
                body["m.relates_to"] = {"m.in_reply_to": {"event_id": request.reply_to}}
            found = await self._call("PUT", f"{room}/send/m.room.message/{_path(request.message)}", body=body)
            remember(self._sent, request.message, as_text(found.get("event_id")), MAX_SENT)
        elif isinstance(request, DeleteRequest):
            event_id = self._sent.get(request.message, request.message)
            await self._call("PUT", f"{room}/redact/{_path(event_id)}/{_path(f'delete.{event_id}')}", body={})
        else:
            self._chat.failed(request, "Matrix can’t mute people for a while")

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: object = None, wait_s: float = 0.0
    ) -> dict[str, Any]:
        """The server's answer. Raises OSError, RetryLater or PluginError."""
        client = self._client
        if client is None:
            raise ConnectionError("not connected")
        limit = aiohttp.ClientTimeout(total=wait_s + ANSWER_S)
        try:
            async with client.request(method, self._base + path, params=query, json=body, timeout=limit, allow_redirects=False) as response:
                content = response.content.iter_any()
                found = dict(as_table(await read_json(content, MAX_BYTES, "the answer is not JSON; is this a Matrix server?")))
                if response.status != 200:
                    raise _failure(response.status, found)
                return found
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error


def _failure(status: int, found: Mapping[str, Any]) -> Exception:
    """The error for an answer that is a refusal."""
    reason = as_text(found.get("error"))[:200] or f"status {status}"
    if status == 401:
        return PluginError(f"The server does not accept the access token ({reason}). Enter a new one.")
    if status == 429:
        after_ms = found.get("retry_after_ms")
        return RetryLater("too many requests", after_ms / 1000 if isinstance(after_ms, int) and 0 < after_ms < 3_600_000 else 10.0)
    if status in (400, 403, 404):
        return RetryLater(reason, 60.0)
    return ConnectionError(reason)


def _without_quote(text: str) -> str:
    """A reply without the message that older clients repeat above it."""
    lines = text.split("\n")
    while lines and lines[0].startswith("> "):
        lines.pop(0)
    return "\n".join(lines).strip() or text


def _path(part: str) -> str:
    return quote(part, safe="")


def enable(api: Api) -> None:
    """Start the chat."""
    entered = str(api.settings["server"])
    host, port = server_address(entered, 443)
    room, token = str(api.settings["room"]).strip(), str(api.settings["token"]).strip()
    if room[:1] not in ("#", "!") or ":" not in room or len(room) > 255:
        raise PluginError("Enter the room, for example #shop:example.com.")
    if not token:
        raise PluginError("Enter an access token first.")
    plain = entered.strip().startswith("http://") and host in LOCAL  # a token must not cross a network unencrypted
    base = f"{'http' if plain else 'https'}://{host}:{port}"

    async def run(chat: Chat) -> None:
        matrix = MatrixRoom(chat, base=base, room=room, token=token, folder=api.folder)
        await run_chat(chat, matrix.session, matrix.carry_out)

    api.add_chat(run, ChatAbilities(send=True, delete=True))
