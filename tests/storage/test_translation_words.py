"""Word lists of translation are loaded, the shop's own over ours."""

from pathlib import Path

import pytest

from app.domain.translation.profanity import Profanity
from app.domain.translation.slang import SlangTable
from app.storage.files import StorageError
from app.storage.translation_words import MAX_WORDS, load_profanity, load_slang
from tests.support.source_trees import ROOT

OURS = ROOT / "resources" / "translation"


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_our_lists_cover_the_languages_of_viewers() -> None:
    slang, profanity = load_slang(OURS / "slang"), load_profanity(OURS / "profanity")
    assert {"ar", "en", "es", "fr", "id", "pt", "ru", "th", "tr", "vi", "zh"} <= set(slang) & set(profanity)
    assert all(len(table.words) >= 30 for table in slang.values())
    assert slang["pt"].spelled_out("qnt custa? n vi") == "quanto custa? não vi"


def test_no_meaning_is_shorthand_itself() -> None:
    for language, table in load_slang(OURS / "slang").items():
        wrong = {word: meant for word, meant in table.words.items() if table.spelled_out(meant) != meant}
        assert wrong == {}, language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "颜色差别大吗，他拒绝了，怎么拍照，红木有吗，牛皮的，童鞋多少米"),
        ("th", "ขนมปัง สินค้า ค่าส่ง อะไร เจ้าของ สมัย ไม้"),
        ("en", "the slaying fire is definite, I love it"),
        ("ru", "топ и ваш чек"),
        ("id", "ada lampu dan kamera"),
        ("pt", "a nota de cada pessoa"),
    ],
)
def test_ordinary_words_are_left_alone(language: str, text: str) -> None:
    assert load_slang(OURS / "slang")[language].spelled_out(text) == text


def test_our_insults_are_no_ordinary_words() -> None:
    profanity = Profanity(load_profanity(OURS / "profanity"))
    for language, text in (
        ("en", "Scunthorpe pussycat shitake cocktail classic"),
        ("ja", "早くそれを、ファックス、ピッチ"),
        ("th", "แกงกะหรี่ ดอกทอง"),
        ("ru", "сукно, Нигер, хлебать, подстрахуй"),
        ("vi", "đĩa, lớn"),
        ("es", "computadora, disputas"),
    ):
        assert profanity.masked(text, language) == (text, ())


def test_the_shops_own_words_come_over_ours(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours", "pt", 'doubled = ["carro"]\n[words]\nn = "não"\nvc = "você"\n')
    own = written(tmp_path / "own", "pt", 'repeats_with_2 = true\n[words]\nVC = "tu"\nn = ""\nzap = "WhatsApp"\n')
    assert load_slang(ours, own, tmp_path / "missing") == {
        "pt": SlangTable({"vc": "tu", "zap": "WhatsApp"}, frozenset({"carro"}), repeats_with_2=True)
    }


def test_a_shop_may_allow_a_word(tmp_path: Path) -> None:
    ours = written(tmp_path / "ours", "en", 'words = ["damn", "hell"]\n')
    own = written(tmp_path / "own", "en", 'words = ["heck"]\nallowed = ["Damn"]\n')
    assert [*load_profanity(ours, own)["en"]] == ["hell", "heck"]


@pytest.mark.parametrize("text", ["words = 3", "[words]\nn = 1", "nothing = 1", "words = [", "[words]\nn = 'x'\n[word]\n"])
def test_a_broken_list_is_named_and_the_others_are_loaded(tmp_path: Path, text: str) -> None:
    folder = written(written(tmp_path / "lists", "en", text), "pt", '[words]\nn = "não"\n')
    with pytest.raises(StorageError) as caught:
        load_slang(folder)
    assert caught.value.code == "word_list.broken"
    told: list[StorageError] = []
    assert set(load_slang(folder, told=told.append)) == {"pt"}
    assert [Path(str(error.data["path"])).name for error in told] == ["en.toml"]


@pytest.mark.parametrize(
    "text",
    [
        "[words]\n" + "".join(f'"wo rd{number}" = "word"\n' for number in range(MAX_WORDS + 1)),
        f'[words]\nn = "{"n" * 121}"\n',
        f'[words]\n{"n" * 121} = "n"\n',
        f'doubled = ["{"o" * 121}"]\n',
        "# " + "x" * 1024 * 1024,
    ],
    ids=["many words", "long meaning", "long word", "long doubled word", "large file"],
)
def test_a_list_that_would_slow_down_every_line_is_refused(tmp_path: Path, text: str) -> None:
    told: list[StorageError] = []
    assert load_slang(written(tmp_path / "lists", "en", text), told=told.append) == {}
    assert [error.code for error in told] == ["word_list.broken"]


def test_a_list_that_is_no_text_or_no_file_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path / "lists", "pt", 'words = ["merda"]\n')
    (folder / "en.toml").write_bytes(b'words = ["\xff"]\n')
    (folder / "fr.toml").mkdir()
    told: list[StorageError] = []
    assert set(load_profanity(folder, told=told.append)) == {"pt"}
    assert [Path(str(error.data["path"])).name for error in told] == ["en.toml", "fr.toml"]


@pytest.mark.parametrize("name", ["pt-BR", "PT", "pt_br"])
def test_a_list_may_be_named_after_a_region_of_its_language(tmp_path: Path, name: str) -> None:
    assert set(load_slang(written(tmp_path / "lists", name, '[words]\nn = "não"\n'))) == {"pt"}
