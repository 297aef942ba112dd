"""Running the rundown, and restoring it after the desk restarts."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.domain.event import EventKind
from app.domain.show import ShowError
from app.domain.show_editing import change_presentation, change_segment, remove_segments
from tests.support.selling_show import SellingDesk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SellingDesk]:
    desk = SellingDesk(tmp_path)
    yield desk
    desk.close()


def current_segment(desk: SellingDesk) -> str:
    """Return the current segment's id, or "" if the show is not running."""
    return desk.runner.current.id if desk.runner.current is not None else ""


def test_a_show_runs_from_start_to_end(desk: SellingDesk) -> None:
    runner = desk.runner
    assert (runner.current, runner.upcoming and runner.upcoming.id) == (None, "open")
    runner.start()
    runner.start()
    assert current_segment(desk) == "open"
    desk.pass_s(100)
    timing = runner.timing()
    assert (timing.slot_left_s, timing.over_s) == (20, 0)
    runner.next()
    assert desk.taken == ["scene-2"]
    assert desk.selling.shown.pinned_id == "sun"
    assert runner.timing().over_s == -20
    desk.pass_s(330)
    assert (runner.timing().slot_left_s, runner.timing().over_s) == (-30, 10)
    runner.extend(60)
    assert runner.timing().slot_left_s == 30
    runner.next()
    runner.next()
    assert desk.selling.shown.pinned_id == ""  # the closing segment has no product
    assert runner.upcoming is None
    runner.next()
    assert runner.run.segment_id == "close"
    runner.end()
    runner.end()
    assert current_segment(desk) == ""
    entered = [event.data["segment"] for event in desk.logged(EventKind.SEGMENT_ENTERED)]
    assert entered == ["open", "first", "second", "close"]
    assert [event.kind for event in desk.logged(EventKind.SHOW_STARTED, EventKind.SHOW_ENDED)] == [
        EventKind.SHOW_STARTED,
        EventKind.SHOW_ENDED,
    ]


def test_segments_can_be_entered_skipped_and_revisited(desk: SellingDesk) -> None:
    runner = desk.runner
    runner.enter("second")
    assert runner.run.running
    assert desk.selling.shown.pinned_id == "star"
    runner.previous()
    assert runner.run.segment_id == "first"
    desk.pass_s(50)
    runner.next()
    runner.previous()
    assert runner.timing().slot_elapsed_s == 50
    runner.enter("open")
    runner.skip()
    assert runner.run.segment_id == "second"
    assert desk.logged(EventKind.SEGMENT_ENTERED)[-1].data["skipped"] == ["first"]
    runner.skip()  # the close is the last segment
    assert runner.run.segment_id == "second"
    with pytest.raises(ShowError) as raised:
        runner.enter("gone")
    assert raised.value.code == "show.no_segment"


def test_points_are_ticked_in_any_order_and_missed_ones_reported(desk: SellingDesk) -> None:
    runner = desk.runner
    runner.enter("first")
    assert runner.unticked() == ("sun-1", "sun-2", "show-it")
    runner.tick("show-it")
    runner.tick("sun-1", done=True)
    runner.tick("sun-1", done=True)
    runner.tick("show-it")
    assert runner.unticked() == ("sun-2", "show-it")
    with pytest.raises(ShowError) as raised:
        runner.tick("moon-1")
    assert raised.value.code == "run.no_item"
    runner.next()
    assert desk.logged(EventKind.POINTS_LEFT)[0].data == {"segment": "first", "items": ["sun-2", "show-it"]}
    notice = next(notice for notice in desk.heard if notice.code == "run.points_left")
    assert notice.data == {"segment": "Sun lamp", "count": 2, "points": "No tools · Turn it"}
    assert len(desk.logged(EventKind.POINT_TICKED)) == 3
    runner.tick("sun-2", segment_id="first")
    assert runner.unticked("first") == ("show-it",)


def test_swapping_to_the_backup_is_one_action(desk: SellingDesk) -> None:
    runner = desk.runner
    with pytest.raises(ShowError):
        runner.swap_to_backup()
    runner.enter("first")
    desk.selling.show_point("sun", "sun-1")
    before = len(desk.logged())
    runner.swap_to_backup()
    new = desk.logged()[before:]
    assert [event.kind for event in new] == [EventKind.BACKUP_TAKEN, EventKind.CARD_HIDDEN, EventKind.PINNED]
    assert new[0].data == {"segment": "first", "out": "sun", "in": "moon"}
    assert (desk.selling.shown.pinned_id, desk.selling.shown.card) == ("moon", None)
    assert runner.unticked() == ("moon-1", "moon-2", "show-it")
    desk.book.document.undo()
    runner.follow()
    assert desk.selling.shown.pinned_id == "sun"
    runner.enter("second")
    with pytest.raises(ShowError) as raised:
        runner.swap_to_backup()
    assert raised.value.code == "show.no_backup"


