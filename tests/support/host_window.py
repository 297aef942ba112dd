"""The app's window on its own screen, operated by keys. The test reads the result from the show's file."""

import asyncio
import contextlib
import os
import re
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

from app.domain.event import EventKind, ShowEvent
from app.session.air.embedded_relay import PORT_FILE, ROOM_KEYS_FILE
from app.session.air.network_address import free_port
from app.session.room.room_socket import RoomAddress
from app.storage import event_rows
from app.storage.database import connect_read_only
from app.storage.settings import Settings, SettingsFile
from tests.support.studio_desk import paths_in
from tests.support.tradewind import Tradewind
from tests.support.xvfb import xvfb

PATIENCE_S = 60.0
LOOK_S = 0.05  # windows and files of other processes have no events
STREAM = "live"
T = TypeVar("T")


@contextmanager
def host_screen() -> Iterator[str]:
    """Start a display with a window manager; yields its name."""
    with xvfb(1366, 768) as screen:
        manager = subprocess.Popen(["openbox"], env={**os.environ, "DISPLAY": screen.display}, stderr=subprocess.DEVNULL)
        try:
            yield screen.display
        finally:
            manager.terminate()
            manager.wait()


def first_home(home: Path) -> Path:
    """Create a new home with only two settings: English, and loopback only."""
    paths = paths_in(home)
    SettingsFile(paths.settings).save(Settings(relay_lan=False, relay_port=0, language="en", cards_in_video="always"))
    (paths.state / PORT_FILE).write_text(str(free_port("127.0.0.1")))
    return home


async def until(found: Callable[[], T | None], what: str) -> T:
    """Return the first truthy result."""
    answer: T | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (answer := found()):
                await asyncio.sleep(LOOK_S)
    except TimeoutError as error:
        raise AssertionError(f"never: {what}") from error
    return answer


class HostWindow:
    """One run of the window. `show` is the file with the log: the untitled show's working file until it is saved."""

    def __init__(self, run: Tradewind, home: Path, display: str, logged: int) -> None:
        self.run = run
        self.home = home
        self._display = display
        self._show: Path | None = None
        self._logged = logged  # the desk log's length before this run

    @property
    def show(self) -> Path:
        return self._show if self._show is not None else next((self.home / "state" / "recovery").glob("*.work"))

    @show.setter
    def show(self, path: Path) -> None:
        self._show = path

    @property
    def room(self) -> RoomAddress:
        """Return the room's address and key, as a shop on this computer knows them."""
        key = (self.home / "run" / ROOM_KEYS_FILE).read_text().split()[1]
        return RoomAddress(f"http://127.0.0.1:{(self.home / 'state' / PORT_FILE).read_text()}", STREAM, key)

    @property
    def page(self) -> str:
        """The watch address."""
        return f"{self.room.base}/watch/{STREAM}"

    async def _xdotool(self, *words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "xdotool", *words, env={**os.environ, "DISPLAY": self._display}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        return said.decode().strip()

    async def focused_title(self) -> str:
        """Return the title of the focused window."""
        return await self._xdotool("getwindowfocus", "getwindowname")

    async def wait_for_window(self, title: str) -> None:
        """Wait until the focused window has this title."""
        name = ""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while title not in (name := await self.focused_title()):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            raise AssertionError(f"{title!r} was not focused; {name!r} is") from error

    async def key(self, *keys: str) -> None:
        await self._xdotool("key", "--clearmodifiers", *keys)

    async def type(self, text: str) -> None:
        await self._xdotool("type", "--delay", "4", text)

    async def command(self, title: str) -> None:
        """Run a command by its name from the palette (Ctrl+K)."""
        seen = ("search", "--onlyvisible", "--pid", str(self.run.pid))
        before = await self._xdotool(*seen)
        await self.key("ctrl+k")
        async with asyncio.timeout(PATIENCE_S):
            while await self._xdotool(*seen) == before:
                await asyncio.sleep(LOOK_S)
        await self.type(title)
        await self.key("Return")

    def events(self, *kinds: EventKind) -> list[ShowEvent]:
        """Return the events of these kinds in the show's log; all events without a kind."""
        with contextlib.closing(connect_read_only(self.show)) as connection:
            return list(event_rows.read(connection, kinds or None, 0))

    async def lose_power(self) -> None:
        """Kill all processes at once, like a power cut."""
        assert await self.run.kill() < 0
        kill_all(self.home)

    async def logged(self, kind: EventKind, **data: Any) -> ShowEvent:
        """Wait for the first event of this kind with these values."""

        def found() -> ShowEvent | None:
            return next((event for event in self.events(kind) if data.items() <= dict(event.data).items()), None)

        return await until(found, f"{kind} {data} in the log")

    async def press(self, keys: str, kind: EventKind, **data: Any) -> ShowEvent:
        """Press keys once; returns the event that they cause, the first new one with these values."""
        known = len(self.events())
        await self.key(keys)

        def found() -> ShowEvent | None:
            return next((one for one in self.events(kind) if one.seq > known and data.items() <= dict(one.data).items()), None)

        return await until(found, f"{keys} → {kind} {data}")

    async def ready(self) -> None:
        """Wait until the engine is attached and the desk has joined its room."""
        await until(lambda: all(word in self._log_of_run() for word in ("→ ATTACHED", "→ JOINED")), "ready")

    async def wait_for_notice(self, code: str) -> None:
        """Wait until this run has shown this notice."""
        await until(lambda: f"notice shown: {code}," in self._log_of_run(), f"notice {code}")

    def notices(self) -> list[str]:
        """Return the codes of the notices in this run, in order."""
        return re.findall(r"notice shown: ([^,\s]+),", self._log_of_run())

    def _log_of_run(self) -> str:
        """Return what the desk logged in this run."""
        log = desk_log(self.home)
        return log.read_text()[self._logged :] if log.exists() else ""


def desk_log(home: Path) -> Path:
    return home / "state" / "logs" / "desk.log"


def kill_all(home: Path) -> None:
    """Kill the processes that outlive a desk: the engine with its host, and the relay."""
    for process in psutil.process_iter(["cmdline"]):
        if str(home / "run") in (process.info["cmdline"] or []):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


@asynccontextmanager
async def killing_leftovers(home: Path) -> AsyncIterator[None]:
    """Kill the processes that a killed desk leaves on air, on leaving the context."""
    try:
        yield
    finally:
        kill_all(home)


@asynccontextmanager
async def host_window(home: Path, display: str, *words: str, zone: str = "") -> AsyncIterator[HostWindow]:
    """Start the window with these arguments in this time zone ("" = unchanged)."""
    environment = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"} | ({"TZ": zone} if zone else {})
    logged = len(desk_log(home).read_text()) if desk_log(home).exists() else 0
    async with Tradewind(home, *words, environment=environment) as run:
        yield HostWindow(run, home, display, logged)
