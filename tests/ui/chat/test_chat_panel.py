"""What the chat panel shows: messages, translations, marks, filters; and that it follows or keeps still."""

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.domain.base.errors import AppError
from app.domain.chat.chat_history import MAX_LINES
from app.domain.event import EventKind
from app.domain.translation.translation import Doubt, Translation
from app.session.chat.chat_room import ChatRoom
from app.session.studio import Studio
from app.ui.chat.chat_model import PAGE_LINES
from app.ui.chat.chat_panel import ChatPanel
from app.ui.chat.line_delegate import marks
from app.ui.chat.line_filter import LineFilter, LineKind
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.chat_lines import LINES, LONG, fill_chat
from tests.support.clocks import SetClock
from tests.ui.chat.chat_desk import NOW_MS, choose, entries, follows, line_of, press, say, shown


def test_an_empty_chat_says_what_to_do(studio: Studio, panel: ChatPanel) -> None:
    texts = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    assert "No messages yet" in texts
    assert panel.plugins_button.isVisible()


def test_a_message_is_shown_at_once_and_its_translation_replaces_it(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, "quanto custa?")
    assert shown(panel) == ["quanto custa?"]
    before = panel.layouts.of(panel.model.lines[0])
    assert (before.main.text(), before.original) == ("quanto custa?", None)
    room.translated(key, Translation("多少钱？", "pt-BR", "zh-Hans", "argos"))
    shown(panel)
    after = panel.layouts.of(panel.model.lines[0])
    assert after.original is not None
    assert (after.main.text(), after.original.text()) == ("多少钱？", "quanto custa?")
    assert after.height > before.height
    assert panel.list.visualRect(panel.model.index(0)).height() == after.height
    press(panel, Qt.Key.Key_O)
    assert panel.layouts.of(panel.model.lines[0]).original is None


def test_right_to_left_lines_are_at_the_right(room: ChatRoom, panel: ChatPanel) -> None:
    say(room, 1, "هل يتوفر الشحن؟ المقاس 42", language="ar")
    say(room, 2, "hello", language="en")
    shown(panel)
    arabic, english = (panel.layouts.of(line).main.lineAt(0).naturalTextRect() for line in panel.model.lines)
    assert arabic.right() > panel.layouts.width - 14
    assert english.left() < 14


def test_a_long_word_is_broken_and_not_cut(room: ChatRoom, panel: ChatPanel) -> None:
    say(room, 1, "a" * 500)
    shown(panel)
    layout = panel.layouts.of(panel.model.lines[0]).main
    assert layout.lineCount() > 3
    assert all(layout.lineAt(row).naturalTextWidth() <= panel.layouts.width for row in range(layout.lineCount()))


def test_marks_say_what_is_special(studio: Studio, room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, "quanto custa o S24?")
    plain = [icon for icon, _, _ in marks(line_of(panel, key), muted=False)]
    assert plain == ["help"]
    room.translated(key, Translation("多少钱？", "pt-BR", "zh-Hans", "argos", "en", frozenset({Doubt.LOST_TERM})))
    room.star(key, on=True)
    room.report("page", "1", "x")
    room.report("page", "1", "y")
    room.claim(key, "Mei")
    line = line_of(panel, key)
    assert list(marks(line, muted=True)) == [
        ("help", "accent", ""),
        ("warning", "warning", ""),
        ("star", "warning", ""),
        ("flag", "error", "2"),
        ("mute", "error", ""),
        ("person", "info", "Mei"),
    ]
    told = panel.model.data(panel.model.index(0), Qt.ItemDataRole.ToolTipRole)
    assert isinstance(told, str)
    for words in (
        "Machine translation from Portuguese (Brazil) via English",
        "A name, number or link of the message is missing.",
        "Mei answers this.",
        "Reported by 2 viewers",
    ):
        assert words in told


def test_a_failed_translation_says_why(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, "доставка есть?", language="ru")
    room.not_translated(key, AppError("chat.translation_skipped"))
    note = panel.layouts.of(line_of(panel, key)).note
    assert note is not None
    assert note.text() == "Too many messages at once: this one wasn’t translated."


