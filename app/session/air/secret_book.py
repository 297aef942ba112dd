"""Secrets as the desk knows them: asked of the keyring on a thread of its own, which may wait for a person who unlocks it."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable

from app.domain.base.notice import Notice, Severity
from app.storage.secrets import Secrets

log = logging.getLogger(__name__)

GOODBYE_S = 3.0  # a locked keyring waits for its owner for ever; the program does not
SLOW_S = 8.0  # then the user is told what is waited for


class KeyringThread:
    """Runs jobs one after the other. It is a daemon: Python does not wait at its end for a keyring that never answers."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], None], asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, job: Callable[[], None]) -> "asyncio.Future[None]":
        """Run it behind those before it; the future is done when it has."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="keyring", daemon=True)
            self._thread.start()
        self._jobs.put((job, done))
        return done

    def close(self) -> None:
        """End behind the jobs that are there."""
        self._jobs.put(None)

    def join(self, within_s: float) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(within_s)

    def _work(self) -> None:
        while (one := self._jobs.get()) is not None:
            job, done = one
            job()
            try:
                done.get_loop().call_soon_threadsafe(_finish, done)
            except RuntimeError:  # the loop has ended: the program quit while its keyring was locked
                log.debug("the keyring answered after the end")
                return


def _finish(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)


class SecretBook:
    """What the keyring said so far. A name says where its secret may go (`domain/base/address.py`); it is never an id out of a file.

    `changed` is called when a secret arrived or was set.
    """

    def __init__(
        self, secrets: Secrets, *, notify: Callable[[Notice], None], changed: Callable[[], None], goodbye_s: float = GOODBYE_S
    ) -> None:
        self._secrets = secrets
        self._notify = notify
        self._changed = changed
        self._goodbye_s = goodbye_s
        self._thread = KeyringThread()
        self._known: dict[str, str] = {}
        self._asked: set[str] = set()
        self._given: set[str] = set()  # what the user typed in this sitting counts, whatever the keyring says late
        self._older: dict[str, bool] = {}
        self._waiting: set[asyncio.Future[None]] = set()

    async def aclose(self) -> None:
        """Let what is being written arrive in the keyring. One that does not answer is not waited for."""
        if self._waiting:
            left = (await asyncio.wait(self._waiting, timeout=self._goodbye_s))[1]
            if left:
                log.warning("the keyring did not answer %d questions before the end", len(left))
        self._thread.close()
        if not self._waiting:
            self._thread.join(self._goodbye_s)

    def get(self, name: str) -> str:
        """The secret as far as it is known; "" when there is none or the keyring has not answered."""
        return self._known.get(name, "")

    def knows(self, name: str) -> bool:
        """Whether the keyring has answered for this name; nothing is kept under ""."""
        return not name or name in self._known

    def set(self, name: str, secret: str) -> None:
        """Use it from now on and keep it in the keyring; "" forgets it."""
        if not name:
            return
        self._known[name] = secret
        self._given.add(name)
        self._asked.add(name)
        self._run(lambda: self._secrets.set(name, secret))
        self._changed()

    def learn(self, name: str, *, older: str = "") -> None:
        """Ask the keyring, once. `older` is the name that an earlier version kept this secret under: what is found there moves here."""
        if name and name not in self._asked:
            self._asked.add(name)
            self._run(lambda: self._learn(name, older))

    def adopt(self, name: str, older: str) -> None:
        """As `learn` with an older name, though the keyring was asked before."""
        self._asked.discard(name)
        if not self._known.get(name):
            self._known.pop(name, None)
        self.learn(name, older=older)

    def has_older(self, name: str) -> bool:
        """Whether something is kept under the name of an earlier version; the keyring is asked, and `changed` tells of its answer."""
        if name not in self._older:
            self._older[name] = False
            self._run(lambda: self._older.update({name: bool(self._secrets.get(name))}))
        return self._older[name]

    async def settled(self) -> None:
        """Wait until the keyring has answered what was asked so far."""
        while self._waiting:
            await asyncio.wait(self._waiting)

    def _learn(self, name: str, older: str) -> None:
        secret = self._secrets.get(name)
        if not secret and older and (secret := self._secrets.get(older)):
            self._secrets.set(name, secret)
            self._secrets.remove(older)
        if name not in self._given:
            self._known[name] = secret or self._known.get(name, "")

    def _run(self, job: Callable[[], None]) -> None:
        future = self._thread.run(job)
        slow = asyncio.get_running_loop().call_later(SLOW_S, self._tell_slow)
        self._waiting.add(future)

        def answered(_: "asyncio.Future[None]") -> None:
            slow.cancel()
            self._waiting.discard(future)
            self._changed()

        future.add_done_callback(answered)

    def _tell_slow(self) -> None:
        self._notify(Notice(Severity.WARNING, "secrets.waiting", {}, subject="keyring"))
