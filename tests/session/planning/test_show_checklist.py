"""The checklist of a planned show: each item is good, missing, blocking or unknown."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.catalogue.product import Product
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing
from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.device import Device, Devices
from app.domain.program.editing import add_source, change_settings
from app.domain.program.source import SourceKind
from app.domain.program.stats import EngineStats, FrameCounts, Percentiles, RelayProbe, TargetStats, VideoStats
from app.domain.rundown.finding import Fact
from app.domain.rundown.rundown import Segment
from app.domain.show import Show
from app.session.planning.show_checklist import CheckItem, CheckKind, CheckState
from tests.support.schedules import BERLIN, KATHMANDU, NEW_YORK, SHANGHAI
from tests.support.scheduling import NOW, SchedulingDesk, wall

GALA = Airing("gala", "Gala", wall("2027-03-05 20:00", NEW_YORK), party_ids=("us", "host"))
PARTIES = (
    Party("us", "United States", PartyKind.MARKET, NEW_YORK, market_id="US", languages=("en",)),
    Party("host", "Lin", PartyKind.HOST, SHANGHAI, languages=("en",)),
    Party("voice", "Asha", PartyKind.INTERPRETER, KATHMANDU, languages=("en",)),
)
STATS_OF_QUIET_ENGINE = EngineStats(
    0, BroadcastState.LIVE, 0, "", FrameCounts(), Percentiles(), Percentiles(), VideoStats(), (), (), 0.0, 0.0, 0.0
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SchedulingDesk]:
    desk = SchedulingDesk(tmp_path)
    desk.fill(GALA, parties=PARTIES)
    yield desk
    desk.close()


def item(desk: SchedulingDesk, kind: CheckKind) -> CheckItem | None:
    """Return this item of the gala's checklist."""
    date = desk.scheduler.occurrence("gala")
    assert date is not None
    return next((one for one in desk.scheduler.checklist(date) if one.kind is kind), None)


def state_of(desk: SchedulingDesk, kind: CheckKind) -> tuple[CheckState, dict[str, Fact]]:
    check = item(desk, kind)
    assert check is not None
    return check.state, dict(check.data)


def edit_show(desk: SchedulingDesk, **changes: object) -> None:
    desk.studio.document.edit_show("Change", lambda show: replace(show, **changes))  # type: ignore[arg-type]


def with_devices(show: Show) -> Show:
    project = add_source(show.project, show.project.scenes[0].id, SourceKind.CAMERA, "Table")
    project = add_source(project, project.scenes[0].id, SourceKind.CAMERA, "Face")
    project = add_source(project, project.scenes[0].id, SourceKind.MICROPHONE, "Voice")
    ids = [source.id for source in project.sources if source.kind is SourceKind.CAMERA]
    for number, source_id in enumerate(ids):
        project = change_settings(project, source_id, {"device": f"usb-{number}"})
    return replace(show, project=project)


def test_missing_devices_are_named(desk: SchedulingDesk) -> None:
    assert item(desk, CheckKind.CAMERA) is None, "a show without a camera has no camera check"
    desk.studio.document.edit_show("Devices", with_devices)
    assert state_of(desk, CheckKind.CAMERA)[0] is CheckState.BLOCK
    assert state_of(desk, CheckKind.MICROPHONE)[0] is CheckState.BLOCK
    desk.studio.engine.devices = Devices((Device("usb-0", "Cam"),), (Device("mic", "Mic"),))
    assert state_of(desk, CheckKind.CAMERA) == (CheckState.MISSING, {"names": "Face"})
    assert state_of(desk, CheckKind.MICROPHONE) == (CheckState.GOOD, {"names": ""})
    second = next(source.id for source in desk.studio.document.project.sources if source.name == "Face")
    desk.studio.document.edit("Address", lambda project: change_settings(project, second, {"device": "rtsp://cam/1"}))
    assert state_of(desk, CheckKind.CAMERA)[0] is CheckState.GOOD


@pytest.mark.parametrize(
    ("probe", "target", "expected"),
    [
        (None, None, (CheckState.UNKNOWN, {"relay": "Singapore"})),
        (RelayProbe("sg", failure="dns"), None, (CheckState.BLOCK, {"relay": "Singapore", "failure": "dns"})),
        (RelayProbe("sg", 80.04, 61.26), None, (CheckState.GOOD, {"relay": "Singapore", "delay_ms": 61.3})),
        (RelayProbe("sg", 80.04), None, (CheckState.GOOD, {"relay": "Singapore", "delay_ms": 80.0})),
        (RelayProbe("sg", 900.0, 620.0), None, (CheckState.MISSING, {"relay": "Singapore", "delay_ms": 620.0})),
        (
            RelayProbe("sg", 80.0),
            TargetStats("sg", TargetState.LIVE, rtt_ms=55.0, loss=0.08),
            (CheckState.MISSING, {"relay": "Singapore", "delay_ms": 55.0, "loss": 0.08}),
        ),
        (RelayProbe("other", 10.0), None, (CheckState.UNKNOWN, {"relay": "Singapore"})),
    ],
)
def test_the_relay_check_uses_the_latest_measurement(
    desk: SchedulingDesk, probe: RelayProbe | None, target: TargetStats | None, expected: tuple[CheckState, dict[str, Fact]]
) -> None:
    desk.studio.relays.probes = (probe,) if probe is not None else ()
    desk.studio.engine.stats = replace(STATS_OF_QUIET_ENGINE, targets=(target,)) if target is not None else None
    assert state_of(desk, CheckKind.RELAY) == expected


