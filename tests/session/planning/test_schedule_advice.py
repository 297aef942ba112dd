"""Advice on a plan: good hours, workloads, festivals once they are loaded, and tasks."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, FestivalChange, TaskKind
from tests.support.schedules import BERLIN, NEW_YORK, SHANGHAI
from tests.support.scheduling import SchedulingDesk, wall

PARTIES = (
    Party("us", "United States", PartyKind.MARKET, NEW_YORK, market_id="US", languages=("en",)),
    Party("de", "Germany", PartyKind.MARKET, BERLIN, market_id="DE", languages=("de",)),
    Party("host", "Lin", PartyKind.HOST, SHANGHAI, languages=("zh-Hans",)),
    Party("op", "Bo", PartyKind.OPERATOR, SHANGHAI),
)
WEEKLY = Airing(
    "weekly", "Friday deals", wall("2027-03-05 20:00", NEW_YORK), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=8", party_ids=("us", "host", "op")
)
WEEK = (datetime(2027, 3, 8, tzinfo=UTC), datetime(2027, 3, 15, tzinfo=UTC))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SchedulingDesk]:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY, parties=PARTIES, show=True)
    yield desk
    desk.close()


def test_hours_are_found_around_planned_shows(desk: SchedulingDesk) -> None:
    best = desk.scheduler.advice.find(["us", "host"], 120, *WEEK)
    assert len(best) == 5 and best[0].score >= best[-1].score
    friday = desk.scheduler.occurrence("weekly@2027-03-12T20:00")
    assert friday is not None
    scorer = desk.scheduler.advice.hour_scorer(["us", "host"], 120, *WEEK)
    assert not scorer.candidate(friday.start).possible  # the host is busy in the Friday show
    scorer_without_friday = desk.scheduler.advice.hour_scorer(["us", "host"], 120, *WEEK, without=friday.key)
    assert scorer_without_friday.candidate(friday.start).possible
    heat = desk.scheduler.advice.week_heat(["us", "host"], 120, date(2027, 3, 8), zone=NEW_YORK)
    assert (len(heat), {len(row) for row in heat}) == (7, {96})
    assert heat[4][80] is None and heat[3][80] is not None


def test_workloads_are_computed_once_per_plan(desk: SchedulingDesk) -> None:
    first = desk.scheduler.advice.workloads()
    assert first["host"].shows == 8 and "us" not in first
    assert desk.scheduler.advice.workloads() is first
    desk.scheduler.cancel(desk.scheduler.upcoming(1)[0])
    assert desk.scheduler.advice.workloads()["host"].shows == 7


NIGHTLY = Airing("nightly", "Night market", wall("2027-03-02 03:00", SHANGHAI), 120, "FREQ=DAILY;COUNT=3", party_ids=("us", "op"))


def hold_shows(desk: SchedulingDesk, days: range) -> None:
    """Hold these dates: on air for an hour, starting 15 minutes late."""
    for day in days:
        occurrence = desk.scheduler.occurrence(f"nightly@2027-03-{day:02}T03:00")
        assert occurrence is not None
        desk.be_at(occurrence.start + timedelta(minutes=15))
        desk.live()
        desk.be_at(occurrence.start + timedelta(minutes=75))
        desk.off()


def test_past_shows_count_as_they_were_held_even_if_removed_from_the_plan(desk: SchedulingDesk) -> None:
    desk.scheduler.remove_airings(["weekly"])
    desk.fill(NIGHTLY)
    assert (desk.scheduler.advice.workloads()["op"].shows, desk.scheduler.advice.workloads()["op"].minutes) == (3, 360)
    hold_shows(desk, range(2, 4))
    desk.be_at(datetime(2027, 3, 6, tzinfo=UTC))  # the third date was not held
    nights = (date(2027, 3, 2), date(2027, 3, 3))
    workload = desk.scheduler.advice.workloads()["op"]
    assert (workload.shows, workload.minutes, workload.nights) == (2, 120, nights)
    desk.scheduler.remove_airings(["nightly"])
    assert desk.scheduler.advice.workloads()["op"] == workload


async def test_past_nights_count_when_a_month_is_optimised(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    other = Party("other", "Ai", PartyKind.OPERATOR, SHANGHAI)
    next_show = Airing("coming", "Night market", wall("2027-03-12 03:00", SHANGHAI), 120, party_ids=("us", "op"), fixed=True)
    desk.fill(next_show, parties=(*PARTIES, other))
    period = (datetime(2027, 3, 8, tzinfo=UTC), datetime(2027, 3, 20, tzinfo=UTC))
    assert not (await desk.scheduler.advice.optimise(*period)).proposals
    desk.fill(NIGHTLY)
    hold_shows(desk, range(2, 5))
    desk.scheduler.remove_airings(["nightly"])
    (proposal,) = (await desk.scheduler.advice.optimise(*period)).proposals
    assert (proposal.occurrence.key, proposal.comes, proposal.goes) == ("coming", ("other",), ("op",))
    desk.close()


def test_festivals_of_the_markets_include_the_users_changes(desk: SchedulingDesk) -> None:
    days = date(2027, 11, 1), date(2027, 11, 30)
    festivals = [occurrence for occurrence in desk.scheduler.advice.festivals(*days) if occurrence.market_id == "US"]
    thanksgiving = [occurrence for occurrence in festivals if occurrence.first <= date(2027, 11, 25) <= occurrence.last]
    assert thanksgiving
    key = thanksgiving[0].key
    desk.scheduler.change_festival(FestivalChange("US", key, 2027, None))
    assert key not in {occurrence.key for occurrence in desk.scheduler.advice.festivals(*days)}
    desk.studio.document.undo()
    assert key in {occurrence.key for occurrence in desk.scheduler.advice.festivals(*days)}
    festivals_across_new_year = desk.scheduler.advice.festivals(date(2027, 12, 20), date(2028, 1, 10))
    identities = [(occurrence.market_id, occurrence.key, occurrence.first) for occurrence in festivals_across_new_year]
    assert len(set(identities)) == len(identities) and {"US", "DE"} <= {occurrence.market_id for occurrence in festivals_across_new_year}


def test_each_date_has_tasks_that_can_be_completed(desk: SchedulingDesk) -> None:
    confirm = [task for task in desk.scheduler.tasks() if task.kind is TaskKind.CONFIRM_7]
    assert len(confirm) == 8
    desk.scheduler.tick(confirm[0].id)
    assert confirm[0].id not in {task.id for task in desk.scheduler.tasks() if not task.done}
    assert confirm[0].id in {task.id for task in desk.scheduler.tasks()}


async def test_an_optimised_month_is_applied_in_one_step(desk: SchedulingDesk) -> None:
    begin = desk.scheduler.now()
    plan = await desk.scheduler.advice.optimise(begin, begin + timedelta(days=31))
    assert plan.after.score >= plan.before.score and plan.proposals
    before = desk.scheduler.schedule
    desk.scheduler.apply_plan(plan, [plan.proposals[0].occurrence.key])
    assert len(desk.scheduler.schedule.airings[0].moves) == 1
    desk.studio.document.undo()
    assert desk.scheduler.schedule == before


async def test_slow_results_arrive_later_with_a_signal(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path, slow=True)
    desk.fill(WEEKLY, parties=PARTIES)
    changes = desk.changes
    assert desk.scheduler.advice.festivals(date(2027, 1, 1), date(2027, 12, 31)) == ()
    assert desk.scheduler.advice.festivals(date(2027, 1, 1), date(2027, 12, 31)) == ()  # must not load a second time
    changed = asyncio.Event()
    desk.scheduler.changed.connect(changed.set)
    async with asyncio.timeout(30):
        await changed.wait()
    assert len(desk.scheduler.advice.festivals(date(2027, 1, 1), date(2027, 12, 31))) > 10
    assert desk.changes == changes + 1
    await desk.aclose()
