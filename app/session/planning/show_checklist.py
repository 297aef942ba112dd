"""The checklist before a show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from app.domain.catalogue.market import Level
from app.domain.planning.draw_permit import PermitNeed
from app.domain.planning.lead_tasks import Task, TaskSubject
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, TaskKind
from app.domain.program.device import Device, Devices
from app.domain.program.project import Project
from app.domain.program.source import SourceKind
from app.domain.program.stats import RelayProbe, TargetStats
from app.domain.rundown.finding import Fact, Finding
from app.domain.show import Show

FAR_MS = 400.0  # beyond it people interrupt each other
LOSSY = 0.03  # below it retransmission repairs the video
S_PER_MINUTE = 60


class CheckKind(Enum):
    """Kinds of checks."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    RELAY = "relay"
    RUN_OF_SHOW = "run_of_show"
    PRODUCTS = "products"
    STOCK = "stock"
    MATERIAL = "material"
    LANGUAGES = "languages"
    INTERPRETER = "interpreter"
    PERMITS = "permits"
    PLAN = "plan"
    RESERVATIONS = "reservations"


class CheckState(Enum):
    """`UNKNOWN`: not known yet, or not due; `BLOCK`: the show should not start without it."""

    GOOD = "good"
    MISSING = "missing"
    BLOCK = "block"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One thing. `data` by kind: CAMERA, MICROPHONE names of those that are not there; RELAY relay, delay_ms, loss (0 to 1) and failure,
    where known; RUN_OF_SHOW segments, minutes and planned (minutes of the date); PRODUCTS products, days, without_backup; STOCK, MATERIAL
    products; LANGUAGES languages, products; INTERPRETER names; PERMITS markets; PLAN count; RESERVATIONS count. `task_ids` are what ticking
    it off ticks."""

    kind: CheckKind
    state: CheckState
    data: Mapping[str, Fact] = field(default_factory=dict)
    task_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """The current state of devices and network. `devices` is None while unknown."""

    devices: Devices | None
    relay: str
    probe: RelayProbe | None
    target: TargetStats | None = None


def checklist(
    occurrence: Occurrence,
    airing: Airing,
    parties: Sequence[Party],
    show: Show,
    now: SystemStatus,
    *,
    tasks: Iterable[Task],
    findings: Iterable[Finding],
    today: date,
    waiting: int,
) -> tuple[CheckItem, ...]:
    """The items in order; leaves out what does not apply to the show."""
    names = {(TaskSubject.AIRING, airing.id), (TaskSubject.OCCURRENCE, occurrence.key)}
    mine = [task for task in tasks if (task.subject, task.subject_id) in names]
    against = [one for one in findings if one.id == occurrence.key and one.level is not Level.INFO]
    return (
        *_devices(show.project, now.devices),
        _relay(now),
        _run_of_show(show, occurrence),
        *_tasks(mine, today),
        *_interpreter(mine, parties, show, today),
        *_permits(mine, today),
        CheckItem(CheckKind.PLAN, _plan_state(against), {"count": len(against)}),
        CheckItem(CheckKind.RESERVATIONS, CheckState.GOOD, {"count": waiting}),
    )


def _devices(project: Project, devices: Devices | None) -> Iterator[CheckItem]:
    """Check the cameras and microphones of the project."""
    for kind, source_kind in ((CheckKind.CAMERA, SourceKind.CAMERA), (CheckKind.MICROPHONE, SourceKind.MICROPHONE)):
        sources = [source for source in project.sources if source.kind is source_kind]
        if not sources:
            continue
        if devices is None:
            yield CheckItem(kind, CheckState.UNKNOWN)
            continue
        there = devices.cameras if kind is CheckKind.CAMERA else devices.microphones
        gone = [source.name for source in sources if not _is_there(str(source.settings.get("device", "")), there)]
        yield CheckItem(kind, CheckState.BLOCK if len(gone) == len(sources) else _good(not gone), {"names": ", ".join(gone)})


def _is_there(wanted: str, there: Sequence[Device]) -> bool:
    """Whether a device exists. Addresses are checked when opened; "" means any device."""
    return "://" in wanted or (bool(there) if not wanted else any(device.id == wanted for device in there))


def _relay(now: SystemStatus) -> CheckItem:
    data: dict[str, Fact] = {"relay": now.relay}
    target, probe = now.target, now.probe
    if target is not None and target.loss >= 0:
        data["loss"] = target.loss
    if probe is None:
        return CheckItem(CheckKind.RELAY, CheckState.UNKNOWN, data)
    figures = [one for one in (probe.stun_ms, probe.http_ms) if one >= 0]
    if not figures:
        return CheckItem(CheckKind.RELAY, CheckState.BLOCK, {**data, "failure": probe.failure})
    delay_ms = round(target.rtt_ms if target is not None and target.rtt_ms >= 0 else figures[0], 1)
    data["delay_ms"] = delay_ms
    weak = delay_ms > FAR_MS or (target is not None and target.loss > LOSSY)
    return CheckItem(CheckKind.RELAY, _good(not weak), data)


def _run_of_show(show: Show, occurrence: Occurrence) -> CheckItem:
    minutes = round(sum(segment.planned_s for segment in show.segments) / S_PER_MINUTE)
    planned = round((occurrence.end - occurrence.start).total_seconds() / S_PER_MINUTE)
    data: dict[str, Fact] = {"segments": len(show.segments), "minutes": minutes, "planned": planned}
    return CheckItem(CheckKind.RUN_OF_SHOW, _good(0 < minutes <= planned), data)


_OF_TASKS: Mapping[CheckKind, tuple[TaskKind, ...]] = {
    CheckKind.PRODUCTS: (TaskKind.CONFIRM_14, TaskKind.CONFIRM_7),
    CheckKind.STOCK: (TaskKind.STOCK,),
    CheckKind.MATERIAL: (TaskKind.MATERIAL,),
    CheckKind.LANGUAGES: (TaskKind.TRANSLATION,),
}


def _tasks(tasks: Sequence[Task], today: date) -> Iterator[CheckItem]:
    for kind, wanted in _OF_TASKS.items():
        mine = [task for task in tasks if task.kind in wanted]
        if mine:
            yield CheckItem(kind, _state_of(mine, today), mine[-1].data, _open_ids(mine))
        elif kind is CheckKind.LANGUAGES:
            yield CheckItem(kind, CheckState.GOOD)


def _interpreter(tasks: Sequence[Task], parties: Sequence[Party], show: Show, today: date) -> Iterator[CheckItem]:
    names = [party.name for party in parties if party.kind is PartyKind.INTERPRETER]
    mine = [task for task in tasks if task.kind is TaskKind.INTERPRETER]
    if not names and not any(segment.needs_interpreter for segment in show.segments):
        return
    state = _state_of(mine, today) if names else CheckState.BLOCK
    yield CheckItem(CheckKind.INTERPRETER, state, {"names": ", ".join(names)}, _open_ids(mine))


def _permits(tasks: Sequence[Task], today: date) -> Iterator[CheckItem]:
    mine = [task for task in tasks if task.kind is TaskKind.PERMIT]
    if not mine:
        return
    lacking = [task for task in mine if not task.done]
    required = any(task.data.get("need") == PermitNeed.REQUIRED.value for task in lacking)
    markets = " ".join(str(task.data["market"]) for task in lacking)
    yield CheckItem(CheckKind.PERMITS, CheckState.BLOCK if required else _state_of(mine, today), {"markets": markets}, _open_ids(mine))


def _state_of(tasks: Sequence[Task], today: date) -> CheckState:
    """MISSING while a due task is open."""
    left = [task for task in tasks if not task.done]
    if not left:
        return CheckState.GOOD
    return CheckState.MISSING if any(task.due <= today for task in left) else CheckState.UNKNOWN


def _open_ids(tasks: Sequence[Task]) -> tuple[str, ...]:
    return tuple(task.id for task in tasks if not task.done)


def _plan_state(against: Sequence[Finding]) -> CheckState:
    if any(one.level is Level.BLOCK for one in against):
        return CheckState.BLOCK
    return _good(not against)


def _good(good: bool) -> CheckState:
    return CheckState.GOOD if good else CheckState.MISSING
