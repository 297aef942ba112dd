"""Sources come and go with the document, and one that hangs holds nobody up."""

import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.domain.clock import SystemClock
from app.domain.errors import Value
from app.domain.mixing import Strip
from app.domain.notice import Notice
from app.domain.output import Canvas
from app.domain.project import Project
from app.domain.scene import Layer, Scene
from app.domain.source import Source, SourceKind
from app.domain.stats import SourceStats
from app.media.ports import Picture
from app.media.running import Running, RunningSources, used_ids
from app.media.sound.portaudio import SoundHost
from tests.support.clocks import SetClock
from tests.support.pictures import bars

CANVAS = Canvas(320, 180, 30)
RED = Source("red", "Red", SourceKind.COLOUR, {"colour": "#ff0000ff"})
CARD = Source("card", "Card", SourceKind.TEST_CARD)
TONE = Source("tone", "Tone", SourceKind.TONE)
SPARE = Source("spare", "Spare", SourceKind.COLOUR)
SHOW = Project("Show", (Scene("s", "S", (Layer("a", "red"), Layer("b", "card"))),), (RED, CARD, TONE, SPARE), (Strip("tone"),))


class StuckDevice:
    """A device whose driver does not come back from `close` until let go, and that gives pictures when told to."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self.let_go = threading.Event()
        self.picture: Picture | None = None

    def start(self) -> None: ...

    def close(self) -> None:
        self.closing.set()
        self.let_go.wait(30)

    def latest(self) -> Picture | None:
        return self.picture

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        return False

    def stats(self) -> SourceStats:
        return SourceStats("stuck", alive=False)


class Bench:
    def __init__(self, clock: SystemClock | SetClock | None = None) -> None:
        self.notices: list[Notice] = []
        self.sources = RunningSources(clock or SystemClock(), self.notices.append, SoundHost())

    def match(self, project: Project) -> None:
        self.sources.match(project, CANVAS, canvas_changed=False)

    def ids(self) -> set[str]:
        return {one.source_id for one in self.sources.stats()}


def test_only_what_a_scene_shows_or_a_strip_sounds_runs() -> None:
    bench = Bench()
    bench.match(SHOW)
    assert used_ids(SHOW) == {"red", "card", "tone"}
    assert bench.ids() == {"red", "card", "tone"}
    bench.match(replace(SHOW, strips=(), scenes=(Scene("s", "S", (Layer("a", "red"),)),)))
    assert bench.ids() == {"red"}
    bench.sources.close(5.0)
    assert bench.ids() == set()


def test_a_source_that_cannot_be_made_is_told_once_and_again_when_it_changes() -> None:
    bench = Bench()
    bad = replace(SHOW, sources=(replace(RED, settings={"colour": "reddish"}), CARD, TONE))
    bench.match(bad)
    bench.match(bad)
    assert [(notice.code, notice.subject) for notice in bench.notices] == [("field.invalid", "red")]
    assert bench.sources.pictures(frozenset({"red"})) == {"red": None}  # the slate stands for it
    assert [one.alive for one in bench.sources.stats() if one.source_id == "red"] == [False]
    bench.match(SHOW)
    assert bench.sources.pictures(frozenset({"red"}))["red"] is not None
    assert len(bench.notices) == 1
    bench.sources.close(5.0)


def test_a_source_gets_time_for_its_first_picture_before_the_slate() -> None:
    clock = SetClock()
    bench = Bench(clock)
    device = StuckDevice()
    device.let_go.set()
    bench.match(SHOW)
    bench.sources._running["red"] = Running(RED, clock.monotonic_ns(), picture=device)
    bench.match(SHOW)
    wanted = frozenset({"red"})
    assert bench.sources.pictures(wanted) == {}
    clock.pass_ms(2100)
    assert bench.sources.pictures(wanted) == {"red": None}
    device.picture = bars(1)
    assert bench.sources.pictures(wanted) == {"red": device.picture}
    device.picture = None  # lost again: no patience this time
    assert bench.sources.pictures(wanted) == {"red": None}
    bench.sources.close(5.0)


def test_each_picture_is_counted_once_and_counts_survive_the_source() -> None:
    bench = Bench()
    device = StuckDevice()
    device.let_go.set()
    bench.match(SHOW)
    bench.sources._running["red"] = Running(RED, 0, picture=device)
    bench.match(SHOW)
    for number in (1, 1, 2, 5):
        device.picture = bars(number)
        bench.sources.pictures(frozenset({"red"}))
    assert bench.sources.captured() == 5
    bench.match(replace(SHOW, scenes=(Scene("s", "S"),)))
    assert bench.sources.captured() == 5
    bench.sources.close(5.0)


@pytest.mark.parametrize("leave", ["close", "drop"])
def test_a_device_that_hangs_holds_nobody_up(leave: str) -> None:
    bench = Bench()
    device = StuckDevice()
    bench.match(SHOW)
    bench.sources._running["red"] = Running(RED, 0, picture=device)
    bench.match(SHOW)
    if leave == "drop":
        bench.match(replace(SHOW, scenes=(Scene("s", "S", (Layer("b", "card"),)),)))
        assert bench.ids() == {"card", "tone"}
    bench.sources.close(0.2)
    assert device.closing.wait(10)
    assert not device.let_go.is_set()  # it still hangs, and we are here
    device.let_go.set()
