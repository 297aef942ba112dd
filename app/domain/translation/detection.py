"""Detects the language of a chat line: by script, letters and common words, and by a statistical model where these leave a doubt."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.domain.base.folding import folded
from app.domain.base.localized_text import primary
from app.domain.translation.chat_spelling import squeezed
from app.domain.translation.language_codes import normal_tag
from app.domain.translation.language_words import EVERYWHERE, LANGUAGE_WORDS
from app.domain.translation.laughter import ANY_LAUGHTER
from app.domain.translation.protection import LATIN, named_spans
from app.domain.translation.scripts import (
    LANGUAGE_OF_SCRIPT,
    chinese_script,
    has_japanese_signs,
    has_japanese_words,
    main_script,
    script_weights,
)
from app.domain.translation.translation import Detected

# Takes a text and language codes (ISO 639-1), returns the likeliest of these and its probability.
Classify = Callable[[str, Sequence[str]], tuple[str, float]]

_CERTAIN = 0.99
_CLEAR = 0.8
_GUESSED = 0.6  # Chinese in characters that both scripts have
_UNSURE = 0.3
_LATIN_DEFAULT = ("de", "en", "es", "fr", "id", "it", "pt", "tr", "vi")  # where the room names no language in Latin letters
_NOT_LATIN = frozenset(
    (
        "ar",
        "bg",
        "bn",
        "el",
        "fa",
        "he",
        "hi",
        "ja",
        "kk",
        "km",
        "ko",
        "lo",
        "mk",
        "mr",
        "my",
        "ne",
        "ru",
        "sr",
        "ta",
        "th",
        "uk",
        "ur",
        "zh",
    )
)
_CYRILLIC = frozenset(("bg", "kk", "mk", "ru", "sr", "uk"))
_ARABIC = frozenset(("ar", "fa", "ps", "ug", "ur"))
_CYRILLIC_OWN: Mapping[str, str] = {"uk": "іїєґ", "ru": "ыэъё", "sr": "ђјљњћџ", "kk": "әғқңөұүһ"}
_ARABIC_OWN: Mapping[str, str] = {"fa": "پچژگی", "ur": "ٹڈڑںےہ", "ar": "ةىأإي"}
_LATIN_OWN: Mapping[str, str] = {
    "de": "ß", "es": "ñ¿¡", "fr": "œ", "pl": "łąężźśćń", "pt": "õã", "tr": "ığşİ",
    "vi": "đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ",
}  # fmt: skip
_LATIN_SHARED: Mapping[str, str] = {
    "de": "äöü",
    "tr": "öüç",
    "fr": "çêèàùîûôâ",
    "pt": "çáâêéíóúàô",
    "es": "áéíóú",
    "it": "àèìòù",
    "vi": "ăâêôáàéèíìóòúùý",
}
_FIGURES = re.compile(rf"(?<![{LATIN}\d_-])(?=[{LATIN}_-]{{0,40}}\d)[{LATIN}\d_-]+")
_CODE = re.compile("[a-z]{2,3}")  # a platform may call anything a language
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SCRIPT_VOTES = 1.0  # for each language of a script that several share
_FEW_VOTES = 0.7  # a single word that several languages share
_MODEL_VOTES = 2.5  # what the model weighs when it is certain; a word of one language alone weighs 1
_HINT_VOTES = 0.5
_TWINS: Mapping[str, str] = {"id": "ms", "ms": "id", "es": "pt", "pt": "es"}
_TWIN_VOTES = 0.6  # what the model weighs between twins: it tells them apart badly in short lines
_DECIDED = 2.5  # votes ahead with which the model need not be asked


def _sets(lists: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """word → its languages."""
    found: dict[str, set[str]] = {}
    for language, words in lists.items():
        for word in words.split():
            found.setdefault(folded(word), set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}


_LANGUAGES_OF = _sets(LANGUAGE_WORDS)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A line whose words leave a doubt. A model is to say which of `codes` (ISO 639-1) `text` is in; `decided` takes its answer."""

    text: str
    codes: tuple[str, ...]
    votes: Mapping[str, float]
    languages: tuple[str, ...]
    hint: str

    def decided(self, found: str, probability: float) -> Detected:
        """The language, with what the model found: one of `codes` and its probability, or "" if it does not know."""
        votes = dict(self.votes)
        if found in votes:
            _vote_by_model(found, probability, votes)
        return _elected(votes, self.languages, self.hint)


def detect(text: str, languages: Collection[str], hint: str, classify: Classify) -> Detected:
    """The language of a cleaned line. `languages` are the tags that the room expects, `hint` is what the author wrote last, or "".

    Scripts of one language are certain, whatever the room expects. Lines without words have no language, and a certainty below 0.4 means
    that hardly anything speaks for the answer.
    """
    found = detect_by_words(text, languages, hint)
    return found if isinstance(found, Detected) else found.decided(*classify(found.text, found.codes))


def detect_by_words(text: str, languages: Collection[str], hint: str) -> Detected | Undecided:
    """`detect` up to the question for the model, which may be in another process; most lines need none."""
    if not _CODE.fullmatch(primary(hint)):
        hint = ""
    words = words_of(text)
    weights = script_weights(words)
    script = main_script(weights)
    if script in ("Hani", "Kana"):
        return _east_asian(words, weights, languages, hint)
    if script in LANGUAGE_OF_SCRIPT:
        return Detected(LANGUAGE_OF_SCRIPT[script], _CERTAIN)
    if script == "Cyrl":
        return _by_letters(words, _CYRILLIC_OWN, _expected(languages, hint, _CYRILLIC) or ("ru",), languages, hint)
    if script == "Arab":
        return _by_letters(words, _ARABIC_OWN, _expected(languages, hint, _ARABIC) or ("ar",), languages, hint)
    return _latin(words, languages, hint) if script else Detected("", 0.0)


