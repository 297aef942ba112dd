"""Known exports of shop systems: what each column is, and which rows are items. Profiles are data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.base.currencies import CODES
from app.domain.base.folding import folded
from app.domain.tables.table import Table

ANY = "*"  # after the beginning of a heading: anything may follow
_SKIPPED = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class ProfileTable:
    """One kind of file. Headings are compared without case; those with a "*" at the end by their beginning.

    `needs` tell the file; `columns` say what each is ("price", "stock"; "" = nothing of ours). `group` is the heading whose value rows of
    one product share, `inherit` what all of them take from the first; `parent` names another row by one of `parent_keys`, from which
    `inherit` is taken too. `variants` are added to the name, but for the values `no_variant`. `item_when`: a row without any of these is
    no item, but may bring further pictures to its group. `skip`: rows with these values are none either. `instead`: an empty cell is
    filled from another one, which then is empty. `data_when`: a row whose cell does not look like this is a note below the heading.
    `unsold` are states of orders that bring no money; `currency` is the heading of the currency that a row's prices are in.
    """

    kind: str
    needs: tuple[str, ...]
    columns: Mapping[str, str]
    group: str = ""
    inherit: tuple[str, ...] = ()
    parent: str = ""
    parent_keys: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    no_variant: tuple[str, ...] = ()
    item_when: tuple[str, ...] = ()
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    data_when: Mapping[str, str] = field(default_factory=dict)
    unsold: tuple[str, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class TableProfile:
    """`id` is the file's name; `source` says where the headings were read, `read_on` when."""

    id: str
    title: str
    source: str
    read_on: str
    tables: tuple[ProfileTable, ...]


def _is(heading: str, pattern: str) -> bool:
    wanted = folded(pattern.rstrip(ANY))
    return heading.startswith(wanted) if pattern.endswith(ANY) else heading == wanted


def place_of(header: Sequence[str], pattern: str) -> int:
    """The column of the first matching heading, -1 = none."""
    return next((index for index, heading in enumerate(header) if _is(folded(heading), pattern)), -1)


def table_of(profile: TableProfile, kind: str, header: Sequence[str]) -> ProfileTable | None:
    """The profile's file of this kind that matches most of these headings; None if each lacks a heading it needs."""
    fitting = [one for one in profile.tables if one.kind == kind and all(place_of(header, need) >= 0 for need in one.needs)]
    return max(fitting, key=lambda one: len(one.needs), default=None)


def likely_profile(profiles: Sequence[TableProfile], kind: str, header: Sequence[str]) -> TableProfile | None:
    """The profile with the most needed headings here."""
    found = [(len(table.needs), profile) for profile in profiles if (table := table_of(profile, kind, header)) is not None]
    return max(found, key=lambda one: one[0])[1] if found else None


def columns_of(profile: ProfileTable, header: Sequence[str]) -> tuple[str, ...]:
    """The field of each column according to the profile; "" = none."""
    folds = [folded(heading) for heading in header]
    return tuple(next((name for pattern, name in profile.columns.items() if _is(heading, pattern)), "") for heading in folds)


def prepared(table: Table, profile: ProfileTable) -> Table:
    """One row per item; the others become empty, so that every row keeps its line."""
    rows = [list(row) for row in table.rows]
    places = _Places(table.header)
    _drop_notes(rows, profile, places)
    _inherit_from_parents(rows, profile, places)
    _inherit_in_groups(rows, profile, places)
    _name_variants(rows, profile, places)
    _drop_others(rows, profile, places)
    _write_currencies(rows, profile, places)
    for empty, full in profile.instead.items():
        a, b = places[empty], places[full]
        for row in rows:
            if a >= 0 and b >= 0 and not row[a].strip():
                row[a], row[b] = row[b], ""
    return replace(table, rows=tuple(tuple(row) for row in rows))


class _Places:
    """Columns by heading."""

    def __init__(self, header: Sequence[str]) -> None:
        self._header = header
        self._known: dict[str, int] = {}

    def __getitem__(self, pattern: str) -> int:
        if pattern not in self._known:
            self._known[pattern] = place_of(self._header, pattern) if pattern else -1
        return self._known[pattern]

    def those(self, patterns: Sequence[str]) -> list[int]:
        return [self[pattern] for pattern in patterns if self[pattern] >= 0]


Rows = list[list[str]]


def _write_currencies(rows: Rows, profile: ProfileTable, places: _Places) -> None:
    """Append a row's currency to its prices."""
    currency = places[profile.currency]
    amounts = places.those([heading for heading, name in profile.columns.items() if name in ("price", "was")])
    for row in rows if currency >= 0 else ():
        for place in amounts:
            if row[place].strip() and row[currency].strip().upper() in CODES:
                row[place] = f"{row[place].strip()} {row[currency].strip()}"


def _clear(row: list[str]) -> None:
    row[:] = [""] * len(row)


def _drop_notes(rows: Rows, profile: ProfileTable, places: _Places) -> None:
    """Rows below the header that explain the columns."""
    for heading, looks in profile.data_when.items():
        place = places[heading]
        for row in rows if place >= 0 else ():
            if not re.match(looks, row[place].strip()):
                _clear(row)


def _inherit_from_parents(rows: Rows, profile: ProfileTable, places: _Places) -> None:
    parent, keys, taken = places[profile.parent], places.those(profile.parent_keys), places.those(profile.inherit)
    if parent < 0:
        return
    by_key = {_key(row[key]): row for row in rows for key in keys if row[key].strip()}
    for row in rows:
        above = by_key.get(_key(row[parent].removeprefix("id:"))) if row[parent].strip() else None
        for place in taken if above is not None and above is not row else ():
            row[place] = row[place] if row[place].strip() else above[place]  # type: ignore[index]


def _key(text: str) -> str:
    return _SKIPPED.sub("", text).casefold()


def _inherit_in_groups(rows: Rows, profile: ProfileTable, places: _Places) -> None:
    """Copies what only the first row of a group has, and gives the pictures of picture-only rows to the first item."""
    group, taken = places[profile.group], places.those(profile.inherit)
    if group < 0:
        return
    items, pictures = places.those(profile.item_when), _picture_places(profile, places)
    first: dict[str, list[str]] = {}
    for row in rows:
        if not row[group].strip():
            continue
        above = first.setdefault(row[group].strip(), row)
        if above is row:
            continue
        if items and not any(row[place].strip() for place in items):
            for place in pictures:
                above[place] = "\n".join(part for part in (above[place], row[place]) if part.strip())
            continue
        for place in taken:
            row[place] = row[place] if row[place].strip() else above[place]


def _picture_places(profile: ProfileTable, places: _Places) -> list[int]:
    return places.those([heading for heading, name in profile.columns.items() if name == "pictures"])


def _name_variants(rows: Rows, profile: ProfileTable, places: _Places) -> None:
    name = places.those([heading for heading, known in profile.columns.items() if known == "name"])
    values = places.those(profile.variants)
    for row in rows if name else ():
        parts = [text for place in values if (text := row[place].strip()) and text not in profile.no_variant]
        if parts and row[name[0]].strip():
            row[name[0]] = f"{row[name[0]].strip()} - {' / '.join(parts)}"


def _drop_others(rows: Rows, profile: ProfileTable, places: _Places) -> None:
    items = places.those(profile.item_when)
    unwanted = [
        (place, {value.casefold() for value in values}) for heading, values in profile.skip.items() if (place := places[heading]) >= 0
    ]
    for row in rows:
        nothing = items and not any(row[place].strip() for place in items)
        if nothing or any(row[place].strip().casefold() in values for place, values in unwanted):
            _clear(row)
