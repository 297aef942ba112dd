"""Every finding about hours and plans has a text with its values in each language of the app."""

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
from tests.domain.planning.test_schedule_checks import GOOD_PLAN, INVALID_PLANS, findings
from tests.domain.rundown.test_rundown_lint import PLAN_CODE_PREFIXES
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


def hour_findings() -> Iterator[Finding]:
    """Return the reasons for start times that together give every kind of reason."""
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
    scorer = HourScorer(schedule, ids, 60, days, comfort_rules=COMFORT_RULES, taken=taken, workloads=workloads)
    starts = (
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
    for text, zone in starts:
        yield from scorer.candidate(local(text, zone)).reasons
    autumn = (local("2027-10-28T00:00", BERLIN), local("2027-10-30T00:00", BERLIN))
    yield from HourScorer(schedule, ids, 60, autumn, comfort_rules=COMFORT_RULES).candidate(autumn[0]).reasons


def proposal_findings() -> Iterator[Finding]:
    """Return the reasons of a plan that is better for some people and worse for others."""
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


def delay_findings() -> Iterator[Finding]:
    """Return the reasons of shifts into the late evening and into unavailable hours."""
    shows = (airing("a", "2027-07-07T19:00", BEIJING, ["host"], 60), airing("b", "2027-07-07T20:15", BEIJING, ["host"], 165))
    next_day_show = airing("c", "2027-07-08T10:00", BEIJING, ["host"])
    late = Schedule(parties=(HOST,), airings=(*shows, next_day_show))
    bedtime = replace(HOST, hours=(Hours(23 * 60 + 15, 24 * 60, Comfort.NEVER),))
    for host, delay in ((HOST, 60), (bedtime, 45), (bedtime, 150)):
        schedule = replace(late, parties=(host,))
        dates = dates_of(schedule)
        for shift in replan_day(schedule, dates, dates[0], dates[0].end + timedelta(minutes=delay), COMFORT_RULES):
            yield from shift.reasons
    with_fixed_show = Schedule(parties=(HOST,), airings=(shows[0], replace(shows[1], fixed=True)))
    dates = dates_of(with_fixed_show)
    for shift in replan_day(with_fixed_show, dates, dates[0], dates[1].end, COMFORT_RULES):
        yield from shift.reasons


@cache
def findings_by_code() -> dict[str, Finding]:
    """Return one finding for each code."""
    checked = [finding for make_plan, *_ in INVALID_PLANS.values() for finding in findings(make_plan())]
    requirements = findings(GOOD_PLAN, ShowRequirements(interpreter=True, permits={"one": ("US",)}))
    return {finding.code: finding for finding in (*hour_findings(), *proposal_findings(), *delay_findings(), *checked, *requirements)}


@pytest.mark.parametrize(("folder", "language"), [("", "en"), ("zh_CN", "zh-Hans")])
def test_every_finding_has_a_text_with_all_its_values(folder: str, language: str) -> None:
    wordings = Wordings.load(WORDS / folder) if folder else Wordings.load(WORDS)
    plan_codes = {code for code in wordings.codes if code.startswith(PLAN_CODE_PREFIXES)}
    assert plan_codes == set(findings_by_code())
    for code, finding in findings_by_code().items():
        template = wordings.template(code)
        assert template is not None
        assert placeholders(template.text + template.help) <= set(finding.data), code
        wording = wordings.sentence(code, finding_values(finding.data, language))
        assert "{" not in wording.text + wording.help
        assert wording.text.endswith("。" if language == "zh-Hans" else "."), wording.text
        assert bool(wording.help) == code.startswith("airing."), code


def test_names_and_times_are_formatted_for_the_reader() -> None:
    wordings = Wordings.load(WORDS)
    overlap, asleep = findings_by_code()["airing.overlap"], findings_by_code()["airing.asleep"]
    assert wordings.sentence(overlap.code, finding_values(overlap.data, "en")).text.startswith(
        "“Late” needs Host, Helper, who are in “One”"
    )
    assert "01:30 on Nov 7, 2027" in wordings.sentence(asleep.code, finding_values(asleep.data, "en")).text
