"""How long planning takes: the best hours of two weeks for twenty parties, and a better month of 60 shows × 8 markets × 12 people.

Run: python -m tests.benchmark.bench_schedule [--times 5]. The promises are 60 ms and 150 ms, and 16 ms for a block that is dragged.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import LocalTime, day_start
from app.domain.planning.hours.comfort import DAY_QUARTERS, QUARTER, ComfortRules
from app.domain.planning.hours.hour_finder import HourScorer, week_heat
from app.domain.planning.months.month_plan import optimise
from app.domain.planning.people.party import Comfort, Hours, Party, PartyKind
from app.domain.planning.people.workload import workloads_of
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from app.domain.planning.schedule_checks import check_plan
from tests.support.occurrences import all_occurrences

FIND_MS, PLAN_MS, DRAG_MS = 60.0, 150.0, 16.0
BEGIN = datetime(2027, 3, 1, tzinfo=UTC)  # a spring with all its clock changes
SHOWS, MARKETS, PEOPLE = 60, 8, 12
ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Riyadh",
    "Asia/Bangkok",
    "Asia/Tokyo",
    "Asia/Kathmandu",
)
KINDS = (PartyKind.HOST, PartyKind.HOST, *[PartyKind.INTERPRETER] * 3, *[PartyKind.OPERATOR] * 4, *[PartyKind.SUPPORT] * 3)
PLACES = ("Asia/Shanghai", "Asia/Shanghai", "Europe/London")


def parties() -> tuple[Party, ...]:
    """Return eight markets and twelve people, one of whom is not available at night."""
    markets = [Party(f"m{number}", f"M{number}", PartyKind.MARKET, zone, weight=1 + number) for number, zone in enumerate(ZONES)]
    people = [Party(f"p{number}", f"P{number}", kind, PLACES[number % 3]) for number, kind in enumerate(KINDS)]
    people[5] = Party("p5", "P5", KINDS[5], PLACES[2], hours=(Hours(0, 360, Comfort.NEVER),))
    return (*markets, *people)


def month(audiences: int) -> Schedule:
    """Return two shows a day at typical hours, each for this many markets."""
    known, chance = parties(), random.Random(1)
    people = {kind: [party for party in known if party.kind is kind] for kind in PartyKind}
    airings = []
    for number in range(SHOWS):
        markets = chance.sample(people[PartyKind.MARKET], audiences)
        team = [chance.choice(people[kind]) for kind in dict.fromkeys(KINDS)]
        start = datetime(2027, 3, 1 + number // 2, chance.choice((10, 14, 20)))
        ids = tuple(party.id for party in (*markets, *team))
        airings.append(Airing(f"a{number}", f"Show {number}", LocalTime(start, markets[0].zone), 120, party_ids=ids))
    return Schedule(airings=tuple(airings), parties=known)


def measure(what: str, times: int, work: Callable[[], object], goal_ms: float | None = None) -> None:
    """Print how long it takes: wall clock and processor time."""
    walls, busy = [], []
    for _ in range(times):
        began, began_busy = time.perf_counter(), time.process_time()
        work()
        busy.append((time.process_time() - began_busy) * 1000)
        walls.append((time.perf_counter() - began) * 1000)
    figures = f"p50 {statistics.median(walls):7.1f} ms   worst {max(walls):7.1f} ms   busy {statistics.median(busy):7.1f} ms"
    print(f"{what:40} {figures}" + (f"   promised {goal_ms:.0f}" if goal_ms else ""))


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench_schedule", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args(words).times
    comfort_rules = ComfortRules(load_zones())
    for audiences in (2, MARKETS):
        measure_month(month(audiences), audiences, comfort_rules, times)
    measure_finding(month(MARKETS), comfort_rules, times)


def dates_of(schedule: Schedule, comfort_rules: ComfortRules) -> tuple[Occurrence, ...]:
    return all_occurrences(schedule.airings, BEGIN - timedelta(days=3), BEGIN + timedelta(days=35), comfort_rules.zones)


def measure_month(schedule: Schedule, audiences: int, comfort_rules: ComfortRules, times: int) -> None:
    """Measure optimising a whole month."""
    dates = dates_of(schedule, comfort_rules)
    plan = optimise(schedule, dates, comfort_rules)
    print(f"{len(dates)} shows for {audiences} of {MARKETS} markets, {PEOPLE} people:")
    for name, tally in (("before", plan.before), ("after", plan.after)):
        print(f"  {name}: {tally.conflicts} conflicts, score {tally.score:.3f}, {tally.poor_minutes} poor minutes")
    measure("  made better", times, lambda: optimise(schedule, dates, comfort_rules), PLAN_MS)
    measure("  its ledger", times, lambda: workloads_of(schedule, dates, comfort_rules))
    measure("  what speaks against it", times, lambda: check_plan(schedule, dates, comfort_rules))


def measure_finding(schedule: Schedule, comfort_rules: ComfortRules, times: int) -> None:
    """Measure finding hours for twenty parties, without and with all other shows."""
    ids, days = [party.id for party in schedule.parties], (BEGIN, BEGIN + timedelta(days=14))
    dates = dates_of(schedule, comfort_rules)
    workloads = workloads_of(schedule, dates, comfort_rules)

    def weighed() -> HourScorer:
        return HourScorer(schedule, ids, 120, days, comfort_rules=comfort_rules, taken=dates, workloads=workloads)

    def week() -> object:
        begin, end = (day_start(BEGIN.date() + timedelta(days=day), "Asia/Shanghai", comfort_rules.zones) for day in (0, 7))
        field = HourScorer(schedule, ids, 120, (begin, end), comfort_rules=comfort_rules, taken=dates, workloads=workloads)
        return week_heat(field, BEGIN.date(), "Asia/Shanghai")

    measure(
        "five hours of a fortnight, 20 parties",
        times,
        lambda: HourScorer(schedule, ids, 120, days, comfort_rules=comfort_rules).best(),
        FIND_MS,
    )
    measure("  beside 60 shows, with the ledger", times, lambda: weighed().best(), FIND_MS)
    measure("a week of 7 × 96", times, week)
    field, begins = weighed(), iter(range(14 * DAY_QUARTERS))
    measure("a block dragged, with all its reasons", 50 * times, lambda: field.candidate(BEGIN + next(begins) * QUARTER), DRAG_MS)


if __name__ == "__main__":
    main()
