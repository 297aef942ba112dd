"""The chat is what its log says."""

import random
from typing import Any

from app.domain.base.errors import AppError
from app.domain.chat.answer_tracker import AnswerFigures, AnswerTracker
from app.domain.chat.chat_history import ChatHistory, logged_translation, translation_entry
from app.domain.chat.message import AuthorRole, ChatMessage, chat_entry
from app.domain.event import EventKind, ShowEvent
from app.domain.event_fields import valid_fields
from app.domain.translation.translation import Doubt, Translation

ASKED = ChatMessage("page", "b.1", "v1", "Ana", "quanto custa?", 1000, language="pt-BR")
THANKS = ChatMessage("page", "b.2", "v2", "Bo", "obrigado", 2000)
ANSWER = ChatMessage("page", "h.1", "", "Lina", "59 元", 9000, AuthorRole.HOST, reply_to="b.1")
NAME = {"source": "page", "message": "b.1"}


def _event(seq: int, at_ms: int, kind: EventKind, data: dict[str, Any]) -> ShowEvent:
    return ShowEvent(seq, at_ms, kind, valid_fields(data))


def _said(seq: int, message: ChatMessage) -> ShowEvent:
    return _event(seq, message.at_ms, EventKind.CHAT_SAID, chat_entry(message))


def test_a_line_has_all_that_happened_to_it() -> None:
    history = ChatHistory()
    translation = Translation("多少钱？", "pt-BR", "zh-Hans", "argos", "en", frozenset({Doubt.LENGTH, Doubt.LANGUAGE}))
    for seq, (kind, data) in enumerate(
        [
            (EventKind.CHAT_SAID, chat_entry(ASKED)),
            (EventKind.CHAT_TRANSLATED, translation_entry(ASKED, translation)),
            (EventKind.CHAT_STARRED, NAME),
            (EventKind.CHAT_CLAIMED, {**NAME, "by": "Wei"}),
            (EventKind.CHAT_REPORTED, {**NAME, "viewer": "v7"}),
            (EventKind.CHAT_REPORTED, {**NAME, "viewer": "v8"}),
            (EventKind.CHAT_ANSWERED, NAME),
        ],
        start=1,
    ):
        assert len(history.take(_event(seq, 1000 + seq, kind, data))) == 1
    (line,) = history
    assert (line.seq, line.message, line.question, line.translation) == (1, ASKED, True, translation)
    assert (line.starred, line.claimed_by, line.reports, line.answered_ms) == (True, "Wei", 2, 1007)
    assert not line.open_question
    (again,) = history.take(_event(9, 2000, EventKind.CHAT_ANSWERED, {**NAME, "done": False}))
    assert again.open_question
    said, answered = history.take(_said(10, ANSWER))
    assert (said.message, answered.key, answered.answered_ms) == (ANSWER, ASKED.key, 9000)


def test_a_message_counts_once_and_a_change_of_nothing_changes_nothing() -> None:
    history = ChatHistory()
    assert len(history.take(_said(1, ASKED))) == 1
    assert history.take(_said(2, ASKED)) == ()
    assert history.take(_event(3, 5, EventKind.CHAT_STARRED, {**NAME, "done": False})) == ()
    assert history.take(_event(4, 5, EventKind.CHAT_REMOVED, {"source": "irc", "message": "b.1"})) == ()
    assert (len(history), history.total) == (1, 1)


def test_only_the_newest_lines_stay_but_all_count() -> None:
    history = ChatHistory(limit=3)
    for number in range(10):
        history.take(_said(number, ChatMessage("irc", str(number), "a", "A", f"text {number}", number)))
    assert [line.message.id for line in history] == ["7", "8", "9"]
    assert history.total == 10
    history.clear()
    assert (len(history), history.total) == (0, 0)


def test_a_failure_stays_until_the_translation_comes() -> None:
    history = ChatHistory()
    history.take(_said(1, ASKED))
    line = history.set_failure(ASKED.key, AppError("translation.no_pair"))
    assert line is not None and line.failure is not None and line.failure.code == "translation.no_pair"
    entry = translation_entry(ASKED, Translation("x", "pt", "zh-Hans", "argos"))
    (done,) = history.take(_event(2, 5, EventKind.CHAT_TRANSLATED, entry))
    assert done.failure is None
    assert history.set_failure("page/none", None) is None


def test_a_strange_translation_entry_is_none() -> None:
    assert logged_translation({"language": "en"}) is None
    assert logged_translation({"text": "x"}) is None
    assert logged_translation({"text": {"en": "x"}, "language": "en"}) is None
    assert logged_translation({"text": "x", "language": "en", "doubts": ["mood"]}) == Translation("x", "", "en", "")


def test_the_figures_of_answers_are_the_same_in_any_order() -> None:
    other = ChatMessage("irc", "7", "c", "C", "price?", 4000)
    events = [
        _said(1, ASKED),
        _said(2, THANKS),
        _said(3, ANSWER),
        _said(4, other),
        _event(5, 6000, EventKind.CHAT_ANSWERED, {"source": "irc", "message": "7"}),
        _said(6, ChatMessage("irc", "8", "c", "C", "and in red?", 7000)),
        _said(7, ChatMessage("irc", "9", "x", "X", "buy cheap pills? here", 7000)),
        _event(8, 7500, EventKind.CHAT_REMOVED, {"source": "irc", "message": "9"}),
    ]
    for seed in range(20):
        random.Random(seed).shuffle(events)
        tracker = AnswerTracker()
        for event in events:
            tracker.take(event)
        assert tracker.figures() == AnswerFigures(3, 2, 5.0)
        assert tracker.figures().below_target


def test_a_show_without_questions_has_left_none() -> None:
    tracker = AnswerTracker()
    tracker.take(_said(1, ASKED))
    tracker.clear()
    assert tracker.figures() == AnswerFigures(0, 0, None)
    assert not tracker.figures().below_target
