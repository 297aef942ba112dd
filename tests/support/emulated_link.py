"""An emulated link with delay, loss and a rate limit: two networks, and a thread that carries packets between them.

Each side is a network namespace with one TUN device; packets read from one are written to the other after the delay, unless the rate's
queue is full, the packet is lost at random, or the link is cut. Nothing leaves the computer.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

CLONE_NEWNET = 0x40000000
NEAR, FAR = "10.78.0.1", "10.78.0.2"
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 1, 0x1000


def _libc(name: str, *values: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*values) != 0:
        raise OSError(ctypes.get_errno(), name)


class Side:
    """One end: a namespace and its device. Runs functions in it."""

    def __init__(self, address: str, peer: str) -> None:
        self.address = address
        self._peer = peer
        self._namespace = -1
        self.tun = -1
        self._in_new_thread(self._make)

    @staticmethod
    def _in_new_thread(work: Callable[[], T]) -> T:
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(work())
            except BaseException as error:  # noqa: BLE001 - handed to the caller below
                errors.append(error)

        thread = threading.Thread(target=run, name="namespace")
        thread.start()
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    def run(self, work: Callable[[], T]) -> T:
        """Run `work` on a thread in this network. Threads and processes that it starts are in the network too."""

        def inside() -> T:
            _libc("setns", self._namespace, CLONE_NEWNET)
            return work()

        return self._in_new_thread(inside)

    def _make(self) -> None:
        _libc("unshare", CLONE_NEWNET)
        self._namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.tun, _TUNSETIFF, struct.pack("16sH22x", b"tw0", _IFF_TUN | _IFF_NO_PI))
        for command in ("ip link set lo up", f"ip addr add {self.address} peer {self._peer} dev tw0", "ip link set tw0 mtu 1400 up"):
            subprocess.run(command.split(), check=True)

    def remove_address(self) -> None:
        """Remove the address, like unplugging the cable."""
        self.run(lambda: subprocess.run(["ip", "addr", "flush", "dev", "tw0"], check=True))

    def restore_address(self) -> None:
        self.run(lambda: subprocess.run(["ip", "addr", "add", self.address, "peer", self._peer, "dev", "tw0"], check=True))

    def close(self) -> None:
        os.close(self.tun)
        os.close(self._namespace)


class EmulatedLink:
    """Two sides and the carrier between them. `delay_ms` is one way. Settings may change while it runs."""

    def __init__(
        self, *, delay_ms: float = 0.0, jitter_ms: float = 0.0, loss: float = 0.0, rate_kbps: int = 0, queue_ms: float = 200.0
    ) -> None:
        self.delay_ms = delay_ms
        self.jitter_ms = jitter_ms
        self.loss = loss
        self.rate_kbps = rate_kbps
        self.queue_ms = queue_ms
        self.is_cut = False
        self.carried = 0
        self.lost = 0
        self.near = Side(NEAR, FAR)
        self.far = Side(FAR, NEAR)
        self._random = random.Random(1)
        self._free_at = [0.0, 0.0]  # when each direction can send the next packet
        self._last_at = [0.0, 0.0]  # packets never overtake
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._count = 0
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="link")

    def __enter__(self) -> "EmulatedLink":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join()
        self.near.close()
        self.far.close()
        os.close(self._stop_read)
        os.close(self._stop_write)

    def _carry(self) -> None:
        ends = (self.near.tun, self.far.tun)
        while True:
            now = time.monotonic()
            while self._waiting and self._waiting[0][0] <= now:
                _, _, end, packet = heapq.heappop(self._waiting)
                self._write(end, packet)
            timeout = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            readable, _, _ = select.select([*ends, self._stop_read], [], [], timeout)
            if self._stop_read in readable:
                return
            for direction, end in enumerate(ends):
                if end in readable:
                    self._take(direction, os.read(end, 2048), ends[1 - direction])

    def _write(self, end: int, packet: bytes) -> None:
        try:
            os.write(end, packet)
            self.carried += 1
        except OSError:  # the other device is down, so the packet is lost
            self.lost += 1

    def _take(self, direction: int, packet: bytes, end: int) -> None:
        now = time.monotonic()
        if self.is_cut or self._random.random() < self.loss:
            self.lost += 1
            return
        at = now
        if self.rate_kbps:
            at = max(now, self._free_at[direction])
            if (at - now) * 1000 > self.queue_ms:
                self.lost += 1
                return
            at += len(packet) * 8 / 1000 / self.rate_kbps
            self._free_at[direction] = at
        at += (self.delay_ms + self._random.random() * self.jitter_ms) / 1000
        at = self._last_at[direction] = max(at, self._last_at[direction])
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, end, packet))


def available() -> str:
    """Return "" if this computer can emulate a link, else the reason to skip."""
    if os.geteuid() != 0:
        return "an emulated link needs root"
    if not os.path.exists("/dev/net/tun"):
        return "an emulated link needs /dev/net/tun"
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"no network namespace can be made here: {done.stderr.strip()}"
