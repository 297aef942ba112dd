"""The chat of one Twitch channel, over Twitch's IRC: anyone may read, an account with a token may write and moderate (Helix API)."""

import re
import secrets
from collections.abc import Mapping

import aiohttp

from app.plugin.api import (
    Api,
    Chat,
    ChatAbilities,
    ChatRequest,
    DeleteRequest,
    IrcChannel,
    IrcConnection,
    IrcLine,
    PlatformMessage,
    PluginError,
    TimeOutRequest,
    as_table,
    as_text,
    read_json,
    run_chat,
    tag_value,
)

HOST, PORT = "irc.chat.twitch.tv", 6697
ACCOUNTS, HELIX = "https://id.twitch.tv/oauth2", "https://api.twitch.tv/helix"
ANSWER_S, MAX_BYTES = 20.0, 256 * 1024
LONGEST_TIME_OUT_S = 1_209_600  # two weeks
NAME = re.compile(r"[a-z0-9_]{2,25}")
PER_S, BURST = 20 / 30, 15  # Twitch allows 20 messages in 30 seconds
MODERATORS = frozenset({"moderator", "broadcaster", "lead_moderator"})


class Moderation:
    """What an account may do to messages and people, over Twitch's Helix API."""

    def __init__(self, token: str) -> None:
        self.channel_id = ""
        self._token = token
        self._client_id = self._account_id = ""

    async def delete(self, message_id: str) -> None:
        """Delete a message. Raises OSError."""
        await self._call("DELETE", "moderation/chat", {"message_id": message_id})

    async def time_out(self, user_id: str, seconds: int | None) -> None:
        """Keep a person from writing; 0 = let them write again, None = for ever. Raises OSError."""
        if seconds == 0:
            await self._call("DELETE", "moderation/bans", {"user_id": user_id})
            return
        duration = {} if seconds is None else {"duration": min(seconds, LONGEST_TIME_OUT_S)}
        await self._call("POST", "moderation/bans", {}, {"data": {"user_id": user_id, **duration}})

    async def _call(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> None:
        if not self.channel_id:
            raise ConnectionError("not connected")
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
        try:
            async with aiohttp.ClientSession(timeout=timeout, connector=connector) as client:
                await self._learn_account(client)
                who = {"broadcaster_id": self.channel_id, "moderator_id": self._account_id}
                headers = {"Authorization": f"Bearer {self._token}", "Client-Id": self._client_id}
                address = f"{HELIX}/{path}"
                async with client.request(
                    method, address, params={**who, **query}, json=body, headers=headers, allow_redirects=False
                ) as response:
                    if response.status not in (200, 204):
                        raise ConnectionError(await _said(response))
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error

    async def _learn_account(self, client: aiohttp.ClientSession) -> None:
        """Ask once for what the API wants to know besides the token."""
        if self._account_id:
            return
        headers = {"Authorization": f"OAuth {self._token}"}
        async with client.get(f"{ACCOUNTS}/validate", headers=headers, allow_redirects=False) as response:
            if response.status != 200:
                raise ConnectionError("Twitch does not accept the token")
            found = as_table(await read_json(response.content.iter_any(), MAX_BYTES))
            self._client_id, self._account_id = as_text(found.get("client_id")), as_text(found.get("user_id"))


async def _said(response: aiohttp.ClientResponse) -> str:
    """Why Twitch refuses something. Raises ConnectionError."""
    status = f"status {response.status}"
    found = as_table(await read_json(response.content.iter_any(), MAX_BYTES, status))
    return as_text(found.get("message"))[:200] or status


class TwitchChannel(IrcChannel):
    """A channel of Twitch, whose messages have an id, the author's id, name and badges as tags."""

    moderation: Moderation | None = None  # None = only an anonymous reader

    async def open(self, host: str, port: int, tls: bool) -> IrcConnection:
        """Connect with Twitch's flood limit."""
        return await IrcConnection.open(host, port, tls=tls, per_s=PER_S, burst=BURST)

    async def log_in(self, connection: IrcConnection) -> None:
        """Ask for tags, and log in."""
        connection.send_now("CAP REQ :twitch.tv/tags twitch.tv/commands")
        connection.send_now(f"PASS {self.password or 'SCHMOOPIIE'}")
        connection.send_now(f"NICK {self.nick}")

    async def carry_out(self, request: ChatRequest) -> None:
        """Send over IRC, delete and time out over the API. Raises OSError."""
        if self.moderation is None or not isinstance(request, DeleteRequest | TimeOutRequest):
            await super().carry_out(request)
        elif isinstance(request, TimeOutRequest):
            await self.moderation.time_out(request.author, request.seconds)
        else:
            await self.moderation.delete(request.message)

    def on_other(self, line: IrcLine) -> None:
        """Twitch reports a wrong token as a notice to nobody, and the channel's number with its state."""
        if line.command == "ROOMSTATE" and self.moderation is not None:
            self.moderation.channel_id = line.tags.get("room-id", "") or self.moderation.channel_id
        if line.command == "NOTICE" and line.params[:1] == ("*",):
            raise self.refused(line.text)

    def refused(self, reason: str) -> Exception:
        """Trying again with the same token is useless."""
        return PluginError(f"Twitch does not accept the account and token ({reason}). Enter a new token.")

    def message_of(self, line: IrcLine, text: str) -> PlatformMessage:
        """The message of a line, by its tags."""
        tags = line.tags
        sent_ms = tags.get("tmi-sent-ts", "")
        badges = {badge.partition("/")[0] for badge in tags.get("badges", "").split(",")}
        return PlatformMessage(
            id=tags.get("id") or self.own_id(),
            author=tags.get("user-id") or line.nick,
            name=tags.get("display-name") or line.nick,
            text=text,
            at_ms=int(sent_ms) if sent_ms.isascii() and sent_ms.isdigit() and len(sent_ms) < 15 else 0,
            moderator=bool(badges & MODERATORS),
            reply_to=tags.get("reply-parent-msg-id", ""),
        )

    def reply_prefix(self, message_id: str) -> tuple[str, str]:
        """Twitch shows the message that is answered, by this tag."""
        return f"@reply-parent-msg-id={tag_value(message_id)} ", ""


def enable(api: Api) -> None:
    """Start the chat."""
    channel = str(api.settings["channel"]).strip().lower().removeprefix("#").rpartition("/")[2]
    account, token = str(api.settings["account"]).strip().lower(), str(api.settings["token"]).strip()
    if not NAME.fullmatch(channel):
        raise PluginError("Enter the name of the channel first.")
    if account and not token:
        raise PluginError(f"Enter a token for the account {account}, or leave the account empty to only read.")
    nick = account or f"justinfan{secrets.randbelow(90000) + 10000}"
    password = f"oauth:{token.removeprefix('oauth:')}" if account else ""

    async def run(chat: Chat) -> None:
        room = TwitchChannel(chat, host=HOST, port=PORT, tls=True, channel=channel, nick=nick, password=password)
        room.moderation = Moderation(token.removeprefix("oauth:")) if account else None
        await run_chat(chat, room.session, room.carry_out)

    api.add_chat(run, ChatAbilities(send=bool(account), delete=bool(account), time_out=bool(account)))
