"""Finds or starts the engine process, attaches to it, and replaces it when it dies or freezes."""

import asyncio
import logging
import subprocess
import time
from collections.abc import Callable, Mapping, Set
from enum import Enum
from pathlib import Path

from app.aio.owned_tasks import start_task
from app.domain.base.notice import Notice, Severity
from app.domain.base.state_machine import StateMachine
from app.domain.program.command import Command, Event, Hello
from app.link import registration
from app.link.client import LinkClient
from app.link.messages import LinkError
from app.link.registration import Registration
from app.session.base.processes import (
    Spawn,
    command_line,
    detach,
    is_running,
    kill,
    kill_with_children,
    reap,
    restart_backoff,
    wait_for_end,
    wait_until_gone,
)

log = logging.getLogger(__name__)

LOOK_S = 0.02  # how often we look for the registration of a starting engine
START_S = 20.0  # a cold disk and a busy machine; an engine that needs longer has failed
RESPAWN_WITHIN_S = 5.0  # its host forks the next engine within hundredths of a second; one that has not by now is frozen
SHUTDOWN_S = 8.0  # leaving the relays in order is part of it
REFUSALS = 25


class EngineState(Enum):
    """STOPPED also while an engine of another version runs, which this desk does not touch."""

    STARTING = "starting"
    ATTACHED = "attached"
    LOST = "lost"
    STOPPED = "stopped"


ENGINE_MOVES: Mapping[EngineState, Set[EngineState]] = {
    EngineState.STOPPED: {EngineState.STARTING},
    EngineState.STARTING: {EngineState.ATTACHED, EngineState.LOST, EngineState.STOPPED},
    EngineState.ATTACHED: {EngineState.LOST, EngineState.STOPPED},
    EngineState.LOST: {EngineState.STARTING, EngineState.STOPPED},
}


