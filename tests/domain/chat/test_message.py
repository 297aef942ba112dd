"""A chat message survives the show's log."""

from app.domain.chat.message import AuthorRole, ChatMessage, chat_entry, logged_message
from app.domain.event import EventKind, ShowEvent
from app.domain.event_fields import valid_fields

FULL = ChatMessage(
    source="page",
    id="5f.12",
    author="v9",
    name="Ana",
    text="quanto custa?",
    at_ms=1_800_000_000_123,
    language="pt-BR",
    market="BR",
    reply_to="5f.3",
    borrowed=True,
    mark="5f:77",
)


def _logged(data: dict[str, object], kind: EventKind = EventKind.CHAT_SAID) -> ShowEvent:
    return ShowEvent(1, 5, kind, valid_fields(data))


def test_a_message_comes_back_from_the_log() -> None:
    assert logged_message(_logged(chat_entry(FULL))) == FULL


def test_a_hosts_line_comes_back_as_the_hosts() -> None:
    line = ChatMessage("page", "h1", "", "Lina", "hi", 7, AuthorRole.HOST)
    assert chat_entry(line) == {"source": "page", "message": "h1", "at_ms": 7, "role": "host", "name": "Lina", "text": "hi"}
    assert logged_message(_logged(chat_entry(line))) == line


def test_a_strange_entry_costs_only_itself() -> None:
    whole = chat_entry(FULL)
    assert logged_message(_logged(whole, EventKind.LIKED)) is None
    assert logged_message(_logged({**whole, "message": ""})) is None
    assert logged_message(_logged({**whole, "text": 5})) is None
    strange = logged_message(_logged({**whole, "role": "emperor", "name": ["x"], "at_ms": "soon"}))
    assert strange is not None
    assert (strange.role, strange.name, strange.at_ms) == (AuthorRole.VIEWER, "", 5)


def test_messages_of_two_sources_have_different_keys() -> None:
    assert FULL.key == "page/5f.12"
