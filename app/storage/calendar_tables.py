"""Loads the tables of festivals and of prize draw permits (resources/calendar)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.domain.planning.draw_permit import DrawPermit
from app.domain.planning.festival_rule import Basis, DayRule, FestivalRule, FestivalRuleError, parse_day_rule
from app.domain.planning.schedule import TaskKind
from app.storage.files import StorageError, read_file
from app.storage.parsing import parse_toml

GROUPS = "groups.toml"
PERMITS = "permits.toml"
DAYS_OFF = "days_off.toml"
FESTIVALS = "festivals"
_DEFAULTS = ("kind", "source", "reviewed_on", "confidence", "estimated")  # allowed at the top of a file, as defaults for all its festivals
_KINDS = frozenset(kind.value for kind in TaskKind)
_T = TypeVar("_T")


class CalendarTableError(StorageError):
    """A table with wrong content; `data` has `path` and `reason`."""


def load_festival_rules(folder: Path) -> tuple[FestivalRule, ...]:
    """Every festival in FOLDER/festivals/*.toml, with market groups replaced by their markets. Raises CalendarTableError, or StorageError
    for an unreadable file."""
    path = folder / GROUPS
    groups = _converted(path, _read(path), dict[str, tuple[str, ...]])
    rules: list[FestivalRule] = []
    for path in sorted((folder / FESTIVALS).glob("*.toml")):
        rules += _load(path, groups)
        for reason in _wrong(rules):
            raise CalendarTableError("calendar.broken", path=str(path), reason=reason)
    for reason in _leaning_wrong(rules):
        raise CalendarTableError("calendar.broken", path=str(folder / FESTIVALS), reason=reason)
    return tuple(rules)


def load_permits(folder: Path) -> Mapping[str, DrawPermit]:
    """What each market requires before a prize draw; raises as `load_festival_rules`."""
    path = folder / PERMITS
    table = _read(path)
    reviewed_on = table.pop("reviewed_on", "")
    found: dict[str, DrawPermit] = {}
    for market_id, row in table.items():
        _refuse_unknown(path, row, DrawPermit, market_id)
        found[market_id] = _converted(path, {"market_id": market_id, "reviewed_on": reviewed_on, **row}, DrawPermit)
        if not _is_date(found[market_id].reviewed_on) or found[market_id].lead_days < 0:
            raise CalendarTableError("calendar.broken", path=str(path), reason=f"{market_id}: reviewed_on or lead_days")
    return found


def load_days_off(folder: Path) -> Mapping[str, str]:
    """The name of a substitute day off for the festival "{name}", by language; raises as `load_festival_rules`."""
    path = folder / DAYS_OFF
    found = _converted(path, _read(path), dict[str, str])
    for language, words in found.items():
        if "{name}" not in words:
            raise CalendarTableError("calendar.broken", path=str(path), reason=f"{language}: {{name}} is missing")
    return found


def _load(path: Path, groups: Mapping[str, Sequence[str]]) -> Iterator[FestivalRule]:
    table = _read(path)
    rows = table.pop("festivals", None)
    if not isinstance(rows, list):
        raise CalendarTableError("calendar.broken", path=str(path), reason="no [[festivals]]")
    for key in table:
        if key not in _DEFAULTS:
            raise CalendarTableError("calendar.broken", path=str(path), reason=f"{key}: unknown key")
    for row in rows:
        _refuse_unknown(path, row, FestivalRule, str(row.get("key", "?")) if isinstance(row, dict) else "?")
        named = row.get("markets", [])
        markets = [market for name in named for market in (groups.get(str(name)) or [name])] if isinstance(named, list) else named
        yield _converted(path, {**table, **row, "markets": markets}, FestivalRule)


def _read(path: Path) -> dict[str, Any]:
    try:
        return parse_toml(read_file(path))
    except ValueError as error:
        raise CalendarTableError("calendar.broken", path=str(path), reason=str(error)) from error


def _converted(path: Path, table: Mapping[str, Any], kind: type[_T]) -> _T:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        reason = f"{table.get('key', table.get('market_id', ''))}: {error}"
        raise CalendarTableError("calendar.broken", path=str(path), reason=reason) from error


def _refuse_unknown(path: Path, row: object, kind: type, name: str) -> None:
    """Report an unknown key, which is probably a typo."""
    if not isinstance(row, dict):
        raise CalendarTableError("calendar.broken", path=str(path), reason=f"{name}: expected a table")
    unknown = sorted(set(row) - {field.name for field in fields(kind)})
    if unknown:
        raise CalendarTableError("calendar.broken", path=str(path), reason=f"{name}: {unknown[0]}: unknown key")


def _wrong(rules: Sequence[FestivalRule]) -> Iterator[str]:
    """Yield what is well-formed but makes no sense."""
    for rule in rules:
        if not rule.matches and not rule.rule:
            yield f"{rule.key}: rule or matches is missing"
        if rule.rule and not rule.markets:
            yield f"{rule.key}: a rule needs markets"
        if rule.days < 1 or not all(len(market) == 2 and market.isupper() for market in rule.markets):
            yield f"{rule.key}: invalid days or markets"
        if not _is_date(rule.reviewed_on) or not rule.source:
            yield f"{rule.key}: invalid source or reviewed_on"
        if not set(rule.tasks) <= _KINDS or any(days < 0 for days in rule.tasks.values()):
            yield f"{rule.key}: tasks"
        yield from _wrong_days(rule)


def _wrong_days(rule: FestivalRule) -> Iterator[str]:
    for text in (rule.rule, rule.until):
        try:
            parsed = parse_day_rule(text) if text else None
        except FestivalRuleError:
            yield f"{rule.key}: {text} is not a rule"
            continue
        if parsed is not None and parsed.basis is Basis.DATES and (text == rule.until or parsed.shift or not rule.dates):
            yield f"{rule.key}: dates"
    for text in rule.dates:
        first, _, days = text.partition("/")
        if not _is_date(first) or not (days or "1").isdigit() or int(days or 1) < 1:
            yield f"{rule.key}: {text} is not a date"


def _leaning_wrong(rules: Sequence[FestivalRule]) -> Iterator[str]:
    """Yield festivals that are based on a missing festival or, in a circle, on themselves."""
    leans: dict[str, set[str]] = {rule.key: set() for rule in rules}
    for rule in rules:
        parsed: list[DayRule] = [parse_day_rule(text) for text in (rule.rule, rule.until) if text]
        leans[rule.key] |= {one.name for one in parsed if one.basis is Basis.FESTIVAL}
    for key, directly in leans.items():
        seen: set[str] = set()
        on = directly
        while on:
            if key in on or not on <= set(leans):
                yield f"{key}: based on itself, or on a festival that does not exist"
                break
            seen |= on
            on = {further for one in on for further in leans[one]} - seen


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
