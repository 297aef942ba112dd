"""The festivals of one market, from rules, the table of public holidays, and the user's corrections."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.calendar.festival_days import DAY, consecutive_spans, rule_days
from app.calendar.holiday_tables import HolidayTables, PublicHoliday
from app.domain.base.localized_text import LocalizedText
from app.domain.planning.festival import DayKind, Festival, LeadTask
from app.domain.planning.festival_rule import Basis, DayRule, FestivalRule, parse_day_rule
from app.domain.planning.schedule import FestivalChange

INSTEAD = "_observed"  # suffix of the key of a day off apart from its festival
_NO_LETTER = re.compile(r"[^a-z0-9]+")
Span = tuple[date, date]


class MarketFestivals:
    """Caches each year. `days_off`: the text for a substitute day off for "{name}", by language."""

    def __init__(
        self,
        market_id: str,
        rules: Sequence[FestivalRule],
        changes: Sequence[FestivalChange],
        tables: HolidayTables,
        days_off: Mapping[str, str],
    ) -> None:
        self._days_off = days_off
        self._market_id = market_id
        self._rules = tuple(rule for rule in rules if not rule.markets or market_id in rule.markets)
        self._parsed = {text: parse_day_rule(text) for rule in self._rules for text in (rule.rule, rule.until) if text}
        self._changes = tuple(changes)
        self._tables = tables
        self._keys: dict[str, list[FestivalRule]] = {}
        for rule in self._rules:
            self._keys.setdefault(rule.key, []).append(rule)
        self._owners: dict[str, FestivalRule] = {}  # by the table's names; the first rule that claims a name owns it
        for rule in self._rules:
            for name in rule.matches:
                self._owners.setdefault(name, rule)
        self._named: dict[tuple[str, int], tuple[Festival, ...]] = {}
        self._years: dict[int, tuple[Festival, ...]] = {}

    def of(self, year: int) -> tuple[Festival, ...]:
        """The festivals in this year, ordered by their first day."""
        if year not in self._years:
            found = [one for key in self._keys for one in self._of_key(key, year)]
            found += self._changed([*self._unruled(year)], year)
            self._years[year] = tuple(sorted(self._told_apart(found), key=lambda one: (one.first, one.key)))
        return self._years[year]

    def undated(self, year: int) -> tuple[FestivalRule, ...]:
        """Festivals that are announced year by year and have no date for this year."""
        by_dates = (rule for rule in self._rules if rule.rule and self._parsed[rule.rule].basis is Basis.DATES)
        return tuple(rule for rule in by_dates if not self._of_key(rule.key, year))

    def _of_key(self, key: str, year: int) -> tuple[Festival, ...]:
        if (key, year) not in self._named:
            ruled = [one for rule in self._keys.get(key, ()) for one in self._by_rule(rule, year)]
            self._named[key, year] = self._changed(self._created(key, year, ruled), year)
        return self._named[key, year]

    def _by_rule(self, rule: FestivalRule, year: int) -> Iterator[Festival]:
        """The festivals of one rule, extended by adjacent days of the table. Days apart from them are festivals of their own."""
        table = self._tables.public(self._market_id, year) if rule.matches else ()
        public = [one for one in table if self._owners.get(one.name) is rule]
        mere = [one for one in public if rule.caution and one.instead]  # mourning is observed on the day itself
        public = [one for one in public if one not in mere]
        off = {one.day for one in public}
        left = set(off)
        spans = tuple(self._spans(rule, year))
        for day, end in spans:
            first, last = day, end
            while first - DAY in off:
                first -= DAY
            while last + DAY in off:
                last += DAY
            left -= {one for one in off if first <= one <= last}
            yield _festival(self._market_id, rule, (first, last), day, [one for one in public if first <= one.day <= last])
        for first, last in consecutive_spans(left):
            beside = [one for one in public if first <= one.day <= last]
            yield _table_festival(self._market_id, rule, (first, last), beside, apart=bool(spans))
        for first, last in consecutive_spans(one.day for one in mere):
            yield _table_festival(self._market_id, rule, (first, last), mere, apart=True)

    def _spans(self, rule: FestivalRule, year: int) -> Iterator[Span]:
        """(day, last day) by the rule alone."""
        if not rule.rule:
            return
        parsed = self._parsed[rule.rule]
        if parsed.basis is Basis.DATES:
            yield from (span for span in map(parse_span, rule.dates) if span[0].year == year)
            return
        for day in self._days(parsed, year):
            yield day, self._last(rule, day)

    def _last(self, rule: FestivalRule, day: date) -> date:
        if rule.until:
            until = self._parsed[rule.until]
            ends = (end for year in (day.year, day.year + 1) for end in self._days(until, year) if end >= day)
            return min(ends, default=day)
        return day + (rule.days - 1) * DAY

    def _days(self, rule: DayRule, year: int) -> tuple[date, ...]:
        if rule.basis is not Basis.FESTIVAL:
            return rule_days(rule, self._market_id, year, self._tables)
        years = (year - 1, year, year + 1) if rule.shift else (year,)
        found = (one.day + rule.shift * DAY for near in years for one in self._of_key(rule.name, near) if not one.instead)
        return tuple(day for day in found if day.year == year)

    def _unruled(self, year: int) -> Iterator[Festival]:
        """Days in the table that no rule mentions."""
        public = [one for one in self._tables.public(self._market_id, year) if one.name not in self._owners]
        for name in dict.fromkeys(one.name for one in public):
            rule = FestivalRule(_NO_LETTER.sub("_", name.lower()).strip("_"), {"en": name}, matches=(name,))
            of_name = [one for one in public if one.name == name]
            for first, last in consecutive_spans(one.day for one in of_name):
                beside = [one for one in of_name if first <= one.day <= last]
                yield _table_festival(self._market_id, rule, (first, last), beside, apart=False)

    def _told_apart(self, festivals: Iterable[Festival]) -> Iterator[Festival]:
        """Give days off their own names; a day off shared by several festivals appears once."""
        shared: dict[Span, Festival] = {}
        for one in festivals:
            if not one.instead:
                yield one
            elif (one.first, one.last) not in shared or self._rule_of(shared[one.first, one.last]).kind is DayKind.COMMERCIAL:
                shared[one.first, one.last] = one
        for one in shared.values():
            yield replace(one, name=self._name_off(one)) if self._days_off else one

    def _name_off(self, festival: Festival) -> LocalizedText:
        """The name of a day off in every language that has one, plus the name in the country's own table."""
        ours = self._rule_of(festival).name
        off = {
            tag: text.replace("{name}", festival.name[tag]) for tag, text in self._days_off.items() if tag in ours and tag in festival.name
        }
        return {tag: name for tag, name in festival.name.items() if tag not in ours} | off

    def _rule_of(self, festival: Festival) -> FestivalRule:
        """The rule that produced the festival, or a stand-in for one that is only in the table."""
        rules = self._keys.get(festival.key.removesuffix(INSTEAD))
        return rules[0] if rules else FestivalRule(festival.key, {"en": festival.name.get("en", "")})

    def _created(self, key: str, year: int, found: list[Festival]) -> list[Festival]:
        """A festival whose only date in this year comes from the user."""
        told = next((one.day for one in self._changes if one.festival == key and one.year == year and one.day), None)
        if told is None or found or key not in self._keys:
            return found
        rule = self._keys[key][0]
        return [_festival(self._market_id, rule, (told, told + (rule.days - 1) * DAY), told, [])]

    def _changed(self, festivals: list[Festival], year: int) -> tuple[Festival, ...]:
        for change in self._changes:
            named = [one for one in festivals if one.key == change.festival] if change.year == year else []
            if not named:
                continue
            if change.day is None:
                festivals = [one for one in festivals if one not in named]
                continue
            day = change.day
            nearest = min(named, key=lambda one: abs(one.day - day))  # an Islamic festival may occur twice in a year
            festivals = [moved_to(one, day) if one is nearest else one for one in festivals]
        return tuple(festivals)


