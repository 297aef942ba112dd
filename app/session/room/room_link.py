"""Keeps the desk in its room as the host: connects, reconnects, and gives way to another desk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Set
from enum import Enum
from typing import Any

from app.aio.owned_tasks import start_task
from app.domain.base.backoff import Backoff
from app.domain.base.notice import Notice
from app.domain.base.state_machine import StateMachine
from app.domain.room.event import RoomEvent
from app.session.room.board_sync import BoardSync
from app.session.room.calendar_upload import CalendarUpload
from app.session.room.event_inbox import EventInbox
from app.session.room.picture_upload import FindPicture, PictureUpload
from app.session.room.relay_messages import Count, Crowded, Event, Refused, RelayMessage, Welcome
from app.session.room.room_error import RoomError
from app.session.room.room_notices import REPORT_LOST_AFTER_S, RoomNotices
from app.session.room.room_socket import Connect, RoomAddress, RoomSocket

log = logging.getLogger(__name__)

VERSION = 1
RETRY_S = (0.1, 0.3, 1.0, 2.0, 5.0)
CLOSE_REPLACED = 4409


class RoomState(Enum):
    """OFF = not wanted; REPLACED = another desk is the room's host now, until `take_back`."""

    OFF = "off"
    CONNECTING = "connecting"
    JOINED = "joined"
    LOST = "lost"
    REPLACED = "replaced"


ROOM_MOVES: Mapping[RoomState, Set[RoomState]] = {
    RoomState.OFF: {RoomState.CONNECTING},
    RoomState.CONNECTING: {RoomState.JOINED, RoomState.LOST, RoomState.OFF, RoomState.REPLACED},
    RoomState.JOINED: {RoomState.LOST, RoomState.REPLACED, RoomState.OFF},
    RoomState.LOST: {RoomState.CONNECTING, RoomState.OFF},
    RoomState.REPLACED: {RoomState.CONNECTING, RoomState.OFF},
}


