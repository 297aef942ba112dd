"""Messages are translated for the host and for the viewers who read other languages; none waits or is lost because one cannot be."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from pathlib import Path

import pytest

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.errors import AppError
from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import AuthorRole, ChatMessage
from app.domain.event import EventKind
from app.domain.translation.translation import Detected, Translation
from app.session.chat.chat_room import ChatError, ChatRoom
from app.session.chat.chat_translations import MAX_WAITING, ChatTranslations
from tests.support.selling_show import SellingDesk

CERTAIN = {"quanto custa?": "pt-BR", "how much?": "en", "多少钱": "zh-Hans"}


class PairTranslator:
    """Translates between the pairs that it has, by naming the target before the text. `open` lets it answer."""

    def __init__(self) -> None:
        self.missing: set[tuple[str, str]] = set()
        self.hints: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    def reaches(self, source: str, target: str) -> bool:
        return target != "xx"

    async def detect(self, text: str, hint: str) -> Detected:
        self.hints.append(hint)
        await self.open.wait()
        return Detected(CERTAIN[text], 0.9) if text in CERTAIN else Detected("es", 0.2)

    async def translate(self, text: str, source: str, target: str) -> Translation:
        if (source, target) in self.missing:
            raise AppError("translation.no_package", source=source, target=target)
        return Translation(f"{target}: {text}", source, target, "pairs")


class TranslatedDesk(SellingDesk):
    """With a chat that is translated for a Chinese host. `shown` is what readers got."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.chat = ChatRoom(self.book, now_ms=self.now_ms, host_name=lambda: "Lina Shop", notify=self.heard.append)
        self.translator = PairTranslator()
        self.tasks = OwnedTasks()
        self.on = True
        self.readers: Collection[str] = ()
        self.shown: list[tuple[str, Mapping[str, Translation]]] = []
        self.translations = ChatTranslations(
            self.chat,
            self.translator,
            tasks=self.tasks,
            wanted=lambda: self.on,
            host_language=lambda: "zh-CN",
            readers=lambda: self.readers,
            show=lambda message, texts: self.shown.append((message.id, texts)),
        )

    async def hear(self, message_id: str, text: str, *, language: str = "", role: AuthorRole = AuthorRole.VIEWER) -> ChatLine:
        """Receive a message, and wait for its translations."""
        assert self.chat.receive(ChatMessage("page", message_id, "v1", "Ana", text, 1, language=language, role=role))
        await self.tasks.join()
        return self.line(message_id)

    def line(self, message_id: str) -> ChatLine:
        line = self.chat.history.find(f"page/{message_id}")
        assert line is not None
        return line


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TranslatedDesk]:
    made = TranslatedDesk(tmp_path)
    yield made
    made.translations.close()
    await made.tasks.aclose()
    made.close()


async def test_the_host_and_each_reader_get_their_language(desk: TranslatedDesk) -> None:
    desk.readers = ("en-US", "pt-BR", "en-GB", "xx")
    line = await desk.hear("1", "quanto custa?")
    assert line.translation == Translation("zh-Hans: quanto custa?", "pt-BR", "zh-Hans", "pairs")
    assert [(message_id, {*texts}) for message_id, texts in desk.shown] == [("1", {"en"})]
    assert len(desk.logged(EventKind.CHAT_TRANSLATED)) == 1


async def test_nothing_is_asked_of_the_engine_while_translation_is_off(desk: TranslatedDesk) -> None:
    desk.on = False
    line = await desk.hear("1", "quanto custa?")
    assert (line.translation, line.failure, desk.translator.hints) == (None, None, [])


async def test_readers_get_theirs_even_if_the_host_cannot(desk: TranslatedDesk) -> None:
    desk.readers = ("en", "es")
    desk.translator.missing = {("pt-BR", "zh-Hans"), ("pt-BR", "es")}
    line = await desk.hear("1", "quanto custa?")
    assert line.translation is None
    assert line.failure is not None and line.failure.code == "translation.no_package"
    assert [{*texts} for _, texts in desk.shown] == [{"en"}]


async def test_the_authors_last_language_is_the_hint(desk: TranslatedDesk) -> None:
    await desk.hear("1", "oi", language="es-MX")
    await desk.hear("2", "quanto custa?", language="es-MX")
    line = await desk.hear("3", "boa", language="es-MX")
    assert desk.translator.hints == ["es-MX", "es-MX", "pt-BR"]
    assert line.translation is not None and line.translation.source == "pt-BR"


async def test_a_line_that_nothing_tells_the_language_of_stays_as_it_is(desk: TranslatedDesk) -> None:
    line = await desk.hear("1", "zzz")
    assert (line.translation, line.failure) == (None, None)


async def test_a_moderators_message_is_in_the_hosts_language(desk: TranslatedDesk) -> None:
    desk.readers = ("en",)
    line = await desk.hear("1", "how much?", role=AuthorRole.MODERATOR)
    assert (line.translation, desk.translator.hints) == (None, [])
    assert [texts["en"].source for _, texts in desk.shown] == ["zh-Hans"]


async def test_messages_beyond_the_limit_say_that_they_are_not_translated(desk: TranslatedDesk) -> None:
    desk.translator.open.clear()
    for number in range(MAX_WAITING + 2):
        desk.chat.receive(ChatMessage("page", str(number), f"v{number}", "Ana", "quanto custa?", 1))
    desk.translator.open.set()
    await desk.tasks.join()
    assert desk.translations.skipped == 2
    skipped = desk.line(str(MAX_WAITING)).failure
    assert skipped is not None and skipped.code == "chat.translation_skipped"
    assert desk.line("0").translation is not None
    assert (await desk.hear("later", "how much?")).translation is not None


async def test_a_reply_is_in_the_language_of_its_line(desk: TranslatedDesk) -> None:
    await desk.hear("1", "quanto custa?")
    await desk.hear("2", "多少钱")
    texts = await desk.translations.reply_texts("二十", "page/1")
    assert texts == {"pt-BR": Translation("pt-BR: 二十", "zh-Hans", "pt-BR", "pairs")}
    assert await desk.translations.back(texts["pt-BR"]) == Translation("zh-Hans: pt-BR: 二十", "pt-BR", "zh-Hans", "pairs")
    assert await desk.translations.reply_texts("二十", "page/2") == {}
    with pytest.raises(ChatError, match=r"chat\.no_message"):
        await desk.translations.reply_texts("二十", "page/9")


async def test_a_closed_chat_translation_follows_no_more(desk: TranslatedDesk) -> None:
    desk.translations.close()
    desk.translations.close()
    assert (await desk.hear("1", "quanto custa?")).translation is None