def test_the_rundown_should_fit_the_planned_time(desk: SchedulingDesk) -> None:
    assert state_of(desk, CheckKind.RUN_OF_SHOW) == (CheckState.MISSING, {"segments": 0, "minutes": 0, "planned": 120})
    edit_show(desk, segments=(Segment("a", "A", planned_s=3600), Segment("b", "B", planned_s=3000)))
    assert state_of(desk, CheckKind.RUN_OF_SHOW) == (CheckState.GOOD, {"segments": 2, "minutes": 110, "planned": 120})
    edit_show(desk, segments=(Segment("a", "A", planned_s=3 * 3600),))
    assert state_of(desk, CheckKind.RUN_OF_SHOW)[0] is CheckState.MISSING


def test_completing_the_task_confirms_the_products(desk: SchedulingDesk) -> None:
    edit_show(desk, products=(Product("p", {"en": "Lamp"}),))
    check = item(desk, CheckKind.PRODUCTS)
    assert check is not None and check.state is CheckState.MISSING
    assert check.task_ids == ("confirm_7:gala",)
    for task_id in check.task_ids:
        desk.scheduler.tick(task_id)
    checked_again = item(desk, CheckKind.PRODUCTS)
    assert checked_again is not None and (checked_again.state, checked_again.task_ids) == (CheckState.GOOD, ())
    desk.scheduler.put_airing(replace(GALA, start=wall("2027-06-05 20:00", NEW_YORK)))
    desk.scheduler.tick("confirm_7:gala", done=False)
    assert state_of(desk, CheckKind.PRODUCTS)[0] is CheckState.UNKNOWN, "three months ahead is too early to confirm"


def test_missing_translations_for_the_markets_are_found(desk: SchedulingDesk) -> None:
    edit_show(desk, products=(Product("p", {"de": "Lampe"}),))
    state, data = state_of(desk, CheckKind.LANGUAGES)
    assert (state, data["languages"]) == (CheckState.MISSING, "en")
    edit_show(desk, products=())
    assert state_of(desk, CheckKind.LANGUAGES)[0] is CheckState.GOOD


def test_a_needed_interpreter_must_be_planned_and_confirmed(desk: SchedulingDesk) -> None:
    assert item(desk, CheckKind.INTERPRETER) is None
    edit_show(desk, segments=(Segment("a", "A", needs_interpreter=True),))
    assert state_of(desk, CheckKind.INTERPRETER) == (CheckState.BLOCK, {"names": ""})
    desk.scheduler.put_airing(replace(GALA, party_ids=("us", "host", "voice")))
    check = item(desk, CheckKind.INTERPRETER)
    assert check is not None and (check.state, check.data["names"]) == (CheckState.MISSING, "Asha")
    desk.scheduler.tick(check.task_ids[0])
    assert state_of(desk, CheckKind.INTERPRETER)[0] is CheckState.GOOD


def test_a_draw_needs_the_permits_of_its_markets(desk: SchedulingDesk) -> None:
    assert item(desk, CheckKind.PERMITS) is None
    edit_show(desk, segments=(Segment("a", "A", draw="A lamp"),))
    check = item(desk, CheckKind.PERMITS)
    assert check is not None and check.state in (CheckState.MISSING, CheckState.BLOCK) and check.data["markets"] == "US"
    for task_id in check.task_ids:
        desk.scheduler.tick(task_id)
    assert state_of(desk, CheckKind.PERMITS) == (CheckState.GOOD, {"markets": ""})


def test_findings_and_reservations_of_the_date_are_counted(desk: SchedulingDesk) -> None:
    desk.waiting["gala"] = 42
    assert state_of(desk, CheckKind.RESERVATIONS) == (CheckState.GOOD, {"count": 42})
    before = len(desk.scheduler.checks())
    desk.scheduler.put_airing(Airing("other", "Other", wall("2027-03-06 01:30", BERLIN), party_ids=("host",)))
    state, data = state_of(desk, CheckKind.PLAN)
    assert state is CheckState.BLOCK, "the host is in two shows at the same time"
    assert len(desk.scheduler.checks()) > before
    count = data["count"]
    assert isinstance(count, int) and count >= 1


def test_checks_are_computed_again_only_if_the_plan_or_show_changes(desk: SchedulingDesk) -> None:
    edit_show(desk, products=(Product("p", {"en": "Lamp"}),))
    desk.scheduler.put_airing(Airing("other", "Other", wall("2027-03-06 01:30", BERLIN), party_ids=("host",)))
    checks, tasks = desk.scheduler.checks(), desk.scheduler.tasks()
    desk.studio.document.edit("Rename", lambda project: replace(project, name="x"))
    assert checks and desk.scheduler.checks() is checks
    assert desk.scheduler.tasks()[0] is tasks[0]
    desk.scheduler.set_rest_hours(5)
    assert desk.scheduler.checks() is not checks


async def test_tasks_for_thousands_of_products_are_computed_in_a_thread(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path, slow=True, now=NOW)
    desk.fill(GALA, parties=PARTIES)
    few = desk.scheduler.tasks()
    edit_show(desk, products=tuple(Product(f"p{number}", {"de": "Lampe"}) for number in range(2000)))
    assert desk.scheduler.tasks() == few
    await desk.until(lambda: any(task.data.get("products") == 2000 for task in desk.scheduler.tasks()))
    await desk.aclose()
