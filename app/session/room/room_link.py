"""The host's side of the room hub: what is offered goes onto the board, what visitors do comes back, each thing once."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Set
from enum import Enum
from typing import Any

from app.aio.owned_tasks import start_task
from app.domain.base.backoff import Backoff
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.base.state_machine import StateMachine
from app.session.planning.announcements.room_calendar import CalendarUploads, RoomCalendar
from app.session.room.room_schedule import Places, place_messages
from app.session.room.room_socket import Connect, FindPicture, OpenCoupon, RoomAddress, RoomError, RoomEvent, RoomSocket, split_mark

log = logging.getLogger(__name__)

VERSION = 1
PAUSES_S = (0.1, 0.3, 1.0, 2.0, 5.0)
TOLD_AFTER_S = 8.0  # a relay that is started again is back before that
ACK_GAP_S = 0.25
KEPT_AGAIN_S = 2.0
PICTURED = "product/"  # keys whose values name pictures
GAP_AT_MOST_S = 3.0
NAMES_S = 0.5  # until the board has the names of pictures that were made just now
CLOSE_REPLACED = 4409
CROWDED_AGAIN_S = 600.0
MAX_CLAIMS = 3000  # that a hub is told of: its messages have an end


class RoomState(Enum):
    """OFF = not wanted; REPLACED = another desk is this room's host now, until `take_back`."""

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
    """Stays in the room as long as there is an address, comes back by itself, and goes on where it was.

    The board is what `show` was given last; only what differs is sent, everything after a relay came up anew. `on_event` gets every
    event once and in order; it is acknowledged when `kept` says that it is on the drive, so that what is lost with a desk comes again.
    `count_changed` is emitted with viewers and likes, `pictures_changed` when the hub has more pictures; `pictures`: a picture of the
    show → its name in the room.
    """

    def __init__(
        self,
        *,
        connect: Connect,
        address: Callable[[], RoomAddress | None],
        find_picture: FindPicture,
        on_event: Callable[[RoomEvent], None],
        kept: Callable[[], Awaitable[bool]],
        notify: Callable[[Notice], None],
        told_after_s: float = TOLD_AFTER_S,
    ) -> None:
        self.state: StateMachine[RoomState] = StateMachine("room", RoomState.OFF, ROOM_MOVES)
        self.count_changed: Signal[[int, int]] = Signal()
        self.pictures_changed: Signal[[]] = Signal()
        self.pictures: Mapping[str, str] = {}
        self.likes = 0  # so many in all; a new relay is told
        self._likes_anew: int | None = None  # what the hub is to count from, until it was told
        self._connect = connect
        self._address = address
        self._find_picture = find_picture
        self._on_event = on_event
        self._kept = kept
        self._notify = notify
        self._told_after_s = told_after_s
        self._wanted: Mapping[str, object] = {}
        self._sent: dict[str, object] = {}
        self._coupon: OpenCoupon | None = None
        self._coupon_sent: OpenCoupon | None = None
        self._coupons_open: set[str] = set()
        self._wanted_pictures: tuple[str, ...] = ()
        self._useless_pictures: set[str] = set()
        self._at_hub: set[str] = set()
        self._calendars = CalendarUploads()
        self._places: Places = {}
        self._placed: set[str] = set()  # dates whose places this hub was told of
        self._without_gap = False  # what viewers see of products stays until we know their pictures' names again
        self._boot = ""
        self._seq = 0
        self._safe_seq = 0  # in the file, not only in the log
        self._acked_seq = 0
        self._awake = asyncio.Event()
        self._here = asyncio.Event()
        self._more_pictures = asyncio.Event()
        self._heard = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lost_at = 0.0
        self._told = False
        self._backoff = Backoff(PAUSES_S)
        self._slip_told = False
        self._crowded_entries = 0  # since it was told
        self._crowded_told_at = -CROWDED_AGAIN_S
        self._wanted_back = False

    # Life -----------------------------------------------------------------------------------------------------------------

    def start(self, mark: str = "") -> None:
        """Go into the room; `mark` is that of the last event that the log has."""
        if self._task is None:
            self._boot, self._seq = split_mark(mark)
            self._safe_seq = self._seq
            self._task = start_task(self._stay(), "room-link", self._failed)

    async def aclose(self) -> None:
        """Leave the room; its board stays as it is for who watches on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._move(RoomState.OFF)

    def address_changed(self) -> None:
        """The relay came up, went away, or is another one."""
        self._here.set()

    def take_back(self) -> None:
        """Be the host again, after another desk took the place."""
        if self.state.value is RoomState.REPLACED:
            self._wanted_back = True
            self._here.set()

    def count_likes_from(self, likes: int) -> None:
        """Another show is open, which has so many: pages go on from there."""
        self.likes = self._likes_anew = likes
        self._awake.set()

    # What is shown --------------------------------------------------------------------------------------------------------

    def show(self, board: Mapping[str, object]) -> None:
        """The whole board as it is to be; a key that is not there is taken off. Values are compared by identity first."""
        if board is not self._wanted:
            self._wanted = board
            self._awake.set()

    def offer_coupon(self, coupon: OpenCoupon | None) -> None:
        """The coupon that can be claimed now, None = none."""
        self._coupon = coupon
        self._awake.set()

    def want_pictures(self, picture_ids: tuple[str, ...]) -> None:
        """These are to be with the hub, the first ones soonest."""
        if picture_ids != self._wanted_pictures:
            self._wanted_pictures = picture_ids
            self._more_pictures.set()

    def want_calendars(self, calendars: tuple[RoomCalendar, ...]) -> None:
        """These are to be with the hub."""
        self._calendars.set_wanted(calendars)

    def tell_places(self, places: Places) -> None:
        """Who waits for which date, as it stands whenever a hub is told; a new one has forgotten it."""
        self._places = places
        self._placed.clear()
        self._awake.set()

    # The connection -------------------------------------------------------------------------------------------------------

    async def _stay(self) -> None:
        """Whatever goes wrong in one connection costs that one alone."""
        self._backoff.reset()
        while True:
            try:
                await self._visit()
            except Exception as error:  # noqa: BLE001 - the supervisor of the room: a fault of ours must not keep the desk out for good
                self._slipped(error)
                self._move(RoomState.LOST)
                await self._wait(PAUSES_S[-1])

    async def _visit(self) -> None:
        """One connection, from its address to its end."""
        address = self._address()
        if address is None:
            await self._wait(None)
            return
        self._move(RoomState.CONNECTING)
        joined, replaced = False, False
        try:
            socket = await self._connect(address)
            try:
                joined = await self._live(socket)
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
        self._tell_lost(joined=joined)
        await self._wait(self._backoff.failed())

    def _move(self, state: RoomState) -> None:
        if state is self.state.value or state in ROOM_MOVES[self.state.value]:
            self._tell(lambda: self.state.set(state))

    def _tell(self, listener: Callable[[], object]) -> None:
        """Call somebody else's code; what it raises is its own failure and not that of the room."""
        try:
            listener()
        except Exception as error:  # noqa: BLE001 - as in `_stay`
            self._slipped(error)

    def _slipped(self, error: Exception) -> None:
        log.error("something that the room told of failed", exc_info=error)
        if not self._slip_told:
            self._slip_told = True
            # In its own turn: who cannot be told must not keep the desk out either.
            notice = Notice(Severity.ERROR, "room.slipped", {"reason": repr(error)[:200]}, "room")
            asyncio.get_running_loop().call_soon(self._notify, notice)

    async def _give_way(self, address: RoomAddress) -> None:
        """Until the host wants the room back or it is another room: by themselves two desks would push each other out for ever."""
        self._wanted_back = False
        self._move(RoomState.REPLACED)
        self._notify(Notice(Severity.WARNING, "room.replaced", {}, "room", ("room.take_back",)))
        while not self._wanted_back and self._address() == address:
            await self._wait(None)

    async def _wait(self, seconds: float | None) -> None:
        self._here.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._here.wait()
        except TimeoutError:
            return

    async def _live(self, socket: RoomSocket) -> bool:
        """From hello to the end of the connection; False when the hub never welcomed us. Raises RoomError."""
        await socket.send({"t": "hello", "v": VERSION, "boot": self._boot, "after": self._safe_seq, "likes": self.likes})
        welcome = await socket.receive()
        if welcome is None:
            return False
        with _understood():
            self._welcomed(welcome)
        work = {
            "reader": self._read(socket),
            "writer": self._write(socket),
            "pictures": self._upload(socket),
            "calendars": self._calendars.upload_missing(socket.put_calendar),
            "keeper": self._acknowledge(),
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

    async def _read(self, socket: RoomSocket) -> None:
        while (message := await socket.receive()) is not None:
            handle = _MESSAGES.get(str(message.get("t")))
            if handle is not None:
                handle(self, message)

    def _welcomed(self, welcome: Mapping[str, Any]) -> None:
        boot = str(welcome["boot"])
        if boot != self._boot:
            self._boot, self._seq, self._safe_seq = boot, 0, 0
        self._acked_seq = 0
        self._sent = dict.fromkeys(welcome["board"], _UNKNOWN)  # the hub compares by itself: all is written again
        self._coupon_sent = None
        self._coupons_open = set(welcome["coupons"])
        self._at_hub = set(welcome["pictures"])
        self._calendars.set_uploaded(welcome.get("calendars", ()))
        self._placed.clear()
        self.pictures = {picture: name for picture, name in self.pictures.items() if name in self._at_hub}
        self._without_gap = bool(welcome["board"])
        if self._told:
            self._notify(Notice(Severity.INFO, "room.back", {}, "room"))
        self._told, self._lost_at = False, 0.0
        self._move(RoomState.JOINED)
        self._count(welcome)
        self._awake.set()
        self._tell(self.pictures_changed.emit)

    def _event(self, message: Mapping[str, Any]) -> None:
        with _understood():
            seq, data = int(message["seq"]), dict(message["data"])
            event = RoomEvent(f"{self._boot}:{seq}", int(message["at_ms"]), str(message["kind"]), str(message["viewer"]), data)
        if seq <= self._seq:
            return
        self._seq = seq
        self._tell(lambda: self._on_event(event))
        self._heard.set()

    async def _acknowledge(self) -> None:
        """Let the hub forget what the show's file has."""
        while True:
            await self._heard.wait()
            self._heard.clear()
            await asyncio.sleep(ACK_GAP_S)
            seq = self._seq
            if await self._kept():
                self._safe_seq = seq
                self._awake.set()
            else:
                await asyncio.sleep(KEPT_AGAIN_S)
                self._heard.set()

    def _count(self, message: Mapping[str, Any]) -> None:
        with _understood():
            viewers, likes = int(message["viewers"]), int(message["likes"])
        if self._likes_anew is None:
            self.likes = likes
        self._tell(lambda: self.count_changed.emit(viewers, self.likes))

    def _crowded(self, message: Mapping[str, Any]) -> None:
        with _understood():
            entries = int(message["entries"])
        now = asyncio.get_running_loop().time()
        self._crowded_entries += entries
        if now >= self._crowded_told_at + CROWDED_AGAIN_S:
            self._notify(Notice(Severity.WARNING, "room.crowded", {"count": self._crowded_entries}, "room"))
            self._crowded_entries, self._crowded_told_at = 0, now

    def _refused(self, message: Mapping[str, Any]) -> None:
        what = next((str(message[field]) for field in ("key", "id", "date") if message.get(field) is not None), "")
        log.warning("the room did not take %s %s: %s", message.get("of"), what, message.get("words"))
        if what:  # nobody sees anything of an acknowledgement
            self._notify(Notice(Severity.WARNING, "room.not_shown", {"what": what, "reason": str(message.get("words", ""))}, "room"))

    # Writing --------------------------------------------------------------------------------------------------------------

    async def _write(self, socket: RoomSocket) -> None:
        while True:
            self._awake.clear()
            for message in self._due():
                await self._send(socket, message)
            await self._awake.wait()

    async def _send(self, socket: RoomSocket, message: Mapping[str, Any]) -> None:
        """One thing that cannot be shown keeps none of the others back."""
        try:
            await socket.send(message)
        except RoomError as error:
            if error.code != "room.message":
                raise
            self._refused({**message, "words": error.data["reason"]})

    def _due(self) -> list[Mapping[str, Any]]:
        """What the hub does not know yet; counts as told from here on."""
        messages: list[Mapping[str, Any]] = []
        if self._coupon is not self._coupon_sent:
            messages += self._coupon_messages()
        for key in self._sent.keys() - self._wanted.keys():
            del self._sent[key]
            messages.append({"t": "put", "key": key, "value": None})
        for key, value in self._wanted.items():
            known = self._sent.get(key, None)
            if self._without_gap and known is _UNKNOWN and key.startswith(PICTURED):
                continue
            if known is not value and (known is _UNKNOWN or known != value):
                messages.append({"t": "put", "key": key, "value": value})
            self._sent[key] = value
        messages += place_messages(self._wanted, self._places, self._placed)
        if self._likes_anew is not None:
            messages.append({"t": "likes", "likes": self._likes_anew})
            self._likes_anew = None
        if self._safe_seq > self._acked_seq:
            self._acked_seq = self._safe_seq
            messages.append({"t": "ack", "seq": self._safe_seq})
        return messages

    def _coupon_messages(self) -> list[Mapping[str, Any]]:
        """Open before the board speaks of it; a coupon that the hub still has from before is closed."""
        coupon = self._coupon_sent = self._coupon
        others = self._coupons_open - {coupon.id if coupon is not None else ""}
        closing: list[Mapping[str, Any]] = [{"t": "coupon", "id": other, "codes": None} for other in sorted(others)]
        self._coupons_open = set() if coupon is None else {coupon.id}
        if coupon is None:
            return closing
        free = [code for code in coupon.codes if code not in coupon.claimed]  # the hub is not told of every claim
        opening = {"t": "coupon", "id": coupon.id, "codes": free, "expires_ms": coupon.expires_ms}
        return [*closing, {**opening, "claimed": dict(tuple(coupon.claimed.items())[-MAX_CLAIMS:])}]

    async def _upload(self, socket: RoomSocket) -> None:
        gap_until, made = asyncio.get_running_loop().time() + GAP_AT_MOST_S, False
        while True:
            self._more_pictures.clear()
            missing = next((one for one in self._wanted_pictures if one not in self.pictures and one not in self._useless_pictures), None)
            if self._without_gap and (missing is None or asyncio.get_running_loop().time() > gap_until):
                await asyncio.sleep(NAMES_S if made else 0.0)
                self._without_gap = False
                self._awake.set()
            elif missing is None:
                await self._more_pictures.wait()
            else:
                await self._put_picture(socket, missing)
                made = True

    async def _put_picture(self, socket: RoomSocket, wanted: str) -> None:
        picture = await self._find_picture(wanted)
        if picture is None:
            self._useless_pictures.add(wanted)
            return
        if picture.name not in self._at_hub:
            try:
                await socket.put_picture(picture)
            except RoomError as error:
                if error.code != "room.picture":
                    raise
                log.warning("a picture is not in the room: %s", error)
                self._useless_pictures.add(wanted)
                return
            self._at_hub.add(picture.name)
        self.pictures = {**self.pictures, wanted: picture.name}
        self._tell(self.pictures_changed.emit)

    # Telling --------------------------------------------------------------------------------------------------------------

    def _tell_lost(self, *, joined: bool) -> None:
        now = asyncio.get_running_loop().time()
        if joined or not self._lost_at:
            self._lost_at = now
        elif not self._told and now - self._lost_at > self._told_after_s:
            self._told = True
            self._notify(Notice(Severity.WARNING, "room.lost", {}, "room"))

    def _failed(self, name: str, error: BaseException) -> None:
        self._notify(Notice(Severity.ERROR, "room.unattended", {"reason": str(error)}, "room"))


@contextlib.contextmanager
def _understood() -> Iterator[None]:
    """A hub that says what we cannot read is one that we cannot be in."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:  # OverflowError: a number without an end
        raise RoomError("room.unreadable", reason=repr(error)[:200]) from error


_UNKNOWN = object()
_MESSAGES: Mapping[str, Callable[[RoomLink, Mapping[str, Any]], None]] = {
    "event": RoomLink._event,
    "count": RoomLink._count,
    "crowded": RoomLink._crowded,
    "refused": RoomLink._refused,
}
