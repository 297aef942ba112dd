"""Chat shorthand is spelled out."""

import pytest

from app.domain.translation.slang import SlangTable

TABLE = SlangTable(
    {
        "n": "não",
        "qnt": "quanto",
        "tá on": "está disponível",
        "666": "太棒了",
        "yyds": "最棒",
        "包邮": "免运费",
        "b4": "before",
        "w/": "with",
        "มั้ย": "ไหม",
        "จ้า": "ค่ะ",
    }
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("n sei qnt", "não sei quanto"),
        ("QNT Qnt qNt", "quanto Quanto quanto"),
        ("nn uqnt d'n", "nn uqnt d'n"),
        ("loja tá on?", "loja está disponível?"),
        ("这款yyds包邮", "这款最棒免运费"),
        ("66666主播", "太棒了主播"),
        ("me w/ you b4", "me with you before"),
        ("มีมั้ยเจ้า จ้าๆ", "มีไหมเจ้า ค่ะๆ"),
        ("", ""),
    ],
)
def test_shorthand_is_spelled_out(text: str, meant: str) -> None:
    assert TABLE.spelled_out(text) == meant


@pytest.mark.parametrize(
    ("text", "part", "meant"),
    [
        ("666主播", "666", True),
        ("66666 !", "66666", True),
        ("价格666", "666", False),
        ("666元", "666", False),
        ("667", "667", False),
        ("b4", "b4", True),
        ("baju2", "baju2", False),
    ],
)
def test_some_figures_are_words(text: str, part: str, meant: bool) -> None:
    begin = text.index(part)
    assert TABLE.means_no_figure(text, begin, begin + len(part)) is meant


def test_a_two_repeats_the_word_in_some_languages() -> None:
    table = SlangTable(repeats_with_2=True)
    assert table.spelled_out("baju2nya no2 ukuran2") == "baju-bajunya no2 ukuran-ukuran"
    assert table.means_no_figure("baju2", 0, 5)


def test_letters_that_only_look_equal_to_the_pattern_change_nothing() -> None:
    assert SlangTable({"bi şey": "bir şey"}).spelled_out("Bİ ŞEY bı şey BI ŞEY") == "Bİ ŞEY bı şey bir şey"
