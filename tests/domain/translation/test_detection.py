"""The language of short chat lines is detected."""

from collections.abc import Sequence

import pytest

from app.domain.translation.detection import Undecided, detect, detect_by_words, words_of
from app.domain.translation.translation import Detected
from tests.domain.translation.messages import labelled_messages

ROOM = ("en", "zh-Hans", "zh-TW", "pt-BR", "es-MX", "id", "ms", "th", "ja", "ko", "ar", "ru", "vi")


def no_idea(text: str, languages: Sequence[str]) -> tuple[str, float]:
    """A model that has not been trained."""
    assert text and languages
    return "", 0.0


def detected(text: str, languages: Sequence[str] = ROOM, hint: str = "") -> Detected:
    return detect(text, languages, hint, no_idea)


@pytest.mark.parametrize("name", ["short_messages", "unseen_messages"])
def test_most_lines_need_no_model(name: str) -> None:
    messages = labelled_messages(name)
    languages = sorted({tag for tag, _ in messages})
    right = sum(detected(text, languages).language == tag for tag, text in messages)
    assert len(languages) >= 14
    assert right >= 0.92 * len(messages)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ราคาเท่าไหร่", "th"),
        ("얼마예요", "ko"),
        ("送料無料？", "ja"),
        ("税込価格？", "ja"),
        ("可愛の狗狗", "zh-Hant"),
        ("हिंदी", "hi"),
        ("πόσο κάνει", "el"),
        ("сколько", "ru"),
        ("بكم", "ar"),
        ("多少錢", "zh-Hant"),
        ("多少钱", "zh-Hans"),
        ("幾多錢呀", "zh-Hant"),
    ],
)
def test_the_script_decides(text: str, language: str) -> None:
    found = detected(text, ("en",))
    assert found.language == language
    assert found.certainty >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "666",
        "kkkkk",
        "jajaja 😂",
        "555",
        "wkwkwk",
        "哈哈哈",
        "ㅋㅋㅋ",
        "😍😍",
        "K-100",
        "@ana",
        "https://x.example/oi",
        "ok",
        "XL?",
        "",
        "...",
        "OK 👍",
    ],
)
def test_laughter_emoji_and_codes_have_no_language(text: str) -> None:
    assert detected(text, hint="pt-BR") == Detected("", 0.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@ana kkkk tem K-100? 😂 https://x.example/a", "tem ?"),
        ("有XL码3件吗哈哈", "有XL码 件吗"),
        ("soooo cute!!!", "so cute!"),
    ],
)
def test_what_is_the_same_in_all_languages_is_left_out(text: str, words: str) -> None:
    assert words_of(text) == words


def test_the_answer_is_a_tag_of_the_room() -> None:
    assert detected("quanto custa esse vestido").language == "pt-BR"
    assert detected("cuánto cuesta el vestido").language == "es"
    assert detected("cuánto cuesta el vestido", ("pt-BR",), hint="es-MX").language == "es"
    assert detected("quanto custa", ("pt-PT",)).language == "pt"
    assert detected("看一下", ("en", "zh-Hant")).language == "zh-Hant"
    assert detected("看一下", ("en",)) == Detected("zh-Hans", 0.6)


def test_a_hint_decides_between_equals() -> None:
    assert detected("harga", ("id", "ms"), hint="ms").language == "ms"
    assert detected("harga", ("id", "ms"), hint="id").language == "id"
    assert detected("看一下", ROOM, hint="ja").language == "ja"
    assert detected("看一下", ROOM, hint="zh-TW").language == "zh-Hant"
    assert detected("看看这个", ROOM, hint="ja").language == "zh-Hans"


@pytest.mark.parametrize("hint", ["-", "_", "x" * 1000, "é", "português", "\0"])
def test_a_hint_that_names_no_language_is_ignored(hint: str) -> None:
    assert detect_by_words("zzyzx", ("en",), hint) == detect_by_words("zzyzx", ("en",), "")
    assert detected("看一下", ("en",), hint) == detected("看一下", ("en",))


def test_words_beat_a_hint() -> None:
    assert detected("macam mana nak beli", hint="id").language == "ms"
    assert detected("gimana cara belinya dong", hint="ms").language == "id"
    assert detected("how much is shipping", hint="pt-BR").language == "en"


def test_letters_tell_neighbours_of_one_script_apart() -> None:
    assert detected("скільки коштує", ("ru", "uk")).language == "uk"
    assert detected("сколько это стоит, вы знаете?", ("ru", "uk")).language == "ru"
    assert detected("قیمت چند است", ("ar", "fa")).language == "fa"


def test_the_model_is_asked_where_letters_say_nothing() -> None:
    def model(text: str, languages: Sequence[str]) -> tuple[str, float]:
        assert set(languages) == {"ru", "uk"}
        return "uk", 0.7

    assert detect("добре", ("ru", "uk"), "", model).language == "uk"
    assert detect("добре", ("ru", "uk"), "", no_idea).certainty <= 0.5
    assert detect("добре", ("ru", "uk"), "uk", no_idea).language == "uk"


def test_the_model_may_be_asked_later() -> None:
    found = detect_by_words("boleh lihat", ("en", "id", "ms"), "")
    assert isinstance(found, Undecided)
    assert set(found.codes) == {"en", "id", "ms"}
    assert found.decided("ms", 0.8) == detect("boleh lihat", ("en", "id", "ms"), "", lambda text, codes: ("ms", 0.8))
    assert isinstance(detect_by_words("quanto custa o frete da bolsa", ("en", "pt-BR"), ""), Detected)


def test_certainty_is_low_where_nothing_speaks() -> None:
    assert detected("zzyzx qwfp").certainty < 0.4
    assert detected("harga", ("id", "ms")).certainty <= 0.5
    assert detected("quanto custa o frete da bolsa").certainty > 0.8


def test_a_model_outweighs_one_word_but_not_between_twins() -> None:
    def model(text: str, languages: Sequence[str]) -> tuple[str, float]:
        return "id", 0.9

    assert detect("boleh saya lihat", ("en", "id", "ms"), "", model).language == "ms"
    assert detect("warna lihat", ("en", "id", "ms"), "", model).language == "id"
