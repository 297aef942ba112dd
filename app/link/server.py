"""The engine's end of the link: serves any number of desks, none of which can block the engine."""

import contextlib
import logging
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.program.command import (
    LINK_VERSION,
    Apply,
    Command,
    DropOverlay,
    Event,
    GoLive,
    Hello,
    ListDevices,
    PutOverlay,
    PutPicture,
    RelayProbes,
    Shutdown,
    StopLive,
    Take,
    TryRelay,
    WatchRelays,
)
from app.domain.program.stats import RelayProbe
from app.link import registration
from app.link.desk_connection import DeskConnection
from app.link.messages import LinkError, decode_command, encode
from app.link.port import EnginePort
from app.link.registration import Lock, Registration
from app.link.wire import FAMILY, address_in, remove_socket
from app.link.worker import Worker

log = logging.getLogger(__name__)

PULSE_S = 0.05  # interval of the meters
STATS_S = 1.0
PROBES_S = 0.25
HURRY_S = 5.0  # after a command, statistics come faster for this long, so that buttons respond
HURRIED_STATS_S = 0.15
IDLE_S = 15.0
BACKLOG = 16
KEPT_NOTICES = 100  # notices kept while no desk is attached, for the next one
FAREWELL_S = 1.0
WORKER_END_S = 5.0


@dataclass(slots=True)
class _Due:
    """When to send what next, in monotonic seconds."""

    stats: float = 0.0
    probes: float = 0.0
    hurry_until: float = 0.0