def test_a_borrowed_name_is_flagged(studio: Studio, room: ChatRoom, panel: ChatPanel) -> None:
    studio.document.edit("Name", lambda project: replace(project, name="Lina Shop"))
    key = say(room, 1, "click my link", name="Lіna Shор")
    assert line_of(panel, key).message.borrowed
    assert "looks like yours" in panel.words.tooltip(line_of(panel, key))


def test_filters_show_their_part_and_its_count(room: ChatRoom, panel: ChatPanel) -> None:
    asked = say(room, 1, "quanto custa?")
    say(room, 2, "oi gente")
    say(room, 3, "kargo var mı?", name="Mehmet", source="twitch_chat", language="tr")
    room.star("page/2", on=True)
    room.mark_answered(asked, done=True)
    assert len(shown(panel)) == 3
    panel._count()
    assert [panel.filters.kinds[kind].text() for kind in LineKind] == ["All 3", "Questions 2", "Unanswered 1", "1"]
    seen = {}
    for kind in LineKind:
        panel.filters.kinds[kind].click()
        seen[kind] = shown(panel)
    assert seen[LineKind.QUESTIONS] == ["quanto custa?", "kargo var mı?"]
    assert seen[LineKind.UNANSWERED] == ["kargo var mı?"]
    assert seen[LineKind.STARRED] == ["oi gente"]
    panel.filters.kinds[LineKind.ALL].click()
    panel.filters._fill_menu()
    assert entries(panel.filters.menu) == ["All platforms", "Viewer page", "Twitch", "All languages", "Portuguese (Brazil)", "Turkish"]
    next(action for action in panel.filters.menu.actions() if action.text().startswith("Turkish")).trigger()
    assert shown(panel) == ["kargo var mı?"]
    assert panel.filters.origin.text() == "TR"


def test_lines_come_and_go_as_they_match_the_filter(room: ChatRoom, panel: ChatPanel) -> None:
    panel.filters.want(LineFilter(kind=LineKind.UNANSWERED))
    first, second = say(room, 1, "quanto custa?"), say(room, 2, "tem frete?")
    say(room, 3, "oi")
    assert shown(panel) == ["quanto custa?", "tem frete?"]
    room.mark_answered(first, done=True)
    assert shown(panel) == ["tem frete?"]
    room.mark_answered(first, done=False)
    assert shown(panel) == ["quanto custa?", "tem frete?"], "in the order in which they were asked"
    room.mark_answered(first, done=True)
    room.mark_answered(second, done=True)
    assert shown(panel) == []
    assert panel.stack.currentIndex() == 2
    panel.filters.want(LineFilter())
    assert len(shown(panel)) == 3


def test_search_finds_originals_translations_and_names(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, "quanto custa?")
    say(room, 2, "oi gente", name="Bia")
    room.translated(key, Translation("多少钱？", "pt-BR", "zh-Hans", "argos"))
    shown(panel)
    panel.window().activateWindow()
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert panel.filters.search.hasFocus()
    for typed, found in (("多少", ["quanto custa?"]), ("BIA", ["oi gente"]), ("CUSTA", ["quanto custa?"]), ("nobody", [])):
        panel.filters.search.setText(typed)
        panel.filters._on_typed()
        assert shown(panel) == found
    QTest.keyClick(panel.filters.search, Qt.Key.Key_Escape)
    panel.filters._on_typed()
    assert len(shown(panel)) == 2
    assert panel.list.hasFocus()


def test_the_answer_figures_are_red_below_the_target(room: ChatRoom, panel: ChatPanel, clock: SetClock) -> None:
    keys = [say(room, number, "quanto custa?") for number in range(3)]
    clock.pass_ms(20_000)
    room.mark_answered(keys[0], done=True)
    panel._count()
    assert panel.figures.text() == "1 of 3 answered · median 20 s"
    assert panel.figures.property("level") == "error"
    for key in keys[1:]:
        room.mark_answered(key, done=True)
    panel._count()
    assert panel.figures.property("level") == ""


