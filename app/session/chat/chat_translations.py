"""Has the chat translated: viewers' messages for the host, and every message for the viewers who read it in another language."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.errors import AppError
from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import AuthorRole, ChatMessage
from app.domain.translation.language_codes import normal_tag
from app.domain.translation.translation import Detected, Translation
from app.session.chat.chat_room import ChatError, ChatRoom

log = logging.getLogger(__name__)

MAX_WAITING = 200  # messages being translated at once; with more, the newest are shown untranslated
MAX_REMEMBERED = 5000  # authors whose language is known
SURE = 0.4  # certainty above which a detected language is believed


class LineTranslator(Protocol):
    """Translates single lines. `translate` raises AppError "translation.*" where it cannot."""

    def reaches(self, source: str, target: str) -> bool: ...

    async def detect(self, text: str, hint: str) -> Detected: ...

    async def translate(self, text: str, source: str, target: str) -> Translation: ...


ShowTexts = Callable[[ChatMessage, Mapping[str, Translation]], None]


class ChatTranslations:
    """Follows the chat. `host_language` is what the host reads, `readers` the languages that viewers of our page have asked for, and
    `show` gives those viewers the translations of a message.

    `wanted` says whether anything is translated at all. A message that cannot be translated is marked with the reason; none is lost.
    `skipped` counts messages that came too fast.
    """

    def __init__(
        self,
        room: ChatRoom,
        translator: LineTranslator,
        *,
        tasks: OwnedTasks,
        wanted: Callable[[], bool],
        host_language: Callable[[], str],
        readers: Callable[[], Collection[str]],
        show: ShowTexts,
    ) -> None:
        self.skipped = 0
        self._room = room
        self._translator = translator
        self._tasks = tasks
        self._wanted = wanted
        self._host_language = host_language
        self._readers = readers
        self._show = show
        self._waiting = 0
        self._spoken: dict[str, str] = {}  # author → the last language that we were sure of
        self._disconnect = room.added.connect(self._on_added)

    def close(self) -> None:
        """Stop following the chat. More than once is ignored."""
        self._disconnect()

    async def reply_texts(self, text: str, key: str) -> Mapping[str, Translation]:
        """The host's reply in the language of the line with this key, {} if none is needed. Raises AppError where it cannot be had."""
        line = self._room.history.find(key)
        if line is None:
            raise ChatError("chat.no_message", key=key)
        own, target = normal_tag(self._host_language()), await self.language_of(line.message)
        if not target or target == own:
            return {}
        return {target: await self._translator.translate(text, own, target)}

    async def back(self, translation: Translation) -> Translation:
        """A translation translated back into its source language, so that a host can judge it. Raises AppError."""
        return await self._translator.translate(translation.text, translation.target, translation.source)

    async def language_of(self, message: ChatMessage) -> str:
        """The language (see `normal_tag`) that a message is written in, "" if nothing tells."""
        if message.role is not AuthorRole.VIEWER:
            return normal_tag(self._host_language())
        author = f"{message.source}/{message.author}"
        hint = self._spoken.get(author) or message.language
        found = await self._translator.detect(message.text, hint)
        if found.language and found.certainty >= SURE:
            self._remember(author, normal_tag(found.language))
            return normal_tag(found.language)
        return normal_tag(hint) if hint else ""

    def _remember(self, author: str, language: str) -> None:
        self._spoken.pop(author, None)
        self._spoken[author] = language
        if len(self._spoken) > MAX_REMEMBERED:
            del self._spoken[next(iter(self._spoken))]

    def _on_added(self, line: ChatLine) -> None:
        if not self._wanted():
            return
        if self._waiting >= MAX_WAITING:
            self.skipped += 1
            self._room.not_translated(line.key, ChatError("chat.translation_skipped"))
            return
        self._waiting += 1
        self._tasks.start(self._translate(line), "chat-translation")

    async def _translate(self, line: ChatLine) -> None:
        try:
            source = await self.language_of(line.message)
            if source:
                await self._for_host(line, source)
                await self._for_readers(line.message, source)
        except AppError as error:
            self._room.not_translated(line.key, error)
        finally:
            self._waiting -= 1

    async def _for_host(self, line: ChatLine, source: str) -> None:
        target = normal_tag(self._host_language())
        if source == target or line.message.role is not AuthorRole.VIEWER:
            return
        try:
            self._room.translated(line.key, await self._translator.translate(line.message.text, source, target))
        except AppError as error:  # viewers may still have their translations
            self._room.not_translated(line.key, error)

    async def _for_readers(self, message: ChatMessage, source: str) -> None:
        wanted = dict.fromkeys(map(normal_tag, self._readers()))
        languages = [language for language in wanted if language != source and self._translator.reaches(source, language)]
        found = await asyncio.gather(*(self._for_reader(message.text, source, language) for language in languages))
        texts = {translation.target: translation for translation in found if translation is not None}
        if texts:
            self._show(message, texts)

    async def _for_reader(self, text: str, source: str, language: str) -> Translation | None:
        """None if it cannot be had: these viewers see the original, and the others still get theirs."""
        try:
            return await self._translator.translate(text, source, language)
        except AppError as error:
            log.info("no translation into %s: %s", language, error)
            return None
