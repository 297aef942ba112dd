from pathlib import Path

import pytest

from app.storage.wording import LazyWordings, Wording, WordingError, Wordings

ENGLISH = """
[code."whip.http"]
text = "The relay {relay} refused: {status} {words}"
help = "Ask {contact}."

[code."relay.far"]
text = "{relay} answers after {ms:.0f} ms."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "transport.toml").write_text(ENGLISH)
    (tmp_path / "zh_CN").mkdir()
    (tmp_path / "zh_CN" / "transport.toml").write_text('[code."whip.http"]\ntext = "中继 {relay} 拒绝：{status}"\n')
    return tmp_path


def test_values_fill_the_placeholders(folder: Path) -> None:
    wordings = Wordings.load(folder)
    wording = wordings.sentence("whip.http", {"relay": "Hamburg", "status": 401, "words": "no {entry}", "contact": "the studio"})
    assert wording == Wording("The relay Hamburg refused: 401 no {entry}", "Ask the studio.")
    assert wordings.sentence("relay.far", {"relay": "R", "ms": 41.7}).text == "R answers after 42 ms."


def test_help_with_a_missing_value_is_omitted_and_text_shows_a_question_mark(folder: Path) -> None:
    wordings = Wordings.load(folder)
    assert wordings.sentence("whip.http", {"relay": "R", "status": 500, "contact": ""}) == Wording("The relay R refused: 500 ?")
    assert wordings.sentence("relay.far", {"relay": "R", "ms": "many"}).text == "R answers after many ms."
    assert wordings.sentence("relay.far", {}).text == "? answers after ? ms."


def test_a_code_without_a_text_is_shown_as_is(folder: Path) -> None:
    assert Wordings.load(folder).sentence("odd.thing", {"a": 1, "b": "x"}).text == "odd.thing a: 1, b: x"


def test_missing_translations_fall_back_to_english(folder: Path) -> None:
    wordings = Wordings.load(folder, "zh_CN")
    assert wordings.sentence("whip.http", {"relay": "R", "status": 401}).text == "中继 R 拒绝：401"
    assert wordings.sentence("relay.far", {"relay": "R", "ms": 5}).text == "R answers after 5 ms."
    assert Wordings.load(folder, "xx").codes == Wordings.load(folder).codes


@pytest.mark.parametrize(
    "content",
    [
        "[code",
        "[code.a]\nhelp = 'no text'",
        "[code.a]\ntext = 'x'\nmore = 'y'",
        "[code.a]\ntext = 'open {'",
        '[code."relay.far"]\ntext = "again"',
        "code = 3",
    ],
)
def test_a_broken_file_is_reported(folder: Path, content: str) -> None:
    (folder / "zz.toml").write_text(content)
    with pytest.raises(WordingError) as raised:
        Wordings.load(folder)
    assert raised.value.data["path"] == str(folder / "zz.toml")


@pytest.mark.parametrize(
    ("relay", "text"),
    [
        ("本机", "已在本机开播，2 人"),
        ("Frankfurt", "已在 Frankfurt 开播，2 人"),
        ("本机 B", "已在本机 B 开播，2 人"),
        ("A 主", "已在 A 主开播，2 人"),
    ],
)
def test_chinese_values_have_no_spaces_around_them(relay: str, text: str) -> None:
    wordings = Wordings({"live": Wording("已在 {relay} 开播，{count} 人")})
    assert wordings.sentence("live", {"relay": relay, "count": 2}).text == text


def test_lazily_loaded_texts_are_the_same(folder: Path) -> None:
    lazy = LazyWordings(folder, "zh_CN")
    assert lazy.sentence("whip.http", {"relay": "R", "status": 401}).text == "中继 R 拒绝：401"
    (folder / "transport.toml").write_text("not TOML")
    assert lazy.sentence("relay.far", {"relay": "R", "ms": 1}).text == "R answers after 1 ms.", "texts are read only once"
    with pytest.raises(WordingError):
        LazyWordings(folder).sentence("relay.far", {})
