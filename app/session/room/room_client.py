"""The desk's connection to a room hub, over aiohttp. Loading it takes a quarter of a second: whoever starts a desk does it later."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, ClientWSTimeout, WSMsgType, WSServerHandshakeError

from app.domain.room.tokens import host_token
from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.room.room_picture import RoomPicture
from app.session.room.room_socket import RoomAddress, RoomError, RoomSocket

CONNECT_S = 5.0
PICTURE_S = 20.0
PING_S = 5.0  # a hub that does not answer within half of it is gone
MAX_SENT = 256 * 1024  # a hub hangs up on a larger message
MAX_MESSAGE = 16 * 1024 * 1024  # the welcome names every key


def message_in(text: str) -> Mapping[str, Any]:
    """The message in what a hub sent; raises RoomError."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RoomError("room.unreadable", reason=str(error)[:200]) from error
    if not isinstance(content, dict):
        raise RoomError("room.unreadable", reason=type(content).__name__)
    return content


class RoomClient:
    """As `RoomSocket` says; made by `connect`."""

    def __init__(self, session: ClientSession, socket: ClientWebSocketResponse, place: str) -> None:
        self.close_code = 0
        self._session = session
        self._socket = socket
        self._place = place

    async def send(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        if len(text) >= MAX_SENT:
            raise RoomError("room.message", reason=f"{len(text) // 1024} kB")
        try:
            await self._socket.send_frame(text, WSMsgType.TEXT)
        except (ClientError, ConnectionError) as error:
            raise RoomError("room.unreachable", reason=str(error)) from error

    async def receive(self) -> Mapping[str, Any] | None:
        message = await self._socket.receive()
        if message.type is not WSMsgType.TEXT:
            self.close_code = self._socket.close_code or 0
            return None
        return message_in(message.data)

    async def put_picture(self, picture: RoomPicture) -> None:
        try:
            async with self._session.put(
                f"{self._place}/pictures/{picture.name}", data=picture.content, timeout=ClientTimeout(PICTURE_S)
            ) as answer:
                if answer.status >= 400:
                    raise RoomError("room.picture", reason=(await answer.text())[:200].strip())
        except (ClientError, OSError, TimeoutError) as error:
            raise RoomError("room.unreachable", reason=str(error)) from error

    async def put_calendar(self, calendar: RoomCalendar) -> None:
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(calendar.file_name, safe='')}"
        try:
            async with self._session.put(
                f"{self._place}/calendars/{calendar.name}", data=calendar.content, headers=headers, timeout=ClientTimeout(PICTURE_S)
            ) as answer:
                if answer.status >= 400:
                    raise RoomError("room.calendar", reason=(await answer.text())[:200].strip())
        except (ClientError, OSError, TimeoutError) as error:
            raise RoomError("room.unreachable", reason=str(error)) from error

    async def aclose(self) -> None:
        try:
            await self._socket.close()
        finally:
            await self._session.close()


async def connect(address: RoomAddress) -> RoomSocket:
    """In the room as its host, with nothing said yet; raises RoomError."""
    place = f"{address.base}/room/{quote(address.stream, safe='')}"
    session = ClientSession(headers={"Authorization": f"Bearer {host_token(address.key)}"})
    try:
        async with asyncio.timeout(CONNECT_S):
            socket = await session.ws_connect(
                f"{place}/host", heartbeat=PING_S, max_msg_size=MAX_MESSAGE, timeout=ClientWSTimeout(ws_close=1.0)
            )
    except WSServerHandshakeError as error:
        await session.close()
        raise RoomError("room.unreachable", reason=f"{error.status} {error.message}") from error
    except (ClientError, OSError, TimeoutError) as error:
        await session.close()
        raise RoomError("room.unreachable", reason=str(error) or type(error).__name__) from error
    except BaseException:
        await session.close()
        raise
    return RoomClient(session, socket, place)
