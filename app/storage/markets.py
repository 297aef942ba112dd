"""Loads market profiles: one TOML file per market, plus files of taboos, phrases and claims shared by several markets."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from app.domain.base.money import is_currency
from app.domain.catalogue.market import Market
from app.storage.files import OnBroken, StorageError, load_toml_files, read_file
from app.storage.parsing import parse_toml

SHARED = "shared"
INCLUDE = "include"
_LISTS = ("taboos", "phrases", "claims")
_CODE = re.compile(r"[A-Z]{2}")
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")
_ZONE = re.compile(r"[A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]+)+")  # the form only; the clock rules say whether the zone exists
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MISSING = re.compile(r"missing required field `(?P<field>\w+)`")
_AT = re.compile(r"(?P<reason>.*) - at `\$\.?(?P<field>.*)`", re.DOTALL)

Table = dict[str, Any]


class MarketError(StorageError):
    """A market file with wrong content; `data` has `path`, `field` and `reason`."""


def load_markets(folder: Path, told: OnBroken | None = None) -> tuple[Market, ...]:
    """All markets of a folder, by id. A broken one is passed to `told` and skipped; without `told` it raises MarketError, or StorageError
    for an unreadable file."""
    shared: dict[Path, Market] = {}
    return tuple(load_toml_files(folder, lambda path: _load(path, shared), told))


def load_markets_by_id(folder: Path, market_ids: Iterable[str]) -> tuple[Market, ...]:
    """These markets in this order, each with its included files. A file has its market's name. Raises as `load_markets`."""
    shared: dict[Path, Market] = {}
    return tuple(_load(folder / f"{market_id}.toml", shared) for market_id in market_ids)


def _load(path: Path, shared: dict[Path, Market]) -> Market:
    """`shared` caches included files: they are read once, and their entries are the same objects in all markets."""
    table = _read(path)
    included = [(path.parent / SHARED / f"{name}.toml") for name in _names(path, table.pop(INCLUDE, []))]
    _refuse_unknown(path, table, Market, "")
    market = _convert(path, {"id": path.stem, **table})
    for one in included:
        if one not in shared:
            shared[one] = _load_shared(one)
        market = replace(
            market,
            taboos=(*market.taboos, *shared[one].taboos),
            phrases=(*market.phrases, *shared[one].phrases),
            claims=(*market.claims, *shared[one].claims),
        )
    for field, reason in _wrong(market, path.stem):
        raise MarketError("market.broken", path=str(path), field=field, reason=reason)
    return market


def _load_shared(path: Path) -> Market:
    """The content of a shared file, as a market without an id."""
    table = _read(path)
    for key in table:
        if key not in _LISTS:
            raise MarketError("market.broken", path=str(path), field=key, reason="a shared file can only have taboos, phrases and claims")
    _refuse_unknown(path, table, Market, "")
    return _convert(path, {"id": "", "name": {}, "languages": [], "currency": "", "zones": [], **table})


def _read(path: Path) -> Table:
    try:
        return parse_toml(read_file(path))
    except ValueError as error:
        raise MarketError("market.broken", path=str(path), field="(the file)", reason=str(error)) from error


def _names(path: Path, value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(name, str) and name.replace("_", "").isalnum() for name in value):
        return value
    raise MarketError("market.broken", path=str(path), field=INCLUDE, reason="expected file names in the folder “shared”")


def _convert(path: Path, table: Table) -> Market:
    try:
        return msgspec.convert(table, Market)
    except msgspec.ValidationError as error:
        said = str(error)
        found = _AT.fullmatch(said)
        place, reason = (found["field"], found["reason"]) if found else ("", said)
        missing = _MISSING.search(said)
        field = ".".join(part for part in (place, missing["field"] if missing else "") if part)
        raise MarketError("market.broken", path=str(path), field=field or "(the file)", reason=reason) from error


def _refuse_unknown(path: Path, table: Table, kind: type, place: str) -> None:
    """Report an unknown key, which is probably a typo."""
    known = _kinds_of(kind)
    for key, value in table.items():
        if key not in known:
            raise MarketError("market.broken", path=str(path), field=place + key, reason="unknown key")
        inner = known[key]
        if inner is not None:
            for number, one in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(one, dict):
                    _refuse_unknown(path, one, inner, f"{place}{key}[{number}]." if isinstance(value, list) else f"{place}{key}.")


@cache
def _kinds_of(kind: type) -> Mapping[str, type | None]:
    """The fields of a dataclass, each with the dataclass it contains, if any."""
    hints = get_type_hints(kind)
    return {field.name: _dataclass_in(hints[field.name]) for field in fields(kind)}


def _dataclass_in(hint: Any) -> type | None:
    if isinstance(hint, type) and is_dataclass(hint):
        return hint
    return next((arg for arg in get_args(hint) if isinstance(arg, type) and is_dataclass(arg)), None)


def _wrong(market: Market, stem: str) -> Iterator[tuple[str, str]]:
    """Yield (field, problem) for values that are well-formed but make no sense."""
    if market.id != stem or not _CODE.fullmatch(market.id):
        yield "id", "must be two capital letters (ISO 3166-1), also the file's name"
    if not market.languages or not all(_TAG.fullmatch(tag) for tag in market.languages):
        yield "languages", "expected at least one language tag such as en, zh-Hans or pt-BR"
    if not is_currency(market.currency):
        yield "currency", "expected three capital letters (ISO 4217)"
    if not market.zones or not all(_ZONE.fullmatch(zone) for zone in market.zones):
        yield "zones", "expected at least one time zone such as Europe/Berlin"
    if not all(1 <= day <= 7 for day in market.weekend):
        yield "weekend", "expected days from 1 (Monday) to 7"
    if not all(_TIME.fullmatch(time) for time in market.prime_time):
        yield "prime_time", "expected two times such as 20:00"
    yield from _wrong_disclosure(market)
    yield from _wrong_dates(market)
    for words, field in _all_words(market):
        if not all(_TAG.fullmatch(tag) and text.strip() for tag, text in words.items()):
            yield field, "expected a text for each language tag"


def _wrong_disclosure(market: Market) -> Iterator[tuple[str, str]]:
    rule = market.disclosure
    if rule.first_within_s < 0 or rule.every_s < 1 or not 1 <= rule.shown_s <= rule.every_s:
        yield "disclosure", "first_within_s, every_s and shown_s contradict each other"


def _wrong_dates(market: Market) -> Iterator[tuple[str, str]]:
    try:
        reviewed, expires = date.fromisoformat(market.reviewed_on), date.fromisoformat(market.expires_on)
    except ValueError:
        yield "reviewed_on", "expected dates such as 2026-11-22"
        return
    if expires <= reviewed:
        yield "expires_on", "must be after reviewed_on"


def _all_words(market: Market) -> Iterator[tuple[Mapping[str, str], str]]:
    yield market.name, "name"
    yield market.buying, "buying"
    yield market.tone, "tone"
    yield market.disclosure.text, "disclosure.text"
    for number, taboo in enumerate(market.taboos):
        yield taboo.reason, f"taboos[{number}].reason"
    for number, phrase in enumerate(market.phrases):
        yield phrase.instead, f"phrases[{number}].instead"
        yield phrase.reason, f"phrases[{number}].reason"
    for number, claim in enumerate(market.claims):
        yield claim.reason, f"claims[{number}].reason"
