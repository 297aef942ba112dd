"""Sources start and stop with the document, and a hanging one blocks nothing."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from app.domain.base.clock import Clock, SystemClock
from app.domain.base.errors import Value
from app.domain.base.notice import Notice
from app.domain.program.mixing import Strip
from app.domain.program.output import Canvas
from app.domain.program.project import Project
from app.domain.program.scene import Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.domain.program.stats import SourceStats
from app.media.capture.video_sources import make_video_source
from app.media.ports import Frame, VideoSource
from app.media.running_sources import RunningSources, used_source_ids
from app.media.sound.portaudio import SoundHost
from app.media.sound.sound_feed import SoundFeed
from app.media.source_activity import NO_ACTIVITY_LOG, SourceActivityLog, source_fingerprint
from tests.support.clocks import SetClock
from tests.support.frames import bars
from tests.support.waiting import until

CANVAS = Canvas(320, 180, 30)
RED = Source("red", "Red", SourceKind.COLOUR, {"colour": "#ff0000ff"})
CARD = Source("card", "Card", SourceKind.TEST_CARD)
TONE = Source("tone", "Tone", SourceKind.TONE)
SPARE = Source("spare", "Spare", SourceKind.COLOUR)
SHOW = Project("Show", (Scene("s", "S", (Layer("a", "red"), Layer("b", "card"))),), (RED, CARD, TONE, SPARE), (Strip("tone"),))


class Device:
    """A device controlled by a test: it gives frames on request, and its driver may hang in `close` or fail."""

    def __init__(self, *, hangs: bool = False, fails: Exception | None = None) -> None:
        self.calls: list[str] = []
        self.closing = threading.Event()
        self.let_go = threading.Event()
        self.frame: Frame | None = None
        self.fails = fails
        if not hangs:
            self.let_go.set()

    def start(self) -> None:
        self.calls.append("start")
        if self.fails is not None:
            raise self.fails

    def close(self) -> None:
        self.calls.append("close")
        self.closing.set()
        self.let_go.wait(30)
        self.calls.append("closed")

    def latest(self) -> Frame | None:
        return self.frame

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        return False

    def stats(self) -> SourceStats:
        return SourceStats("red", alive=False)


class Bench:
    """`devices` replace the source "red", one after another; all other sources are real."""

    def __init__(self, *devices: Device | Exception, clock: SystemClock | SetClock | None = None) -> None:
        self.notices: list[Notice] = []
        self.devices = list(devices)
        self.sources = RunningSources(clock or SystemClock(), self.notices.append, SoundHost(), make_video=self._create)

    def _create(
        self,
        source: Source,
        canvas: Canvas,
        clock: Clock,
        notify: Callable[[Notice], None],
        sound: SoundFeed | None,
        activity: SourceActivityLog = NO_ACTIVITY_LOG,
    ) -> VideoSource:
        if source.id != "red" or not self.devices:
            return make_video_source(source, canvas, clock, notify, sound, activity)
        device = self.devices.pop(0)
        if isinstance(device, Exception):
            raise device
        return device

    def match(self, project: Project) -> None:
        self.sources.match(project, CANVAS, canvas_changed=False)

    def swap(self, colour: str) -> None:
        """Another device for the same source."""
        self.match(replace(SHOW, sources=(replace(RED, settings={"colour": colour}), CARD, TONE)))

    def ids(self) -> set[str]:
        return {one.source_id for one in self.sources.stats()}


def test_only_sources_in_a_scene_or_strip_run() -> None:
    bench = Bench()
    bench.match(SHOW)
    assert used_source_ids(SHOW) == {"red", "card", "tone"}
    assert bench.ids() == {"red", "card", "tone"}
    bench.match(replace(SHOW, strips=(), scenes=(Scene("s", "S", (Layer("a", "red"),)),)))
    assert bench.ids() == {"red"}
    bench.sources.close(5.0)
    assert bench.ids() == set()


def test_a_source_that_cannot_be_created_is_reported_once_and_again_when_it_changes() -> None:
    bench = Bench()
    bad = replace(SHOW, sources=(replace(RED, settings={"colour": "reddish"}), CARD, TONE))
    bench.match(bad)
    bench.match(bad)
    assert [(notice.code, notice.subject) for notice in bench.notices] == [("field.invalid", "red")]
    assert bench.sources.frames(frozenset({"red"})) == {"red": None}  # the slate is shown instead
    assert [one.alive for one in bench.sources.stats() if one.source_id == "red"] == [False]
    bench.match(SHOW)
    assert bench.sources.frames(frozenset({"red"}))["red"] is not None
    assert len(bench.notices) == 1
    bench.sources.close(5.0)


def test_a_source_gets_time_for_its_first_frame_before_the_slate() -> None:
    clock = SetClock()
    device = Device()
    bench = Bench(device, clock=clock)
    bench.match(SHOW)
    wanted = frozenset({"red"})
    assert bench.sources.frames(wanted) == {}
    clock.pass_ms(2100)
    assert bench.sources.frames(wanted) == {"red": None}
    device.frame = bars(1)
    assert bench.sources.frames(wanted) == {"red": device.frame}
    device.frame = None  # lost again: no grace period this time
    assert bench.sources.frames(wanted) == {"red": None}
    bench.sources.close(5.0)


def test_each_frame_is_counted_once_and_counts_survive_the_source() -> None:
    device = Device()
    bench = Bench(device)
    bench.match(SHOW)
    for number in (1, 1, 2, 5):
        device.frame = bars(number)
        bench.sources.frames(frozenset({"red"}))
    assert bench.sources.captured() == 5
    bench.match(replace(SHOW, scenes=(Scene("s", "S"),)))
    assert bench.sources.captured() == 5
    bench.sources.close(5.0)


@pytest.mark.parametrize("leave", ["close", "drop"])
def test_a_hanging_device_blocks_nothing_else(leave: str) -> None:
    device = Device(hangs=True)
    bench = Bench(device)
    bench.match(SHOW)
    if leave == "drop":
        bench.match(replace(SHOW, scenes=(Scene("s", "S", (Layer("b", "card"),)),)))
        assert bench.ids() == {"card", "tone"}
    bench.sources.close(0.2)
    assert device.closing.wait(10)
    assert not device.let_go.is_set()  # it still hangs, and we are not blocked
    device.let_go.set()


def test_of_two_quick_swaps_only_the_last_is_started() -> None:
    first, middle, last = Device(hangs=True), Device(), Device()
    bench = Bench(first, middle, last)
    bench.match(SHOW)
    bench.swap("#00ff00ff")
    assert first.closing.wait(10)
    bench.swap("#0000ffff")
    assert last.calls == []  # the first one still holds the camera
    first.let_go.set()
    until(lambda: last.calls == ["start"])
    assert first.calls == ["start", "close", "closed"]
    assert middle.calls == []
    bench.sources.close(5.0)
    assert last.calls == ["start", "close", "closed"]


def test_each_of_many_swaps_closes_before_the_next_starts() -> None:
    order: list[str] = []

    class Logged(Device):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def start(self) -> None:
            order.append(f"{self.name} starts")

        def close(self) -> None:
            order.append(f"{self.name} closes")

    bench = Bench(*(Logged(str(number)) for number in range(20)))
    bench.match(SHOW)
    for number in range(19):
        bench.swap(f"#0000{number:02x}ff")
    bench.sources.close(5.0)
    started = [line.split()[0] for line in order if line.endswith("starts")]
    assert started[0] == "0"
    assert order == [f"{name} {what}" for name in started for what in ("starts", "closes")]


def test_a_returning_source_waits_until_its_device_is_free() -> None:
    first, second = Device(hangs=True), Device()
    bench = Bench(first, second)
    bench.match(SHOW)
    bench.match(replace(SHOW, scenes=(Scene("s", "S", (Layer("b", "card"),)),)))
    bench.match(SHOW)
    assert second.calls == []
    first.let_go.set()
    until(lambda: second.calls == ["start"])
    bench.sources.close(5.0)


@pytest.mark.expect_errors
@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), OSError(19, "No such device"), MemoryError()])
def test_a_source_that_fails_to_start_affects_only_itself(error: Exception) -> None:
    bench = Bench(Device(fails=error))
    bench.match(SHOW)
    assert [(notice.code, notice.subject, notice.data["source"]) for notice in bench.notices] == [("source.failed", "red", "Red")]
    assert bench.sources.frames(frozenset({"red", "card"}))["red"] is None
    assert {one.source_id: one.alive for one in bench.sources.stats()} == {"red": False, "card": True, "tone": True}
    bench.sources.close(5.0)


@pytest.mark.expect_errors
def test_a_library_error_while_creating_a_source_affects_only_that_source() -> None:
    bench = Bench(AttributeError("'NoneType' object has no attribute 'width'"))
    bench.match(SHOW)
    assert [notice.code for notice in bench.notices] == ["source.failed"]
    assert bench.ids() == {"red", "card", "tone"}
    bench.sources.close(5.0)


def test_an_error_in_latest_affects_only_its_source() -> None:
    class Broken(Device):
        def latest(self) -> Frame | None:
            raise IndexError(7)

    bench = Bench(Broken())
    bench.match(SHOW)
    for _ in range(3):
        assert bench.sources.frames(frozenset({"red", "card"}))["red"] is None
    assert [notice.code for notice in bench.notices] == ["source.failed"]
    bench.sources.close(5.0)


def test_a_quarantined_source_does_not_run_until_it_changes() -> None:
    device = Device()
    bench = Bench(device)
    bench.sources.set_crash_guard(NO_ACTIVITY_LOG, {source_fingerprint(RED)})
    bench.match(SHOW)
    assert [(notice.code, dict(notice.data)) for notice in bench.notices] == [("source.left_out", {"source": "Red"})]
    assert device.calls == []
    assert [one.detail for one in bench.sources.stats() if one.source_id == "red"] == ["source.left_out"]
    bench.swap("#00ff00ff")
    assert device.calls == ["start"]
    bench.sources.close(5.0)
