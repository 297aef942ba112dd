"""Secrets from the keyring, read on a separate thread because it may wait for someone to unlock it."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable

from app.domain.base.notice import Notice, Severity
from app.storage.secrets import Secrets

log = logging.getLogger(__name__)

GOODBYE_S = 3.0  # a locked keyring waits for ever; Tradewind does not
SLOW_S = 8.0  # then the user is told what we wait for


class KeyringThread:
    """Runs jobs one after another. A daemon thread: Python does not wait at exit for a keyring that never answers."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], None], asyncio.Future[None]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, job: Callable[[], None]) -> "asyncio.Future[None]":
        """Run a job after those before it; the future is done when the job is."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="keyring", daemon=True)
            self._thread.start()
        self._jobs.put((job, done))
        return done

    def close(self) -> None:
        """End after the jobs that are queued."""
        self._jobs.put(None)

    def join(self, within_s: float) -> None:
        """Wait for the thread to end."""
        if self._thread is not None:
            self._thread.join(within_s)

    def _work(self) -> None:
        while (one := self._jobs.get()) is not None:
            job, done = one
            job()
            try:
                done.get_loop().call_soon_threadsafe(_finish, done)
            except RuntimeError:  # the loop has ended: Tradewind quit while its keyring was locked
                log.debug("the keyring answered after the end")
                return


def _finish(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)


class SecretBook:
    """What the keyring has answered so far. A name says where its secret may go (`domain/base/address.py`); it is never an id from a file.

    `changed` is called when a secret arrives or is set.
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
        self._given: set[str] = set()  # what the user typed since the start counts, even if the keyring answers later
        self._older: dict[str, bool] = {}
        self._waiting: set[asyncio.Future[None]] = set()

    async def aclose(self) -> None:
        """Finish writing to the keyring, but do not wait for one that does not answer."""
        if self._waiting:
            left = (await asyncio.wait(self._waiting, timeout=self._goodbye_s))[1]
            if left:
                log.warning("the keyring did not answer %d questions before the end", len(left))
        self._thread.close()
        if not self._waiting:
            self._thread.join(self._goodbye_s)

    def get(self, name: str) -> str:
        """The secret; "" when there is none or the keyring has not answered."""
        return self._known.get(name, "")

    def knows(self, name: str) -> bool:
        """Whether the keyring has answered for this name; nothing is stored under ""."""
        return not name or name in self._known

    def set(self, name: str, secret: str) -> None:
        """Use this secret from now on and store it in the keyring; "" forgets it."""
        if not name:
            return
        self._known[name] = secret
        self._given.add(name)
        self._asked.add(name)
        self._run(lambda: self._secrets.set(name, secret))
        self._changed()

    def learn(self, name: str, *, older: str = "") -> None:
        """Ask the keyring, once. `older` is the name that an earlier version used for this secret; a secret found there moves here."""
        if name and name not in self._asked:
            self._asked.add(name)
            self._run(lambda: self._learn(name, older))

    async def read(self, name: str) -> str:
        """The secret, once the keyring has answered; "" when there is none."""
        self.learn(name)
        await self.settled()
        return self.get(name)

    def adopt(self, name: str, older: str) -> None:
        """Ask again, with an older name too."""
        self._asked.discard(name)
        if not self._known.get(name):
            self._known.pop(name, None)
        self.learn(name, older=older)

    def has_older(self, name: str) -> bool:
        """Whether a secret is stored under the name of an earlier version; False until the keyring answers and `changed` is called."""
        if name not in self._older:
            self._older[name] = False
            self._run(lambda: self._older.update({name: bool(self._secrets.get(name))}))
        return self._older[name]

    async def settled(self) -> None:
        """Wait until the keyring has answered everything so far."""
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
