"""Builds the Studio, for the window and for the broadcast without a window."""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from app.bootstrap.announcements import announcement_services
from app.bootstrap.calendar import LazyCalendar
from app.bootstrap.formats import LazyFormats
from app.bootstrap.processes import spawn
from app.domain.base.clock import SystemClock
from app.domain.base.errors import Value
from app.domain.program.output import Canvas
from app.domain.program.project import Project
from app.domain.selling.card import Card, CardPicture
from app.domain.selling.card_theme import CardTheme, DrawCard
from app.domain.show import Show
from app.session.air.discovery import MakeDiscovery
from app.session.base.thread_runner import RunInThread
from app.session.catalogue.show_handbook import Press
from app.session.engine.text_pictures import DrawText
from app.session.planning.calendar_port import Calendar
from app.session.planning.schedule_book import ScheduleBook
from app.session.room.room_picture import Shrink
from app.session.room.room_socket import Connect, RoomAddress, RoomSocket
from app.session.selling.card_texts import CardWriter, Modules
from app.session.selling.offer_texts import OfferTexts
from app.session.show_control import ControlServices
from app.session.studio import MakeSample, MakeSecrets, Studio
from app.storage.card_themes import load_card_themes
from app.storage.files import StorageError
from app.storage.last_time_zone import LastTimeZone
from app.storage.paths import Paths
from app.storage.phrases import load_phrases
from app.storage.presets import load_presets
from app.storage.settings import Settings

if TYPE_CHECKING:
    from app.session.planning.schedule_review import ScheduleReview


class Drawing:
    """Loads Qt's drawing with the first text or card; a show without them does not need it."""

    def __init__(self) -> None:
        self._application: object | None = None

    def prepare(self) -> None:
        """Call on the main thread before drawing: fonts need an application, and without a window there is none."""
        if self._application is None:
            self._application = importlib.import_module("app.overlay.offscreen").make_offscreen_application()

    def text(self, settings: Mapping[str, Value], canvas: Canvas) -> tuple[int, int, bytes]:
        """Draw a text source's picture."""
        self.prepare()
        render = cast(DrawText, importlib.import_module("app.overlay.text").render_text)
        return render(settings, canvas)

    def card(self, card: Card, theme: CardTheme, canvas: Canvas) -> CardPicture:
        """Draw a card's picture. Usable on any thread after `prepare`."""
        draw = cast(DrawCard, importlib.import_module("app.overlay.cards").draw_card)
        return draw(card, theme, canvas)


def shrunk_picture(content: bytes, side_px: int) -> bytes:
    """A show's picture, scaled down for the room."""
    shrink = cast(Shrink, importlib.import_module("app.overlay.web_picture").shrink_picture)
    return shrink(content, side_px)


def qr_code_modules(text: str) -> Modules:
    """The modules of a QR code without its quiet zone; True = dark."""
    segno = importlib.import_module("segno")
    return tuple(tuple(bool(module) for module in row) for row in segno.make(text, micro=False, error="m").matrix)


def handbook_exporter(paths: Paths, picture_of: Callable[[str], bytes | None], media_type_of: Callable[[str], str]) -> Press:
    """Loads the handbook's templates, babel and Qt's printing with the first handbook."""
    press: Press = importlib.import_module("app.bootstrap.handbook").HandbookExporter(paths.resources, picture_of, media_type_of)
    return press


def schedule_review(plan: ScheduleBook, show: Callable[[], Show], calendar: Calendar, run_in_thread: RunInThread) -> "ScheduleReview":
    """Rates the hours of a plan and checks the plan; loaded with the first planned show."""
    advice = importlib.import_module("app.session.planning.hours.schedule_advice").ScheduleAdvice(
        plan, show=show, calendar=calendar, run_in_thread=run_in_thread
    )
    module = importlib.import_module("app.session.planning.schedule_review")
    review: ScheduleReview = module.ScheduleReview(plan, advice, show=show, run_in_thread=run_in_thread, told=plan.changed.emit)
    return review


class LazyRoomClient:
    """Connects to the room. The HTTP library is loaded on a thread with the first connection."""

    def __init__(self) -> None:
        self._connect: Connect | None = None

    async def __call__(self, address: RoomAddress) -> RoomSocket:
        if self._connect is None:
            module = await asyncio.to_thread(importlib.import_module, "app.session.room.room_client")
            self._connect = cast(Connect, module.connect)
        return await self._connect(address)


def control_services(paths: Paths, drawing: Drawing) -> ControlServices:
    """The services that run a show on this machine."""
    offer_texts = OfferTexts(LazyFormats(), load_phrases(paths.card_phrases))
    return ControlServices(
        draw_card=drawing.card,
        prepare_drawing=drawing.prepare,
        load_themes=lambda told: {theme.id: theme for theme in load_card_themes(paths.card_themes, told)},
        writer=CardWriter(texts=offer_texts, code=qr_code_modules),
        reply_texts=lambda: replace(offer_texts, phrases={**offer_texts.phrases, **load_phrases(paths.reply_phrases)}),
        connect_room=LazyRoomClient(),
        shrink=shrunk_picture,
        make_press=lambda picture_of, media_type_of: handbook_exporter(paths, picture_of, media_type_of),
        calendar=LazyCalendar(paths.markets, paths.calendar),
        make_review=schedule_review,
        place=LastTimeZone(paths.last_time_zone),
        announcements=announcement_services(paths, drawing.prepare, qr_code_modules),
    )


def make_studio(
    paths: Paths,
    *,
    new_project: Callable[[Settings], Project],
    make_secrets: MakeSecrets,
    make_discovery: MakeDiscovery | None = None,
    with_relay: bool = True,
    sample: MakeSample | None = None,
    trusted: bool = False,
    host_language: Callable[[Settings], str] = lambda _: "en",
) -> Studio:
    """A Studio for this machine, not started yet. Raises StorageError if a folder cannot be used."""
    paths.make()
    drawing = Drawing()
    broken: list[StorageError] = []
    return Studio(
        paths=paths,
        clock=SystemClock(),
        new_project=new_project,
        make_secrets=make_secrets,
        presets=load_presets(paths.relay_presets, broken.append),
        broken=broken,
        draw_text=drawing.text,
        services=control_services(paths, drawing),
        spawn=spawn,
        make_discovery=make_discovery,
        with_relay=with_relay,
        sample=sample,
        trusted=trusted,
        host_language=host_language,
    )
