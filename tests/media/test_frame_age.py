"""The age of visible content, measured by the largest live source."""

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.media.frame_age import FrameAge, VisibleSource
from app.media.frame_pool import Planes
from app.media.ports import Frame

PLANES = Planes(16, 16)
FRAME_NS = NS_PER_S // 30
LIVE = frozenset({"camera", "screen"})


def frame(capture_ns: int, sequence: int) -> Frame:
    return Frame(PLANES.y, PLANES.u, PLANES.v, capture_ns, sequence)


class Show:
    """Frames composed at 30 fps; each source has an age in milliseconds and a number of ticks per frame."""

    def __init__(self) -> None:
        self.age = FrameAge()
        self.number = 0

    def run(self, ticks: int, *shown: tuple[str, int], every: int = 1, **ages_ms: float) -> float:
        for _ in range(ticks):
            self.number += 1
            at_ns = self.number * FRAME_NS
            taken = self.number // every
            frames = {name: frame(taken * every * FRAME_NS - round(ms * NS_PER_MS), taken) for name, ms in ages_ms.items()}
            self.age.observe(tuple(VisibleSource(*one) for one in shown), frames, LIVE, at_ns)
        return self.age.ns / NS_PER_MS


def near(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= 6


def test_the_age_of_the_live_source_is_measured() -> None:
    show = Show()
    assert show.run(4, ("camera", 900), camera=120) == 0
    assert near(show.run(30, ("camera", 900), camera=120), 120)
    assert near(show.run(300, ("camera", 900), camera=70), 70)


def test_the_largest_live_source_counts_and_drawn_sources_do_not() -> None:
    show = Show()
    assert near(show.run(60, ("card", 5000), ("camera", 400), ("screen", 100), camera=120, screen=30, card=0), 120)
    assert near(show.run(60, ("camera", 400), ("screen", 1000), camera=120, screen=30), 30)
    assert show.run(1, ("card", 5000), card=0) == 0


def test_the_age_of_a_slow_source_counts_only_new_frames() -> None:
    assert near(Show().run(300, ("camera", 900), every=6, camera=40), 40)


def test_a_paused_or_stalled_source_changes_nothing() -> None:
    show = Show()
    show.run(60, ("camera", 900), camera=50)
    assert near(show.run(60, ("camera", 900), camera=900), 50)


def test_beating_rates_do_not_shift_the_sound() -> None:
    show = Show()
    show.run(60, ("camera", 900), camera=50)
    told = {show.run(1, ("camera", 900), camera=50 + number % 7) for number in range(300)}
    assert len(told) == 1
