"""The chat of one IRC channel."""

import re

from app.plugin.api import Api, Chat, ChatAbilities, IrcChannel, PluginError, run_chat, server_address

NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,29}")
CHANNEL = re.compile(r"[^\s,\x07]{1,64}")
PORT = 6697


def enable(api: Api) -> None:
    """Start the chat."""
    host, port = server_address(str(api.settings["server"]), PORT)
    channel, nick = str(api.settings["channel"]).strip(), str(api.settings["nick"]).strip()
    if not CHANNEL.fullmatch(channel):
        raise PluginError("Enter the channel first.")
    if not NICK.fullmatch(nick):
        raise PluginError("Enter a nickname of letters, digits and _.")

    async def run(chat: Chat) -> None:
        room = IrcChannel(
            chat,
            host=host,
            port=port,
            tls=bool(api.settings["encrypted"]),
            channel=channel,
            nick=nick,
            password=str(api.settings["password"]),
        )
        await run_chat(chat, room.session, room.carry_out)

    api.add_chat(run, ChatAbilities(send=True))
