"""Tasks before festivals and shows, with due days in the market's or show's local time."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from app.domain.catalogue.product import Product, Role, units_in_stock
from app.domain.planning.draw_permit import DrawPermit, PermitNeed
from app.domain.planning.festival import Festival
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule, TaskKind, parties_of
from app.domain.rundown.finding import Fact
from app.domain.rundown.product_lint import missing_languages
from app.domain.show import Show

CONFIRM_DAYS = {TaskKind.CONFIRM_14: 14, TaskKind.CONFIRM_7: 7}  # partners drop products one to two weeks before a show
INTERPRETER_DAYS = 7
AIRING_DAYS = {TaskKind.STOCK: 14, TaskKind.TRANSLATION: 10, TaskKind.MATERIAL: 7}
UNKNOWN_PERMIT = DrawPermit("")  # for markets without an entry: not the same as no requirement


class TaskSubject(Enum):
    """The subject of a task."""

    FESTIVAL = "festival"
    AIRING = "airing"  # once for a series
    OCCURRENCE = "occurrence"  # for each date


@dataclass(frozen=True, slots=True)
class Task:
    """`id` stays the same from day to day, it is what Schedule.done holds; `subject_id` is a festival's key, an airing's id or an
    occurrence's key. `due` is the last day for it.

    `data` has name (of the festival or show), date (its day, ISO), days (how long before it the task is due), and by kind: products,
    without_backup, languages, market, interpreter, need, note, source, reviewed_on, confidence; as in Finding, values under "market",
    "markets" and "languages" are ids and tags.
    """

    id: str
    kind: TaskKind
    due: date
    subject: TaskSubject
    subject_id: str
    data: Mapping[str, Fact] = field(default_factory=dict)
    done: bool = False
    overdue: bool = False


def tasks(
    schedule: Schedule,
    occurrences: Iterable[Occurrence],
    festivals: Iterable[Festival],
    show: Show,
    today: date,
    *,
    permits: Mapping[str, DrawPermit],
) -> tuple[Task, ...]:
    """The tasks by due day. Past dates have none; festival tasks are for the markets of schedule and show."""
    to_come = [one for one in occurrences if one.local.wall.date() >= today]
    found = [
        *_of_festivals(schedule, [one for one in festivals if one.last >= today], show, permits),
        *_of_airings(schedule, to_come, show, permits),
        *_of_occurrences(schedule, to_come, show, today),
    ]
    done = frozenset(schedule.done)
    return tuple(sorted((_with_state(one, done, today) for one in found), key=lambda one: (one.due, one.id)))


def has_draw(show: Show) -> bool:
    """Whether the rundown has a prize draw."""
    return any(segment.draw.strip() for segment in show.segments)


def _with_state(task: Task, done: Collection[str], today: date) -> Task:
    is_done = task.id in done
    return Task(
        task.id, task.kind, task.due, task.subject, task.subject_id, task.data, done=is_done, overdue=not is_done and task.due < today
    )


def _used(show: Show) -> list[Product]:
    """The products of the rundown, each once; all products if it has none."""
    used = {one.product_id for one in show.segments} - {""}
    return [product for product in show.products if product.id in used] if used else list(show.products)


def _market_ids(parties: Iterable[Party], show: Show) -> tuple[str, ...]:
    """The market ids of these parties, or else of the show."""
    chosen = tuple(dict.fromkeys(one.market_id for one in parties if one.kind is PartyKind.MARKET and one.market_id))
    return chosen or tuple(market.id for market in show.markets)


def _languages_of(market_ids: Collection[str], parties: Iterable[Party], show: Show) -> tuple[str, ...]:
    of_profiles = (language for market in show.markets if market.id in market_ids for language in market.languages)
    of_parties = (language for party in parties if party.market_id in market_ids for language in party.languages)
    return tuple(dict.fromkeys((*of_profiles, *of_parties)))


def _translation(products: Sequence[Product], languages: Sequence[str]) -> dict[str, Fact]:
    """The missing translations; {} = none."""
    lacking = {product.id: missing_languages(product, languages) for product in products}
    missing = [language for language in languages if any(language in one for one in lacking.values())]
    count = sum(1 for one in lacking.values() if one)
    return {"products": count, "languages": " ".join(missing)} if missing else {}


def _of_festivals(schedule: Schedule, festivals: Sequence[Festival], show: Show, permits: Mapping[str, DrawPermit]) -> Iterator[Task]:
    markets = {*_market_ids(schedule.parties, show), *(market.id for market in show.markets)}
    products = _used(show)
    lacking = {one: _translation(products, _languages_of((one,), schedule.parties, show)) for one in markets}
    for festival in festivals:
        if festival.market_id in markets:
            permit = permits.get(festival.market_id, UNKNOWN_PERMIT)
            for lead in festival.tasks:
                kind = TaskKind(lead.kind)
                if kind is TaskKind.PERMIT:
                    if has_draw(show) and _asks(permit):
                        yield _of_festival(kind, festival, max(lead.days, permit.lead_days), _permit_facts(permit))
                elif kind is not TaskKind.TRANSLATION:
                    yield _of_festival(kind, festival, lead.days, {})
                elif lacking[festival.market_id]:
                    yield _of_festival(kind, festival, lead.days, lacking[festival.market_id])


def _of_festival(kind: TaskKind, festival: Festival, days: int, data: Mapping[str, Fact]) -> Task:
    facts: dict[str, Fact] = {"name": festival.name, "market": festival.market_id, "date": festival.day.isoformat(), "days": days, **data}
    half = 1 if festival.day.month <= 6 else 2  # an Islamic festival can occur in January and in December of one year
    task_id = f"{kind.value}:{festival.market_id}:{festival.key}:{festival.day.year}-{half}"
    return Task(task_id, kind, festival.first - timedelta(days=days), TaskSubject.FESTIVAL, festival.key, facts)


def _asks(permit: DrawPermit) -> bool:
    return permit.need is not PermitNeed.NONE


def _permit_facts(permit: DrawPermit) -> dict[str, Fact]:
    return {
        "need": permit.need.value,
        "note": permit.note,
        "source": permit.source,
        "reviewed_on": permit.reviewed_on,
        "confidence": permit.confidence.value,
    }


def _of_airings(schedule: Schedule, occurrences: Sequence[Occurrence], show: Show, permits: Mapping[str, DrawPermit]) -> Iterator[Task]:
    """Tasks once per show or series, due before its next date."""
    products = _used(show)
    empty = [product for product in products if units_in_stock(product) == 0]
    plain = [product for product in products if not product.pictures]
    days = _next_days(occurrences)
    lacking_in: dict[tuple[str, ...], dict[str, Fact]] = {}  # cache: most airings have the same languages
    for airing in schedule.airings:
        day = days.get(airing.id)
        if day is None:
            continue
        parties = parties_of(schedule, airing)
        market_ids = _market_ids(parties, show)
        languages = _languages_of(market_ids, parties, show)
        if languages not in lacking_in:
            lacking_in[languages] = _translation(products, languages)
        lacking = lacking_in[languages]
        if empty:
            yield _of_airing(TaskKind.STOCK, airing, day, {"products": len(empty)})
        if plain:
            yield _of_airing(TaskKind.MATERIAL, airing, day, {"products": len(plain)})
        if lacking:
            yield _of_airing(TaskKind.TRANSLATION, airing, day, lacking)
        if has_draw(show):
            yield from _permits_of(airing, day, [permits.get(one) or DrawPermit(one) for one in market_ids])


def _next_days(occurrences: Iterable[Occurrence]) -> dict[str, date]:
    """The next date of each airing."""
    found: dict[str, date] = {}
    for one in occurrences:
        day = one.local.wall.date()
        found[one.airing_id] = min(day, found.get(one.airing_id, day))
    return found


def _of_airing(kind: TaskKind, airing: Airing, day: date, data: Mapping[str, Fact]) -> Task:
    days = AIRING_DAYS[kind]
    facts: dict[str, Fact] = {"name": airing.title, "date": day.isoformat(), "days": days, **data}
    return Task(f"{kind.value}:{airing.id}", kind, day - timedelta(days=days), TaskSubject.AIRING, airing.id, facts)


def _permits_of(airing: Airing, day: date, permits: Iterable[DrawPermit]) -> Iterator[Task]:
    for permit in permits:
        if _asks(permit):
            facts: dict[str, Fact] = {
                "name": airing.title,
                "date": day.isoformat(),
                "days": permit.lead_days,
                "market": permit.market_id,
                **_permit_facts(permit),
            }
            due = day - timedelta(days=permit.lead_days)
            yield Task(f"permit:{permit.market_id}:{airing.id}", TaskKind.PERMIT, due, TaskSubject.AIRING, airing.id, facts)


def _of_occurrences(schedule: Schedule, occurrences: Sequence[Occurrence], show: Show, today: date) -> Iterator[Task]:
    airings = {airing.id: airing for airing in schedule.airings}
    heroes = [one for one in show.segments if one.product_id and one.role is Role.HERO]
    products: dict[str, Fact] = {"products": len(_used(show)), "without_backup": sum(1 for one in heroes if not one.backup_id)}
    for occurrence in occurrences:
        airing = airings.get(occurrence.airing_id)
        if airing is not None:
            if products["products"]:
                yield from _confirmations(airing, occurrence, products, today)
            yield from _interpreter(schedule, airing, occurrence, show)


def _confirmations(airing: Airing, occurrence: Occurrence, products: Mapping[str, Fact], today: date) -> Iterator[Task]:
    day = occurrence.local.wall.date()
    facts: dict[str, Fact] = {"name": airing.title, "date": day.isoformat(), **products}
    for kind, days in CONFIRM_DAYS.items():
        due = day - timedelta(days=days)
        if kind is TaskKind.CONFIRM_14 and today >= day - timedelta(days=CONFIRM_DAYS[TaskKind.CONFIRM_7]):
            continue  # the second confirmation replaces it
        yield _of_occurrence(kind, occurrence, due, {**facts, "days": days})


def _interpreter(schedule: Schedule, airing: Airing, occurrence: Occurrence, show: Show) -> Iterator[Task]:
    names = [one.name for one in parties_of(schedule, airing) if one.kind is PartyKind.INTERPRETER]
    if not names and not any(segment.needs_interpreter for segment in show.segments):
        return
    day = occurrence.local.wall.date()
    facts: dict[str, Fact] = {
        "name": airing.title,
        "date": day.isoformat(),
        "days": INTERPRETER_DAYS,
        "interpreter": ", ".join(names),
    }
    yield _of_occurrence(TaskKind.INTERPRETER, occurrence, day - timedelta(days=INTERPRETER_DAYS), facts)


def _of_occurrence(kind: TaskKind, occurrence: Occurrence, due: date, facts: Mapping[str, Fact]) -> Task:
    return Task(f"{kind.value}:{occurrence.key}", kind, due, TaskSubject.OCCURRENCE, occurrence.key, facts)