def test_a_countdown_runs_only_in_markets_that_allow_it(desk: SellingDesk) -> None:
    runner, selling = desk.runner, desk.selling
    runner.enter("first")
    countdown = selling.shown.countdown
    assert countdown is not None
    assert (countdown.ends_ms - desk.now_ms(), countdown.segment_id) == (300_000, "first")
    desk.pass_s(10)
    runner.extend(30)
    assert selling.shown.countdown is not None
    assert selling.shown.countdown.ends_ms - desk.now_ms() == 320_000
    desk.pass_s(320)
    assert desk.logged(EventKind.COUNTDOWN_ENDED)
    runner.next()
    desk.book.document.edit_show("Germany", partial(change_presentation, market_id="DE"))
    runner.previous()
    runner.enter("first")
    assert len(desk.logged(EventKind.COUNTDOWN_STARTED)) == 2
    with pytest.raises(ShowError) as raised:
        selling.count_down(60)
    assert (raised.value.code, raised.value.data["market"]) == ("countdown.unwelcome", "Germany")
    desk.book.document.edit_show("United States", partial(change_presentation, market_id="US"))
    selling.count_stock("sun", 0)
    with pytest.raises(ShowError) as raised:
        selling.count_down(60)
    assert raised.value.code == "countdown.sold_out"
    runner.previous()
    runner.next()
    runner.extend(60)
    assert len(desk.logged(EventKind.COUNTDOWN_STARTED)) == 2


def test_the_timer_pauses_resumes_and_restarts(desk: SellingDesk) -> None:
    runner = desk.runner
    runner.timer_start(90)
    desk.pass_s(30)
    runner.timer_stop()
    desk.pass_s(500)
    assert runner.timer_left_s() == 60
    runner.timer_start()
    desk.pass_s(70)
    assert runner.timer_left_s() == -10
    runner.timer_stop()
    runner.timer_start()
    assert runner.timer_left_s() == 90
    runner.timer_reset()
    desk.pass_s(5)
    assert runner.timer_left_s() == 90


def test_the_runner_follows_edits_of_the_running_show(desk: SellingDesk) -> None:
    runner = desk.runner
    runner.enter("first")
    desk.book.document.edit_show("Another product", partial(change_segment, segment_id="first", product_id="cable"))
    runner.follow()
    assert desk.selling.shown.pinned_id == "cable"
    desk.selling.unpin()
    runner.follow()  # what the host unpinned stays unpinned
    assert desk.selling.shown.pinned_id == ""
    desk.book.document.edit_show("Remove", partial(remove_segments, segment_ids=["first"]))
    runner.follow()
    assert runner.current is None
    runner.next()
    assert runner.run.segment_id == "open"


def test_after_removing_the_current_segment_the_next_one_follows(desk: SellingDesk) -> None:
    runner = desk.runner
    runner.start()
    runner.next()
    desk.book.document.edit_show("Remove", partial(remove_segments, segment_ids=["first"]))
    assert (current_segment(desk), runner.upcoming and runner.upcoming.id) == ("", "second")
    runner.next()
    assert current_segment(desk) == "second"
    desk.book.document.edit_show("Remove", partial(remove_segments, segment_ids=["second"]))
    runner.previous()
    assert current_segment(desk) == "open"


def test_another_desk_restores_the_run_from_the_file(tmp_path: Path) -> None:
    desk = SellingDesk(tmp_path)
    path = tmp_path / "lamps.tradewind"
    assert desk.book.files.save_as(path)
    runner = desk.runner
    runner.start()
    desk.pass_s(130)
    runner.enter("first")
    runner.tick("sun-2")
    runner.extend(60)
    runner.swap_to_backup()
    desk.selling.show_point("moon", "moon-1")
    desk.selling.drop_coupon("ten")
    runner.timer_start(120)
    desk.pass_s(20)
    run, shown, timing = runner.run, desk.selling.shown, runner.timing()
    desk.close()
    after = SellingDesk(tmp_path, path=path, clock=desk.clock)
    after.clock = desk.clock
    assert (after.runner.run, after.selling.shown, after.runner.timing()) == (run, shown, timing)
    assert after.runner.timer_left_s() == 100
    after.close()


def test_running_an_empty_rundown_is_refused(desk: SellingDesk) -> None:
    desk.book.document.edit_show("Empty", partial(remove_segments, segment_ids=["open", "first", "second", "close"]))
    for action in (desk.runner.start, desk.runner.swap_to_backup, lambda: desk.runner.extend(60)):
        with pytest.raises(ShowError):
            action()
    desk.runner.next()
    desk.runner.previous()
    desk.runner.end()
    assert desk.logged() == []


def test_points_are_ticked_in_order_and_unticked(desk: SellingDesk) -> None:
    runner = desk.runner
    assert (runner.items(), runner.unticked(), runner.ticked()) == ((), (), ())
    runner.tick_next()
    runner.untick_last()
    runner.enter("first")
    items = runner.items()
    assert items[:2] == ("sun-1", "sun-2")
    runner.tick(items[-1])
    runner.tick_next()
    assert runner.ticked() == (items[0], items[-1]), "ticked points are in the order of the cue card"
    runner.untick_last()
    assert runner.ticked() == items[:1]
    for _ in range(len(items) + 1):
        runner.tick_next()
    assert (runner.unticked(), runner.ticked()) == ((), items)
    assert runner.ticked("second") == ()
