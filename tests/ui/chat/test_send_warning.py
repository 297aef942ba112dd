"""A message that may offend or claims too much is held back before it is sent."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.catalogue.market import ClaimRule, Level, Phrase
from app.session.chat.chat_room import ChatRoom
from app.session.studio import Studio
from app.ui.chat.chat_panel import ChatPanel
from tests.support.selling_show import DE, US, selling_show
from tests.ui.chat.chat_desk import Platform, choose, press, say

CURES = ClaimRule(("cures",), {"en": "Medical claims are forbidden."}, Level.BLOCK)
HURRY = Phrase(("hurry",), pressure=True)


@pytest.fixture(autouse=True)
def rules(studio: Studio, panel: ChatPanel, page: Platform) -> None:
    """Germany forbids a claim and dislikes pressure; the United States do not mind."""
    del panel, page
    show = replace(selling_show(), markets=(US, replace(DE, claims=(CURES,), phrases=(HURRY,))))
    studio.document.edit_show("Fill", lambda _: show)


def enter(panel: ChatPanel) -> None:
    QTest.keyClick(panel.compose.text, Qt.Key.Key_Return)


def texts(page: Platform) -> list[str]:
    return [message.text for message in page.sent]


def test_a_warned_message_is_sent_with_a_second_enter(panel: ChatPanel, page: Platform) -> None:
    QTest.keyClicks(panel.compose.text, "hurry up")
    enter(panel)
    assert (texts(page), panel.compose.text.text()) == ([], "hurry up")
    assert panel.compose.warning.isVisible()
    assert panel.compose.warning.words.text().startswith("Your message: “hurry” puts pressure on viewers in Germany.")
    assert panel.compose.warning.next_step.text() == "Press Enter again to send it anyway."
    enter(panel)
    assert (texts(page), panel.compose.text.text()) == (["hurry up"], "")
    assert not panel.compose.warning.isVisible()


def test_a_held_enter_does_not_pass_the_warning(panel: ChatPanel, page: Platform) -> None:
    QTest.keyClicks(panel.compose.text, "hurry up")
    enter(panel)
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(panel.compose.text, held)
    assert texts(page) == []


def test_a_changed_message_is_checked_anew(panel: ChatPanel, page: Platform) -> None:
    QTest.keyClicks(panel.compose.text, "hurry")
    enter(panel)
    QTest.keyClicks(panel.compose.text, " up")
    assert not panel.compose.warning.isVisible()
    enter(panel)
    assert (texts(page), panel.compose.warning.isVisible()) == ([], True)


def test_a_forbidden_claim_is_not_sent_until_it_is_changed(panel: ChatPanel, page: Platform) -> None:
    QTest.keyClicks(panel.compose.text, "hurry, it cures")
    for _ in range(3):
        enter(panel)
    assert texts(page) == []
    assert "“cures”" in panel.compose.warning.words.text()
    assert panel.compose.warning.next_step.text() == "Not sent. Change the message first."
    panel.compose.text.setText("it helps")
    enter(panel)
    assert texts(page) == ["it helps"]


def test_a_reply_keeps_to_the_rules_of_its_readers_market(room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    message = say(room, 1, "does it help?", language="en")
    line = room.history.find(message)
    assert line is not None
    panel.compose.reply_to(replace(line, message=replace(line.message, market="US")))
    QTest.keyClicks(panel.compose.text, "hurry, it cures")
    enter(panel)
    assert [(sent.text, sent.reply_to) for sent in page.sent] == [("hurry, it cures", "1")]


def test_a_warning_for_everyone_does_not_count_for_a_reply(room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    key = say(room, 1, "when?")
    QTest.keyClicks(panel.compose.text, "hurry")
    enter(panel)
    choose(panel, key)
    press(panel, Qt.Key.Key_R)
    assert not panel.compose.warning.isVisible()
    enter(panel)
    assert (texts(page), panel.compose.warning.isVisible()) == ([], True)