class RoomLink:
    """Stays in the room while there is an address, and reconnects automatically.

    `board`, `inbox`, `pictures` and `calendars` hold what is exchanged; they outlive each connection. `on_event` gets every event once,
    in order; it is acknowledged when `store` returns True, so that a desk that crashes gets it again.
    """

    def __init__(
        self,
        *,
        connect: Connect,
        address: Callable[[], RoomAddress | None],
        find_picture: FindPicture,
        on_event: Callable[[RoomEvent], None],
        store: Callable[[], Awaitable[bool]],
        notify: Callable[[Notice], None],
        report_lost_after_s: float = REPORT_LOST_AFTER_S,
    ) -> None:
        self.state: StateMachine[RoomState] = StateMachine("room", RoomState.OFF, ROOM_MOVES)
        self.notices = RoomNotices(notify, report_lost_after_s=report_lost_after_s)
        self._send_soon = asyncio.Event()
        guarded, wake = self.notices.guarded, self._send_soon.set
        self.board = BoardSync(wake)
        self.inbox = EventInbox(on_event=on_event, store=store, guarded=guarded, wake=wake)
        self.pictures = PictureUpload(find_picture, self.board, guarded)
        self.calendars = CalendarUpload()
        self._connect = connect
        self._address = address
        self._retry_now = asyncio.Event()
        self._take_back = False
        self._backoff = Backoff(RETRY_S)
        self._task: asyncio.Task[None] | None = None

    def start(self, mark: str = "") -> None:
        """Join the room; `mark` is that of the last event in the log."""
        if self._task is None:
            self.inbox.resume(mark)
            self._task = start_task(self._stay(), "room-link", self.notices.unattended)

    async def aclose(self) -> None:
        """Leave the room; its board stays for those who keep watching."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._move(RoomState.OFF)

    def address_changed(self) -> None:
        """The relay started, stopped, or is another one."""
        self._retry_now.set()

    def take_back(self) -> None:
        """Become the host again after another desk replaced this one."""
        if self.state.value is RoomState.REPLACED:
            self._take_back = True
            self._retry_now.set()

    async def _stay(self) -> None:
        """Connect again and again; a failure costs only its connection."""
        self._backoff.reset()
        while True:
            try:
                await self._visit()
            except Exception as error:  # noqa: BLE001 - the supervisor of the room: a bug must not keep the desk out of it
                self.notices.report_bug(error)
                self._move(RoomState.LOST)
                await self._pause(RETRY_S[-1])

    async def _visit(self) -> None:
        """One connection, from its address to its end."""
        address = self._address()
        if address is None:
            await self._pause(None)
            return
        self._move(RoomState.CONNECTING)
        joined, replaced = False, False
        try:
            socket = await self._connect(address)
            try:
                joined = await self._talk(socket)
            finally:
                await socket.aclose()
            replaced = socket.close_code == CLOSE_REPLACED
        except RoomError as error:
            log.info("not in the room: %s", error)
            joined = joined or self.state.value is RoomState.JOINED
        if replaced:
            await self._give_way(address)
            return
        self._move(RoomState.LOST)
        if joined:
            self._backoff.reset()
        self.notices.lost(was_joined=joined)
        await self._pause(self._backoff.failed())

    def _move(self, state: RoomState) -> None:
        if state is self.state.value or state in ROOM_MOVES[self.state.value]:
            self.notices.guarded(lambda: self.state.set(state))

    async def _give_way(self, address: RoomAddress) -> None:
        """Wait until the user wants the room back or its address changes; otherwise two desks would replace each other forever."""
        self._take_back = False
        self._move(RoomState.REPLACED)
        self.notices.replaced()
        while not self._take_back and self._address() == address:
            await self._pause(None)

    async def _pause(self, seconds: float | None) -> None:
        self._retry_now.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._retry_now.wait()
        except TimeoutError:
            return

    async def _talk(self, socket: RoomSocket) -> bool:
        """From hello to the end of the connection; returns whether the relay welcomed us. Raises RoomError."""
        await socket.send({"t": "hello", "v": VERSION, **self.inbox.hello})
        welcome = await socket.receive()
        if welcome is None:
            return False
        if not isinstance(welcome, Welcome):
            raise RoomError("room.unreadable", reason=type(welcome).__name__)
        self._on_welcome(welcome)
        work = {
            "reader": self._read(socket),
            "writer": self._write(socket),
            "pictures": self.pictures.run(socket.put_picture),
            "calendars": self.calendars.run(socket.put_calendar),
            "acknowledger": self.inbox.acknowledge(),
        }
        tasks = [asyncio.create_task(one, name=f"room-{name}") for name, one in work.items()]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()
        return True

    def _on_welcome(self, welcome: Welcome) -> None:
        self.inbox.welcomed(welcome)
        self.board.welcomed(welcome.board, welcome.coupons)
        self.pictures.welcomed(welcome.pictures)
        self.calendars.welcomed(welcome.calendars)
        self.notices.joined()
        self._move(RoomState.JOINED)
        self.inbox.take_count(welcome)
        self.notices.guarded(self.pictures.changed.emit)

    async def _read(self, socket: RoomSocket) -> None:
        while (message := await socket.receive()) is not None:
            self._on_message(message)

    def _on_message(self, message: RelayMessage) -> None:
        match message:
            case Event():
                self.inbox.take(message)
            case Count():
                self.inbox.take_count(message)
            case Crowded():
                self.notices.crowded(message.entries)
            case Refused():
                self.notices.refused(message.of, message.what, message.words)
            case Welcome():
                pass  # only the first message counts

    async def _write(self, socket: RoomSocket) -> None:
        while True:
            self._send_soon.clear()
            for message in (*self.board.due(), *self.inbox.due()):
                await self._send(socket, message)
            await self._send_soon.wait()

    async def _send(self, socket: RoomSocket, message: Mapping[str, Any]) -> None:
        """A message that is too large does not hold back the others."""
        try:
            await socket.send(message)
        except RoomError as error:
            if error.code != "room.message":
                raise
            what = next((str(message[name]) for name in ("key", "id", "date") if name in message), "")
            self.notices.refused(str(message["t"]), what, str(error.data["reason"]))
