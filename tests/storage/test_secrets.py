import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from app.domain.base.notice import Notice
from app.storage.secrets import SERVICE, Secrets


class LockableKeyring(KeyringBackend):
    """A keyring in memory; while `locked` it refuses access."""

    priority = -1.0  # keeps the library from choosing it as this machine's keyring

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords: dict[tuple[str, str], str] = {}
        self.locked = False

    def _open(self) -> dict[tuple[str, str], str]:
        if self.locked:
            raise KeyringLocked("the user refused")
        return self.passwords

    def get_password(self, service: str, username: str) -> str | None:
        return self._open().get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._open()[service, username]


@pytest.fixture
def notices() -> list[Notice]:
    return []


def test_secrets_are_stored_in_the_keyring(notices: list[Notice]) -> None:
    backend = LockableKeyring()
    secrets = Secrets(notices.append, backend)
    secrets.set("relay-1", "t0ken")
    assert backend.passwords == {(SERVICE, "relay-1"): "t0ken"}
    assert Secrets(notices.append, backend).get("relay-1") == "t0ken"
    assert secrets.get("relay-2") == ""
    secrets.remove("relay-1")
    secrets.remove("relay-1")
    secrets.set("relay-2", "")
    assert backend.passwords == {}
    assert notices == []


def test_without_a_keyring_secrets_last_until_exit_with_one_notice(notices: list[Notice]) -> None:
    secrets = Secrets(notices.append, keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    assert secrets.get("relay-1") == ""
    secrets.set("relay-1", "t0ken")
    secrets.set("relay-2", "other")
    assert (secrets.get("relay-1"), secrets.get("relay-2")) == ("t0ken", "other")
    secrets.remove("relay-1")
    assert secrets.get("relay-1") == ""
    assert [notice.code for notice in notices] == ["secrets.none"]
    assert "t0ken" not in repr(notices)


def test_a_locked_keyring_is_used_again_once_it_opens(notices: list[Notice]) -> None:
    backend = LockableKeyring()
    backend.locked = True
    secrets = Secrets(notices.append, backend)
    secrets.set("relay-1", "t0ken")
    assert secrets.get("relay-1") == "t0ken"
    assert [notice.code for notice in notices] == ["secrets.refused"]
    backend.locked = False
    secrets.set("relay-1", "newer")
    assert backend.passwords == {(SERVICE, "relay-1"): "newer"}
    assert secrets.get("relay-1") == "newer"


class KeyringBackendError(Exception):
    """An error of the keyring's backend library, not a `keyring` error."""


def test_after_any_keyring_error_secrets_stay_in_memory(notices: list[Notice], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: str) -> None:
        raise KeyringBackendError("the bus went away")

    backend = LockableKeyring()
    for verb in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(backend, verb, fail)
    secrets = Secrets(notices.append, backend)
    secrets.set("relay-1", "t0ken")
    assert secrets.get("relay-1") == "t0ken"
    secrets.remove("relay-1")
    assert [(notice.code, notice.data["reason"]) for notice in notices] == [("secrets.refused", "the bus went away")]


def test_secrets_work_with_the_systems_keyring_or_without_one(notices: list[Notice]) -> None:
    secrets = Secrets(notices.append)
    secrets.set("test of tradewind", "t0ken")
    try:
        assert secrets.get("test of tradewind") == "t0ken"
    finally:
        secrets.remove("test of tradewind")
    assert secrets.get("test of tradewind") == ""
