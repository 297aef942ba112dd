"""Chat lines are made ready for engines, and what must not change does not."""

import pytest

from app.domain.translation.glossary import GlossaryEntry, Terms, name_entries
from app.domain.translation.prepared import Prepared, finish, prepare, token
from app.domain.translation.slang import SlangTable
from app.domain.translation.translation import Doubt

TERMS = Terms(
    [*name_entries([{"en": "Magic Bag", "pt-BR": "Bolsa Mágica", "zh-Hans": "魔法包"}]), GlossaryEntry("Lumière"), GlossaryEntry("K")]
)
SLANG = {
    "en": SlangTable({"pls": "please", "b4": "before"}, frozenset({"good"})),
    "id": SlangTable(repeats_with_2=True),
    "pt": SlangTable({"qnt": "quanto", "n": "não", "vc": "você", "tá on": "está disponível"}),
    "zh": SlangTable({"666": "太厉害了", "yyds": "最棒"}),
}


def ready(text: str, language: str) -> Prepared:
    return prepare(text, language, TERMS, SLANG)


def shown(text: str, language: str, target: str) -> str:
    """What readers see if the engine changes nothing."""
    prepared = ready(text, language)
    return finish(prepared, prepared.text, target)[0]


@pytest.mark.parametrize(
    ("language", "text", "for_engine", "kept"),
    [
        ("pt", "qnt custa a bolsa magica no M??", "quanto custa a XQZ0 no XQZ1?", ["bolsa magica", "M"]),
        ("pt", "QUANTO CUSTA ESSE VESTIDO LUMIERE TAM GG", "Quanto custa esse vestido XQZ0 tam XQZ1", ["LUMIERE", "GG"]),
        ("pt", "R$ 1.299,00 ou 10x de R$130? n gostei", "XQZ0 ou XQZ1 de XQZ2? não gostei", ["R$ 1.299,00", "10x", "R$130"]),
        ("pt", "tá on? Vc tem?", "está disponível? Você tem?", []),
        (
            "en",
            "Soooo gooood!!! pls restock K-100 in 2XL for $19.99",
            "So good! please restock XQZ0 in XQZ1 for XQZ2",
            ["K-100", "2XL", "$19.99"],
        ),
        ("en", "same as b4, call +55 11 98888-7777", "same as before, call XQZ0", ["+55 11 98888-7777"]),
        ("en", "is 37.5 cm -20% at 12/05 20:30 ok", "is XQZ0 XQZ1 at XQZ2 ok", ["37.5 cm", "-20%", "12/05 20:30"]),
        ("en", "𝓱𝓸𝔀 ｍｕｃｈ is it ①", "how much is it ①", []),
        ("zh", "666主播这个包５０元XL码有吗？？", "太厉害了主播这个包XQZ0元XQZ1码有吗？", ["５０", "XL"]),
        ("zh", "价格666元", "价格XQZ0元", ["666"]),
        ("zh", "这款yyds！", "这款最棒！", []),
        ("id", "baju2 nya brp 50rb", "baju-baju nya brp XQZ0", ["50rb"]),
        ("id", "size2 M", "size-size XQZ0", ["M"]),
        ("th", "ราคา100บาท ทำไม", "ราคาXQZ0บาท ทำไม", ["100"]),
        ("tr", "KAÇ TL ILIK MI İYİ Mİ", "Kaç tl ılık mı iyi mi", []),
        ("ko", "ㅋㅍ 할인 있어요", "ㅋㅍ 할인 있어요", []),
        ("en", "I'M SIZE S? IT'S AAA", "I'm size XQZ0? it's aaa", ["S"]),
        (
            "en",
            "write me@shop.example or see shop.com/x. Then K?",
            "write XQZ0 or see XQZ1. Then XQZ2?",
            ["me@shop.example", "shop.com/x", "K"],
        ),
        ("en", "call it XQZ0 or xqz 7", "call it XQZ0 or XQZ1", ["XQZ0", "xqz 7"]),
    ],
)
def test_a_line_is_made_ready(language: str, text: str, for_engine: str, kept: list[str]) -> None:
    prepared = ready(text, language)
    assert prepared.text == for_engine
    assert [item.text for item in prepared.items] == kept


def test_names_emoji_links_and_laughter_at_the_ends_are_taken_off() -> None:
    prepared = ready("@loja 😍 tem no azul? kkkkk 😂😂 https://x.example/a?b=1.", "pt")
    assert prepared.text == "tem no azul?"
    assert finish(prepared, "有蓝色的吗？", "zh-Hans") == ("@loja 😍 有蓝色的吗？ 哈哈 😂😂 https://x.example/a?b=1.", frozenset())


@pytest.mark.parametrize("text", ["❤️👍🏽", "@ana", "M", "50!!", "https://x.example", "K-100 :)", "", " ", "XL, 2XL?"])
def test_a_line_without_words_needs_no_engine(text: str) -> None:
    prepared = ready(text, "en")
    assert prepared.text == ""
    assert finish(prepared, "", "zh-Hans") == (text, frozenset())


def test_laughter_is_written_as_readers_laugh() -> None:
    assert shown("kkkkk", "pt", "zh-Hans") == "哈哈"
    assert shown("555", "th", "zh-Hant") == "哈哈"
    assert shown("哈哈哈哈", "zh", "th") == "555"
    assert shown("555", "zh", "th") == "555"  # a number, or weeping: no laughter in Chinese
    assert shown("wkwk", "id", "sv") == "wkwk"


