"""How many of the viewers' questions were answered, and how fast: a reading of the show's log, in any order."""

from dataclasses import dataclass
from statistics import median

from app.domain.chat.message import AuthorRole, logged_message
from app.domain.chat.questions import is_question
from app.domain.event import EventKind, ShowEvent

MS_PER_S = 1000
TARGET_SHARE = 0.9  # of the questions answered; below it, more than one in ten was left
_MAX_QUESTIONS = 100_000  # of one show; older ones stay counted


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """`median_s` is None before the first answer."""

    questions: int
    answered: int
    median_s: float | None

    @property
    def share(self) -> float:
        """Answered questions as a share of all, 1.0 without any."""
        return self.answered / self.questions if self.questions else 1.0

    @property
    def below_target(self) -> bool:
        return self.share < TARGET_SHARE


class AnswerTracker:
    """A question is answered by a reply of the host or moderator, or when it is marked as answered aloud. The first answer counts."""

    def __init__(self) -> None:
        self._asked: dict[str, int] = {}  # key → ms
        self._answered: dict[str, int] = {}
        self._removed: set[str] = set()

    def take(self, event: ShowEvent) -> None:
        """Read one log entry; others than chat are ignored."""
        if event.kind is EventKind.CHAT_SAID:
            self._said(event)
        elif event.kind is EventKind.CHAT_ANSWERED:
            self._mark(_key(event), event.at_ms, done=event.data.get("done") is not False)
        elif event.kind is EventKind.CHAT_REMOVED:
            self._removed.add(_key(event))

    def clear(self) -> None:
        """Forget everything: another show is open."""
        self._asked.clear()
        self._answered.clear()
        self._removed.clear()

    def figures(self) -> AnswerFigures:
        """The figures now. A removed message is no question any more."""
        asked = len(self._asked) - sum(key in self._asked for key in self._removed)
        waits = [
            max(0, at_ms - self._asked[key]) / MS_PER_S
            for key, at_ms in self._answered.items()
            if key in self._asked and key not in self._removed
        ]
        return AnswerFigures(asked, len(waits), median(waits) if waits else None)

    def _said(self, event: ShowEvent) -> None:
        message = logged_message(event)
        if message is None:
            return
        if message.role is AuthorRole.VIEWER:
            if is_question(message.text) and len(self._asked) < _MAX_QUESTIONS:
                self._asked.setdefault(message.key, event.at_ms)
        elif message.reply_to:
            self._mark(f"{message.source}/{message.reply_to}", event.at_ms, done=True)

    def _mark(self, key: str, at_ms: int, *, done: bool) -> None:
        if not done:
            self._answered.pop(key, None)
        else:
            self._answered[key] = min(at_ms, self._answered.get(key, at_ms))


def _key(event: ShowEvent) -> str:
    return f"{event.data.get('source', '')}/{event.data.get('message', '')}"
