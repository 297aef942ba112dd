"""coturn, an independent TURN server, as a process."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PORT = 3478
USER, PASSWORD = "desk", "a-secret-of-some-length"
PATIENCE_S = 20.0
_READY = "TCP listener opened on"  # the last line of a started server


def available() -> str:
    """ "" when coturn is installed, else the reason to skip."""
    return "" if shutil.which("turnserver") else "coturn is not installed"


class TurnServer:
    """Listens at `address` for UDP and TCP, and relays from `relayed`, another address of this computer. Start it inside its network.
    `lines` is its log."""

    def __init__(self, folder: Path, address: str, relayed: str, options: Sequence[str] = ()) -> None:
        self.address = address
        self.lines: list[str] = []
        self._ready = threading.Event()
        words = ["turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--no-multicast-peers", "--verbose", "--log-file", "stdout"]
        words += ["-L", address, "-p", str(PORT), "-E", relayed, "--relay-threads", "1", "--userdb", str(folder / "turndb")]
        words += ["--lt-cred-mech", "--realm", "tradewind", "--user", f"{USER}:{PASSWORD}", "--pidfile", str(folder / "turn.pid"), *options]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._reader = threading.Thread(target=self._read, name="turn server's log")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip())
            if _READY in line:
                self._ready.set()
        self._ready.set()

    def __enter__(self) -> Self:
        self._reader.start()
        assert self._ready.wait(PATIENCE_S), self.lines[-10:]
        return self

    def bound(self) -> int:
        """Return how often a channel was bound or renewed."""
        return sum("CHANNEL_BIND processed, success" in line for line in self.lines)

    def freeze(self) -> None:
        """Stop answering, but keep the address."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._reader.join()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