def moved_to(festival: Festival, day: date) -> Festival:
    """The same festival on another day; no longer an estimate."""
    by = day - festival.day
    peak = None if festival.peak is None else festival.peak + by
    return replace(festival, first=festival.first + by, last=festival.last + by, peak=peak, estimated=False)


def parse_span(text: str) -> Span:
    """Parse "2025-07-08" or "2025-07-08/4" (four days) as (first, last); raises ValueError."""
    first, _, days = text.partition("/")
    day = date.fromisoformat(first)
    return day, day + (int(days or 1) - 1) * DAY


def _peak(rule: FestivalRule, public: Sequence[PublicHoliday], first: date) -> date:
    """The day that the table names after the festival itself, rather than one named relative to it."""
    for name in rule.matches:
        for one in public:
            if one.name == name and not one.instead:
                return one.day
    return first


def _table_festival(market_id: str, rule: FestivalRule, span: Span, public: Sequence[PublicHoliday], *, apart: bool) -> Festival:
    """Days in the table that no rule gave. `apart`: the festival itself is on other days, so this day off needs no preparation."""
    found = _festival(market_id, rule, span, _peak(rule, public, span[0]), public)
    return (
        replace(found, key=found.key + INSTEAD, kind=DayKind.PUBLIC, caution=False, tone={}, tasks=(), instead=True)
        if apart or all(one.instead for one in public)
        else found
    )


def _festival(market_id: str, rule: FestivalRule, span: Span, day: date, public: Sequence[PublicHoliday]) -> Festival:
    first, last = span
    return Festival(
        market_id,
        rule.key,
        _name(rule, public, day),
        first,
        last,
        rule.kind,
        estimated=rule.estimated or any(one.estimated for one in public),
        caution=rule.caution,
        prime_time=rule.prime_time,
        tone=rule.tone,
        tasks=tuple(LeadTask(kind, days) for kind, days in rule.tasks.items()),
        source=rule.source,
        confidence=rule.confidence,
        reviewed_on=rule.reviewed_on,
        peak=None if day == first else day,
    )


def _name(rule: FestivalRule, public: Sequence[PublicHoliday], day: date) -> LocalizedText:
    """The rule's names, plus the one in the country's own table for that day."""
    own = next((one for one in public if one.day == day and one.native), None)
    return rule.name if own is None or own.language in rule.name else {**rule.name, own.language: own.native}
