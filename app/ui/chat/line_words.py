"""What the chat panel says about a message."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import PAGE, AuthorRole
from app.domain.translation.translation import Doubt
from app.ui.context import WindowContext
from app.ui.kit.labels import tip
from app.ui.kit.language import tr

_PLATFORMS: Mapping[str, str] = {
    "twitch_chat": "Twitch",
    "youtube_chat": "YouTube",
    "matrix_chat": "Matrix",
    "irc_chat": "IRC",
    "social_stream_chat": "Social Stream",
}  # short for a badge, and the same in every language


def doubt_words(doubt: Doubt) -> str:
    """Why a translation may be wrong, in plain words."""
    return {
        Doubt.LANGUAGE: tr("Chat", "The language of the message is a guess."),
        Doubt.LENGTH: tr("Chat", "The translation is much longer or shorter than the message."),
        Doubt.REPEATED: tr("Chat", "The translation repeats itself."),
        Doubt.COPIED: tr("Chat", "Part of the message wasn’t translated."),
        Doubt.ADDED_FIGURE: tr("Chat", "The translation has a number that the message doesn’t have."),
        Doubt.LOST_TERM: tr("Chat", "A name, number or link of the message is missing."),
    }[doubt]


def clock(at_ms: int) -> str:
    """The local time of a message."""
    return datetime.fromtimestamp(at_ms / 1000).strftime("%H:%M")


class LineWords:
    """`muted` tells whether the author of a line may not write now; `asked` finds the line that a message answers."""

    def __init__(self, context: WindowContext, muted: Callable[[ChatLine], bool], asked: Callable[[ChatLine], ChatLine | None]) -> None:
        self._context = context
        self.muted = muted
        self.asked = asked
        self._languages: dict[str, str] = {}

    def language(self, tag: str) -> str:
        """The name of a language in the window's language."""
        if tag not in self._languages:
            self._languages[tag] = self._context.formats.language_name(tag, self._context.language)
        return self._languages[tag]

    def source(self, source: str) -> str:
        """The name of where a message comes from; a platform's plugin says its own."""
        if source == PAGE:
            return tr("Chat", "Viewer page")
        if source in _PLATFORMS:
            return _PLATFORMS[source]
        health = self._context.studio.control.platforms.health(source)
        return health.name if health is not None and health.name else source

    def failure(self, line: ChatLine) -> str:
        """Why there is no translation and what to do; "" for lines that need none."""
        if line.failure is None or line.translation is not None:
            return ""
        sentence = self._context.wordings.sentence(line.failure.code, line.failure.data)
        return " ".join(filter(None, (sentence.text, sentence.help)))

    def name(self, line: ChatLine) -> str:
        """Who wrote it; some platforms have messages without a name."""
        return line.message.name or (tr("Chat", "Host") if line.message.role is AuthorRole.HOST else tr("Chat", "No name"))

    def tooltip(self, line: ChatLine) -> str:
        """Everything about a line."""
        message, translation = line.message, line.translation
        said = [f"{self.name(line)} · {self.source(message.source)} · {clock(message.at_ms)}"]
        if message.borrowed:
            said.append(tr("Chat", "This name looks like yours, but it isn’t you."))
        if translation is not None:
            said.append(self._machine(line))
            if translation.unsure:
                said.append(tr("Chat", "The machine was unsure:"))
                said += [f"• {doubt_words(doubt)}" for doubt in sorted(translation.doubts, key=lambda one: one.value)]
            said.append(message.text)
        said += self._state(line)
        return tip("\n".join(filter(None, said)))

    def _machine(self, line: ChatLine) -> str:
        translation = line.translation
        assert translation is not None
        language = self.language(translation.source)
        if translation.via:
            return tr("Chat", "Machine translation from {language} via {via}", language=language, via=self.language(translation.via))
        return tr("Chat", "Machine translation from {language}", language=language)

    def _state(self, line: ChatLine) -> list[str]:
        found = [self.failure(line)]
        if line.removed:
            found.append(tr("Chat", "You removed this message."))
        if line.question:
            answered = line.answered_ms is not None
            found.append(tr("Chat", "Question, answered") if answered else tr("Chat", "Question, not answered yet"))
        if line.claimed_by:
            found.append(tr("Chat", "{name} answers this.", name=line.claimed_by))
        if line.reports:
            found.append(
                tr("Chat", "Reported by {count} viewers", count=line.reports) if line.reports > 1 else tr("Chat", "Reported by 1 viewer")
            )
        if self.muted(line):
            found.append(tr("Chat", "This viewer is muted."))
        return found

    def read(self, line: ChatLine) -> str:
        """A line for screen readers: who, what, and what is special about it."""
        text = line.translation.text if line.translation is not None else line.message.text
        return " · ".join(filter(None, (f"{self.name(line)}: {text}", *self._state(line))))
