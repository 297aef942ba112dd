"""Every finding about hours and plans has a text in each language of the app, with its values."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.hours.hour_finder import HourScorer
from app.domain.planning.months.month_plan import optimise
from app.domain.planning.people.party import Comfort, Hours, PartyKind
from app.domain.planning.people.workload import Workload, workloads_of
from app.domain.planning.replan import replan_day
from app.domain.planning.schedule import Schedule
from app.domain.planning.schedule_checks import ShowRequirements
from app.domain.rundown.finding import Finding
from app.language.findings import finding_values
from app.storage.wording import Wordings, placeholders
from tests.domain.planning.test_schedule_checks import GOOD, SPOILT, findings
from tests.domain.rundown.test_rundown_lint import OF_THE_PLAN
from tests.support.parties import ZONES, airing, dates_of, local, market, person
from tests.support.source_trees import ROOT

WORDS = ROOT / "resources" / "findings"
NEW_YORK, BERLIN, RIYADH, BEIJING = "America/New_York", "Europe/Berlin", "Asia/Riyadh", "Asia/Shanghai"
FEAST = Festival("US", "feast", {"en": "A feast", "zh-Hans": "节日"}, date(2027, 3, 15), date(2027, 3, 15), DayKind.PUBLIC)
COMFORT_RULES = ComfortRules(
    ZONES,
    festivals=(
        FEAST,
        replace(FEAST, key="moon", estimated=True),
        replace(FEAST, key="sorrow", kind=DayKind.CAUTION),
        Festival("SA", "ramadan", {"en": "Ramadan"}, date(2027, 2, 8), date(2027, 3, 8), DayKind.RELIGIOUS),
    ),
)
HOST, OPERATOR = person("host", kind=PartyKind.HOST), person("operator")


def of_hours() -> Iterator[Finding]:
    """Begins of a spring that have everything that can be said of one."""
    parties = (
        market("america", NEW_YORK, "US"),
        market("germany", BERLIN, "DE"),
        market("arabia", RIYADH, "SA"),
        HOST,
        replace(OPERATOR, hours=(Hours(12 * 60, 13 * 60, Comfort.NEVER),)),
    )
    nights = tuple(airing(f"n{day}", f"2027-03-{day}T02:00", BEIJING, ["host"]) for day in (14, 15))
    schedule = Schedule(parties=parties, airings=nights)
    days = (local("2027-03-01T00:00", BEIJING), local("2027-04-20T00:00", BEIJING))
    taken = dates_of(schedule)
    workloads = {**workloads_of(schedule, taken, COMFORT_RULES), "operator": Workload("operator", nights=(date(2027, 3, 1),) * 3)}
    ids = [party.id for party in parties]
    field = HourScorer(schedule, ids, 60, days, comfort_rules=COMFORT_RULES, taken=taken, workloads=workloads)
    begins = (
        ("2027-03-15T20:00", NEW_YORK),
        ("2027-03-15T22:30", NEW_YORK),
        ("2027-03-16T03:00", BEIJING),
        ("2027-03-15T02:30", BEIJING),
        ("2027-03-13T21:00", BEIJING),
        ("2027-03-05T18:00", RIYADH),
        ("2027-03-12T12:00", RIYADH),
        ("2027-03-16T12:00", BEIJING),
        ("2027-04-12T20:00", BERLIN),
    )
    for text, zone in begins:
        yield from field.candidate(local(text, zone)).reasons
    autumn = (local("2027-10-28T00:00", BERLIN), local("2027-10-30T00:00", BERLIN))
    yield from HourScorer(schedule, ids, 60, autumn, comfort_rules=COMFORT_RULES).candidate(autumn[0]).reasons


def of_proposals() -> Iterator[Finding]:
    """A month in which some come off better and some worse."""
    germany = replace(market("germany", BERLIN), weight=9.0)
    parties = (germany, market("japan", "Asia/Tokyo"), HOST, OPERATOR, person("london", "Europe/London"))
    shows = (
        airing("a", "2027-07-07T12:00", BERLIN, ["germany", "host", "operator", "japan"]),
        airing("b", "2027-07-08T03:00", BERLIN, ["germany", "host"]),
    )
    schedule = Schedule(parties=parties, airings=shows)
    schedule = replace(schedule, priorities=replace(schedule.priorities, strict=True))
    for proposal in optimise(schedule, dates_of(schedule), COMFORT_RULES).proposals:
        yield from proposal.reasons


def of_delays() -> Iterator[Finding]:
    """Days on which shows run late into the night, and into hours that are never."""
    shows = (airing("a", "2027-07-07T19:00", BEIJING, ["host"], 60), airing("b", "2027-07-07T20:15", BEIJING, ["host"], 165))
    follows = airing("c", "2027-07-08T10:00", BEIJING, ["host"])
    late = Schedule(parties=(HOST,), airings=(*shows, follows))
    bedtime = replace(HOST, hours=(Hours(23 * 60 + 15, 24 * 60, Comfort.NEVER),))
    for host, delay in ((HOST, 60), (bedtime, 45), (bedtime, 150)):
        schedule = replace(late, parties=(host,))
        dates = dates_of(schedule)
        for shift in replan_day(schedule, dates, dates[0], dates[0].end + timedelta(minutes=delay), COMFORT_RULES):
            yield from shift.reasons
    standing = Schedule(parties=(HOST,), airings=(shows[0], replace(shows[1], fixed=True)))
    dates = dates_of(standing)
    for shift in replan_day(standing, dates, dates[0], dates[1].end, COMFORT_RULES):
        yield from shift.reasons


@cache
def everything() -> dict[str, Finding]:
    """One finding of each code."""
    checked = [one for spoil, *_ in SPOILT.values() for one in findings(spoil())]
    needed = findings(GOOD, ShowRequirements(interpreter=True, permits={"one": ("US",)}))
    return {one.code: one for one in (*of_hours(), *of_proposals(), *of_delays(), *checked, *needed)}


@pytest.mark.parametrize(("folder", "language"), [("", "en"), ("zh_CN", "zh-Hans")])
def test_every_finding_has_a_text_with_its_values(folder: str, language: str) -> None:
    wordings = Wordings.load(WORDS / folder) if folder else Wordings.load(WORDS)
    ours = {code for code in wordings.codes if code.startswith(OF_THE_PLAN)}
    assert ours == set(everything())
    for code, found in everything().items():
        template = wordings.template(code)
        assert template is not None
        assert placeholders(template.text + template.help) <= set(found.data), code
        said = wordings.sentence(code, finding_values(found.data, language))
        assert "{" not in said.text + said.help
        assert said.text.endswith("。" if language == "zh-Hans" else "."), said.text
        assert bool(said.help) == code.startswith("airing."), code


def test_names_and_hours_are_told_as_readers_write_them() -> None:
    wordings = Wordings.load(WORDS)
    overlap, asleep = everything()["airing.overlap"], everything()["airing.asleep"]
    assert wordings.sentence(overlap.code, finding_values(overlap.data, "en")).text.startswith(
        "“Late” needs Host, Helper, who are in “One”"
    )
    assert "01:30 on Nov 7, 2027" in wordings.sentence(asleep.code, finding_values(asleep.data, "en")).text
