"""Relay tokens and other secrets, in the keyring of the system."""

import logging
from collections.abc import Callable

import keyring
import keyring.backends.fail
from keyring.backend import KeyringBackend

from app.domain.base.notice import Notice, Severity

log = logging.getLogger(__name__)

SERVICE = "tradewind"


class Secrets:
    """Gets and sets secrets by name. A name begins with the origin that its secret is for (`domain/base/address.py`).

    Where the system has no keyring, or its owner keeps it locked, secrets live until the program ends and one notice says so.
    The keyring is looked for at first use: that costs tens of milliseconds and may ask the user. Calls may block; use one thread.
    """

    def __init__(self, notify: Callable[[Notice], None], backend: KeyringBackend | None = None) -> None:
        self._notify = notify
        self._backend = backend
        self._held: dict[str, str] = {}
        self._told = False

    def get(self, name: str) -> str:
        """The secret, "" when there is none."""
        if name in self._held:
            return self._held[name]
        return self._asked(lambda backend: backend.get_password(SERVICE, name)) or ""

    def set(self, name: str, secret: str) -> None:
        """Keep a secret; "" removes it."""
        if not secret:
            self.remove(name)
        elif self._asked(lambda backend: (backend.set_password(SERVICE, name, secret), "kept")[1]):
            self._held.pop(name, None)
        else:
            self._held[name] = secret

    def remove(self, name: str) -> None:
        """Forget a secret; one that is not there is ignored."""
        self._held.pop(name, None)

        def forget(backend: KeyringBackend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._asked(forget)

    def _asked(self, question: Callable[[KeyringBackend], str | None]) -> str | None:
        """The keyring's answer; None also when there is no keyring or it refuses."""
        try:
            if self._backend is None:
                self._backend = keyring.get_keyring()
            return question(self._backend)
        except Exception as error:  # noqa: BLE001  a keyring is a plug-in of the system and raises what its own libraries raise
            self._tell(error)
            return None

    def _tell(self, error: Exception) -> None:
        missing = isinstance(self._backend, keyring.backends.fail.Keyring)
        log.warning("keyring: %s", "the system has none" if missing else error)
        if not self._told:
            self._told = True
            self._notify(Notice(Severity.WARNING, "secrets.none" if missing else "secrets.refused", {"reason": str(error)}))
