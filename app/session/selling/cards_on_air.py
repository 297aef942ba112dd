"""Keeps the cards on the picture in step with what is sold: drawn beside the loop, sent to the engine, again to a new one."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.program.command import Command, DropOverlay
from app.domain.program.output import Canvas
from app.domain.selling.card import Card, CardPicture, hide_card_command, show_card_command
from app.domain.selling.card_theme import CardTheme, DrawCard
from app.session.selling.card_texts import OVERLAYS, CardScene, CardWriter

log = logging.getLogger(__name__)

Look = tuple[Card, CardTheme, Canvas]


@dataclass(frozen=True, slots=True)
class _Drawn:
    look: Look
    picture: CardPicture


@dataclass(frozen=True, slots=True)
class _Job:
    scene: CardScene
    theme: CardTheme
    canvas: Canvas
    known: Mapping[str, _Drawn]


@dataclass(frozen=True, slots=True)
class _Result:
    drawn: Mapping[str, _Drawn]
    failures: tuple[AppError, ...]


class CardsOnAir:
    """One drawing at a time, on a thread of its own; while it goes on the newest scene waits, and those between are never drawn.

    `prepare` is called once, on the loop's thread, before the first card: where there is no window, Qt needs an application there.
    `send` hands a command to the engine, with the slot in which a newer one takes its place.
    """

    def __init__(
        self,
        *,
        draw: DrawCard,
        prepare: Callable[[], object],
        writer: CardWriter,
        send: Callable[[Command, str], None],
        notify: Callable[[Notice], None],
    ) -> None:
        self._draw = draw
        self._prepare = prepare
        self._writer = writer
        self._send = send
        self._notify = notify
        self._painter: ThreadPoolExecutor | None = None
        self._next: tuple[CardScene, CardTheme, Canvas] | None = None
        self._task: asyncio.Task[None] | None = None
        self._drawn: Mapping[str, _Drawn] = {}  # as the engine has it
        self._told: set[str] = set()
        self._failed = False
        self._unsure: frozenset[str] = frozenset()  # the engine may have these from another desk

    @property
    def idle(self) -> bool:
        """Whether nothing is on the picture and nothing is being drawn."""
        return not self._drawn and self._task is None

    def show(self, scene: CardScene, theme: CardTheme, canvas: Canvas) -> None:
        """This is how the picture is to be from now on."""
        self._next = (scene, theme, canvas)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work(), name="cards")
            self._task.add_done_callback(self._ended)

    def attached(self) -> None:
        """Another engine: it gets every card again. One that the last desk left running keeps what is still on, without a gap, and loses
        the rest as soon as we know what that is."""
        for overlay_id in self._drawn:
            self._send(show_card_command(overlay_id, self._drawn[overlay_id].picture), overlay_id)
        self._unsure = frozenset(OVERLAYS) - self._drawn.keys()
        if self._task is None:
            self._drop_unsure()

    async def aclose(self, *, keep: bool) -> None:
        """Draw no more. Cards stay for an engine that goes on (`keep`), else they are taken away."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._painter is not None:
            painter, self._painter = self._painter, None
            await asyncio.to_thread(painter.shutdown, wait=True)
        if not keep:
            for overlay_id in self._drawn:
                self._send(DropOverlay(overlay_id), overlay_id)
            self._drawn = {}

    async def _work(self) -> None:
        while self._next is not None:
            if self._painter is None:
                self._prepare()
                self._painter = ThreadPoolExecutor(1, thread_name_prefix="card-painter")
            job, self._next = _Job(*self._next, self._drawn), None
            self._put(await asyncio.get_running_loop().run_in_executor(self._painter, self._made, job))
        self._task = None

    def _made(self, job: _Job) -> _Result:
        """On the painter's thread."""
        drawn: dict[str, _Drawn] = {}
        failures: list[AppError] = []
        for overlay_id, card in self._writer.cards(job.scene).items():
            look, known = (card, job.theme, job.canvas), job.known.get(overlay_id)
            if known is not None and known.look == look:
                drawn[overlay_id] = known
                continue
            try:
                drawn[overlay_id] = _Drawn(look, self._draw(card, job.theme, job.canvas))
            except AppError as error:
                failures.append(error)
        return _Result(drawn, tuple(failures))

    def _put(self, result: _Result) -> None:
        before, self._drawn = self._drawn, result.drawn
        self._failed = False
        for overlay_id, drawn in before.items():
            if overlay_id not in result.drawn:
                self._send(hide_card_command(overlay_id, drawn.picture), overlay_id)
        for overlay_id, drawn in result.drawn.items():
            if before.get(overlay_id) is not drawn:
                self._send(show_card_command(overlay_id, drawn.picture), overlay_id)
        self._drop_unsure()
        for error in result.failures:
            if error.code not in self._told:
                self._told.add(error.code)
                self._notify(Notice(Severity.WARNING, error.code, error.data, "cards"))

    def _drop_unsure(self) -> None:
        for overlay_id in sorted(self._unsure - self._drawn.keys()):
            self._send(DropOverlay(overlay_id), overlay_id)
        self._unsure = frozenset()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task = None
        if task.cancelled() or (error := task.exception()) is None or self._failed:
            return
        self._failed = True  # it is tried again with each change; said once, until one was drawn
        log.error("cards cannot be drawn", exc_info=error)
        self._notify(Notice(Severity.ERROR, "cards.failed", {"reason": str(error)}, "cards"))