def test_the_list_follows_until_the_host_reads_above(room: ChatRoom, panel: ChatPanel) -> None:
    for number in range(60):
        say(room, number, f"message {number}")
    shown(panel)
    bar = panel.list.verticalScrollBar()
    assert follows(panel)
    assert bar.value() == bar.maximum() > 0
    bar.setSliderPosition(bar.maximum() // 2)
    bar.actionTriggered.emit(7)
    assert not follows(panel)
    top = panel.list.indexAt(QPoint(6, 1)).row()
    place = panel.list.visualRect(panel.model.index(top)).top()
    for number in range(60, 75):
        say(room, number, f"message {number}")
    shown(panel)
    assert panel.list.visualRect(panel.model.index(top)).top() == place, "what is being read stays where it is"
    assert panel.newest_button.isVisible()
    assert panel.newest_button.text() == "↓ 15 new messages"
    panel.newest_button.click()
    assert follows(panel)
    assert bar.value() == bar.maximum()
    assert not panel.newest_button.isVisible()


def test_focus_alone_does_not_stop_the_list(room: ChatRoom, panel: ChatPanel) -> None:
    for number in range(40):
        say(room, number, f"message {number}")
    shown(panel)
    panel.compose.text.setFocus()
    panel.list.setFocus()
    assert panel.list.chosen is None
    assert follows(panel)


def test_what_came_while_another_tab_was_in_front_is_there_afterwards(room: ChatRoom, window: MainWindow, panel: ChatPanel) -> None:
    say(room, 1, "one")
    assert shown(panel) == ["one"]
    window.docks["rundown"].raise_()
    QApplication.processEvents()
    key = say(room, 2, "two")
    room.star(key, on=True)
    window.docks["chat"].raise_()
    QApplication.processEvents()
    assert [(line.message.text, line.starred) for line in panel.model.lines] == [("one", False), ("two", True)]


def test_old_lines_leave_the_list_and_are_counted(room: ChatRoom, panel: ChatPanel) -> None:
    for number in range(MAX_LINES + 40):
        say(room, number, f"message {number}")
        if number % 700 == 0:
            shown(panel)
    shown(panel)
    assert panel.model.lines == list(room.history)[-PAGE_LINES:]
    panel._count()
    assert panel.older.text() == "40 older not shown"


def test_scrolling_up_shows_earlier_lines_without_a_jump(room: ChatRoom, panel: ChatPanel) -> None:
    for number in range(MAX_LINES + 40):
        say(room, number, f"message {number}")
    shown(panel)
    bar = panel.list.verticalScrollBar()
    for page in range(2, 8):
        bar.setSliderPosition(40)
        bar.actionTriggered.emit(7)
        seen = panel.list.indexAt(QPoint(6, 1))
        assert panel.model.rowCount() == min(MAX_LINES, page * PAGE_LINES)
        assert bar.value() > 40 or not panel.model.has_earlier
        if page < 7:
            assert seen.row() == PAGE_LINES, "what was at the top still is"
    bar.setSliderPosition(0)
    assert panel.model.lines == list(room.history)
    assert not panel.model.has_earlier
    say(room, 9999, "the newest")
    assert shown(panel)[-1] == "the newest"
    assert panel.model.rowCount() == MAX_LINES
    panel.list.show_newest()
    say(room, 10_000, "and another")
    shown(panel)
    assert panel.model.lines == list(room.history)[-PAGE_LINES:]


def test_an_old_question_is_found_where_the_list_has_not_loaded_it(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 0, "quanto custa?")
    for number in range(1, 900):
        say(room, number, "oi")
    shown(panel)
    room.star(key, on=True)
    assert len(shown(panel)) == PAGE_LINES, "what happens to a line that is not loaded does not load it"
    panel.reply_to_next()
    assert panel.list.chosen is not None
    assert (panel.list.chosen.key, panel.list.chosen.starred) == (key, True)
    assert panel.list.viewport().rect().intersects(panel.list.visualRect(panel.list.currentIndex()))


def test_long_texts_are_cut_until_they_are_chosen(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, LONG, language="en")
    room.translated(key, Translation("这是我喝过最好的茶。" * 40, "en", "zh-Hans", "argos"))
    line = line_of(panel, key)
    short = panel.layouts.of(line)
    assert short.cut
    assert short.main.text().endswith("…")
    assert (short.main.lineCount(), short.original.lineCount() if short.original is not None else 0) == (5, 2)
    choose(panel, key)
    whole = panel.layouts.of(line)
    assert whole.original is not None
    assert (whole.main.text(), whole.original.text()) == ("这是我喝过最好的茶。" * 40, line.message.text)
    assert panel.list.visualRect(panel.model.index(0)).height() == whole.height > short.height
    panel.list.leave()
    assert panel.list.visualRect(panel.model.index(0)).height() == short.height


def test_a_line_that_is_chosen_stays_chosen(room: ChatRoom, panel: ChatPanel) -> None:
    key = say(room, 1, "quanto custa?")
    choose(panel, key)
    for number in range(2, 30):
        say(room, number, "oi")
    shown(panel)
    assert panel.list.chosen is not None
    assert panel.list.chosen.key == key
    assert panel.newest_button.isVisible()
    panel.filters.kinds[LineKind.QUESTIONS].click()
    assert panel.list.chosen is not None
    assert panel.list.chosen.key == key


def test_another_show_brings_its_own_chat(studio: Studio, room: ChatRoom, panel: ChatPanel) -> None:
    choose(panel, say(room, 1, "quanto custa?"))
    press(panel, Qt.Key.Key_R)
    room.history.clear()
    room.reloaded.emit()
    assert shown(panel) == []
    assert panel.compose.replies_to is None
    assert panel.stack.currentIndex() == 1


def test_all_kinds_of_lines_can_be_drawn_narrow_and_wide(studio: Studio, window: MainWindow, panel: ChatPanel) -> None:
    fill_chat(studio.control, until_ms=NOW_MS)
    shown(panel)
    assert len(panel.model.lines) == len(LINES) + 1
    assert any(line.message.text.startswith(LONG[:400]) for line in panel.model.lines)
    window.docks["chat"].setFloating(True)
    for width in (240, 320, 900):
        window.docks["chat"].resize(width, 700)
        QApplication.processEvents()
        while not all(map(panel.layouts.known, panel.model.lines)) or panel.layouts.measured:
            panel.list._measure_on()
        assert panel.layouts.width == panel.list.viewport().width()
        for row, line in enumerate(panel.model.lines):
            panel.list.scrollTo(panel.model.index(row))
            assert panel.list.visualRect(panel.model.index(row)).height() == panel.layouts.of(line).height
        picture = panel.grab().toImage()
        colours = {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 3) for y in range(150, 600, 2)}
        assert len(colours) > 30, "text, badges and marks are drawn"