class LinkServer:
    """Listens for desks, runs their commands on the engine in order, and sends all of them its state.

    `wait` returns when a desk asks for the end, or when no desk is attached and nothing is live for `idle_s`. `host_pid` goes into the
    registration.
    """

    def __init__(self, engine: EnginePort, *, runtime: Path, lock: Lock, idle_s: float = IDLE_S, host_pid: int = 0) -> None:
        self._engine = engine
        self._runtime = runtime
        self._lock = lock
        self._idle_s = idle_s
        self._host_pid = host_pid
        self._desks: dict[str, DeskConnection] = {}
        self._arriving: list[DeskConnection] = []
        self._guard = threading.RLock()
        self._unheard: deque[bytes] = deque(maxlen=KEPT_NOTICES)
        self._probes: tuple[RelayProbe, ...] = ()
        self._due = _Due()
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._commands = Worker("link-commands", self._command_failed)
        self._devices = Worker("link-devices", self._command_failed)
        self._accept = threading.Thread(target=self._accept_desks, name="link-accept", daemon=True)
        self._pulse = threading.Thread(target=self._send_figures, name="link-pulse", daemon=True)
        self._listener: Listener | None = None
        self._registration: Registration | None = None
        self._verbs: Mapping[type[Any], Callable[[Any], None]] = {
            Apply: lambda command: engine.apply(command.project, command.withheld),
            Take: lambda command: engine.take(command.scene_id, command.transition),
            PutPicture: lambda command: engine.put_picture(command.source_id, command.width, command.height, command.rgba),
            PutOverlay: engine.put_overlay,
            DropOverlay: engine.drop_overlay,
            GoLive: lambda command: engine.go_live(command.targets, command.since_ns),
            StopLive: lambda _: engine.stop_live(),
            TryRelay: lambda command: engine.try_relay(command.target, self._tell),
            WatchRelays: lambda command: engine.watch_relays(command.targets, command.warm_ids, command.every_s),
            Shutdown: lambda _: self._ended.set(),
        }

    def claim(self) -> None:
        """Become this runtime folder's engine; raises LinkError "link.taken" if there is one already.

        Call this before the engine starts, because it writes into the folder. Call `start` after it, because desks send at once.
        """
        registration.take(self._lock)

    def start(self) -> None:
        """Claim the folder if that is not done yet, register, and admit desks. Raises LinkError."""
        self.claim()
        try:
            registration.clear(self._runtime)
            address = address_in(self._runtime, "engine")
            remove_socket(address)
            self._listener = Listener(address, family=FAMILY, backlog=BACKLOG)
            self._registration = Registration(os.getpid(), address, secrets.token_bytes(32), self._host_pid)
            registration.write(self._runtime, self._registration)
        except OSError as error:
            self._lock.release()
            raise LinkError("link.listen", path=str(self._runtime), reason=str(error)) from error
        self._engine.notices.connect(self._on_notice)
        self._commands.start()
        self._devices.start()
        self._accept.start()
        self._pulse.start()

    def wait(self) -> None:
        """Wait until this engine is not needed any more. Desks that come now find no engine and start another."""
        self._ended.wait()
        if self._registration is not None:
            registration.remove(self._runtime, self._registration)

    def end(self) -> None:
        """Make `wait` return. Can be called from a signal handler."""
        self._ended.set()

    def close(self) -> None:
        """Stop listening, disconnect the desks, end the threads. Can be called again."""
        listener, ours = self._listener, self._registration
        if listener is None or ours is None:
            return
        self._listener = None
        self._closing.set()
        self._ended.set()
        registration.remove(self._runtime, ours)
        if _knock(ours.address):
            self._accept.join()
        else:  # the socket's file was removed; the thread that waits on it ends with the process
            log.warning("%s cannot be reached any more", ours.address)
        with contextlib.suppress(FileNotFoundError):  # closing unlinks the socket's file
            listener.close()
        self._pulse.join()
        for worker in (self._commands, self._devices):
            if not worker.close(WORKER_END_S):
                log.warning("a command did not end in time")
        self._engine.notices.disconnect(self._on_notice)
        with self._guard:
            leaving = [*self._desks.values(), *self._arriving]
        for desk in leaving:
            desk.close(FAREWELL_S)
        self._lock.release()

    # Desks ----------------------------------------------------------------------------------------------------------------

    def _accept_desks(self) -> None:
        listener, ours = self._listener, self._registration
        count = 0
        while listener is not None and ours is not None and not self._closing.is_set():
            try:
                connection = listener.accept()
            except OSError as error:
                log.warning("cannot accept a desk: %s", error)  # out of descriptors, or the desk is gone
                self._closing.wait(PULSE_S)
                continue
            if self._closing.is_set():
                connection.close()
                return
            count += 1
            desk = DeskConnection(
                connection, f"desk-{count}", ours.authkey, attached=self._on_attached, received=self._on_received, left=self._on_left
            )
            with self._guard:
                self._arriving = [*(one for one in self._arriving if one.arriving), desk]
                desk.start()

    def _on_attached(self, desk: DeskConnection) -> None:
        engine = self._engine
        preview = str(engine.preview_path) if engine.preview_path is not None else ""
        # Before taking our lock: the engine may be sending a notice with its own lock held, and wait for ours.
        hello = encode(Hello(LINK_VERSION, os.getpid(), preview, engine.project, engine.live_relay_ids, engine.withheld))
        with self._guard:
            desk.put(hello)
            for notice in self._unheard:
                desk.put(notice)
            self._unheard.clear()
            if self._probes:
                desk.put(encode(RelayProbes(self._probes)), slot="RelayProbes")
            self._desks[desk.name] = desk
            if desk in self._arriving:
                self._arriving.remove(desk)
        log.info("%s attached", desk.name)
        self._hurry()

    def _on_left(self, desk: DeskConnection) -> None:
        with self._guard:
            self._desks.pop(desk.name, None)

    def _tell(self, event: Event, *, slot: str = "") -> None:
        data = encode(event)
        with self._guard:
            if not self._desks and isinstance(event, Notice):
                self._unheard.append(data)
            for desk in self._desks.values():
                desk.put(data, slot=slot)

    def _on_notice(self, notice: Notice) -> None:
        self._tell(notice)

    # Commands -------------------------------------------------------------------------------------------------------------

    def _on_received(self, desk: DeskConnection, data: bytes) -> None:
        try:
            command = decode_command(data)
        except LinkError as error:
            log.warning("cannot read a message of %s: %s", desk.name, error)
            desk.put(encode(Notice(Severity.WARNING, error.code, error.data)))
            return
        if isinstance(command, ListDevices):
            self._devices.submit(lambda: desk.put(encode(self._engine.list_devices()), slot="Devices"))
        else:
            self._commands.submit(lambda: self._run(command))

    def _run(self, command: Command) -> None:
        self._verbs[type(command)](command)
        self._hurry()

    def _command_failed(self, error: Exception) -> None:
        if isinstance(error, AppError):
            self._tell(Notice(Severity.ERROR, error.code, error.data))
            return
        log.error("a command failed", exc_info=error)
        self._tell(Notice(Severity.ERROR, "engine.command_failed", {"reason": f"{type(error).__name__}: {error}"}))

    # Figures --------------------------------------------------------------------------------------------------------------

    def _hurry(self) -> None:
        self._due.hurry_until = time.monotonic() + HURRY_S
        self._due.stats = 0.0

    def _send_figures(self) -> None:
        alone_since = time.monotonic()
        while not self._closing.wait(PULSE_S) and not self._ended.is_set():
            now = time.monotonic()
            with self._guard:
                attended = bool(self._desks)
            if attended:
                self._pulse_once(now)
            if attended or self._engine.live_relay_ids:
                alone_since = now
            elif now - alone_since >= self._idle_s:
                log.info("no desk attached and not live for %.0f s", self._idle_s)
                self._ended.set()

    def _pulse_once(self, now: float) -> None:
        self._tell(self._engine.meters(), slot="Meters")
        if now >= self._due.stats:
            self._due.stats = now + (HURRIED_STATS_S if now < self._due.hurry_until else STATS_S)
            self._tell(self._engine.stats(), slot="EngineStats")
        if now >= self._due.probes:
            self._due.probes = now + PROBES_S
            probes = self._engine.probes()
            if probes != self._probes:
                self._probes = probes
                self._tell(RelayProbes(probes), slot="RelayProbes")


def _knock(address: str) -> bool:
    """Wake a waiting accept(), which closing its listener does not do. False if the address cannot be reached."""
    try:
        Client(address, family=FAMILY).close()
    except OSError as error:
        log.debug("no answer at %s: %s", address, error)
        return False
    return True