class EngineSupervisor:
    """Keeps an engine running and the desk attached to it.

    `on_attached` is called with each new engine's Hello before its other events; what it sends goes out first.
    """

    def __init__(
        self,
        *,
        runtime: Path,
        spawn: Spawn,
        notify: Callable[[Notice], None],
        on_attached: Callable[[Hello], None],
        on_event: Callable[[Event], None],
    ) -> None:
        self.state: StateMachine[EngineState] = StateMachine("engine", EngineState.STOPPED, ENGINE_MOVES)
        self.pid = 0
        self.host_pid = 0  # the process that starts the next engine when this one crashes; 0 = we do
        self._runtime = runtime
        self._spawn = spawn
        self._notify = notify
        self._on_attached = on_attached
        self._on_event = on_event
        self._backoff = restart_backoff()
        self._process: subprocess.Popen[bytes] | None = None
        self._client: LinkClient | None = None
        self._lost: asyncio.Future[LinkError] | None = None
        self._task: asyncio.Task[None] | None = None
        self._lost_at = 0.0
        self._early: list[Event] | None = None  # events that came before we handled the Hello; None = nothing is held back

    def start(self) -> None:
        """Start supervising. Ignored when already started."""
        if self._task is None:
            self._task = start_task(self._look_after(), "engine-supervisor", self._failed)

    async def aclose(self, *, keep_engine: bool) -> None:
        """Detach. With `keep_engine` the engine keeps running; else it leaves the relays cleanly and ends."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)  # a failure was reported when it happened
        client, self._client = self._client, None
        if client is not None:
            if not keep_engine and not await client.shut_down_engine(SHUTDOWN_S):
                log.warning("the engine did not end when asked")
                self._kill_engines(self.host_pid, self.pid)
            await client.aclose()
            if not keep_engine and self._process is None:  # another desk's child
                await wait_until_gone(self.pid)
        if self._process is not None:
            if keep_engine and client is not None:
                detach(self._process)
            else:
                await reap(self._process, timeout_s=SHUTDOWN_S if client is not None else 0.0)
            self._process = None
        self.state.set(EngineState.STOPPED)

    def left_running(self) -> bool:
        """Whether an engine is running that this desk is not attached to."""
        known = registration.read(self._runtime)
        return self._client is None and known is not None and is_running(known.pid)

    def send(self, command: Command, *, slot: str = "") -> None:
        """Send a command, if an engine is attached; a new engine gets the whole state anyway."""
        if self._client is not None and self.state.value is EngineState.ATTACHED:
            self._client.send(command, slot=slot)

    async def restart(self) -> None:
        """End the running engine, whatever its version, and start a new one."""
        known = registration.read(self._runtime)
        await self.aclose(keep_engine=False)
        if known is not None:
            self._kill_engines(known.host_pid, known.pid)
        self.start()

    # Supervising --------------------------------------------------------------------------------------------------------

    async def _look_after(self) -> None:
        while True:
            self.state.set(EngineState.STARTING)
            try:
                hello = await self._attach()
            except LinkError as error:
                if error.code == "link.version":
                    self.state.set(EngineState.STOPPED)
                    self._notify(Notice(Severity.ERROR, "engine.other_version", error.data, "engine", ("engine.restart",)))
                    return
                self.state.set(EngineState.LOST)
                await self._failed_to_start(error)
                continue
            self._attached(hello)
            assert self._lost is not None
            reason = await self._lost
            await self._on_lost(reason)

    def _attached(self, hello: Hello) -> None:
        self.pid = hello.engine_pid
        self.state.set(EngineState.ATTACHED)
        self._on_attached(hello)
        early, self._early = self._early or [], None
        for event in early:
            self._on_event(event)
        if self._lost_at:
            seconds = round(time.monotonic() - self._lost_at, 1)
            self._lost_at = 0.0
            self._notify(Notice(Severity.WARNING, "engine.restarted", {"seconds": seconds}, "engine"))

    async def _attach(self) -> Hello:
        """Attach to the running engine or to a new one. Raises LinkError when neither works."""
        known = registration.read(self._runtime)
        host_pid = self._host_of_the_dead(known)
        patience_s = RESPAWN_WITHIN_S if host_pid else START_S
        deadline = time.monotonic() + patience_s
        refusals = 0
        while time.monotonic() < deadline:
            if known is not None:
                try:
                    return await self._connected(known)
                except LinkError as error:
                    refusals += error.code == "link.refused"
                    if error.code == "link.version" or refusals >= REFUSALS:
                        raise
                    if error.code == "link.silent":
                        await self._end_frozen(known.pid)
                        host_pid = self._host_of_the_dead(known)
            if not (host_pid and is_running(host_pid)):
                self._see_to_a_process()
            await asyncio.sleep(LOOK_S)
            known = registration.read(self._runtime)
        if host_pid:
            self._kill_engines(host_pid)
        if self._process is not None:
            await reap(self._process, timeout_s=0.0)
            self._process = None
        raise LinkError("engine.start_slow", seconds=patience_s)

    def _host_of_the_dead(self, known: Registration | None) -> int:
        """The process that will start the engine after the registered one; 0 = there is none, or that engine is alive."""
        if known is None or is_running(known.pid) or not self._is_engine(known.host_pid):
            return 0
        return known.host_pid

    def _see_to_a_process(self) -> None:
        """Start our process, or let it come up. Raises LinkError when it has exited."""
        if self._process is None:
            self._process = self._spawn(["engine", "--runtime", str(self._runtime)])
        elif (status := self._process.poll()) is not None:
            self._process = None
            raise LinkError("engine.exited", status=status)

    async def _connected(self, known: Registration) -> Hello:
        lost: asyncio.Future[LinkError] = asyncio.get_running_loop().create_future()

        def on_lost(error: LinkError) -> None:
            if not lost.done():
                lost.set_result(error)

        self._early = []
        client = LinkClient(known, on_event=self._hear, on_lost=on_lost)
        hello = await client.connect()
        self._client, self._lost = client, lost
        self.host_pid = known.host_pid
        return hello

    def _hear(self, event: Event) -> None:
        """Stats can arrive in the same turn of the loop as the Hello. A new engine reports that it is not on air, which must not count as
        the end of the show."""
        if self._early is None:
            self._on_event(event)
        else:
            self._early.append(event)

    async def _on_lost(self, reason: LinkError) -> None:
        self._lost_at = time.monotonic()
        client, self._client = self._client, None
        self.state.set(EngineState.LOST)
        log.warning("lost the engine: %s", reason)
        if reason.code == "link.silent":
            await self._end_frozen(self.pid)
        else:
            self._notify(Notice(Severity.ERROR, "engine.lost", {}, "engine"))
        if client is not None:
            await client.aclose()
        if reason.code != "link.overflow":
            await wait_for_end(
                self.pid, within_s=1.0
            )  # its connections end shortly before it does; an engine that only disconnected us is found again
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        await self._wait(self._backoff.failed())

    async def _failed_to_start(self, error: LinkError) -> None:
        delay = self._backoff.failed()
        log.warning("the engine did not start: %s", error)
        if delay:
            data = {**error.data, "reason": error.code, "times": self._backoff.failures, "seconds": delay}
            self._notify(Notice(Severity.ERROR, "engine.start_failed", data, "engine", ("engine.restart",)))
        await self._wait(max(delay, LOOK_S))

    async def _wait(self, delay_s: float) -> None:
        if delay_s >= 1.0:
            self._notify(Notice(Severity.ERROR, "engine.keeps_dying", {"times": self._backoff.failures, "seconds": delay_s}, "engine"))
        if delay_s:
            await asyncio.sleep(delay_s)

    async def _end_frozen(self, pid: int) -> None:
        self._notify(Notice(Severity.ERROR, "engine.frozen", {}, "engine"))
        kill(pid)
        await wait_until_gone(pid)

    def _is_engine(self, pid: int) -> bool:
        """Whether this is an engine of our runtime folder, or its host; the pid may belong to another program by now."""
        return bool(pid) and {"engine", str(self._runtime)} <= set(command_line(pid))

    def _kill_engines(self, *pids: int) -> None:
        """Kill these processes. Pass hosts first: they would start another engine."""
        for pid in pids:
            if self._is_engine(pid):
                kill_with_children(pid)

    def _failed(self, name: str, error: BaseException) -> None:
        self._notify(Notice(Severity.ERROR, "engine.unattended", {"reason": str(error)}, "engine", ("engine.restart",)))
