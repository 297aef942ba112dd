"""Chat text is safe to show, and still says what its author wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.base.plain_text import is_plain
from app.domain.chat.clean_text import clean, is_borrowed

SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "text",
    [
        "quanto custa?",
        "这个口红多少钱？",
        "سلام، قیمت می‌خواهم",  # with a ZWNJ
        "ราคาเท่าไหร่คะ น้ำ",
        "कितने का है? क्षत्रिय",
        "שָׁלוֹם",
        "Giá bao nhiêu vậy ạ",
        "👩‍👩‍👧‍👦 ❤️ 🇧🇷🇨🇳 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👍🏽",
        "བསྟོད",
    ],
)
def test_text_of_every_language_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two\nlines\tand   spaces ", "two lines and spaces"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("\u2066\u2069hidden\u200b\ufeff\u2060word", "hiddenword"),
        ("a" + "\u0301" * 50 + "b", "á\u0301\u0301b"),  # one more is part of the letter
        ("bell\x07 and nul\x00", "bell and nul"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("e\u0301", "é"),
        ("\u3000ideographic\u3000space", "ideographic space"),
        ("a\u200b\u0301", "á"),
        ("tagged" + "".join(map(chr, range(0xE0061, 0xE0070))), "tagged"),
        (SCOTLAND + " hello", SCOTLAND + " hello"),
        ("\U0001f3f4" + "\U000e0067" * 400, "\U0001f3f4" + "\U000e0067" * 7),
        ("\u200d\u202e\u0301", ""),
        ("   ", ""),
    ],
)
def test_what_tricks_the_eye_is_gone(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_text_is_cut_between_signs() -> None:
    assert clean("x" * 600) == "x" * 499 + "…"
    family = "👩‍👩‍👧‍👦"
    assert clean("x" * 497 + family) == "x" * 497 + "…"
    assert clean("x" * 498 + "🇧🇷🇨🇳") == "x" * 498 + "…"
    assert len(clean("word " * 50_000, 200)) <= 200


def test_only_the_beginning_of_a_huge_line_is_read() -> None:
    start = "é" * 400
    assert clean(start + "\u0301" * 100_000 + "end") == clean(start + "\u0301" * 5_000 + "end") == start + "\u0301\u0301…"


@given(st.text(max_size=300))
def test_cleaned_text_is_one_plain_line_and_stays_the_same(text: str) -> None:
    once = clean(text)
    assert is_plain(once) and len(once) <= 500
    assert clean(once) == once


@pytest.mark.parametrize("name", ["Lina Shop", "LINA SHOP", "lina_shop", "Lіna Shор", "L1na Sh0p", "Ｌｉｎａ　Ｓｈｏｐ", "Lina  Shöp"])
def test_a_name_that_looks_like_the_hosts_is_noticed(name: str) -> None:
    assert is_borrowed(name, ["Lina Shop"])


@pytest.mark.parametrize("name", ["Lina", "Shop", "Nina Shop", "丽娜", "", "❤️"])
def test_another_name_is_not(name: str) -> None:
    assert not is_borrowed(name, ["Lina Shop", "小丽", ""])
