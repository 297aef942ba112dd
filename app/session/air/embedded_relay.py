"""Runs the embedded relay: started with the desk, so that going live does not wait, and restarted when it dies."""

import asyncio
import contextlib
import json
import logging
import secrets
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.aio.bounded_read import read_bounded
from app.aio.owned_tasks import start_task
from app.atomic_file import write_atomically
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.session.air.network_address import free_port, lan_address
from app.session.base.processes import Spawn, command_line, detach, is_running, kill, reap, restart_backoff, terminate, wait_until_gone
from app.session.room.room_socket import RoomAddress
from app.storage.settings import Settings

log = logging.getLogger(__name__)

RELAY_FILE = "relay.json"
KEYS_FILE = "relay.keys"  # one "NAME KEY" per line, as the relay reads it
ROOM_KEYS_FILE = f"{KEYS_FILE}.rooms"  # the same for the keys of its rooms, which no one else gets
MAX_BYTES = 64 * 1024
MAX_PID, MAX_PORT = 2**31, 65535
PORT_FILE = "relay-port"
LOOK_S = 0.05
WATCH_S = 0.2
START_S = 20.0
ASK_S = 1.0
ANSWER_S = 3.0
SILENCES = 3  # in a row: a desk that was suspended itself notices one
ADDRESS_S = 3.0  # how long an address is cached; asking the system takes a third of a millisecond


async def ask_status(port: int) -> bytes | None:
    """The status of a relay on this machine, None = no answer. Uses no HTTP library, which would slow the start."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /api/status HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                answer = await read_bounded(reader.read, MAX_BYTES)
                head, _, body = answer.partition(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    return body if head.startswith(b"HTTP/1.") else None


def viewers_in(status: bytes, stream: str) -> int:
    """How many viewers this stream has, by the relay's count; 0 when it does not say."""
    try:
        return sum(int(one["viewers"]) for one in json.loads(status)["streams"] if one["name"] == stream)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return 0


@dataclass(frozen=True, slots=True)
class RelaySetting:
    """`lan`: other devices on the network may watch. `port` 0 = any free one."""

    lan: bool
    port: int
    stream: str

    @property
    def host(self) -> str:
        return "0.0.0.0" if self.lan else "127.0.0.1"


def relay_setting(settings: Settings) -> RelaySetting:
    """How the user wants the embedded relay to run."""
    return RelaySetting(lan=settings.relay_lan, port=settings.relay_port, stream=settings.relay_stream or "live")


