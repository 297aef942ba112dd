"""Texts of notices and errors for the terminal."""

from collections.abc import Mapping

from app.domain.base.errors import Value
from app.storage.wording import Wordings


def notice_line(wordings: Wordings, code: str, data: Mapping[str, Value]) -> str:
    """What happened and what to do, in one line."""
    words = wordings.sentence(code, data)
    text = words.text if words.text.endswith((".", "!", "?", ":")) else f"{words.text}."
    return f"{text} {words.help}".rstrip()
