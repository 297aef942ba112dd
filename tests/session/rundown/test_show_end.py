"""Ending a show ends everything; after a crash the host can resume the show or leave it ended."""

from pathlib import Path

import pytest

from app.domain.base.state_machine import StateMachine
from app.domain.event import EventKind
from app.domain.program.broadcast import BROADCAST_MOVES, BroadcastState
from app.domain.selling.on_screen import OnScreen, OnScreenKind
from app.domain.show import ShowError
from app.session.rundown.air_log import AirLog
from app.session.rundown.show_end import ABANDONED_AFTER_MS, INTERRUPTED, RESUME_SILENTLY_MS, ShowEnd
from app.session.selling.disclosures import Disclosures
from tests.support.selling_show import SellingDesk


class EndingDesk:
    """A selling desk without an engine, with everything that ends a show."""

    def __init__(
        self, home: Path, *, path: Path | None = None, before: "EndingDesk | None" = None, engine_may_be_live: bool = False
    ) -> None:
        self.base: SellingDesk = SellingDesk(home, clock=before.base.clock if before else None, path=path)
        if before is not None:
            self.base.clock = before.base.clock
        base = self.base
        self.broadcast = StateMachine("desk", BroadcastState.IDLE, BROADCAST_MOVES)
        self.air = AirLog(base.book, self.broadcast)
        self.disclosures = Disclosures(
            base.book, base.selling, since_ms=lambda: self.air.since_ms, now_ms=base.now_ms, notify=base.heard.append
        )
        self.ending = ShowEnd(
            base.book,
            base.runner,
            base.selling,
            self.disclosures,
            self.air,
            now_ms=base.now_ms,
            may_be_live=lambda: engine_may_be_live,
        )
        self.why: list[str] = []
        self.ending.ended.connect(self.why.append)
        base.book.log.appended.connect(self.ending.on_logged)
        for part in (self.disclosures, self.air, self.ending):
            part.reload()

    def go_live(self) -> None:
        self.broadcast.set(BroadcastState.STARTING)
        self.broadcast.set(BroadcastState.LIVE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lamps.tradewind"


def desk_killed_mid_show(tmp_path: Path, path: Path, *, live: bool) -> EndingDesk:
    """Return a desk that was killed during its first product."""
    desk = EndingDesk(tmp_path)
    assert desk.base.book.files.save_as(path)
    if live:
        desk.go_live()
    desk.base.runner.start()
    desk.base.pass_s(120)
    desk.base.runner.enter("first")
    desk.base.selling.drop_coupon("ten")
    desk.base.pass_s(30)
    desk.base.selling.show_point("sun", "sun-1")
    desk.base.book.close()
    return desk


def can_resume(desk: EndingDesk) -> bool:
    return desk.ending.interruption is not None and not desk.base.runner.run.running


def test_ending_a_show_ends_and_logs_everything(tmp_path: Path) -> None:
    desk = EndingDesk(tmp_path)
    desk.go_live()
    runner, selling = desk.base.runner, desk.base.selling
    runner.start()
    runner.enter("first")
    selling.drop_coupon("ten")
    selling.show_point("sun", "sun-1")
    selling.show_lasting(OnScreenKind.TICKER, on=True)
    desk.disclosures.show_now("DE")
    runner.timer_start(300)
    desk.base.pass_s(20)
    desk.ending.end("host")
    assert (runner.run.running, runner.run.timer.started_ms, selling.shown) == (False, None, OnScreen(pinned_ms=0))
    kinds = {event.kind for event in desk.base.logged()}
    assert kinds >= {
        EventKind.COUPON_CLOSED,
        EventKind.COUNTDOWN_ENDED,
        EventKind.CARD_HIDDEN,
        EventKind.DISCLOSURE_ENDED,
        EventKind.SHOW_ENDED,
    }
    assert desk.why == ["host"]
    before = len(desk.base.logged())
    desk.ending.end("host")
    assert len(desk.base.logged()) == before, "nothing is ended twice"
    desk.base.close()


def test_offers_without_a_rundown_end_too(tmp_path: Path) -> None:
    desk = EndingDesk(tmp_path)
    desk.go_live()
    desk.base.selling.pin("moon")
    desk.base.selling.drop_coupon("made")
    desk.ending.end("host")
    assert (desk.base.selling.shown.pinned_id, desk.base.selling.shown.drop) == ("", None)
    assert not desk.base.logged(EventKind.SHOW_ENDED)
    desk.base.close()


@pytest.mark.parametrize("live", [True, False])
def test_an_interrupted_run_pauses_and_resumes_at_the_same_second(tmp_path: Path, path: Path, live: bool) -> None:
    before = desk_killed_mid_show(tmp_path, path, live=live)
    before.base.clock.pass_ms(26 * 60 * 1000)
    desk = EndingDesk(tmp_path, path=path, before=before)
    runner, selling = desk.base.runner, desk.base.selling
    assert not runner.run.running
    assert (selling.shown.pinned_id, selling.shown.drop, desk.air.since_ms) == ("", None, None)
    interruption = desk.ending.interruption
    assert interruption is not None and interruption.segment == "Sun lamp"
    assert [event.data["why"] for event in desk.base.logged(EventKind.SHOW_ENDED)] == [INTERRUPTED]
    desk.ending.resume()
    assert (runner.run.segment_id, selling.shown.pinned_id) == ("first", "sun")
    assert runner.timing().slot_left_s == 300 - 30
    assert runner.timing().elapsed_s == 150
    assert not can_resume(desk)
    with pytest.raises(ShowError):
        desk.ending.resume()
    desk.base.close()


def test_the_offer_to_resume_stays_until_the_host_decides(tmp_path: Path, path: Path) -> None:
    before = desk_killed_mid_show(tmp_path, path, live=True)
    before.base.clock.pass_ms(RESUME_SILENTLY_MS + 1)
    first_look = EndingDesk(tmp_path, path=path, before=before)
    assert first_look.ending.interruption is not None
    first_look.base.close()
    second_look = EndingDesk(tmp_path, path=path, before=first_look)
    assert can_resume(second_look)
    second_look.base.runner.start()
    assert not can_resume(second_look), "a new run replaces the offer to resume"
    second_look.base.close()


def test_resuming_waits_for_an_engine_that_may_be_live(tmp_path: Path, path: Path) -> None:
    before = desk_killed_mid_show(tmp_path, path, live=True)
    before.base.clock.pass_ms(10 * 60 * 1000)
    desk = EndingDesk(tmp_path, path=path, before=before, engine_may_be_live=True)
    assert not can_resume(desk)
    desk.air.engine_is_idle()  # the engine reports that it is not live
    desk.ending.lost_air()
    assert can_resume(desk)
    desk.base.close()


def test_a_rehearsal_continues_after_a_short_gap_and_ends_after_hours(tmp_path: Path, path: Path) -> None:
    before = desk_killed_mid_show(tmp_path, path, live=False)
    before.base.clock.pass_ms(RESUME_SILENTLY_MS // 2)
    desk = EndingDesk(tmp_path, path=path, before=before)
    assert desk.base.runner.run.segment_id == "first" and desk.base.runner.run.running
    desk.base.close()
    desk.base.clock.pass_ms(ABANDONED_AFTER_MS + 1)
    later = EndingDesk(tmp_path, path=path, before=desk)
    assert not later.base.runner.run.running
    assert later.ending.interruption is None
    ended = later.base.runner.run.ended_ms
    assert ended is not None and ended < later.base.now_ms() - ABANDONED_AFTER_MS, "idle hours do not count"
    later.base.close()