def _start_of(path: Path) -> str:
    """The text of a small file of ours, with replacement characters for invalid bytes; raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES).decode("utf-8", "replace")


class EmbeddedRelay:
    """Runs one relay process for the runtime folder. It keeps its port and key, so that the watch address stays the same.

    `changed` is emitted whenever the address, the key, `running` or the number of `viewers` changes.
    """

    def __init__(
        self,
        *,
        runtime: Path,
        state: Path,
        setting: RelaySetting,
        spawn: Spawn,
        notify: Callable[[Notice], None],
    ) -> None:
        self.changed: Signal[[]] = Signal()
        self.running = False
        self.viewers = 0
        self.pid = 0
        self.key = ""
        self._room_key = ""
        self._runtime = runtime
        self._port_file = state / PORT_FILE
        self._setting = setting
        self._port = setting.port or self._remembered_port() or 8787
        self._spawn = spawn
        self._notify = notify
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._backoff = restart_backoff()
        self._host = "127.0.0.1"
        self._host_at = -ADDRESS_S - 1.0

    @property
    def relay(self) -> Relay:
        """The entry for the relay list and the engine."""
        base = f"http://127.0.0.1:{self._port}"
        stream = self._setting.stream
        return Relay(EMBEDDED_RELAY_ID, "This computer", f"{base}/whip/{stream}", self.watch_address, preset="embedded")

    @property
    def watch_address(self) -> str:
        """The address of the page to open on a phone on the same network."""
        now = time.monotonic()
        if now - self._host_at > ADDRESS_S:
            self._host_at = now
            self._host = lan_address() if self._setting.lan else "127.0.0.1"
        host = self._host
        return f"http://{host}:{self._port}/watch/{self._setting.stream}"

    @property
    def room(self) -> RoomAddress | None:
        """The room of the stream as this computer reaches it; None while the relay is not running."""
        return RoomAddress(f"http://127.0.0.1:{self._port}", self._setting.stream, self._room_key) if self.running else None

    def start(self) -> None:
        """Start supervising the relay. Ignored when already started."""
        if self._task is None:
            self.key = self._kept_key(KEYS_FILE)
            self._room_key = self._kept_key(ROOM_KEYS_FILE)
            self._task = start_task(self._look_after(), "embedded-relay", self._failed)

    async def aclose(self, *, keep: bool) -> None:
        """End the relay, or with `keep` leave it running for a live engine."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)  # a failure was reported when it happened
        process, self._process = self._process, None
        if keep:
            if process is not None:
                detach(process)
            return
        await self._end(process)
        self._set_running(False)

    async def change(self, setting: RelaySetting) -> None:
        """Restart with another setting; its viewers are disconnected."""
        if setting == self._setting:
            return
        looked_after = self._task is not None
        await self.aclose(keep=False)
        if setting.port != self._setting.port:
            self._port = setting.port or self._remembered_port() or 8787
        self._setting = setting
        self._host_at = -ADDRESS_S - 1.0
        if looked_after:
            self.start()
        self.changed.emit()

    # Supervising --------------------------------------------------------------------------------------------------------

    async def _look_after(self) -> None:
        while True:
            if not await self._running_already():
                await self._begin()
            if self.pid:
                self._set_running(True)
                await self._until_dead()
                self._set_running(False)
            delay = self._backoff.failed()
            if self._backoff.failures > 1 or not self.pid:
                data = {"times": self._backoff.failures, "seconds": delay, "port": self._port}
                self._notify(Notice(Severity.ERROR, "relay.keeps_dying", data, EMBEDDED_RELAY_ID))
            else:
                self._notify(Notice(Severity.WARNING, "relay.restarted", {}, EMBEDDED_RELAY_ID))
            self.pid = 0
            await asyncio.sleep(delay)

    async def _running_already(self) -> bool:
        """Whether an earlier desk left a relay with our setting; a relay with another setting is ended."""
        known = self._registered()
        if known is None:
            return False
        pid, port, host, stream = known
        if (host, stream) != (self._setting.host, self._setting.stream):
            await terminate(pid)
            return False
        self._use_port(port)
        self.pid = pid
        return True

    async def _begin(self) -> None:
        """Start a relay at the wanted port, or at another when that is taken; `pid` stays 0 when it does not come up."""
        host, wanted = self._setting.host, self._port
        port = free_port(host, wanted, self._remembered_port())
        came_up = await self._spawned(port)
        if not came_up and free_port(host, port) != port:  # another program was faster: now the relay itself picks a free port
            came_up = await self._spawned(0)
        if not came_up:
            return
        if self._setting.port and self._port != wanted:
            self._notify(Notice(Severity.WARNING, "relay.port_taken", {"wanted": wanted, "port": self._port}, EMBEDDED_RELAY_ID))

    async def _spawned(self, port: int) -> bool:
        """Start a relay process and wait until it has registered; False when it ended first or did not come up."""
        (self._runtime / RELAY_FILE).unlink(missing_ok=True)
        words = ["relay", "--runtime", str(self._runtime), "--listen", f"{self._setting.host}:{port}"]
        self._process = self._spawn([*words, "--stream", self._setting.stream, "--keys", str(self._runtime / KEYS_FILE)])
        for _ in range(round(START_S / LOOK_S)):
            if (known := self._registered()) is not None:
                self.pid = known[0]
                self._use_port(known[1])
                return True
            if self._process.poll() is not None:
                self._process = None
                return False
            await asyncio.sleep(LOOK_S)
        log.warning("the embedded relay did not come up")
        await reap(self._process, timeout_s=0.0)
        self._process = None
        return False

    async def _until_dead(self) -> None:
        """Poll a few times a second (a dead relay costs the viewers a reconnect anyway). Kill a relay that stops answering."""
        silent, asked_at = 0, time.monotonic()
        while is_running(self.pid):
            await asyncio.sleep(WATCH_S)
            if time.monotonic() - asked_at < ASK_S:
                continue
            status = await ask_status(self._port)
            silent = 0 if status is not None else silent + 1
            self._set_viewers(viewers_in(status, self._setting.stream) if status is not None else 0)
            asked_at = time.monotonic()
            if silent >= SILENCES:
                log.warning("the embedded relay does not answer")
                kill(self.pid)
                await wait_until_gone(self.pid)
        if self._process is not None:
            await reap(self._process, timeout_s=0.0)
            self._process = None

    async def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is not None:
            process.terminate()
            await reap(process)
        elif self.pid:
            await terminate(self.pid)
        self.pid = 0

    def _set_running(self, running: bool) -> None:
        if running is not self.running:
            self.running = running
            self.viewers = 0
            self.changed.emit()

    def _set_viewers(self, viewers: int) -> None:
        if viewers != self.viewers:
            self.viewers = viewers
            self.changed.emit()

    def _failed(self, name: str, error: BaseException) -> None:
        self._notify(Notice(Severity.ERROR, "relay.unattended", {"reason": str(error)}, EMBEDDED_RELAY_ID))

    # Files ----------------------------------------------------------------------------------------------------------------

    def _registered(self) -> tuple[int, int, str, str] | None:
        """(pid, port, host, stream) of a running relay."""
        try:
            known = json.loads(_start_of(self._runtime / RELAY_FILE))
            pid, port, host, stream = int(known["pid"]), int(known["port"]), str(known["host"]), str(known["stream"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):  # no file, or one being written
            return None
        valid = 0 < pid < MAX_PID and 0 < port <= MAX_PORT
        return (pid, port, host, stream) if valid and self._is_relay(pid) else None

    def _is_relay(self, pid: int) -> bool:
        """Whether this process is a relay of our runtime folder: after a crash the pid in the file may belong to another program."""
        return is_running(pid) and {"relay", str(self._runtime)} <= set(command_line(pid))

    def _kept_key(self, file_name: str) -> str:
        """The key of our stream in this file, created if missing; only this user can read the file."""
        path, stream = self._runtime / file_name, self._setting.stream
        with contextlib.suppress(FileNotFoundError):
            for line in _start_of(path).splitlines():
                name, _, key = line.partition(" ")
                if name == stream and key.strip():
                    return key.strip()
        key = secrets.token_urlsafe(24)
        write_atomically(path, f"{stream} {key}\n".encode())
        return key

    def _remembered_port(self) -> int:
        try:
            port = int(_start_of(self._port_file))
        except (OSError, ValueError):
            return 0
        return port if 0 < port <= MAX_PORT else 0

    def _use_port(self, port: int) -> None:
        if port != self._remembered_port():
            with contextlib.suppress(OSError):  # then the address only changes at the next start
                self._port_file.write_text(str(port))
        if port != self._port:
            self._port = port
            self.changed.emit()
