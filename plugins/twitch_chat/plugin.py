"""The chat of one Twitch channel, over Twitch's IRC: anyone may read, an account with a token may write."""

import re
import secrets

from app.plugin.api import Api, Chat, ChatAbilities, IrcChannel, IrcConnection, IrcLine, PlatformMessage, PluginError, run_chat

HOST, PORT = "irc.chat.twitch.tv", 6697
NAME = re.compile(r"[a-z0-9_]{2,25}")
PER_S, BURST = 20 / 30, 15  # Twitch allows 20 messages in 30 seconds
MODERATORS = frozenset({"moderator", "broadcaster", "lead_moderator"})


class TwitchChannel(IrcChannel):
    """A channel of Twitch, whose messages have an id, the author's id, name and badges as tags."""

    async def open(self, host: str, port: int, tls: bool) -> IrcConnection:
        """Connect with Twitch's flood limit."""
        return await IrcConnection.open(host, port, tls=tls, per_s=PER_S, burst=BURST)

    async def log_in(self, connection: IrcConnection) -> None:
        """Ask for tags, and log in."""
        connection.send_now("CAP REQ :twitch.tv/tags twitch.tv/commands")
        connection.send_now(f"PASS {self.password or 'SCHMOOPIIE'}")
        connection.send_now(f"NICK {self.nick}")

    def on_other(self, line: IrcLine) -> None:
        """Twitch reports a wrong token as a notice to nobody."""
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
        return f"@reply-parent-msg-id={message_id} ", ""


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
        await run_chat(chat, room.session, room.carry_out)

    api.add_chat(run, ChatAbilities(send=bool(account)))
