"""Keeps the cards on the picture current: draws them on a thread, sends them to the engine, and again to a new engine."""

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
    """Draws one scene at a time, on its own thread. Meanwhile only the newest scene waits; those between are never drawn.

    `prepare` is called once, on the loop's thread, before the first card: without a window, Qt needs an application there. `send` passes a
    command to the engine, with the slot in which a newer command replaces it.
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
        self._drawn: Mapping[str, _Drawn] = {}  # as the engine has them
        self._told: set[str] = set()
        self._failed = False
        self._unsure: frozenset[str] = frozenset()  # the engine may have these from another desk

    @property
    def idle(self) -> bool:
        """Whether no card is on the picture or being drawn."""
        return not self._drawn and self._task is None

    def show(self, scene: CardScene, theme: CardTheme, canvas: Canvas) -> None:
        """Show this scene from now on."""
        self._next = (scene, theme, canvas)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work(), name="cards")
            self._task.add_done_callback(self._ended)

    def attached(self) -> None:
        """A new engine gets every card again. One that the last desk left running keeps the current cards without a gap, and loses the
        others as soon as we know which are current."""
        for overlay_id in self._drawn:
            self._send(show_card_command(overlay_id, self._drawn[overlay_id].picture), overlay_id)
        self._unsure = frozenset(OVERLAYS) - self._drawn.keys()
        if self._task is None:
            self._drop_unsure()

    async def aclose(self, *, keep: bool) -> None:
        """Stop drawing. Cards stay on an engine that runs on (`keep`), else they are removed."""
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
        """Runs on the drawing thread."""
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
        self._failed = True  # retried with each change; reported once, until one succeeds
        log.error("cards cannot be drawn", exc_info=error)
        self._notify(Notice(Severity.ERROR, "cards.failed", {"reason": str(error)}, "cards"))
