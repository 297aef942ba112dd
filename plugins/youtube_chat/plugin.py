"""The chat of one YouTube live stream, over the Data API v3 (liveChatMessages, liveChatBans)."""

import asyncio
import json
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

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
)

SERVER = "https://www.googleapis.com"
VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")
ANSWER_S = 20.0
MAX_BYTES = 8 * 1024 * 1024
MAX_POLL_S = 60.0
FRESH_S = 600.0  # YouTube's place in the chat is gone back to for this long
MAX_TEXT = 200  # characters: YouTube refuses longer messages
MAX_BANS, MAX_SENT = 1000, 1000
ENDED_S, QUOTA_S, REFUSED_S = 60.0, 3600.0, 300.0


class LiveChat:
    """One live chat. The place in it is kept in a file, so that a restarted plugin misses nothing."""

    def __init__(self, chat: Chat, *, video: str, api_key: str, token: str, every_s: float, folder: Path) -> None:
        self._chat = chat
        self._video = video
        self._key = api_key
        self._token = token
        self._every_s = every_s
        self._place = folder / "place.json"
        self._client: aiohttp.ClientSession | None = None
        self._chat_id = ""
        self._own = ""  # our channel, once we have written
        self._sent: OrderedDict[str, tuple[str, ...]] = OrderedDict()  # the desk's id of a message → YouTube's, one for each part
        self._bans: OrderedDict[str, str] = OrderedDict()  # channel → ban

    # Reading --------------------------------------------------------------------------------------------------------------

    async def session(self) -> None:
        """Find the chat and read it until it ends. Raises OSError, RetryLater or PluginError."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())) as client:
            self._client = client
            try:
                self._chat_id = await self._find()
                page = self._kept_place()
                first = True
                while True:
                    query = {"liveChatId": self._chat_id, "part": "id,snippet,authorDetails", "maxResults": "2000"}
                    found = await self._call("GET", "liveChat/messages", {**query, "pageToken": page} if page else query)
                    if first:
                        self._chat.connected(self._video)
                        first = False
                    self._take(found)
                    page = as_text(found.get("nextPageToken"))
                    self._place.write_text(json.dumps([self._chat_id, page, time.time()]), encoding="utf-8")
                    if found.get("offlineAt"):
                        raise RetryLater("the live stream has ended", ENDED_S)
                    await asyncio.sleep(self._pause_s(found.get("pollingIntervalMillis")))
            finally:
                self._client = None

    def _pause_s(self, asked_ms: object) -> float:
        """How long to wait: what YouTube asks for, and not less than the user allows for the quota."""
        asked_s = min(asked_ms, MAX_POLL_S * 1000) / 1000 if isinstance(asked_ms, int | float) else 0.0
        return max(self._every_s, asked_s)

    async def _find(self) -> str:
        found = await self._call("GET", "videos", {"part": "liveStreamingDetails", "id": self._video})
        items = as_list(found.get("items"))
        if not items:
            raise RetryLater("YouTube does not know this live stream", ENDED_S)
        chat_id = as_table(as_table(items[0]).get("liveStreamingDetails")).get("activeLiveChatId")
        if not isinstance(chat_id, str):
            raise RetryLater("the live stream has no chat, or has not begun", ENDED_S)
        return chat_id

    def _kept_place(self) -> str:
        try:
            chat_id, page, at_s = json.loads(self._place.read_bytes())
            return str(page) if chat_id == self._chat_id and 0 <= time.time() - at_s < FRESH_S else ""
        except (OSError, ValueError, TypeError):  # nothing was kept
            return ""

    def _take(self, found: Mapping[str, Any]) -> None:
        for item in as_list(found.get("items")):
            message = self.message_of(as_table(item))
            if message is None:
                self._chat.dropped("invalid")
            elif message.text and not (self._own and message.author == self._own):
                self._chat.receive(message)

    def message_of(self, item: Mapping[str, Any]) -> PlatformMessage | None:
        """The message of an item; None if it is broken, without text for what nobody wrote, such as a new member."""
        snippet, author = as_table(item.get("snippet")), as_table(item.get("authorDetails"))
        message_id, text = item.get("id"), snippet.get("displayMessage", "")
        if not isinstance(message_id, str) or not message_id or not isinstance(text, str):
            return None
        if snippet.get("type") not in ("textMessageEvent", "superChatEvent"):
            text = ""
        return PlatformMessage(
            id=message_id,
            author=as_text(author.get("channelId")),
            name=as_text(author.get("displayName")),
            text=text,
            at_ms=_time_ms(snippet.get("publishedAt")),
            moderator=author.get("isChatModerator") is True or author.get("isChatOwner") is True,
        )

    # Writing --------------------------------------------------------------------------------------------------------------

    async def carry_out(self, request: ChatRequest) -> None:
        """Send, delete, time out. Raises OSError or RetryLater."""
        if not self._chat_id:
            raise ConnectionError("not connected")
        if isinstance(request, SendRequest):
            await self._send(request)
        elif isinstance(request, DeleteRequest):
            for message_id in self._sent.get(request.message, (request.message,)):
                await self._call("DELETE", "liveChat/messages", {"id": message_id})
        elif request.seconds == 0:
            ban = self._bans.pop(request.author, "")
            if not ban:
                self._chat.failed(request, "this person was not muted here")
                return
            await self._call("DELETE", "liveChat/bans", {"id": ban})
        else:
            kind = {"type": "permanent"} if request.seconds is None else {"type": "temporary", "banDurationSeconds": str(request.seconds)}
            snippet = {"liveChatId": self._chat_id, "bannedUserDetails": {"channelId": request.author}, **kind}
            found = await self._call("POST", "liveChat/bans", {"part": "snippet"}, {"snippet": snippet})
            remember(self._bans, request.author, as_text(found.get("id")), MAX_BANS)

    async def _send(self, request: SendRequest) -> None:
        for begin in range(0, len(request.text), MAX_TEXT):
            details = {"messageText": request.text[begin : begin + MAX_TEXT]}
            snippet = {"liveChatId": self._chat_id, "type": "textMessageEvent", "textMessageDetails": details}
            found = await self._call("POST", "liveChat/messages", {"part": "snippet"}, {"snippet": snippet})
            self._own = as_text(as_table(found.get("snippet")).get("authorChannelId")) or self._own
            message_id = as_text(found.get("id"))
            self._chat.known(message_id)
            remember(self._sent, request.message, (*self._sent.get(request.message, ()), message_id), MAX_SENT)

    async def _call(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> dict[str, Any]:
        """YouTube's answer. Raises OSError, RetryLater or PluginError."""
        client = self._client
        if client is None:
            raise ConnectionError("not connected")
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {"X-Goog-Api-Key": self._key}
        limit = aiohttp.ClientTimeout(total=ANSWER_S)
        address = f"{SERVER}/youtube/v3/{path}"
        try:
            async with client.request(
                method, address, params=query, json=body, headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                if response.status == 204:
                    return {}
                otherwise = f"the answer is not JSON (status {response.status})"
                found = dict(as_table(await read_json(response.content.iter_any(), MAX_BYTES, otherwise)))
                if response.status != 200:
                    raise _failure(response.status, found)
                return found
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error


def _failure(status: int, found: Mapping[str, Any]) -> Exception:
    """The error for an answer that is a refusal, by the reason that YouTube gives."""
    error = as_table(found.get("error"))
    errors = as_list(error.get("errors"))
    reason = as_text(as_table(errors[0]).get("reason")) if errors else ""
    said = re.sub(r"<[^<>]*>", "", as_text(error.get("message")))[:200] or f"status {status}"
    if reason in ("quotaExceeded", "dailyLimitExceeded"):
        return RetryLater("today’s quota of the Google project is used up", QUOTA_S)
    if reason in ("rateLimitExceeded", "userRateLimitExceeded") or status == 429:
        return RetryLater("too many requests", 30.0)
    if reason in ("liveChatEnded", "liveChatNotFound", "liveChatDisabled"):
        return RetryLater("the live chat has ended or is turned off", ENDED_S)
    if status == 401:
        return PluginError(f"Google does not accept the access token ({said}). Enter a new one.")
    if reason in ("keyInvalid", "badRequest") and "key" in said.lower():
        return PluginError(f"Google does not accept the API key ({said}).")
    if status in (400, 403, 404):
        return RetryLater(said, REFUSED_S)
    return ConnectionError(said)


def _time_ms(text: object) -> int:
    """UTC milliseconds of an ISO time, 0 if it is none."""
    try:
        return max(0, int(datetime.fromisoformat(as_text(text)).timestamp() * 1000))
    except (ValueError, OverflowError, OSError):
        return 0


def video_id(entered: str) -> str:
    """The video of an address or id; raises PluginError."""
    text = entered.strip()
    found = re.search(r"(?:v=|youtu\.be/|/live/|/video/)([A-Za-z0-9_-]{11})", text)
    if found is not None:
        return found[1]
    if VIDEO.fullmatch(text):
        return text
    raise PluginError("Enter the address of the live stream first.")


def enable(api: Api) -> None:
    """Start the chat."""
    video = video_id(str(api.settings["video"]))
    api_key, token = str(api.settings["api_key"]).strip(), str(api.settings["token"]).strip()
    if not api_key and not token:
        raise PluginError("Enter an API key or an access token first.")
    every_s = float(api.settings["every_s"])

    async def run(chat: Chat) -> None:
        live = LiveChat(chat, video=video, api_key=api_key, token=token, every_s=every_s, folder=api.folder)
        await run_chat(chat, live.session, live.carry_out)

    writes = bool(token)
    api.add_chat(run, ChatAbilities(send=writes, delete=writes, time_out=writes))
