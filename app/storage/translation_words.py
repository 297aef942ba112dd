"""Loads the word lists of translation: chat shorthand and profanity, one TOML file per language, the shop's own over ours."""

import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from app.domain.base.localized_text import primary
from app.domain.translation.slang import SlangTable
from app.storage.files import OnBroken, StorageError, load_toml_files, read_file
from app.storage.parsing import parse_toml

T = TypeVar("T")

MAX_WORDS = 2000  # in one list: each phrase is looked for at each character of a line; our longest list has 138
_Word = Annotated[str, msgspec.Meta(max_length=120)]
_Words = Annotated[tuple[_Word, ...], msgspec.Meta(max_length=MAX_WORDS)]


class _SlangFile(msgspec.Struct, forbid_unknown_fields=True):
    words: Annotated[dict[_Word, _Word], msgspec.Meta(max_length=MAX_WORDS)] = {}
    doubled: _Words = ()
    repeats_with_2: bool = False


class _ProfanityFile(msgspec.Struct, forbid_unknown_fields=True):
    words: _Words
    allowed: _Words = ()  # words of the other lists that this shop shows


def load_slang(*folders: Path, told: OnBroken | None = None) -> Mapping[str, SlangTable]:
    """The tables by primary language. A later folder adds words and replaces meanings; an empty meaning removes the word.

    A broken file is passed to `told` and skipped; without `told` it raises StorageError.
    """
    tables: dict[str, SlangTable] = {}
    for language, file in _loaded(folders, _SlangFile, told):
        before = tables.get(language, SlangTable())
        words = {**before.words, **{_key(word): unicodedata.normalize("NFC", meant) for word, meant in file.words.items()}}
        tables[language] = SlangTable(
            {word: meant for word, meant in words.items() if word and meant},
            before.doubled | frozenset(map(_key, file.doubled)),
            before.repeats_with_2 or file.repeats_with_2,
        )
    return tables


def load_profanity(*folders: Path, told: OnBroken | None = None) -> Mapping[str, Collection[str]]:
    """The words by primary language. A later folder adds words, and its `allowed` removes some. Broken files as in `load_slang`."""
    found: dict[str, dict[str, None]] = {}
    for language, file in _loaded(folders, _ProfanityFile, told):
        words = found.setdefault(language, {})
        words.update(dict.fromkeys(map(_key, file.words)))
        for word in map(_key, file.allowed):
            words.pop(word, None)
    return found


def _key(word: str) -> str:
    return unicodedata.normalize("NFC", word.strip().casefold())


def _loaded(folders: Collection[Path], kind: type[T], told: OnBroken | None) -> list[tuple[str, T]]:
    """(primary language, content) of the files, folder by folder."""
    return [pair for folder in folders for pair in load_toml_files(folder, lambda path: (primary(path.stem), _read(path, kind)), told)]


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(parse_toml(read_file(path)), kind)
    except (ValueError, msgspec.ValidationError) as error:
        raise StorageError("word_list.broken", path=str(path), reason=str(error)) from error
