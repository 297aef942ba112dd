"""A network namespace that nothing can leave, for tests of relays with other addresses."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000
ADDRESS = "10.77.0.1"  # in the namespace only


def available() -> str:
    """Return "" if this computer can create a namespace, else the reason to skip."""
    if os.geteuid() != 0:
        return "making a network namespace needs root"
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"no network namespace can be made here: {done.stderr.strip()}"


def _libc_call(name: str, *values: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*values) != 0:
        raise OSError(ctypes.get_errno(), name)


@contextmanager
def own_network() -> Iterator[str]:
    """Move this thread, and all that it starts, into a new network with loopback and one address; yields the address."""
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _libc_call("unshare", CLONE_NEWNET)
        for command in (
            "ip link set lo up",
            "ip link add tw0 type veth peer name tw1",
            f"ip addr add {ADDRESS}/24 dev tw0",
            "ip link set tw0 up",
            "ip link set tw1 up",
        ):
            subprocess.run(command.split(), check=True)
        yield ADDRESS
    finally:
        _libc_call("setns", outside, CLONE_NEWNET)
        os.close(outside)
