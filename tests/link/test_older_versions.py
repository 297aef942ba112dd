"""An engine or a desk of an older version is refused with a notice, whatever its messages contain."""

import threading
from collections.abc import Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path

import msgspec
import pytest

from app.domain.base.notice import Notice
from app.domain.program.command import LINK_VERSION, Hello
from app.link import registration
from app.link.client import LinkClient
from app.link.messages import LinkError, decode_event
from app.link.registration import Registration
from app.link.wire import FAMILY, address_in, greet, introduce
from tests.support.link_desk import LinkDesk, registered, start_paper_engine

OLD = LINK_VERSION - 1
KEY = b"k" * 32
OLD_HELLO = msgspec.msgpack.encode((OLD, "Hello", {"words_of_then": ["programme"], "pid": "seven"}))


def _old_engine(listener: Listener) -> None:
    """Accept one desk, greet it like an older engine, and wait until it disconnects."""
    with listener.accept() as connection:
        greet(connection, KEY)
        connection.send_bytes(OLD_HELLO)
        with pytest.raises((EOFError, OSError)):
            connection.recv_bytes()


@pytest.fixture
def old_engine(tmp_path: Path) -> Iterator[Registration]:
    address = address_in(tmp_path, "engine")
    with Listener(address, family=FAMILY) as listener:
        thread = threading.Thread(target=_old_engine, args=(listener,), name="old-engine")
        thread.start()
        yield Registration(1, address, KEY)
        thread.join()


async def test_an_older_engine_is_refused_by_version(old_engine: Registration) -> None:
    received: list[object] = []
    client = LinkClient(old_engine, on_event=received.append, on_lost=received.append)
    with pytest.raises(LinkError) as raised:
        await client.connect()
    assert (raised.value.code, dict(raised.value.data)) == ("link.version", {"theirs": OLD, "ours": LINK_VERSION})
    assert received == []


async def test_an_older_desk_gets_a_notice_and_the_engine_serves_the_others(tmp_path: Path) -> None:
    engine = start_paper_engine(tmp_path)
    try:
        await registered(tmp_path)
        found = registration.read(tmp_path)
        assert found is not None
        with Client(found.address, family=FAMILY) as old_desk:
            introduce(old_desk, found.authkey)
            old_desk.send_bytes(msgspec.msgpack.encode((OLD, "GoOnAir", {"relays": 3})))
            events = iter(lambda: decode_event(old_desk.recv_bytes()), None)
            notice = next(event for event in events if isinstance(event, Notice))
            assert (notice.code, dict(notice.data)) == ("link.version", {"theirs": OLD, "ours": LINK_VERSION})
        async with LinkDesk(found) as desk:
            assert isinstance(desk.hello, Hello)
    finally:
        engine.kill()
        engine.wait()
