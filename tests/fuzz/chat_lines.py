"""Chat lines on their way through translation: detected, prepared, translated by a bad engine and finished."""

import random
import re
from collections.abc import Sequence

from app.domain.translation.detection import detect
from app.domain.translation.glossary import GlossaryEntry, Terms
from app.domain.translation.glossary_table import glossary_rows, read_glossary
from app.domain.translation.prepared import finish, prepare
from app.domain.translation.profanity import Profanity
from app.storage.translation_words import load_profanity, load_slang
from tests.fuzz.mutation import spoiled_text
from tests.fuzz.target import Target, calls
from tests.support.source_trees import ROOT

MAX_CHARS = 2000  # chat has 500; a plugin may bring more
_WORDS = ROOT / "resources" / "translation"
_SLANG = load_slang(_WORDS / "slang")
_PROFANITY = Profanity(load_profanity(_WORDS / "profanity"))
_TERMS = Terms([GlossaryEntry("Lumière"), GlossaryEntry("Magic Bag", "魔法包", target="zh-Hans"), GlossaryEntry("K"), GlossaryEntry("แป้ง")])
_LANGUAGES = ("en", "zh-Hans", "zh-TW", "pt-BR", "es", "th", "id", "ja", "ko", "ar", "tr", "ru", "xx", "")
_LINES = (
    "@ana qnt custa a MAGIC BAG tam GG?? kkkkk 😂😂 https://x.example/a?b=1.",
    "Soooo gooood!!! pls restock K-100 and SKU100 in 2XL for $19.99, US 8.5 +55 11 98888-7777",
    "666主播这个Lumière包５０元XL码有吗？？哈哈哈",
    "ราคา 555 บาท 5555 มีแป้งมั้ย",
    "اللون الاسود بكم ٥٠ 😍",
    "送料無料？ﾊﾝｶｸ ｗｗｗ",
    "KAÇ TL İYİ Mİ baju2nya 1️⃣👩‍👩‍👧🇧🇷 :) <3 XQZ0 x q z 1",
)
_PIECES = (
    "XQZ0",
    "xqz1 ",
    "ХКЗ2",
    "@",
    "https://",
    "www.",
    "$",
    "1.",
    "k" * 40,
    "5" * 40,
    "哈" * 40,
    "a" * 80,
    "1 " * 40,
    "-" * 40,
    "ー",
    "ｶﾞ",
    "İ",
    "😂",
    "１",
)
_TOKEN = re.compile(r"XQZ\d+")


def _line(rng: random.Random) -> str:
    line = " ".join(rng.choices(_LINES, k=rng.choice((1, 1, 2, 6))))
    return spoiled_text(rng, line, _PIECES)[:MAX_CHARS]


def _call(rng: random.Random) -> tuple[str, str, str, int]:
    return _line(rng), rng.choice(_LANGUAGES), rng.choice(_LANGUAGES), rng.randrange(6)


def _engine(text: str, way: int) -> str:
    """What an engine may make of a text."""
    match way:
        case 0:
            return text
        case 1:
            return _TOKEN.sub("", text).lower()
        case 2:
            return _TOKEN.sub(lambda found: found[0] * 2, text)
        case 3:
            return text[::-1]
        case 4:
            return ""
        case _:
            return _TOKEN.sub(lambda found: f"x q z {found[0][3:]}", text)


def _translated(call: tuple[str, str, str, int]) -> object:
    line, source, target, way = call
    prepared = prepare(line, source, _TERMS, _SLANG)
    text, doubts = finish(prepared, _engine(prepared.text, way), target)
    for item in prepared.items:
        assert item.in_language(target) in text or text == line, item
    return text, doubts, _PROFANITY.masked(text, target)


def _undecided(text: str, languages: Sequence[str]) -> tuple[str, float]:
    return languages[-1], 0.5


def _detected(call: tuple[str, str, str, int]) -> object:
    line, first, second, way = call
    found = detect(line, [tag for tag in (first, second) if tag], second if way % 2 else "", _undecided)
    assert 0.0 <= found.certainty <= 1.0
    return found


def _table(rng: random.Random) -> list[list[str]]:
    rows = [["term", "from", "to", "translation"], ["box", "en", "zh-CN", "礼盒"], ["Lumière", "", "*", ""]]
    return [[spoiled_text(rng, cell, _PIECES)[:300] if rng.random() < 0.3 else cell for cell in row[: rng.randrange(6)]] for row in rows]


def _glossary(rows: list[list[str]]) -> object:
    entries, skipped = read_glossary(rows)
    assert read_glossary(glossary_rows(entries)) == (entries, ())
    return entries, skipped


TARGETS = (
    Target("chat-translation", _call, calls(_translated), base=20_000, works_at_most=120, gives_at_most=16, share=0.5),
    Target("chat-language", _call, calls(_detected), base=20_000, works_at_most=120),
    Target("glossary-table", _table, calls(_glossary), base=20_000),
)
