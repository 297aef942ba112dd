"""What the host does in the chat panel, by mouse and by keys: reply, star, answer, remove, mute."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.base.notice import Notice
from app.session.chat.chat_room import ChatRoom
from app.session.studio import Studio
from app.ui.chat.chat_panel import ChatPanel
from app.ui.chat.quick_menu import quick_replies
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.selling_show import selling_show
from tests.ui.chat.chat_desk import NOW_MS, Platform, choose, entries, in_front, line_of, press, say, shown, visible_menu
from tests.ui.shell.test_keyboard import controls, named, round_trip


def test_keys_move_star_answer_and_leave(room: ChatRoom, panel: ChatPanel) -> None:
    keys = [say(room, number, text) for number, text in enumerate(("oi", "quanto custa?", "lindo", "tem frete?"))]
    shown(panel)
    panel.list.setFocus()
    press(panel, Qt.Key.Key_K)
    assert panel.list.chosen is not None
    assert panel.list.chosen.key == keys[3]
    press(panel, Qt.Key.Key_K)
    press(panel, Qt.Key.Key_Up)
    press(panel, Qt.Key.Key_J)
    press(panel, Qt.Key.Key_Down)
    assert panel.list.chosen.key == keys[3]
    press(panel, Qt.Key.Key_N)
    assert panel.list.chosen.key == keys[1], "below the last question, the first one is next"
    press(panel, Qt.Key.Key_S)
    press(panel, Qt.Key.Key_D)
    assert (line_of(panel, keys[1]).starred, line_of(panel, keys[1]).answered_ms) == (True, NOW_MS)
    press(panel, Qt.Key.Key_S)
    press(panel, Qt.Key.Key_D)
    assert (line_of(panel, keys[1]).starred, line_of(panel, keys[1]).answered_ms) == (False, None)
    press(panel, Qt.Key.Key_Escape)
    assert panel.list.chosen is None


def test_a_reply_goes_where_the_question_came_from(room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    twitch = Platform()
    room.add_output("twitch_chat", twitch)
    key = say(room, 1, "kargo var mı?", name="Mehmet", source="twitch_chat", language="tr")
    choose(panel, key)
    press(panel, Qt.Key.Key_Return)
    assert panel.compose.text.hasFocus()
    assert panel.compose.target.text() == "Reply to Mehmet · Twitch · Turkish"
    QTest.keyClicks(panel.compose.text, "evet")
    QTest.keyClick(panel.compose.text, Qt.Key.Key_Return)
    assert ([message.text for message in twitch.sent], page.sent) == (["evet"], [])
    assert twitch.sent[0].reply_to == "1"
    assert line_of(panel, key).answered_ms is not None
    assert panel.compose.text.text() == ""
    assert not panel.compose.strip.isVisible()
    assert panel.list.hasFocus()


def test_escape_leaves_a_reply_and_keeps_its_text(room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    choose(panel, say(room, 1, "quanto custa?"))
    press(panel, Qt.Key.Key_R)
    QTest.keyClicks(panel.compose.text, "hello all")
    QTest.keyClick(panel.compose.text, Qt.Key.Key_Escape)
    assert panel.compose.replies_to is None
    panel.compose.send_button.click()
    assert [(message.text, message.reply_to) for message in page.sent] == [("hello all", "")]


def test_a_reply_that_cannot_be_sent_is_kept_and_told(room: ChatRoom, window: MainWindow, panel: ChatPanel) -> None:
    heard: list[Notice] = []
    window.bridge.notice.connect(heard.append)
    choose(panel, say(room, 1, "kargo var mı?", source="twitch_chat"))
    press(panel, Qt.Key.Key_Return)
    QTest.keyClicks(panel.compose.text, "evet")
    QTest.keyClick(panel.compose.text, Qt.Key.Key_Return)
    assert [notice.code for notice in heard] == ["chat.no_output"]
    assert panel.compose.text.text() == "evet"
    assert panel.compose.replies_to is not None


def test_a_quick_reply_goes_out_in_the_viewers_language(studio: Studio, room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    studio.document.edit_show("Fill", lambda _: selling_show())
    studio.control.selling.pin("sun")
    say(room, 1, "how much?", name="Emma", language="en")
    choose(panel, "page/1")
    press(panel, Qt.Key.Key_R)
    QTest.keyClicks(panel.compose.text, "unfinished")
    panel.compose.quick_menu.aboutToShow.emit()
    replies = quick_replies(panel._context, line_of(panel, "page/1"))
    assert len(panel.compose.quick_menu.actions()) == len(replies) > 2
    place = next(place for place, reply in enumerate(replies) if reply.sent_language == "en" != reply.text_language)
    assert panel.compose.quick_menu.actions()[place].toolTip() == replies[place].sent
    panel.compose.quick_menu.actions()[place].trigger()
    (sent,) = page.sent
    assert (sent.text, sent.reply_to) == (replies[place].text, "1")
    assert {tag: text.text for tag, text in page.texts[0].items()} == {"en": replies[place].sent}
    assert line_of(panel, "page/1").answered_ms is not None
    assert panel.compose.text.text() == "unfinished"


def test_a_removed_message_stays_struck_and_says_that_it_is_gone(room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    key = say(room, 1, "FREE FOLLOWERS")
    choose(panel, key)
    press(panel, Qt.Key.Key_Delete)
    assert page.removed == ["1"]
    assert line_of(panel, key).removed
    assert panel.done.isVisible()
    assert panel.done.words.text() == "Removed Ana’s message. This can’t be undone."
    assert not panel.done.undo_button.isVisible()
    press(panel, Qt.Key.Key_Delete)
    assert page.removed == ["1"], "once"


def test_muting_offers_times_and_can_be_undone(studio: Studio, room: ChatRoom, panel: ChatPanel, page: Platform) -> None:
    key = say(room, 1, "spam")
    choose(panel, key)
    press(panel, Qt.Key.Key_M)
    menu = visible_menu(panel)
    assert entries(menu) == ["For 5 minutes", "For 1 hour", "Until I unmute them"]
    menu.actions()[0].trigger()
    menu.close()
    assert page.muted == [("vAna", NOW_MS + 300_000)]
    assert panel.words.muted(line_of(panel, key))
    assert panel.done.words.text() == "Ana is muted."
    panel.done.undo_button.click()
    assert page.muted[-1] == ("vAna", 0)
    assert not panel.words.muted(line_of(panel, key))


def test_a_mute_ends_with_its_time(room: ChatRoom, panel: ChatPanel, page: Platform, clock: SetClock) -> None:
    key = say(room, 1, "spam")
    panel.verbs.mute(line_of(panel, key), 5)
    clock.pass_ms(299_000)
    assert panel.words.muted(line_of(panel, key))
    clock.pass_ms(2_000)
    assert not panel.words.muted(line_of(panel, key))


def test_the_menu_of_a_line_has_the_same_verbs(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, "quanto custa?")
    room.claim(key, "Mei")
    line_of(panel, key)
    panel._show_menu(panel.list.visualRect(panel.model.index(0)).center())
    menu = visible_menu(panel)
    assert entries(menu) == [
        "Reply",
        "Mark as answered",
        "Star",
        "Unassign",
        "Remove message",
        "Mute Ana",
        "Show original messages",
    ]
    next(action for action in menu.actions() if action.text().startswith("Unassign")).trigger()
    menu.close()
    assert line_of(panel, key).claimed_by == ""


def test_actions_reach_the_chat_from_anywhere(studio: Studio, room: ChatRoom, window: MainWindow, panel: ChatPanel) -> None:
    assert not studio.actions["chat.reply_next"].enabled()
    first, second = say(room, 1, "quanto custa?"), say(room, 2, "tem frete?")
    panel._count()
    window.docks["rundown"].raise_()
    QApplication.processEvents()
    assert not in_front(panel)
    assert window.qt_actions.can_run("chat.reply_next")
    studio.actions.run("chat.reply_next")
    assert in_front(panel)
    assert panel.compose.replies_to is not None
    assert panel.compose.replies_to.key == first
    studio.actions.run("chat.answered")
    studio.actions.run("chat.star")
    assert (line_of(panel, first).answered_ms, line_of(panel, first).starred) == (NOW_MS, True)
    studio.actions.run("chat.reply_next")
    assert panel.compose.replies_to.key == second
    studio.actions.run("chat.focus")
    assert panel.compose.text.hasFocus()


def test_tab_reaches_every_control_of_the_panel(room: ChatRoom, window: MainWindow, panel: ChatPanel, page: Platform) -> None:
    choose(panel, say(room, 1, "quanto custa?"))
    panel.verbs.mute(line_of(panel, "page/1"), 5)
    press(panel, Qt.Key.Key_R)
    reached = {id(widget) for widget in round_trip(window)}
    inside = controls(panel)
    assert len(inside) == 8, "of the kinds only the chosen one: arrow keys reach the others"
    assert not [named(widget) for widget in inside if id(widget) not in reached]
