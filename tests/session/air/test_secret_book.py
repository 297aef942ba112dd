"""The desk with a keyring that is slow, locked or never answers."""

import asyncio
import threading
from pathlib import Path

from app.domain.base.notice import Notice
from app.domain.program.editing import put_relay
from app.domain.program.output import Relay
from app.session.air import secret_book
from app.session.air.secret_book import SecretBook
from app.storage.secrets import Secrets
from tests.support.studio_desk import MemoryKeyring, StudioDesk


class LockedKeyring(MemoryKeyring):
    """A locked keyring that answers once `opened` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()
        self.asked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        self.opened.wait()
        return super().get_password(service, username)


def book_of(keyring: MemoryKeyring, heard: list[Notice], goodbye_s: float = 30.0) -> SecretBook:
    return SecretBook(Secrets(heard.append, keyring), notify=heard.append, changed=lambda: None, goodbye_s=goodbye_s)


async def test_tradewind_quits_despite_a_locked_keyring(tmp_path: Path) -> None:
    keyring = LockedKeyring()
    try:
        async with StudioDesk(tmp_path, keyring=keyring) as desk:
            await desk.attached()
            desk.studio.document.edit("Add", lambda project: put_relay(project, Relay("paris", "Paris", "https://paris.example/whip")))
            await desk.until(keyring.asked.is_set)
        assert not keyring.opened.is_set(), "the desk has ended while nobody answered"
    finally:
        keyring.opened.set()


async def test_a_secret_being_written_is_stored_before_the_end() -> None:
    keyring, heard = MemoryKeyring(), list[Notice]()
    book = book_of(keyring, heard)
    for number in range(20):
        book.set(f"relay https://relay.example:{number + 1} x", f"token {number}")
    await book.aclose()
    assert len(keyring.kept) == 20 and heard == []


async def test_waiting_for_a_locked_keyring_gives_a_notice() -> None:
    keyring, heard = LockedKeyring(), list[Notice]()
    before, secret_book.SLOW_S = secret_book.SLOW_S, 0.0
    book = book_of(keyring, heard)
    try:
        book.learn("relay https://relay.example:443 x")
        async with asyncio.timeout(30):
            while not heard:
                await asyncio.sleep(0.01)
        assert [one.code for one in heard] == ["secrets.waiting"] and not book.knows("relay https://relay.example:443 x")
    finally:
        secret_book.SLOW_S = before
        keyring.opened.set()
    await book.settled()
    assert book.knows("relay https://relay.example:443 x")
    await book.aclose()


async def test_a_secret_of_an_earlier_version_moves_to_its_new_name_once() -> None:
    keyring, heard = MemoryKeyring(), list[Notice]()
    keyring.set_password("tradewind", "relay-1", "old")
    book = book_of(keyring, heard)
    book.learn("relay https://relay.example:443 x", older="relay-1")
    book.learn("relay https://evil.example:443 x", older="relay-1")
    await book.settled()
    assert book.get("relay https://relay.example:443 x") == "old" and book.get("relay https://evil.example:443 x") == ""
    await book.aclose()
    assert keyring.kept == {("tradewind", "relay https://relay.example:443 x"): "old"}


async def test_a_late_answer_of_the_keyring_does_not_replace_a_newer_secret() -> None:
    keyring, heard = LockedKeyring(), list[Notice]()
    keyring.kept[("tradewind", "turn turn://a:3478")] = "old"
    book = book_of(keyring, heard)
    book.learn("turn turn://a:3478")
    book.set("turn turn://a:3478", "new")
    keyring.opened.set()
    await book.settled()
    assert book.get("turn turn://a:3478") == "new" == keyring.kept[("tradewind", "turn turn://a:3478")]
    await book.aclose()
