"""The desk that sells: the run of show, what is offered, the room, the cards on the picture, orders and disclosures as one."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.product import Product
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.schedule import Reminder
from app.domain.program.broadcast import BroadcastState
from app.domain.program.command import Command
from app.domain.program.output import EMBEDDED_RELAY_ID
from app.domain.program.stats import EngineStats
from app.domain.selling.card_theme import CardTheme, DrawCard
from app.domain.selling.order import order_of
from app.domain.selling.shown import Shown
from app.domain.show_sitting import SITTING_KINDS, Sitting
from app.session.base.slow_work import SlowWork
from app.session.catalogue.product_index import ProductIndex
from app.session.catalogue.show_handbook import MakePress
from app.session.desk_studio import DeskStudio
from app.session.engine.engine_desk import EngineState
from app.session.planning.advised_schedule import MakeReview
from app.session.planning.announcements import Announcements, AnnouncementServices
from app.session.planning.calendar_port import Calendar
from app.session.planning.clock_watch import ClockWatch
from app.session.planning.room_calendar import RoomCalendar
from app.session.planning.schedule_news import ScheduleNews
from app.session.planning.scheduler import Scheduler
from app.session.review.show_reports import ShowReports
from app.session.room.reservations import Reservations
from app.session.room.room_dates import RoomDates
from app.session.room.room_link import RoomLink
from app.session.room.room_log import ROOM_KINDS, logged_as
from app.session.room.room_picture import RoomPictures, Shrink
from app.session.room.room_port import Connect, OpenCoupon, RoomEvent
from app.session.room.room_summary import SUMMARY_KINDS, RoomSummary
from app.session.room.room_view import Json, RoomView, title_for_viewers
from app.session.rundown.air_log import AirLog
from app.session.rundown.show_end import ShowEnd
from app.session.rundown.show_runner import ShowRunner
from app.session.selling.card_texts import CardScene, CardWriter
from app.session.selling.cards_on_air import CardsOnAir
from app.session.selling.disclosures import Disclosures
from app.session.selling.orders import Orders
from app.session.selling.selling import Selling
from app.storage.last_time_zone import LastTimeZone
from app.storage.settings import Settings

log = logging.getLogger(__name__)

FEW_S = 0.25  # what visitors change (codes and units that are left) reaches the page so often
TAIL = 5000  # events among which those stand that the hub may tell again
NOTHING = Shown()
PIECE = 2000  # events that are read in one turn of the loop: 20 ms


@dataclass(frozen=True, slots=True)
class ControlServices:
    """What the program brings along for the show desk. Whatever is slow to load is loaded when it is first used.

    `prepare_drawing` is called on the loop's thread before the first card; `load_themes` gives the card themes by id.
    """

    draw_card: DrawCard
    prepare_drawing: Callable[[], object]
    load_themes: Callable[[Callable[[AppError], None]], Mapping[str, CardTheme]]
    writer: CardWriter
    connect_room: Connect
    shrink: Shrink
    make_press: MakePress
    calendar: Calendar
    make_review: MakeReview
    place: LastTimeZone
    telling: AnnouncementServices


class ShowControl:
    """Holds the parts and keeps the page and the picture in step with them; `start` and `aclose` with the studio.

    `scheduler` knows when shows are, and `news` tells of them in time. `products` finds products by id; `runner`, `selling`, `orders`,
    `disclosures` and `air` are readings of the log with verbs; `room` is the link to the hub, `summary` counts what comes from there,
    and `reservations` says who waits for which date; `announcements` has what people are told of the plan.
    """

    def __init__(self, studio: DeskStudio, *, equipment: ControlServices, clock: Clock, send: Callable[[Command, str], None]) -> None:
        self._studio = studio
        self._clock = clock
        self._equipment = equipment
        notify = studio.notices.emit
        self.products = ProductIndex(lambda: studio.show)
        self.selling = Selling(studio, self.products, now_ms=self.now_ms, notify=notify)
        self.runner = ShowRunner(studio, self.products, self.selling, take=studio.take, now_ms=self.now_ms, notify=notify)
        self.orders = Orders(studio, self.products, self.selling, notify=notify)
        self.air = AirLog(studio, studio.broadcast)
        self.disclosures = Disclosures(studio, self.selling, since_ms=self._since_ms, now_ms=self.now_ms, notify=notify)
        waits = self._waits_for_engine
        self.ending = ShowEnd(studio, self.runner, self.selling, self.disclosures, self.air, now_ms=self.now_ms, may_be_live=waits)
        self.reports = ShowReports(studio, now_ms=self.now_ms)
        self.reservations = Reservations(studio)
        self._slow = SlowWork(notify)
        self.scheduler = Scheduler(
            studio,
            calendar=equipment.calendar,
            make_review=equipment.make_review,
            clock=clock,
            runner=self.runner,
            waiting=self.reservations.waiting,
            slowly=self._slow,
            notify=notify,
        )
        self.news = ScheduleNews(
            self.scheduler,
            watch=ClockWatch(clock),
            place=equipment.place,
            soon_min=lambda: studio.settings.announce_min,
            notify=notify,
        )
        self.summary = RoomSummary()
        self.room = RoomLink(
            connect=equipment.connect_room,
            address=lambda: studio.room_address,
            find_picture=RoomPictures(studio.pictures.get, equipment.shrink).find,
            on_event=self._on_room_event,
            kept=studio.kept,
            notify=notify,
        )
        self.cards = CardsOnAir(
            draw=equipment.draw_card, prepare=equipment.prepare_drawing, writer=equipment.writer, send=send, notify=notify
        )
        self.announcements = Announcements(
            studio,
            self.scheduler,
            calendar=equipment.calendar,
            equipment=equipment.telling,
            themes=lambda: self.card_themes,
            notify=notify,
        )
        self.room_dates = RoomDates(
            self.scheduler,
            make_calendars=self.announcements.room_calendars,
            host_language=lambda: studio.show.presentation.host_language,
            link=lambda: studio.watch_address,
            show=self.announce,
            notify=notify,
        )
        self._view = RoomView(self.products)
        self._themes: Mapping[str, CardTheme] | None = None
        self._picture = ("", b"")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._second: asyncio.TimerHandle | None = None
        self._coupon: OpenCoupon | None = None
        self._dates: Mapping[str, Json] = {}
        self._counting: asyncio.Task[None] | None = None
        self._begun = False  # a show may have begun while it was counted
        self._reading: asyncio.Task[None] | None = None
        self._disconnects: list[Callable[[], None]] = []

    def now_ms(self) -> int:
        """UTC milliseconds, by which everything here goes."""
        return self._clock.wall_ns() // NS_PER_MS

    @property
    def card_themes(self) -> Mapping[str, CardTheme]:
        """The looks that cards can have, by the name that `show.presentation.card_theme` holds."""
        if self._themes is None:
            self._themes = self._equipment.load_themes(self._tell_broken)
        return self._themes

    def _tell_broken(self, error: AppError) -> None:
        """A file of ours that is broken is left out."""
        self._studio.notices.emit(Notice(Severity.WARNING, error.code, error.data, subject=str(error.data.get("path", ""))))

    @property
    def cards_beside(self) -> bool:
        """Whether what our page shows beside the picture is left out of it: by itself while nobody watches anywhere else."""
        studio, chosen = self._studio, self._studio.settings.cards_in_video
        relays = {*studio.show.project.also_relay_ids, *(relay.id for relay in (studio.nearest(), *studio.live_targets))}
        return chosen == "never" or (chosen == "auto" and relays == {EMBEDDED_RELAY_ID})

    def announce(self, dates: Mapping[str, Json], calendars: tuple[RoomCalendar, ...] = ()) -> None:
        """What the page says of shows to come, as `room_schedule.schedule_board` makes it, and the calendar files that it speaks of."""
        self.room.want_calendars(calendars)
        if dates != self._dates:
            self._dates = dates
            self._refresh_soon()

    # Life -----------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Go on where the log ends, and keep room and picture in step from now on. More than once is ignored."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        studio = self._studio
        self._disconnects = [
            studio.show_leaving.connect(lambda: self._leave_show("replaced")),
            studio.show_opened.connect(self._on_another_show),
            studio.show_changed.connect(lambda show: self._refresh_soon()),
            studio.document_changed.connect(self._refresh_soon),  # it has a name now
            studio.logged.connect(self._on_logged),
            studio.settings_changed.connect(self._on_settings_changed),
            studio.relays_changed.connect(self._on_relays_changed),
            studio.stats_changed.connect(self._on_stats),
            studio.engine.changed.connect(self._on_engine),
            studio.broadcast.changed.connect(self._on_broadcast),
            self.selling.changed.connect(lambda shown: self._refresh_soon()),
            self.selling.claims_changed.connect(lambda coupon_id: self._refresh_later()),
            self.room.count_changed.connect(lambda viewers, likes: self.summary.set_viewers(viewers)),
            self.summary.begun.connect(self._on_begun),
            self.room.pictures_changed.connect(self._refresh_later),
            self.scheduler.changed.connect(self._refresh_soon),
            self.news.reminder_due.connect(lambda reminder, occurrence: self._remind(reminder)),
        ]
        self._on_settings_changed(studio.settings)
        self._on_show_opened()
        self.room.start(self._last_mark())
        self._tick()

    async def aclose(self, *, keep: bool) -> None:
        """Leave the room and draw no more; `keep`: the engine goes on, with the cards that it has. More than once is ignored."""
        if self._loop is None:
            return
        if not keep:
            self._leave_show("desk")
        self._loop = None
        for disconnect in self._disconnects:
            disconnect()
        for handle in (self._due, self._later, self._second):
            if handle is not None:
                handle.cancel()
        self._due = self._later = self._second = None
        self._stop_counting()
        self._stop_reading()
        self.summary.close()
        await self.room_dates.aclose()
        await self._slow.aclose()
        await self.room.aclose()
        await self.cards.aclose(keep=keep)

    def _waits_for_engine(self) -> bool:
        return self._studio.engine_may_be_live

    def _leave_show(self, why: str) -> None:
        """A show that goes on ends here for its viewers."""
        on_air = self.air.since_ms is not None
        if on_air:
            self._studio.log(EventKind.OFF_AIR, why=why)
        if on_air or self.runner.run.running:
            self.ending.end(why)

    def _on_another_show(self) -> None:
        self.room.count_likes_from(0)  # until those of its own are counted
        self._on_show_opened()

    def _on_show_opened(self) -> None:
        """A show with a log of its own."""
        for part in (self.selling, self.runner, self.orders, self.disclosures, self.air, self.scheduler, self.news):
            part.reload()
        self.ending.reload()
        self._count_anew()
        self._stop_reading()
        self._reading = asyncio.get_running_loop().create_task(self._read_reservations(), name="reservations")
        self._refresh_soon()

    def _count_anew(self) -> None:
        self._stop_counting()
        self._counting = asyncio.get_running_loop().create_task(self._count_up(), name="room-summary")

    async def _count_up(self) -> None:
        """What the room did in this show so far, read in pieces: a long show has a hundred thousand events, a second of reading."""
        sitting = Sitting()
        for event in self._studio.events(SITTING_KINDS):
            sitting.take(event)
        seq, upto = sitting.since_seq, self._studio.last_seq()
        self.summary.clear()
        while seq < upto:
            self.summary.add(self._studio.events(SUMMARY_KINDS, seq, min(seq + PIECE, upto)))
            seq += PIECE
            await asyncio.sleep(0)
        if self._begun or self.summary.likes > self.room.likes:  # for a relay that begins at nothing, and after another show
            self._begun = False
            self.room.count_likes_from(self.summary.likes)

    async def _read_reservations(self) -> None:
        await self.reservations.read()
        self.room.tell_places(self.reservations.places)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _stop_counting(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None

    def _last_mark(self) -> str:
        """That of the last event of the room in the log. The hub forgets only what we have said is safe, so it stands near the end."""
        events = self._studio.events(ROOM_KINDS, max(0, self._studio.last_seq() - TAIL))
        return next((str(one.data["mark"]) for one in reversed(events) if "mark" in one.data), "")

    # Each second ----------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        assert self._loop is not None
        now_ms = self.now_ms()
        self._second = self._loop.call_later(1.0 - now_ms % 1000 / 1000, self._tick)
        self.selling.tick(now_ms)
        self.disclosures.tick(now_ms)
        self.news.tick()
        self._follow_plan()
        if self.selling.shown.countdown is not None:
            self._refresh_soon()

    def _since_ms(self) -> int | None:
        """Since when somebody may be watching: on air, or in a rehearsal."""
        if self.air.since_ms is not None:
            return self.air.since_ms
        return self.runner.run.started_ms if self.runner.run.running else None

    # What the room tells --------------------------------------------------------------------------------------------------

    def _on_room_event(self, event: RoomEvent) -> None:
        if event.kind == "order":
            order = order_of(event.data, str(event.data.get("source", "webhook")))
            if order is not None:
                self.orders.place(order, mark=event.mark)
        elif not self.reservations.knows(event) and (entry := logged_as(event)) is not None:
            kind, data = entry
            self._studio.log(kind, **data)

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in SITTING_KINDS and self._counting is not None and not self._counting.done():
            self._begun = True
            self._count_anew()  # in the order of the log
        else:
            self.summary.count(event)
        self.reservations.count(event)
        self.ending.on_logged(event)
        if event.kind is EventKind.OFF_AIR and self._loop is not None:
            why = event.data.get("why")
            if why == "host":
                self._loop.call_soon(self._on_ended_by_host)
            elif why == "lost":
                self._loop.call_soon(self.ending.lost_air)

    def _on_begun(self) -> None:
        """A new evening: desk and viewers count from the same, the likes of those who waited for it."""
        self.room.count_likes_from(self.summary.likes)

    def _on_ended_by_host(self) -> None:
        if self._loop is not None and self.air.since_ms is None:
            self.ending.end("host")

    def _remind(self, reminder: Reminder) -> None:
        """Its moment has come: the page tells it, and no undo takes that back."""
        self.scheduler.mark_sent(reminder.id)

    # What the studio tells ------------------------------------------------------------------------------------------------

    def _on_settings_changed(self, settings: Settings) -> None:
        self.selling.low_stock = settings.low_stock
        self.disclosures.automatic = settings.disclosure_auto
        self._refresh_soon()

    def _on_relays_changed(self) -> None:
        self.room.address_changed()
        self._refresh_soon()

    def _on_stats(self, stats: EngineStats) -> None:
        if stats.state is BroadcastState.IDLE:
            self.air.found_idle()

    def _on_engine(self, old: EngineState, new: EngineState) -> None:
        if new is EngineState.ATTACHED:
            assert self._loop is not None
            self._loop.call_soon(self.cards.attached)  # behind what the engine is told at first

    def _on_broadcast(self, old: BroadcastState, new: BroadcastState) -> None:
        self._refresh_soon()
        if new is not BroadcastState.LIVE or self.scheduler.went_live():
            return
        if self.runner.run.running or not self._studio.show.segments:
            return
        if self._studio.settings.run_with_live:
            self.runner.start()
        else:
            self._studio.notices.emit(Notice(Severity.INFO, "run.not_started", {}, "run", ("run.start",)))

    # Keeping in step ------------------------------------------------------------------------------------------------------

    def _refresh_soon(self) -> None:
        """In the next turn of the loop: several changes in one are one."""
        if self._loop is not None and self._due is None:
            self._due = self._loop.call_soon(self._refresh)

    def _refresh_later(self) -> None:
        if self._loop is not None and self._due is None and self._later is None:
            self._later = self._loop.call_later(FEW_S, self._refresh)

    def _refresh(self) -> None:
        for handle in (self._due, self._later):
            if handle is not None:
                handle.cancel()
        self._due = self._later = None
        self.runner.follow()
        self._follow_plan()
        self._show_in_room()
        self._show_on_picture()

    def _follow_plan(self) -> None:
        """What the page says of shows to come; the window is shown before anybody works that out."""
        if self.scheduler.awake or not self._studio.show.schedule.airings:
            self.room_dates.follow()

    def _show_in_room(self) -> None:
        show, shown = self._studio.show, self.selling.shown
        self.room.offer_coupon(self._open_coupon(shown))
        self.room.want_pictures(self._view.wanted_pictures(show, shown))
        board = self._view.board(
            show,
            shown,
            title=title_for_viewers(show, self._studio.path),
            card_words=self.selling.card_words,
            coupon_left=self.selling.coupon_left,
            disclosure=self.disclosures.active,
            pictures=self.room.pictures,
        )
        self.room.show({**board, **self._dates})

    def _open_coupon(self, shown: Shown) -> OpenCoupon | None:
        """The same object as long as the same drop is open: the hub counts what it gives by itself."""
        drop = shown.drop
        if drop is None:
            self._coupon = None
            return None
        coupon = OpenCoupon(drop.coupon_id, drop.codes, drop.expires_ms, self.selling.claims(drop.coupon_id))
        if self._coupon is None or self._coupon.claimed is not coupon.claimed or self._coupon != coupon:
            self._coupon = coupon
        return self._coupon

    def _show_on_picture(self) -> None:
        shown, badge = self.selling.shown, self.disclosures.badge
        if shown == NOTHING and not badge and self.cards.idle:
            return  # a show that sells nothing needs none of what drawing takes
        show = self._studio.show
        themes = self.card_themes
        theme = themes.get(show.presentation.card_theme) or next(iter(themes.values()), None)
        if theme is None:  # every theme is broken, which was told
            return
        product = self.selling.pinned
        scene = CardScene(
            show=show,
            shown=shown,
            product=product,
            words=self.selling.card_words,
            badge=badge,
            picture=self._main_picture(product),
            watch_address=self._studio.watch_address,
            now_ms=self.now_ms(),
            beside=self.cards_beside,
        )
        self.cards.show(scene, theme, show.project.output.canvas)

    def _main_picture(self, product: Product | None) -> bytes:
        if product is None or not product.pictures:
            return b""
        picture_id = product.pictures[0]
        if self._picture[0] != picture_id:
            self._picture = (picture_id, self._studio.pictures.get(picture_id) or b"")
        return self._picture[1]
