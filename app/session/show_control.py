"""Runs a show: the rundown, the offer, the room, the cards on the picture, orders and the plan."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.notice import Notice
from app.domain.base.signal import Signal
from app.domain.planning.schedule import ShowReminder
from app.domain.program.broadcast import BroadcastState
from app.domain.program.command import Command
from app.domain.selling.card_theme import DrawCard
from app.session.air.broadcast_control import BroadcastControl
from app.session.air.embedded_relay import EmbeddedRelay
from app.session.air.relays import Relays
from app.session.base.refresh import Refresh
from app.session.base.settings_store import SettingsStore
from app.session.base.thread_runner import ThreadRunner
from app.session.catalogue.product_index import ProductIndex
from app.session.catalogue.show_handbook import MakePress
from app.session.chat.chat_platforms import ChatPlatforms
from app.session.chat.chat_room import ChatRoom
from app.session.chat.message_check import MessageCheck
from app.session.chat.quick_replies import QuickReplies
from app.session.document.autosave import Autosave
from app.session.document.show_book import ShowBook
from app.session.document.show_files import ShowFiles
from app.session.document.show_pictures import ShowPictures
from app.session.engine.engine_supervisor import EngineState
from app.session.engine.remote_engine import RemoteEngine
from app.session.planning.advised_schedule import MakeReview
from app.session.planning.announcements.announcements import Announcements, AnnouncementServices
from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.planning.calendar_port import Calendar
from app.session.planning.dates.clock_watch import ClockWatch
from app.session.planning.schedule_alerts import ScheduleAlerts
from app.session.planning.scheduler import Scheduler
from app.session.review.show_reports import ShowReports
from app.session.room.board_builder import Json, title_for_viewers
from app.session.room.room_dates import RoomDates
from app.session.room.room_link import RoomLink
from app.session.room.room_picture import RoomPictureMaker, Shrink
from app.session.room.room_socket import Connect
from app.session.room.viewer_log import ViewerLog
from app.session.room.viewer_page import ViewerPage
from app.session.rundown.air_log import AirLog
from app.session.rundown.show_end import ShowEnd
from app.session.rundown.show_flow import ShowFlow
from app.session.rundown.show_runner import ShowRunner
from app.session.selling.card_texts import CardWriter
from app.session.selling.card_updates import CardUpdates, LoadThemes
from app.session.selling.cards_on_air import CardsOnAir
from app.session.selling.disclosures import Disclosures
from app.session.selling.offer_texts import OfferTexts
from app.session.selling.orders import Orders
from app.session.selling.selling import Selling
from app.storage.last_time_zone import LastTimeZone
from app.storage.settings import Settings

PAGE_GAP_S = 0.25  # how often viewers' changes (codes and units left) reach the page


@dataclass(frozen=True, slots=True)
class ControlServices:
    """What the builder of a process provides. What is slow to load is loaded when it is first used.

    `prepare_drawing` is called on the loop's thread before the first card.
    """

    draw_card: DrawCard
    prepare_drawing: Callable[[], object]
    load_themes: LoadThemes
    writer: CardWriter
    reply_texts: Callable[[], OfferTexts]
    connect_room: Connect
    shrink: Shrink
    make_press: MakePress
    calendar: Calendar
    make_review: MakeReview
    place: LastTimeZone
    announcements: AnnouncementServices


class ControlStudio(ShowBook, Protocol):
    """The parts of the studio that the control of a show reads and follows."""

    notices: Signal[[Notice]]
    settings: SettingsStore
    autosave: Autosave
    files: ShowFiles
    pictures: ShowPictures
    engine: RemoteEngine
    broadcast: BroadcastControl
    relays: Relays
    embedded: EmbeddedRelay


class ShowControl:
    """Builds the parts that run a show and keeps page and picture in step with them, from `start` to `aclose`.

    `runner`, `selling`, `orders`, `disclosures` and `air` are readings of the log with verbs; `flow` and `ending` start and end the
    run; `room` is the link to the relay's room, `page` what viewers read there and `viewers` what they do; `scheduler`,
    `schedule_alerts`, `announcements` and `room_dates` belong to the plan.
    """

    def __init__(self, studio: ControlStudio, *, services: ControlServices, clock: Clock, send: Callable[[Command, str], None]) -> None:
        self._studio = studio
        self._clock = clock
        notify = studio.notices.emit
        self.products = ProductIndex(lambda: studio.document.show)
        self.selling = Selling(studio, self.products, now_ms=self.now_ms, notify=notify)
        self.runner = ShowRunner(studio, self.products, self.selling, take=studio.engine.take, now_ms=self.now_ms, notify=notify)
        self.orders = Orders(studio, self.products, self.selling, notify=notify)
        self.viewers = ViewerLog(studio, self.orders, relay_likes=lambda: self.room.inbox.likes)
        self.chat = ChatRoom(studio, now_ms=self.now_ms, host_name=self._title, notify=notify)
        self.platforms = ChatPlatforms(self.chat, now_ms=self.now_ms, notify=notify)
        self.message_check = MessageCheck(lambda: studio.document.show)
        self.quick_replies = QuickReplies(lambda: studio.document.show, self.products, services.reply_texts)
        self.reports = ShowReports(studio, now_ms=self.now_ms)
        self._slow = ThreadRunner(notify)
        self._build_plan(services, notify)
        self._build_flow(notify)
        self._build_room(services, notify)
        self._build_cards(services, send, notify)
        self._refresh = Refresh(self._update, PAGE_GAP_S)
        self._second: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._disconnects: list[Callable[[], None]] = []

    def _build_plan(self, services: ControlServices, notify: Callable[[Notice], None]) -> None:
        studio = self._studio
        self.scheduler = Scheduler(
            studio,
            calendar=services.calendar,
            make_review=services.make_review,
            clock=self._clock,
            runner=self.runner,
            waiting=self.viewers.reservations.waiting,
            run_in_thread=self._slow,
            notify=notify,
        )
        self.schedule_alerts = ScheduleAlerts(
            self.scheduler,
            watch=ClockWatch(self._clock),
            place=services.place,
            soon_min=lambda: studio.settings.value.announce_min,
            notify=notify,
        )
        self.announcements = Announcements(
            studio,
            self.scheduler,
            calendar=services.calendar,
            services=services.announcements,
            themes=lambda: self.cards.themes,
            notify=notify,
        )
        self.room_dates = RoomDates(
            self.scheduler,
            make_calendars=self.announcements.room_calendars,
            host_language=lambda: studio.document.show.presentation.host_language,
            link=lambda: studio.embedded.watch_address,
            show=self.announce,
            notify=notify,
        )

    def _build_flow(self, notify: Callable[[Notice], None]) -> None:
        studio, now_ms = self._studio, self.now_ms
        self.air = AirLog(studio, studio.broadcast.state)
        self.disclosures = Disclosures(studio, self.selling, since_ms=lambda: self.flow.since_ms, now_ms=now_ms, notify=notify)
        self.ending = ShowEnd(
            studio,
            self.runner,
            self.selling,
            self.disclosures,
            self.air,
            now_ms=now_ms,
            may_be_live=lambda: studio.engine.found_running,
        )
        self.flow = ShowFlow(studio, self.runner, self.air, self.ending, starts_planned=self.scheduler.went_live, notify=notify)

    def _build_room(self, services: ControlServices, notify: Callable[[Notice], None]) -> None:
        studio = self._studio
        self.room = RoomLink(
            connect=services.connect_room,
            address=lambda: studio.embedded.room,
            find_picture=RoomPictureMaker(studio.pictures.get, services.shrink).find,
            on_event=self.viewers.take,
            store=studio.autosave.wait_written,
            notify=notify,
        )
        self.page = ViewerPage(studio, self.products, self.selling, self.disclosures, self.room)

    def _build_cards(self, services: ControlServices, send: Callable[[Command, str], None], notify: Callable[[Notice], None]) -> None:
        self._drawn_cards = CardsOnAir(
            draw=services.draw_card, prepare=services.prepare_drawing, writer=services.writer, send=send, notify=notify
        )
        self.cards = CardUpdates(
            self._studio,
            self.selling,
            self.disclosures,
            self._drawn_cards,
            load_themes=services.load_themes,
            now_ms=self.now_ms,
            notify=notify,
        )

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return self._clock.wall_ns() // NS_PER_MS

    def _title(self) -> str:
        document = self._studio.document
        return title_for_viewers(document.show, document.path)

    def announce(self, dates: Mapping[str, Json], calendars: tuple[RoomCalendar, ...] = ()) -> None:
        """Show coming shows on the viewer page (see `room_schedule.schedule_board`), with their calendar files."""
        self.room.calendars.want(calendars)
        if dates != self.page.dates:
            self.page.dates = dates
            self._refresh.soon()

    # Life -----------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Go on where the log ends, and keep room and picture in step from now on. More than once is ignored."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._refresh.start()
        self._connect()
        self.viewers.start()
        self.platforms.start()
        self.flow.start()
        self._on_settings_changed(self._studio.settings.value)
        self._on_show_opened()
        self.room.start(self.viewers.last_mark())
        self._tick()

    def _connect(self) -> None:
        studio, refresh = self._studio, self._refresh
        self._disconnects = [
            studio.files.leaving.connect(lambda: self.flow.leave("replaced")),
            studio.files.opened.connect(self._on_another_show),
            studio.document.show_changed.connect(lambda show: refresh.soon()),
            studio.document.changed.connect(refresh.soon),  # it has a name now
            studio.settings.changed.connect(self._on_settings_changed),
            studio.relays.changed.connect(self._on_relays_changed),
            studio.engine.state.changed.connect(self._on_engine),
            studio.broadcast.state.changed.connect(self._on_broadcast),
            self.selling.changed.connect(lambda shown: refresh.soon()),
            self.selling.claims_changed.connect(lambda coupon_id: refresh.later()),
            self.room.inbox.count_changed.connect(lambda viewers, likes: self.viewers.summary.set_viewers(viewers)),
            self.room.pictures.changed.connect(refresh.later),
            self.viewers.likes_counted.connect(self.room.inbox.count_likes_from),
            self.viewers.reservations_read.connect(self.room.board.set_reservations),
            self.scheduler.changed.connect(refresh.soon),
            self.schedule_alerts.reminder_due.connect(lambda reminder, occurrence: self._remind(reminder)),
        ]

    async def aclose(self, *, keep: bool) -> None:
        """Leave the room and stop drawing; `keep`: the engine runs on, with its cards. More than once is ignored."""
        if self._loop is None:
            return
        if not keep:
            self.flow.leave("desk")
        self._loop = None
        for disconnect in self._disconnects:
            disconnect()
        self._refresh.close()
        if self._second is not None:
            self._second.cancel()
            self._second = None
        self.flow.close()
        self.viewers.close()
        self.platforms.close()
        await self.room_dates.aclose()
        await self._slow.aclose()
        await self.room.aclose()
        await self._drawn_cards.aclose(keep=keep)

    # What changes ---------------------------------------------------------------------------------------------------------

    def _on_another_show(self) -> None:
        self.room.inbox.count_likes_from(0)  # until its own likes are counted
        self._on_show_opened()

    def _on_show_opened(self) -> None:
        """Read the log of the show that was opened."""
        for part in (
            self.selling,
            self.runner,
            self.orders,
            self.disclosures,
            self.air,
            self.scheduler,
            self.schedule_alerts,
            self.ending,
            self.viewers,
            self.chat,
        ):
            part.reload()
        self._refresh.soon()

    def _on_settings_changed(self, settings: Settings) -> None:
        self.selling.low_stock = settings.low_stock
        self.disclosures.automatic = settings.disclosure_auto
        self._refresh.soon()

    def _on_relays_changed(self) -> None:
        self.room.address_changed()
        self._refresh.soon()

    def _on_engine(self, old: EngineState, new: EngineState) -> None:
        if new is EngineState.ATTACHED:
            assert self._loop is not None
            self._loop.call_soon(self._drawn_cards.attached)  # after the engine has the project

    def _on_broadcast(self, old: BroadcastState, new: BroadcastState) -> None:
        self._refresh.soon()

    def _remind(self, reminder: ShowReminder) -> None:
        """The page shows the reminder now; undo does not take that back."""
        self.scheduler.mark_sent(reminder.id)

    def _tick(self) -> None:
        """Once a second."""
        assert self._loop is not None
        now_ms = self.now_ms()
        self._second = self._loop.call_later(1.0 - now_ms % 1000 / 1000, self._tick)
        self.selling.tick(now_ms)
        self.disclosures.tick(now_ms)
        self.schedule_alerts.tick()
        self._follow_plan()
        if self.selling.shown.countdown is not None:
            self._refresh.soon()

    def _update(self) -> None:
        self.runner.follow()
        self._follow_plan()
        self.page.update()
        self.cards.update()

    def _follow_plan(self) -> None:
        """Keep coming shows on the page current; at the start, the window comes first."""
        if self.scheduler.awake or not self._studio.document.show.schedule.airings:
            self.room_dates.follow()
