"""Platforms' chats are in the room, answers go back to the platform, and each shows how it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.chat.message import AuthorRole
from app.domain.chat.platform import (
    ChatAbilities,
    ChatHealth,
    ChatRequest,
    ChatState,
    DeleteRequest,
    PlatformMessage,
    SendRequest,
    TimeOutRequest,
)
from app.domain.translation.translation import Translation
from app.plugin.chat_gate import ChatDoor
from app.session.chat.chat_platforms import MAX_REASONS, ChatPlatforms
from app.session.chat.chat_room import FOREVER_MS, ChatError, ChatRoom
from tests.support.selling_show import SellingDesk

ALL = ChatAbilities(send=True, delete=True, time_out=True)
ASKED = PlatformMessage("m1", "u1", "Ana", "quanto custa?", 1000, language="pt-BR")
IN_PT = Translation("Custa 20", "zh-Hans", "pt-BR", "argos")


class PlatformDesk(SellingDesk):
    """With a chat and its platforms; `asked` is what a platform was asked for, `ready` whether it takes that."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.chat = ChatRoom(self.book, now_ms=self.now_ms, host_name=lambda: "Lina Shop", notify=self.heard.append)
        self.platforms = ChatPlatforms(self.chat, now_ms=self.now_ms, notify=self.heard.append)
        self.asked: list[ChatRequest] = []
        self.ready = True
        self.changes = 0
        self.platforms.changed.connect(self._count)

    def _count(self) -> None:
        self.changes += 1

    def _ask(self, request: ChatRequest) -> bool:
        self.asked.append(request)
        return self.ready

    def open(self, plugin_id: str = "irc_chat", abilities: ChatAbilities = ALL) -> None:
        self.platforms.opened(ChatDoor(plugin_id, "IRC", abilities, self._ask))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[PlatformDesk]:
    made = PlatformDesk(tmp_path)
    made.open()
    yield made
    made.close()


def test_messages_are_in_the_room_once_each(desk: PlatformDesk) -> None:
    moderator = PlatformMessage("m2", "u2", "Mod", "olá\u202e\0", 0, moderator=True, reply_to="m1")
    desk.platforms.received("irc_chat", (ASKED, moderator, ASKED, PlatformMessage("m3", "u", "n", " ")))
    first, second = [line.message for line in desk.chat.history]
    assert (first.key, first.text, first.role, first.language, first.at_ms) == (
        "irc_chat/m1",
        "quanto custa?",
        AuthorRole.VIEWER,
        "pt-BR",
        1000,
    )
    assert (second.text, second.role, second.reply_to, second.at_ms) == ("olá", AuthorRole.MODERATOR, "m1", desk.now_ms())
    health = desk.platforms.health("irc_chat")
    assert health is not None
    assert (health.received, health.last_ms, health.dropped) == (2, desk.now_ms(), {"double": 1, "empty": 1})


def test_a_message_from_the_future_is_from_now(desk: PlatformDesk) -> None:
    last_ms = 253_402_300_799_999  # has no local time east of Greenwich
    desk.platforms.received("irc_chat", (PlatformMessage("m1", "u1", "Ana", "oi", last_ms),))
    assert [line.message.at_ms for line in desk.chat.history] == [desk.now_ms()]


def test_a_reply_goes_to_its_platform_in_the_viewers_language(desk: PlatformDesk) -> None:
    desk.platforms.received("irc_chat", (ASKED,))
    replied = desk.chat.say("二十块", reply_to="irc_chat/m1", texts={"pt-BR": IN_PT})
    told = desk.chat.say("大家好", texts={"pt-BR": IN_PT, "en": IN_PT})
    assert desk.asked == [SendRequest(1, replied.id, "Custa 20", "m1", "pt-BR"), SendRequest(2, told.id, "大家好")]


def test_deleting_and_timing_out_reach_the_platform(desk: PlatformDesk) -> None:
    desk.platforms.received("irc_chat", (ASKED,))
    desk.chat.remove("irc_chat/m1")
    desk.chat.mute("irc_chat/m1", desk.now_ms() + 59_001)
    desk.chat.mute("irc_chat/m1", FOREVER_MS)
    desk.chat.mute("irc_chat/m1", 0)
    assert desk.asked == [DeleteRequest(1, "m1"), TimeOutRequest(2, "u1", 60), TimeOutRequest(3, "u1", None), TimeOutRequest(4, "u1", 0)]


def test_what_a_platform_cannot_do_is_said(desk: PlatformDesk) -> None:
    desk.open("twitch_chat", ChatAbilities())
    desk.platforms.received("twitch_chat", (ASKED,))
    desk.chat.say("oi", reply_to="twitch_chat/m1")
    desk.chat.remove("twitch_chat/m1")
    desk.chat.mute("twitch_chat/m1", FOREVER_MS)
    assert [notice.code for notice in desk.heard] == ["chat.cannot_send", "chat.cannot_delete", "chat.cannot_time_out"]
    desk.chat.say("大家好")  # goes to those that can be written to
    assert (len(desk.heard), [type(request) for request in desk.asked]) == (3, [SendRequest])


def test_failed_requests_are_said(desk: PlatformDesk) -> None:
    desk.platforms.undone("irc_chat", 1, "not connected")
    desk.ready = False
    desk.chat.say("oi")
    assert [notice.code for notice in desk.heard] == ["chat.not_done", "chat.platform_busy"]
    assert desk.heard[0].data == {"source": "IRC", "reason": "not connected"}


def test_the_state_of_a_chat_can_be_read(desk: PlatformDesk) -> None:
    assert desk.platforms.health("nobody") is None
    desk.platforms.health_changed("irc_chat", ChatHealth(ChatState.WAITING, "no answer", 2.5))
    health = desk.platforms.health("irc_chat")
    assert health is not None
    assert (health.name, health.state, health.detail, health.retry_at_ms) == ("IRC", ChatState.WAITING, "no answer", desk.now_ms() + 2500)
    desk.platforms.health_changed("irc_chat", ChatHealth(ChatState.CONNECTED, "#shop"))
    health = desk.platforms.health("irc_chat")
    assert health is not None and (health.state, health.retry_at_ms) == (ChatState.CONNECTED, 0)
    assert desk.changes == 3


def test_reasons_are_bounded(desk: PlatformDesk) -> None:
    for number in range(MAX_REASONS + 30):
        desk.platforms.dropped("irc_chat", f"reason {number}", 2)
    health = desk.platforms.health("irc_chat")
    assert health is not None
    assert len(health.dropped) == MAX_REASONS + 1 and health.dropped["other"] == 60


def test_a_plugin_that_ended_is_no_longer_written_to(desk: PlatformDesk) -> None:
    desk.platforms.received("irc_chat", (ASKED,))
    desk.platforms.closed("irc_chat")
    health = desk.platforms.health("irc_chat")
    assert health is not None and (health.state, health.received) == (None, 1)
    with pytest.raises(ChatError):
        desk.chat.say("oi", reply_to="irc_chat/m1")
    desk.open()  # it was restarted, and sends what it has again
    desk.platforms.received("irc_chat", (ASKED,))
    assert len(desk.chat.history) == 1
