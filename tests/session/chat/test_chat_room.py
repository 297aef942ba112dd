"""The chat of a show is in its log: each message once, cleaned, with what the host does to it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.domain.base.errors import AppError
from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import AuthorRole, ChatMessage
from app.domain.event import EventKind
from app.domain.translation.translation import Translation
from app.session.chat.chat_room import FOREVER_MS, ChatError, ChatRoom
from tests.support.selling_show import SellingDesk

ASKED = ChatMessage("page", "b.1", "v1", "Ana", "quanto custa?", 1000, language="pt-BR", market="BR", mark="b:1")
IN_ZH = Translation("多少钱？", "pt-BR", "zh-Hans", "argos")


class ChatDesk(SellingDesk):
    """With a chat, whose outputs remember what they sent."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.chat = ChatRoom(self.book, now_ms=self.now_ms, host_name=lambda: "Lina Shop", notify=self.heard.append)
        self.added: list[ChatLine] = []
        self.changed: list[ChatLine] = []
        self.chat.added.connect(self.added.append)
        self.chat.changed.connect(self.changed.append)

    def output(self, source: str) -> "SentOutput":
        """An output for this source."""
        output = SentOutput()
        self.chat.add_output(source, output)
        return output


class SentOutput:
    """A platform that does what it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[ChatMessage, Mapping[str, Translation]]] = []
        self.removed: list[str] = []
        self.muted: list[tuple[str, int]] = []

    def send(self, message: ChatMessage, texts: Mapping[str, Translation]) -> None:
        self.sent.append((message, texts))

    def remove(self, message_id: str) -> None:
        self.removed.append(message_id)

    def mute(self, author: str, until_ms: int) -> None:
        self.muted.append((author, until_ms))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ChatDesk]:
    made = ChatDesk(tmp_path)
    yield made
    made.close()


def test_a_message_is_logged_once_and_cleaned(desk: ChatDesk) -> None:
    wild = ChatMessage("page", "b.1", "v1", "A\u202ena", "quanto\ncusta?\x07", 1000)
    assert desk.chat.receive(wild)
    assert not desk.chat.receive(wild)
    (line,) = desk.added
    assert (line.message.name, line.message.text, line.question) == ("Ana", "quanto custa?", True)
    assert len(desk.logged(EventKind.CHAT_SAID)) == 1
    assert desk.chat.ignored == {("page", "double"): 1}


def test_what_has_nothing_to_show_is_counted(desk: ChatDesk) -> None:
    assert not desk.chat.receive(ChatMessage("irc", "1", "a", "A", "\u200b\u202e \n", 1))
    assert not desk.chat.receive(ChatMessage("irc", "", "a", "A", "hi", 1))
    assert (desk.added, desk.chat.ignored) == ([], {("irc", "empty"): 1, ("irc", "blank id"): 1})


def test_a_stranger_with_the_hosts_name_is_marked(desk: ChatDesk) -> None:
    desk.chat.receive(ChatMessage("page", "1", "v1", "Lіna Shор", "click my link", 1))
    desk.chat.receive(ChatMessage("page", "2", "v2", "Lina", "hello", 2))
    assert [line.message.borrowed for line in desk.added] == [True, False]


def test_a_desk_that_restarts_shows_the_same_chat(desk: ChatDesk) -> None:
    desk.output("page")
    desk.chat.receive(ASKED)
    desk.chat.translated(ASKED.key, IN_ZH)
    desk.chat.star(ASKED.key, on=True)
    desk.chat.claim(ASKED.key, "Wei")
    desk.chat.report("page", "b.1", "v7")
    desk.chat.say("59 元", reply_to=ASKED.key)
    again = ChatRoom(desk.book, now_ms=desk.now_ms, host_name=lambda: "", notify=desk.heard.append)
    again.reload()
    assert list(again.history) == list(desk.chat.history)
    asked, answer = again.history
    assert (asked.translation, asked.starred, asked.claimed_by, asked.reports) == (IN_ZH, True, "Wei", 1)
    assert (answer.message.role, answer.message.name) == (AuthorRole.HOST, "Lina Shop")
    assert asked.answered_ms == answer.message.at_ms
    assert again.answers.figures() == desk.chat.answers.figures()
    assert not again.receive(ASKED)


def test_a_reply_goes_where_the_question_came_from(desk: ChatDesk) -> None:
    page, irc = desk.output("page"), desk.output("irc")
    desk.chat.receive(ChatMessage("irc", "9", "nick", "nick", "price?", 5))
    texts = {"en": Translation("59 yuan", "zh-Hans", "en", "argos")}
    reply = desk.chat.say("59 元", reply_to="irc/9", texts=texts)
    assert (irc.sent, page.sent) == ([(reply, texts)], [])
    assert (reply.source, reply.reply_to) == ("irc", "9")
    everybody = desk.chat.say("欢迎")
    assert [one[0] for one in (*irc.sent[1:], *page.sent)] == [everybody, everybody]
    assert everybody.id != reply.id


def test_what_cannot_be_sent_is_not_in_the_log(desk: ChatDesk) -> None:
    desk.chat.receive(ASKED)
    for text, reply_to, code in (
        ("  ", "", "chat.empty"),
        ("hi", "", "chat.nobody"),
        ("hi", "page/none", "chat.no_message"),
        ("hi", ASKED.key, "chat.no_output"),
    ):
        with pytest.raises(ChatError) as raised:
            desk.chat.say(text, reply_to=reply_to)
        assert raised.value.code == code
    assert len(desk.logged(EventKind.CHAT_SAID)) == 1


def test_moderation_reaches_the_platform(desk: ChatDesk) -> None:
    page = desk.output("page")
    desk.chat.receive(ASKED)
    desk.chat.remove(ASKED.key)
    desk.chat.mute(ASKED.key, 90_000)
    desk.chat.mute(ASKED.key)
    assert (page.removed, page.muted) == (["b.1"], [("v1", 90_000), ("v1", FOREVER_MS)])
    assert desk.changed[-1].removed
    assert [event.data["until_ms"] for event in desk.logged(EventKind.CHAT_MUTED)] == [90_000, FOREVER_MS]


def test_a_source_that_has_gone_is_named(desk: ChatDesk) -> None:
    irc = SentOutput()
    gone = desk.chat.add_output("irc", irc)
    desk.chat.receive(ChatMessage("irc", "9", "nick", "nick", "spam", 5))
    gone()
    gone()
    desk.chat.mute("irc/9")
    assert (irc.muted, [(notice.code, notice.data) for notice in desk.heard]) == ([], [("chat.no_output", {"source": "irc"})])


def test_a_failed_translation_is_said_and_a_later_one_replaces_it(desk: ChatDesk) -> None:
    desk.chat.receive(ASKED)
    desk.chat.not_translated(ASKED.key, AppError("translation.late"))
    desk.chat.translated(ASKED.key, IN_ZH)
    assert [(line.failure is not None, line.translation) for line in desk.changed] == [(True, None), (False, IN_ZH)]
    desk.chat.translated("page/none", IN_ZH)
    assert len(desk.logged(EventKind.CHAT_TRANSLATED)) == 1


def test_an_answer_aloud_can_be_taken_back(desk: ChatDesk) -> None:
    desk.chat.receive(ASKED)
    desk.chat.mark_answered(ASKED.key, done=True)
    assert desk.chat.answers.figures().answered == 1
    desk.chat.mark_answered(ASKED.key, done=False)
    assert (desk.chat.answers.figures().answered, desk.changed[-1].open_question) == (0, True)
