"""The host's connection to a room over aiohttp, which takes a quarter of a second to load: import this module late."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, ClientWSTimeout, WSMsgType, WSServerHandshakeError

from app.domain.room.tokens import host_token
from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.room.relay_messages import RelayMessage, decode_message
from app.session.room.room_error import RoomError
from app.session.room.room_picture import RoomPicture
from app.session.room.room_socket import RoomAddress, RoomSocket

CONNECT_S = 5.0
UPLOAD_S = 20.0
PING_S = 5.0  # a relay that does not answer within half of it is gone
MAX_SENT = 256 * 1024  # a relay disconnects after a larger message
MAX_MESSAGE = 16 * 1024 * 1024  # the welcome names every key


class RoomClient:
    """The `RoomSocket` that `connect` returns; `url` is the room's."""

    def __init__(self, session: ClientSession, socket: ClientWebSocketResponse, url: str) -> None:
        self.close_code = 0
        self._session = session
        self._socket = socket
        self._url = url

    async def send(self, message: Mapping[str, Any]) -> None:
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        if len(text) >= MAX_SENT:
            raise RoomError("room.message", reason=f"{len(text) // 1024} kB")
        try:
            await self._socket.send_frame(text, WSMsgType.TEXT)
        except (ClientError, ConnectionError) as error:
            raise RoomError("room.unreachable", reason=str(error)) from error

    async def receive(self) -> RelayMessage | None:
        while (frame := await self._socket.receive()).type is WSMsgType.TEXT:
            if (message := decode_message(frame.data)) is not None:
                return message
        self.close_code = self._socket.close_code or 0
        return None

    async def put_picture(self, picture: RoomPicture) -> None:
        await self._put(f"pictures/{picture.name}", picture.content, {}, lambda reason: RoomError("room.picture", reason=reason))

    async def put_calendar(self, calendar: RoomCalendar) -> None:
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(calendar.file_name, safe='')}"
        await self._put(f"calendars/{calendar.name}", calendar.content, headers, lambda reason: RoomError("room.calendar", reason=reason))

    async def _put(self, path: str, content: bytes, headers: Mapping[str, str], refused: Callable[[str], RoomError]) -> None:
        """Raises `refused` with the relay's words if it does not accept the file."""
        try:
            async with self._session.put(f"{self._url}/{path}", data=content, headers=headers, timeout=ClientTimeout(UPLOAD_S)) as answer:
                if answer.status >= 400:
                    raise refused((await answer.text())[:200].strip())
        except (ClientError, OSError, TimeoutError) as error:
            raise RoomError("room.unreachable", reason=str(error)) from error

    async def aclose(self) -> None:
        try:
            await self._socket.close()
        finally:
            await self._session.close()


async def connect(address: RoomAddress) -> RoomSocket:
    """Connect as the room's host, before any message; raises RoomError."""
    url = f"{address.base}/room/{quote(address.stream, safe='')}"
    session = ClientSession(headers={"Authorization": f"Bearer {host_token(address.key)}"})
    try:
        async with asyncio.timeout(CONNECT_S):
            socket = await session.ws_connect(
                f"{url}/host", heartbeat=PING_S, max_msg_size=MAX_MESSAGE, timeout=ClientWSTimeout(ws_close=1.0)
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
    return RoomClient(session, socket, url)
