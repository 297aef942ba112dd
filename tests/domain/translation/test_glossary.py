"""The shop's terms are found in chat lines and written as the glossary says."""

import pytest

from app.domain.translation.glossary import GlossaryEntry, Terms, name_entries


def found(terms: Terms, text: str, language: str = "en") -> list[str]:
    return [text[span.begin : span.end] for span in terms.spans(text, language)]


def written(terms: Terms, text: str, target: str, language: str = "en") -> list[str]:
    return [span.item.in_language(target) for span in terms.spans(text, language)]


@pytest.mark.parametrize(
    ("term", "text", "places"),
    [
        ("Lumière", "a LUMIERE or lumière?", ["LUMIERE", "lumière"]),
        ("Lumière", "illumière lumières", []),
        ("Magic Bag", "the magic-bag, the MAGIC  bag, magic bags", ["magic-bag", "MAGIC  bag"]),
        ("口红", "这支口红多少钱", ["口红"]),
        ("リップ", "リップグロス リップいくら", ["リップ"]),
        ("가방", "가방이 예뻐요 손가방", ["가방"]),
        ("แป้ง", "แป้งราคา แป้งๆ", ["แป้ง"]),
        ("شنطة", "شنطة حلوة", ["شنطة"]),
        ("K", "K-100, K and k", ["K", "k"]),
        ("K-100", "k 100 K100 K-1000", ["k 100"]),
        ("C++", "is c++ a c?", ["c", "c"]),
        ("é", "e\u0301 and café", ["e\u0301"]),
        ("!!!", "wow!!!", []),
        ("s", "ß s", ["s"]),
        ("ss", "ß ss", ["ß", "ss"]),
        ("i", "ﬁ i", ["i"]),
    ],
)
def test_a_term_is_found_as_a_whole_word(term: str, text: str, places: list[str]) -> None:
    assert found(Terms([GlossaryEntry(term)]), text) == places


def test_the_longest_term_counts() -> None:
    terms = Terms(map(GlossaryEntry, ("Magic", "Magic Bag", "Magic Bag Pro", "Bag")))
    assert found(terms, "magic bag professional, Magic Bag Pro, bag magic") == ["magic bag", "Magic Bag Pro", "bag", "magic"]


def test_a_short_term_is_found_beside_a_longer_one_with_the_same_start() -> None:
    assert found(Terms(map(GlossaryEntry, ("K", "K-100", "包", "包包"))), "the K is a K-100, k") == ["K", "K-100", "k"]
    terms = Terms([GlossaryEntry("包"), GlossaryEntry("包包", source="ja")])
    assert found(terms, "包包", "zh") == ["包", "包"]


def test_a_term_is_kept_or_said_in_the_readers_language() -> None:
    terms = Terms([GlossaryEntry("box", "礼盒", target="zh-CN"), GlossaryEntry("box", "caixa", target="pt-BR"), GlossaryEntry("Aura")])
    assert written(terms, "the BOX of aura", "zh-Hans") == ["礼盒", "aura"]
    assert written(terms, "the BOX of aura", "pt-PT") == ["caixa", "aura"]
    assert written(terms, "the BOX of aura", "es") == ["BOX", "aura"]


def test_an_entry_for_every_language_is_the_last_choice() -> None:
    terms = Terms([GlossaryEntry("box", "Gift Box"), GlossaryEntry("box", "caja", target="es")])
    assert written(terms, "box", "es") == ["caja"]
    assert written(terms, "box", "fr") == ["Gift Box"]


def test_an_entry_may_be_for_texts_of_one_language() -> None:
    terms = Terms(
        [GlossaryEntry("gift", "礼物", source="en", target="zh-Hans"), GlossaryEntry("gift", "毒药", source="de", target="zh-Hans")]
    )
    assert written(terms, "gift", "zh-Hans", "en-GB") == ["礼物"]
    assert written(terms, "gift", "zh-Hans", "de") == ["毒药"]
    assert found(terms, "gift", "fr") == []


def test_a_shops_own_entries_come_first() -> None:
    own = [GlossaryEntry("Magic Bag", "神奇包", target="zh-Hans")]
    terms = Terms([*own, *name_entries([{"en": "Magic Bag", "zh-Hans": "魔法包", "es": "Bolsa Mágica"}])])
    assert written(terms, "magic bag", "zh-Hans") == ["神奇包"]
    assert written(terms, "magic bag", "es") == ["Bolsa Mágica"]


def test_names_are_found_in_every_language_of_theirs() -> None:
    terms = Terms(name_entries([{"en": "Magic Bag", "zh-Hans": "魔法包"}, {"zh-Hans": "包"}, {"en": " "}]))
    assert written(terms, "这个魔法包包邮吗", "en", "zh-Hans") == ["Magic Bag"]
    assert written(terms, "这个魔法包包邮吗", "th", "zh-Hans") == ["魔法包"]
    assert len(terms) == 2


def test_an_empty_glossary_finds_nothing() -> None:
    assert found(Terms(), "anything") == []


@pytest.mark.timeout(10)
def test_a_long_text_takes_no_longer_for_each_character() -> None:
    text = "K\u0301 " * 33_000
    assert found(Terms([GlossaryEntry("K")]), text) == ["K\u0301"] * 33_000
