"""A normal run of each command logs no warning and prints nothing to standard error."""

import re
import socket
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.support.relays import eventually
from tests.support.tradewind import Tradewind

# Output of other libraries to standard error on a machine without sound or screen.
MACHINE = re.compile(
    r"ALSA lib |Expression '|^$|XDG_RUNTIME_DIR|Cannot connect to server|jack server|JackShm|"
    r"This plugin does not support|keyring: the system has none"
)


def unexpected_output(run: Tradewind) -> list[str]:
    """Return warnings and errors, except those caused by the machine's missing devices."""
    return [line for line in (*run.warnings(), *run.complaints) if not MACHINE.search(line)]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
async def test_a_relay_on_every_interface_serves_both_families(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", "relay", "--listen", ":0") as relay, aiohttp.ClientSession() as client:
        watch = await relay.line("  watch")
        await relay.line("Press Ctrl+C")
        port = watch.split("/watch/")[0].rpartition(":")[2]
        for host in ("127.0.0.1", "[::1]"):
            async with client.get(f"http://{host}:{port}/api/status") as answer:
                assert answer.status == 200
        assert await relay.end() == 0
    assert unexpected_output(relay) == []


async def test_doctor_is_quiet(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", "doctor") as doctor:
        assert await doctor.ended(within_s=60) == 0
    assert doctor.lines[-1] == "Ready to go on air."
    assert unexpected_output(doctor) == []


async def test_opening_and_closing_the_window_is_quiet(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", environment={"QT_QPA_PLATFORM": "offscreen"}) as window:
        await eventually(lambda: {"engine", "relay"} <= set(window.running()), 40)
        await eventually(lambda: "STARTING → ATTACHED" in "".join(window.logs()), 40)
        assert await window.end() == 0
        assert window.running() == []
    assert unexpected_output(window) == []


async def test_a_window_stopped_by_the_system_leaves_no_process(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", environment={"QT_QPA_PLATFORM": "offscreen"}) as window:
        await eventually(lambda: "STARTING → ATTACHED" in "".join(window.logs()), 40)
        psutil.Process(window.pid).terminate()
        assert await window.ended() == 0
        assert window.running() == []
