"""A desk whose keyring is slow, locked or never answers."""

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
    """A locked keyring that answers once `unlocked` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()
        self.queried = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.queried.set()
        self.unlocked.wait()
        return super().get_password(service, username)


def make_secret_book(keyring: MemoryKeyring, notices: list[Notice], goodbye_s: float = 30.0) -> SecretBook:
    return SecretBook(Secrets(notices.append, keyring), notify=notices.append, changed=lambda: None, goodbye_s=goodbye_s)


async def test_tradewind_quits_despite_a_locked_keyring(tmp_path: Path) -> None:
    keyring = LockedKeyring()
    try:
        async with StudioDesk(tmp_path, keyring=keyring) as desk:
            await desk.attached()
            desk.studio.document.edit("Add", lambda project: put_relay(project, Relay("paris", "Paris", "https://paris.example/whip")))
            await desk.until(keyring.queried.is_set)
        assert not keyring.unlocked.is_set(), "the desk quits before the keyring answers"
    finally:
        keyring.unlocked.set()


async def test_pending_secrets_are_stored_before_closing() -> None:
    keyring, notices = MemoryKeyring(), list[Notice]()
    book = make_secret_book(keyring, notices)
    for number in range(20):
        book.set(f"relay https://relay.example:{number + 1} x", f"token {number}")
    await book.aclose()
    assert len(keyring.kept) == 20 and notices == []


async def test_waiting_for_a_locked_keyring_gives_a_notice() -> None:
    keyring, notices = LockedKeyring(), list[Notice]()
    before, secret_book.SLOW_S = secret_book.SLOW_S, 0.0
    book = make_secret_book(keyring, notices)
    try:
        book.learn("relay https://relay.example:443 x")
        async with asyncio.timeout(30):
            while not notices:
                await asyncio.sleep(0.01)
        assert [notice.code for notice in notices] == ["secrets.waiting"] and not book.knows("relay https://relay.example:443 x")
    finally:
        secret_book.SLOW_S = before
        keyring.unlocked.set()
    await book.settled()
    assert book.knows("relay https://relay.example:443 x")
    await book.aclose()


async def test_a_secret_of_an_earlier_version_moves_to_its_new_name_once() -> None:
    keyring, notices = MemoryKeyring(), list[Notice]()
    keyring.set_password("tradewind", "relay-1", "old")
    book = make_secret_book(keyring, notices)
    book.learn("relay https://relay.example:443 x", older="relay-1")
    book.learn("relay https://evil.example:443 x", older="relay-1")
    await book.settled()
    assert book.get("relay https://relay.example:443 x") == "old" and book.get("relay https://evil.example:443 x") == ""
    await book.aclose()
    assert keyring.kept == {("tradewind", "relay https://relay.example:443 x"): "old"}


async def test_a_late_keyring_answer_does_not_replace_a_newer_secret() -> None:
    keyring, notices = LockedKeyring(), list[Notice]()
    keyring.kept[("tradewind", "turn turn://a:3478")] = "old"
    book = make_secret_book(keyring, notices)
    book.learn("turn turn://a:3478")
    book.set("turn turn://a:3478", "new")
    keyring.unlocked.set()
    await book.settled()
    assert book.get("turn turn://a:3478") == "new" == keyring.kept[("tradewind", "turn turn://a:3478")]
    await book.aclose()