async def test_a_window_in_another_language_shows_the_same_chat(studio: Studio, shell: Shell, room: ChatRoom) -> None:
    say(room, 1, "quanto custa?")
    studio.settings.change("language", "zh_CN")
    shell._rebuild()
    panel = shell.window.chat
    assert shell.window.docks["chat"].windowTitle() == "弹幕"
    assert panel.filters.kinds[LineKind.UNANSWERED].text() == "未回答 1"
    assert [line.message.text for line in panel.model.lines] == ["quanto custa?"]
    studio.settings.change("language", "en")
    shell._rebuild()


def test_messages_in_the_log_are_in_the_panel_of_a_new_window(studio: Studio, room: ChatRoom, panel: ChatPanel) -> None:
    say(room, 1, "one")
    assert [event.kind for event in studio.log.events([EventKind.CHAT_SAID])] == [EventKind.CHAT_SAID]
    fresh = ChatPanel(panel._context)
    assert [line.message.text for line in fresh.model.lines] == ["one"]
    fresh.deleteLater()


def test_a_long_message_is_estimated_as_what_is_shown_of_it(room: ChatRoom, panel: ChatPanel) -> None:
    line = line_of(panel, say(room, 1, "word " * 99))
    panel.layouts.forget()
    estimate = panel.layouts.height(line)
    made = panel.layouts.of(line)
    assert made.cut
    assert abs(estimate - made.height) <= 5
