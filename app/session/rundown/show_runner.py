"""The running rundown: its position, and what the host does to it."""

from collections.abc import Callable, Mapping, Sequence

from app.domain.base.errors import AppError, Value
from app.domain.base.localized_text import pick
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.catalogue.product import units_in_stock
from app.domain.event import EventKind, ShowEvent
from app.domain.rundown import rundown
from app.domain.rundown.run_log import RUN_KINDS, after, read_run
from app.domain.rundown.rundown import Run, RunPlan, Segment, Timing, allotted_s, timer_left_s
from app.domain.show import ShowError, segment_by_id
from app.domain.show_editing import swap_to_backup
from app.session.catalogue.product_index import ProductIndex
from app.session.document.show_book import Now, ShowBook
from app.session.selling.selling import Selling, urgency_allowed

TIMER_S = 300


def items_of(segment: Segment, products: ProductIndex) -> tuple[tuple[str, str], ...]:
    """What to say in a segment, as (id, "point" or "cue"): the product's points, then the cues."""
    product = products.find(segment.product_id)
    points = () if product is None else tuple((point.id, "point") for point in product.points)
    return (*points, *((cue.id, "cue") for cue in segment.cues))


class ShowRunner:
    """`run` is read from the show's log and nothing else: a desk that restarts in the middle of a show goes on at the same second.

    `run_changed` is emitted with every new value. Methods raise ShowError ("show.no_segment", "show.no_backup", "run.empty",
    "run.not_running"); `take` puts a scene on program.
    """

    def __init__(
        self,
        book: ShowBook,
        products: ProductIndex,
        selling: Selling,
        *,
        take: Callable[[str], None],
        now_ms: Now,
        notify: Callable[[Notice], None],
    ) -> None:
        self.run_changed: Signal[[Run]] = Signal()
        self.run = Run()
        self._book = book
        self._products = products
        self._selling = selling
        self._take = take
        self._now_ms = now_ms
        self._notify = notify
        self._run_plan: tuple[object, object, RunPlan] = (None, None, RunPlan(0, None, 0.0))  # of which segments and which run
        self._placed: tuple[object, Mapping[str, int]] = ((), {})
        self._on_sale = ""  # the last known product of the current segment
        book.log.appended.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self._set(read_run(self._book.log.events(RUN_KINDS)))
        self._on_sale = self.current.product_id if self.current is not None else ""

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Segment | None:
        """The segment the show is in; None before and after the show, and if the segment was removed."""
        if not self.run.running:
            return None
        place = self._places.get(self.run.segment_id)
        return None if place is None else self._segments[place]

    @property
    def upcoming(self) -> Segment | None:
        """The segment that `next` would enter; the first one before the show."""
        return self._neighbour(1)

    def timing(self, now_ms: int | None = None) -> Timing:
        """The timing of the show at this moment."""
        if self._run_plan[0] is not self._segments or self._run_plan[1] is not self.run:
            self._run_plan = (self._segments, self.run, rundown.run_plan(self._segments, self.run))
        return rundown.timing(self._run_plan[2], self.run, self._now_ms() if now_ms is None else now_ms)

    def timer_left_s(self, now_ms: int | None = None) -> float:
        """The seconds left on the host's timer; negative after it ran out."""
        return timer_left_s(self.run.timer, self._now_ms() if now_ms is None else now_ms)

    def items(self, segment_id: str = "") -> tuple[str, ...]:
        """Ids of points and cues of a segment ("" = the current one), in the order of the cue card."""
        segment = self._segment(segment_id) if segment_id else self.current
        return () if segment is None else tuple(item for item, _ in items_of(segment, self._products))

    def unticked(self, segment_id: str = "") -> tuple[str, ...]:
        """The points and cues not ticked yet."""
        here = segment_id or self.run.segment_id
        return tuple(item for item in self.items(segment_id) if (here, item) not in self.run.ticked)

    def ticked(self, segment_id: str = "") -> tuple[str, ...]:
        """The points and cues already ticked."""
        here = segment_id or self.run.segment_id
        return tuple(item for item in self.items(segment_id) if (here, item) in self.run.ticked)

    # The show -------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the show with its first segment; a running show goes on."""
        if self.run.running:
            return
        if not self._segments:
            raise ShowError("run.empty")
        self._enter(self._segments[0])

    def enter(self, segment_id: str) -> None:
        """Enter a segment: its scene, its product, its countdown. The first one starts the show."""
        segment = segment_by_id(self._book.document.show, segment_id)
        if not self.run.running or segment_id != self.run.segment_id:
            self._enter(segment)

    def next(self) -> None:
        """Enter the following segment; does nothing in the last one."""
        if (segment := self.upcoming) is not None:
            self._enter(segment)

    def previous(self) -> None:
        """Go back to the previous segment; its time goes on where it was left."""
        if self.run.running and (segment := self._neighbour(-1 if self.current is not None else 0)) is not None:
            self._enter(segment)

    @property
    def came_from(self) -> Segment | None:
        """The segment before the current one, whichever way the show came; None if there is none."""
        if not self.run.running or self.run.came_from == self.run.segment_id:
            return None
        place = self._places.get(self.run.came_from)
        return None if place is None else self._segments[place]

    def back(self) -> None:
        """Go back to where the show was before; calling it again comes back here."""
        if (segment := self.came_from) is not None:
            self._enter(segment)

    def skip(self) -> None:
        """Skip the next segment and enter the one after it."""
        if (left_out := self.upcoming) is not None and (segment := self._neighbour(2)) is not None:
            self._enter(segment, skipped=[left_out.id])

    def extend(self, seconds: int) -> None:
        """Give the current segment more time, or less with a negative number; its countdown follows."""
        segment = self._current()
        self._book.log.append(EventKind.SEGMENT_EXTENDED, segment=segment.id, seconds=seconds)
        countdown = self._selling.shown.countdown
        if countdown is not None and countdown.segment_id == segment.id and self._may_hurry(segment):
            self._start_countdown(segment)

    def end(self, why: str = "host") -> None:
        """End the show: nothing is pinned or shown any more."""
        if self.run.running:
            self._tell_points_left()
            self._selling.close_coupon(why="show")
            self._book.log.append(EventKind.SHOW_ENDED, why=why)

    def resume(self) -> None:
        """Resume an interrupted show in its segment, and show its product again; does nothing in a running show."""
        if self.run.running or self.run.started_ms is None:
            return
        self._book.log.append(EventKind.SHOW_RESUMED)
        if (segment := self.current) is not None:
            self._on_sale = segment.product_id
            self._offer(segment.product_id)

    def tick(self, item_id: str, *, done: bool | None = None, segment_id: str = "") -> None:
        """Tick or untick a point or cue (`done` None = toggle). `segment_id` "" = the current segment."""
        segment = self._segment(segment_id) if segment_id else self._current()
        if all(item != item_id for item, _ in items_of(segment, self._products)):
            raise ShowError("run.no_item", item=item_id, segment=segment.title)
        said = (segment.id, item_id) in self.run.ticked
        wanted = not said if done is None else done
        if wanted is not said:
            self._book.log.append(EventKind.POINT_TICKED, segment=segment.id, item=item_id, done=wanted)

    def tick_next(self) -> None:
        """Tick the first open point or cue, if there is one."""
        for item in self.unticked()[:1]:
            self.tick(item, done=True)

    def untick_last(self) -> None:
        """Untick the last ticked one, if there is one."""
        for item in self.ticked()[-1:]:
            self.tick(item, done=False)

    def swap_to_backup(self) -> None:
        """Give the slot to the current segment's backup: rundown, cue card, pinned product and board change together."""
        segment = self._current()
        if not segment.backup_id:
            raise ShowError("show.no_backup", segment=segment.title)
        out, come_in = segment.product_id, segment.backup_id
        self._on_sale = come_in  # pinned here, after the swap is in the log
        self._book.document.edit_show("Switch to backup", lambda show: swap_to_backup(show, segment.id))
        self._book.log.append(EventKind.BACKUP_TAKEN, segment=segment.id, out=out, **{"in": come_in})
        self._selling.pin(come_in)

    # The timer ------------------------------------------------------------------------------------------------------------

    def timer_start(self, seconds: float | None = None) -> None:
        """Count down from `seconds`; without a number go on from where it stopped, or start again if it ran out."""
        timer = self.run.timer
        if seconds is not None:
            self._set_timer(round(seconds), float(seconds), running=True)
        elif timer.started_ms is None:
            length_s = timer.length_s or TIMER_S
            self._set_timer(length_s, timer.left_s if timer.left_s > 0 else float(length_s), running=True)

    def timer_set(self, seconds: float) -> None:
        """Change the timer's length: a running timer restarts from it, a stopped one waits at it."""
        self._set_timer(round(seconds), float(seconds), running=self.run.timer.started_ms is not None)

    def timer_stop(self) -> None:
        """Stop the timer."""
        if self.run.timer.started_ms is not None:
            self._set_timer(self.run.timer.length_s, self.timer_left_s(), running=False)

    def timer_reset(self) -> None:
        """Stop the timer and reset it to its length."""
        length_s = self.run.timer.length_s or TIMER_S
        self._set_timer(length_s, float(length_s), running=False)

    def _set_timer(self, length_s: int, left_s: float, *, running: bool) -> None:
        self._book.log.append(EventKind.TIMER_SET, length_s=length_s, left_s=round(left_s, 3), running=running)

    # In and out of segments -----------------------------------------------------------------------------------------------

    @property
    def _segments(self) -> tuple[Segment, ...]:
        return self._book.document.show.segments

    @property
    def _places(self) -> Mapping[str, int]:
        """The position of each segment in the rundown."""
        if self._placed[0] is not self._segments:
            self._placed = (self._segments, {one.id: place for place, one in enumerate(self._segments)})
        return self._placed[1]

    def _segment(self, segment_id: str) -> Segment:
        return segment_by_id(self._book.document.show, segment_id)

    def _current(self) -> Segment:
        segment = self.current
        if segment is None:
            raise ShowError("run.not_running")
        return segment

    def _neighbour(self, steps: int) -> Segment | None:
        """The segment this many places from the current one, or from the one before it if that was removed; before the show counted from
        the place before the first."""
        ids = self._places
        been = (self.run.segment_id, self.run.came_from, *reversed(tuple(self.run.spent_s))) if self.run.running else ()
        place = next((ids[one] for one in been if one in ids), -1) + steps
        return self._segments[place] if 0 <= place < len(ids) else None

    def _enter(self, segment: Segment, skipped: Sequence[str] = ()) -> None:
        if self.run.running:
            self._tell_points_left()
        else:
            self._book.log.append(EventKind.SHOW_STARTED)
        self._on_sale = segment.product_id
        self._book.log.append(EventKind.SEGMENT_ENTERED, segment=segment.id, skipped=list(skipped))
        self._selling.stop_countdown()
        if segment.scene_id:
            self._take(segment.scene_id)
        self._offer(segment.product_id)
        if segment.countdown and self._may_hurry(segment):
            self._start_countdown(segment)

    def _offer(self, product_id: str) -> None:
        if product_id:
            self._selling.pin(product_id)
        else:
            self._selling.unpin()

    def _may_hurry(self, segment: Segment) -> bool:
        """Not in a market that dislikes it, and not for a product that is sold out."""
        product = self._products.find(segment.product_id)
        return urgency_allowed(self._book.document.show) and (product is None or not product.stock or units_in_stock(product) > 0)

    def _start_countdown(self, segment: Segment) -> None:
        left_s = allotted_s(segment, self.run) - self.run.spent_s.get(segment.id, 0.0) - (self._now_ms() - self.run.entered_ms) / 1000
        if left_s > 0:
            self._selling.count_down(left_s, segment_id=segment.id)
        else:
            self._selling.stop_countdown()

    def _tell_points_left(self) -> None:
        segment = self.current
        left = self.unticked()
        if segment is None or not left:
            return
        self._book.log.append(EventKind.POINTS_LEFT, segment=segment.id, items=list(left))
        data: dict[str, Value] = {"segment": segment.title, "count": len(left), "points": self._in_words(segment, left)}
        self._notify(Notice(Severity.WARNING, "run.points_left", data, "run.points_left"))

    def _in_words(self, segment: Segment, items: Sequence[str]) -> str:
        languages = [self._book.document.show.presentation.host_language]
        product = self._products.find(segment.product_id)
        points = () if product is None else product.points
        words = {point.id: pick(point.keyword, languages)[0] or pick(point.text, languages)[0] for point in points}
        words |= {cue.id: pick(cue.text, languages)[0] for cue in segment.cues}
        return " · ".join(words[item] for item in items if words.get(item))

    # The log and the document ---------------------------------------------------------------------------------------------

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in RUN_KINDS:
            self._set(after(self.run, event))

    def follow(self) -> None:
        """The show was edited: if the current segment now sells something else (an undone swap), viewers see that too."""
        segment = self.current
        if segment is None or segment.product_id == self._on_sale:
            return
        self._on_sale = segment.product_id
        try:
            self._offer(segment.product_id)
        except AppError as error:
            self._notify(Notice(Severity.WARNING, error.code, error.data, segment.id))

    def _set(self, run: Run) -> None:
        if run != self.run:
            self.run = run
            self.run_changed.emit(run)