def test_a_product_is_named_in_the_readers_language() -> None:
    assert shown("onde compro a Bolsa Mágica ?", "pt", "zh-CN") == "onde compro a 魔法包 ?"
    assert shown("onde compro a Bolsa Mágica ?", "pt", "pt-PT") == "onde compro a Bolsa Mágica ?"
    assert shown("onde compro a Bolsa magica ?", "pt", "fr") == "onde compro a Bolsa magica ?"


def test_equal_lines_share_one_text() -> None:
    assert ready("I want K-100", "en").text == ready("I want Lumière", "en").text == f"I want {token(0)}"


@pytest.mark.parametrize(
    ("translated", "text"),
    [
        ("tengo xqz0 y Xqz 1", "tengo K-100 y XL"),
        ("XQZ1 XQZ0 tengo", "XL K-100 tengo"),
        ("tengoXQZ0yXQZ1", "tengo K-100 y XL"),
        ("мой ХКЗ0 и ХКЗ 1", "мой K-100 и XL"),
        ("XQZ٠ XQZ１", "K-100 XL"),
        ("有XQZ0和XQZ1吗", "有K-100和XL吗"),
    ],
)
def test_tokens_are_found_however_an_engine_writes_them(translated: str, text: str) -> None:
    assert finish(ready("I have K-100 and XL", "en"), translated, "es") == (text, frozenset())


@pytest.mark.parametrize(
    ("translated", "text", "doubts"),
    [
        ("tengo", "tengo [K-100] [XL]", {Doubt.LOST_TERM}),
        ("tengo XQ0 XQZ1", "tengo XL [K-100]", {Doubt.LOST_TERM}),
        ("tengo WQZ0 XQZ1", "tengo XL [K-100]", {Doubt.LOST_TERM}),
        ("tengo XQZ0 y XQZ1 por 250", "tengo K-100 y XL por 250", {Doubt.ADDED_FIGURE}),
        ("tengo XQZ01", "tengo [K-100] [XL]", {Doubt.LOST_TERM, Doubt.REPEATED}),
        ("tengo XQZ0 y XQZ0 y XQZ1", "tengo K-100 y y XL", {Doubt.REPEATED}),
        ("tengo XQZ0 y XQZ1 XQZ99", "tengo K-100 y XL", {Doubt.REPEATED}),
        ("XQZ0 XQZ1" + " la la la" * 9, "K-100 XL la", {Doubt.REPEATED}),
        ("", "I have K-100 and XL", {Doubt.COPIED, Doubt.LENGTH}),
        ("I have XQZ0 and XQZ1", "I have K-100 and XL", {Doubt.COPIED}),
        ("XQZ0 XQZ1 " + "todo lo que usted quiera decir sobre esta cosa hermosa", None, {Doubt.LENGTH}),
        ("XQZ0 XQZ1 " + "".join(map(chr, range(0x4E00, 0x6000))), None, {Doubt.LENGTH, Doubt.REPEATED}),
    ],
)
def test_output_gone_astray_is_marked(translated: str, text: str | None, doubts: set[Doubt]) -> None:
    shown, found = finish(ready("I have K-100 and XL", "en"), translated, "es")
    assert found == doubts
    assert text is None or shown == text
    assert "K-100" in shown and "XL" in shown


def test_short_words_may_be_the_same_in_both_languages() -> None:
    assert finish(ready("ok Pix?", "pt"), "ok Pix?", "es") == ("ok Pix?", frozenset())


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    [
        "1-",
        "1 ",
        "1.",
        "1 x ",
        "$1 ",
        "a-",
        "a1-",
        "a.",
        "aaab",
        "k",
        "kj",
        "5",
        "@",
        "#.",
        "XQZ",
        "x q z ",
        "哈",
        "1️⃣",
        "🏽",
        "<3",
        ":",
        "www.",
        "a@a.",
        "ｶﾞ",
    ],
)
def test_hostile_lines_take_no_longer_than_others(unit: str) -> None:
    for line in (unit * 250, f"{unit * 250}!", f"{unit * 250}a", f"x{unit * 250}"):
        for language in ("pt", "th", "zh"):
            prepared = ready(line, language)
            assert finish(prepared, prepared.text, "es")[0]


def test_a_number_in_words_may_come_back_in_figures() -> None:
    assert finish(ready("两百个有吗", "zh"), "Do you have 200?", "en") == ("Do you have 200?", frozenset())
    assert finish(ready("doscientos mil", "es"), "200 000", "en") == ("200 000", frozenset())
    assert finish(ready("很多有吗", "zh"), "Do you have 200?", "en")[1] == {Doubt.ADDED_FIGURE}


@pytest.mark.parametrize(
    ("text", "translated", "target", "shown"),
    [
        ("可以寄吗？", "Do you ship", "en", "Do you ship?"),
        ("do you ship?", "可以寄吗", "zh-TW", "可以寄吗？"),
        ("do you ship?", "هل ترسلون", "ar", "هل ترسلون؟"),
        ("do you ship? @ana", "可以寄吗？", "zh-Hans", "可以寄吗？ @ana"),
        ("do you ship?", "¡No!", "es", "¡No!"),
        ("do you ship", "¿envían", "es", "¿envían"),
    ],
)
def test_a_question_stays_one(text: str, translated: str, target: str, shown: str) -> None:
    assert finish(ready(text, "en"), translated, target)[0] == shown
