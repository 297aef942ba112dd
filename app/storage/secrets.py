"""Stores relay tokens and other secrets in the system's keyring."""

import logging
from collections.abc import Callable

import keyring
import keyring.backends.fail
from keyring.backend import KeyringBackend

from app.domain.base.notice import Notice, Severity

log = logging.getLogger(__name__)

SERVICE = "tradewind"


class Secrets:
    """Gets and sets secrets by name. A name starts with the origin that the secret is for (`domain/base/address.py`).

    If the system has no keyring, or it stays locked, secrets are kept until Tradewind exits, and one notice says so. The keyring is opened
    at first use, because that takes tens of milliseconds and may ask the user. Calls may block; use one thread.
    """

    def __init__(self, notify: Callable[[Notice], None], backend: KeyringBackend | None = None) -> None:
        self._notify = notify
        self._backend = backend
        self._held: dict[str, str] = {}
        self._told = False

    def get(self, name: str) -> str:
        """The secret, "" if there is none."""
        if name in self._held:
            return self._held[name]
        return self._asked(lambda backend: backend.get_password(SERVICE, name)) or ""

    def set(self, name: str, secret: str) -> None:
        """Store a secret; "" removes it."""
        if not secret:
            self.remove(name)
        elif self._asked(lambda backend: (backend.set_password(SERVICE, name, secret), "kept")[1]):
            self._held.pop(name, None)
        else:
            self._held[name] = secret

    def remove(self, name: str) -> None:
        """Remove a secret, if there is one."""
        self._held.pop(name, None)

        def forget(backend: KeyringBackend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._asked(forget)

    def _asked(self, question: Callable[[KeyringBackend], str | None]) -> str | None:
        """The keyring's answer; None also if there is no keyring or it refuses."""
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
