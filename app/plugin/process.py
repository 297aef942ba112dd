"""A plugin's process as the desk sees it: starts it, exchanges messages, and ends it."""

import asyncio
import concurrent.futures
import io
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from app.domain.base.clock import SystemClock
from app.domain.base.token_bucket import TokenBucket
from app.plugin.wire import MAX_LINE, Message, StartMessage, WireError, decode_line, encode_line, start_line

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "plugin"
BURST = 2000  # messages at once: the orders of a busy day after a night without the desk
MAX_REQUESTS = 64  # lines that wait for a plugin that does not read
RATE_HZ = 200.0  # then this many a second; a plugin that sends more has to wait
LOOK_S = 0.2
# What the plugin gets of the desk's environment: paths and locale, nothing that leads to a keyring, a session bus or a token.
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "WINDIR", "COMSPEC", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class PluginLimits:
    """What a plugin may use before it is stopped. `busy_s`: how long it may use nearly all of a CPU (measured on Linux)."""

    start_s: float = 30.0
    silence_s: float = 20.0
    beat_s: float = 2.0
    look_s: float = 2.0
    busy_s: float = 60.0
    busy_share: float = 0.9  # of one CPU
    memory_mb: int = 1024
    goodbye_s: float = 3.0
    restart_after_s: tuple[float, ...] = (1.0, 5.0, 30.0)
    forgiven_s: float = 600.0


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """Why a process ended: "" = it was told to, else a code with a value for its text."""

    cause: str
    value: str = ""


def plugin_command() -> list[str]:
    """The command that starts a plugin's process. A frozen app is its own interpreter."""
    return [sys.executable, COMMAND] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app", COMMAND]


def environment(folder: Path, desk: Mapping[str, str]) -> dict[str, str]:
    """A plugin's environment: its own home folder, and no access to the keyring."""
    own = {key: desk[key] for key in KEPT if key in desk}
    places = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP", "XDG_RUNTIME_DIR"), str(folder))
    python = {"PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return {**own, **places, **python}


class PluginProcess:
    """`heard` is called on the loop for each message, one at a time, and returns the answer, if any. `ended` is called once, when the
    process is gone. One thread reads and waits; a plugin that sends too much has to wait with it. Another
    thread writes, so that a plugin that does not read holds up nobody."""

    def __init__(self, start: StartMessage, *, heard: Callable[[Message], Message | None], ended: Callable[[ProcessEnd], None]) -> None:
        self.gone = asyncio.Event()
        self._start = start
        self._heard = heard
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._end = ProcessEnd("crashed")
        self._over = threading.Event()
        self._handing = False
        self._last = time.monotonic()
        self._lines_allowed = TokenBucket(RATE_HZ, BURST, SystemClock())
        folder = start.folder
        self._process = subprocess.Popen(
            plugin_command(),
            cwd=ROOT,
            env=environment(folder, os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdout is not None
        self._lines = io.BufferedReader(cast(io.RawIOBase, self._process.stdout), MAX_LINE)
        self._thread = threading.Thread(target=self._converse, name=f"plugin-{start.plugin_id}", daemon=True)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()  # None: close
        self._writer = threading.Thread(target=self._write, name=f"plugin-{start.plugin_id}-out", daemon=True)
        self._writer.start()
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def silent_s(self) -> float:
        """Seconds since the last message; 0 while a message waits for the desk."""
        return 0.0 if self._handing else time.monotonic() - self._last

    def let_go(self) -> None:
        """Ask it to end by closing its input."""
        self._end = ProcessEnd("")
        self._outgoing.put(None)

    def request(self, message: Message) -> bool:
        """Send it a message that nobody waits for; False if it does not read, or the message does not fit in a line."""
        if self._over.is_set() or self._outgoing.qsize() >= MAX_REQUESTS:
            return False
        try:
            self._outgoing.put(encode_line(message))
        except WireError as error:
            log.warning("plugin %s: %s", self._start.plugin_id, error)
            return False
        return True

    def kill(self, end: ProcessEnd) -> None:
        """Kill it and all processes it started; only the first cause counts."""
        if not self._over.is_set() and self._end.cause == "crashed":
            self._end = end
        self._kill_all()

    def _kill_all(self) -> None:
        self._over.set()
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session, which has its children too
        except ProcessLookupError:
            log.debug("plugin %s is gone already", self._start.plugin_id)
        except PermissionError as error:  # macOS raises this for a group with only a zombie left
            log.debug("plugin %s: %s", self._start.plugin_id, error)

    def _close(self) -> None:
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError as error:  # it has already ended
                log.debug("plugin %s: %s", self._start.plugin_id, error)

    # The thread -----------------------------------------------------------------------------------------------------------

    def _converse(self) -> None:
        try:
            self._outgoing.put(start_line(self._start))
            while (line := self._lines.readline(MAX_LINE + 1)) and not self._over.is_set():
                if (pause_s := self._lines_allowed.wait_s()) > 0:
                    self._over.wait(pause_s)
                self._last = time.monotonic()
                answer = self._hand_over(decode_line(line))
                if answer is not None:
                    self._outgoing.put(encode_line(answer))
        except WireError as error:
            self.kill(ProcessEnd("garbled", str(error)[:200]))
        except concurrent.futures.CancelledError:
            self.kill(ProcessEnd("crashed", "unheard"))
        except (OSError, ValueError) as error:  # it ended or was stopped meanwhile
            log.debug("plugin %s: %s", self._start.plugin_id, error)
        finally:
            self._finish()

    def _write(self) -> None:
        """Runs on the writing thread."""
        assert self._process.stdin is not None
        try:
            while (line := self._outgoing.get()) is not None:
                while line:
                    line = line[self._process.stdin.write(line) :]
        except OSError as error:
            log.debug("plugin %s: %s", self._start.plugin_id, error)
        self._close()

    def _hand_over(self, message: Message) -> Message | None:
        """Handle a message on the loop and wait: a plugin has at most one message in progress."""
        done: concurrent.futures.Future[Message | None] = concurrent.futures.Future()

        def hear() -> None:
            try:
                done.set_result(self._heard(message))
            except WireError as error:
                done.set_exception(error)
            except BaseException:  # our fault: the plugin restarts and sends it again, instead of waiting for ever
                done.cancel()
                raise

        self._handing = True
        try:
            self._loop.call_soon_threadsafe(hear)
            while not self._over.is_set():
                try:
                    return done.result(LOOK_S)
                except concurrent.futures.TimeoutError:
                    continue
            return None
        finally:
            self._last = time.monotonic()
            self._handing = False

    def _finish(self) -> None:
        if self._end.cause != "":
            self._kill_all()
        if hasattr(os, "waitid"):  # macOS has it since Python 3.13
            os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)  # its pid stays reserved until it is reaped
            self._kill_all()  # processes it left behind
        status = self._process.wait()
        self._outgoing.put(None)
        self._writer.join()  # its pipe has no reader now
        self._lines.close()
        end = ProcessEnd("crashed", str(status)) if self._end == ProcessEnd("crashed") else self._end

        def tell() -> None:
            self.gone.set()
            self._ended(end)

        try:
            self._loop.call_soon_threadsafe(tell)
        except RuntimeError:
            log.debug("plugin %s ended after the desk's loop", self._start.plugin_id)


def processor_s(pid: int) -> float | None:
    """CPU seconds used by a process; None if the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None