def words_of(text: str) -> str:
    """The words of a line: without links, @names, emoji, laughter, numbers and codes, which are the same in every language."""
    pieces, at = [], 0
    for span in named_spans(text):
        pieces.append(text[at : span.begin])
        at = span.end
    bare = _FIGURES.sub(" ", ANY_LAUGHTER.sub(" ", " ".join((*pieces, text[at:]))))
    return squeezed(" ".join(bare.split()))


def _expected(languages: Collection[str], hint: str, chosen: Collection[str]) -> tuple[str, ...]:
    """The primary languages of the room, and of the hint, that are among these."""
    codes = dict.fromkeys(primary(tag) for tag in (*languages, hint) if tag)
    return tuple(code for code in codes if code in chosen)


def _tag(code: str, languages: Collection[str], hint: str) -> str:
    """The room's tag for a language: "pt-BR" of "pt" where the author or the room says so."""
    return next((normal_tag(tag) for tag in (hint, *languages) if tag and primary(tag) == code), normal_tag(code))


def _east_asian(text: str, weights: Mapping[str, float], languages: Collection[str], hint: str) -> Detected:
    kana = weights.get("Kana", 0.0)
    if kana and not (kana <= 2.5 and "の" in text and weights.get("Hani", 0.0) >= 3 * kana):  # Chinese writes 的 as の for fun
        return Detected("ja", _CERTAIN)
    chinese = chinese_script(text)
    if has_japanese_signs(text) or (chinese != "zh-Hans" and (has_japanese_words(text) or primary(hint) == "ja")):
        return Detected("ja", _CLEAR)
    if chinese:
        return Detected(chinese, _CERTAIN)
    return Detected(_tag("zh", languages, hint if primary(hint) == "zh" else ""), _GUESSED)


def _by_letters(text: str, own: Mapping[str, str], codes: tuple[str, ...], languages: Collection[str], hint: str) -> Detected | Undecided:
    """One of these languages, by the letters that only one has."""
    if len(codes) == 1:
        return Detected(codes[0], _CERTAIN)
    counts = {code: sum(sign in own.get(code, "") for sign in text.lower()) for code in codes}
    best = max(codes, key=lambda code: counts[code])
    if counts[best] and list(counts.values()).count(counts[best]) == 1:
        return Detected(best, _CLEAR)
    votes = {code: _SCRIPT_VOTES + (_HINT_VOTES if code == primary(hint) else 0.0) for code in codes}
    return Undecided(text, codes, votes, tuple(languages), hint)


def _latin(text: str, languages: Collection[str], hint: str) -> Detected | Undecided:
    codes = tuple(primary(tag) for tag in (*languages, hint) if tag and primary(tag) not in _NOT_LATIN) or _LATIN_DEFAULT
    codes = tuple(dict.fromkeys((*codes, "en")))
    votes = _votes(text, codes)
    if votes is None:
        return Detected("", 0.0)
    if primary(hint) in votes:
        votes[primary(hint)] += _HINT_VOTES
    first, second, *_ = (*sorted(votes.values(), reverse=True), 0.0)
    if first - second >= _DECIDED:
        return _elected(votes, languages, hint)
    return Undecided(text, codes, votes, tuple(languages), hint)


def _elected(votes: Mapping[str, float], languages: Collection[str], hint: str) -> Detected:
    """The language with the most votes; of equal ones, the one that the room names first."""
    best = max(votes, key=lambda code: votes[code])
    others = max((count for code, count in votes.items() if code != best), default=0.0)
    return Detected(_tag(best, languages, hint), round(_certainty(votes[best], others), 3))


def _certainty(votes: float, others: float) -> float:
    """Even votes are half certain; three ahead are as good as certain. A few votes are worth little."""
    ahead = 1 - 0.5 ** (1 + (votes - others))
    return min(_CERTAIN, ahead) if votes >= _FEW_VOTES else _UNSURE * votes


def _votes(text: str, codes: Sequence[str]) -> dict[str, float] | None:
    """What speaks for each language in the words themselves; None if all are words of every chat."""
    votes = dict.fromkeys(codes, 0.0)
    asked = False
    for word in _WORD.findall(text.casefold()):
        plain = _folded(word)
        if plain in EVERYWHERE:
            continue
        asked = True
        speaking = [code for code in codes if code in _LANGUAGES_OF.get(plain, ())]
        for code in speaking:
            votes[code] += 1 / len(speaking)
        if not word.isascii():
            _vote_by_letters(word, votes)
    return votes if asked else None


def _vote_by_letters(word: str, votes: dict[str, float]) -> None:
    for letters, weight in ((_LATIN_OWN, 1.5), (_LATIN_SHARED, 0.3)):
        for code, own in letters.items():
            if code in votes and any(sign in own for sign in word):
                votes[code] += weight


def _vote_by_model(found: str, probability: float, votes: dict[str, float]) -> None:
    weight = _MODEL_VOTES * probability
    twin = _TWINS.get(found, "")
    votes[found] += weight
    if twin in votes:
        votes[twin] += max(0.0, weight - _TWIN_VOTES)


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return folded(word)
