"""Messages about a TURN server never contain its user name or password."""

import asyncio
import logging
import socket
from typing import Any

import pytest
from aioice import stun

from app.domain.program.output import IceServer
from app.transport.ice import IceConnection
from app.transport.turn import redact_credentials

NAME, PASSWORD = "anna-of-the-shop", "open-sesame"


class Mocker(asyncio.DatagramProtocol):
    """A TURN server that refuses everybody and repeats the credentials."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        asked = stun.parse_message(data)
        answer = stun.Message(asked.message_method, stun.Class.ERROR, transaction_id=asked.transaction_id)
        answer.attributes["ERROR-CODE"] = (403, f"{NAME} may not enter with {PASSWORD}")
        self._transport.sendto(bytes(answer), address)


async def refusals_of(server: IceServer) -> list[str]:
    connection = IceConnection(controlling=True)
    try:
        await connection.gather(["127.0.0.1"], [server], within_s=20)
        return connection.refusals
    finally:
        await connection.close()


async def test_the_servers_reason_is_shown_without_the_secrets_it_repeats(caplog: pytest.LogCaptureFixture) -> None:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Mocker, local_addr=("127.0.0.1", 0), family=socket.AF_INET)
    port = transport.get_extra_info("sockname")[1]
    try:
        with caplog.at_level(logging.INFO):
            (words,) = await refusals_of(IceServer(f"turn:127.0.0.1:{port}?transport=udp", NAME, PASSWORD))
    finally:
        transport.close()
    assert "403" in words and "may not enter" in words
    for told in (words, caplog.text):
        assert NAME not in told and PASSWORD not in told


@pytest.mark.parametrize("url", [f"turn:{NAME}:{PASSWORD}@turn.example:3478", f"turn://{NAME}:{PASSWORD}@turn.example", "nonsense"])
async def test_an_invalid_address_is_shown_without_secrets(url: str, caplog: pytest.LogCaptureFixture) -> None:
    refusals = await refusals_of(IceServer(url, NAME, PASSWORD))
    assert NAME not in caplog.text and PASSWORD not in caplog.text and not any(PASSWORD in one for one in refusals)


def test_the_longer_secret_is_redacted_first_and_an_empty_one_not_at_all() -> None:
    assert redact_credentials("shop-keeper and shop", IceServer("turn:x", "shop", "shop-keeper")) == "… and …"
    assert redact_credentials("no answer", IceServer("turn:x")) == "no answer"
    assert PASSWORD not in repr(IceServer("turn:x", NAME, PASSWORD)) and NAME not in repr(IceServer("turn:x", NAME, PASSWORD))
