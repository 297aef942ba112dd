"""A sound system for tests: a PulseAudio daemon with a null sink, whose monitor is the microphone."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

_DAEMON = (
    "pulseaudio",
    "-n",
    "--daemonize=no",
    "--use-pid-file=no",
    "--exit-idle-time=-1",
    "--realtime=no",
    "--high-priority=no",
    "--disable-shm=yes",
    "--log-target=stderr",
    "--log-level=error",
)
_ALSA = """
pcm.pulse { type pulse }
ctl.pulse { type pulse }
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


def missing() -> str:
    """Return what this computer lacks for a sound system; "" = nothing."""
    lacking = [tool for tool in ("pulseaudio", "pactl", "pacat") if shutil.which(tool) is None]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


class PulseServer:
    """A running daemon. `sink` is the null sink that players use; its monitor is the default source."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._players: list[subprocess.Popen[bytes]] = []
        self._feeders: list[threading.Thread] = []
        self._socket = folder / "native"

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment for a process that uses this daemon through ALSA or PulseAudio."""
        return {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(self._folder),
            "PULSE_STATE_PATH": str(self._folder),
            "PULSE_COOKIE": str(self._folder / "cookie"),
            "XDG_RUNTIME_DIR": str(self._folder),
            "ALSA_CONFIG_PATH": str(self._folder / "alsa.conf"),
        }

    def start(self) -> None:
        (self._folder / "alsa.conf").write_text(_ALSA)
        environment = {**os.environ, **self.environment, "HOME": str(self._folder)}
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        command = [*_DAEMON, f"--load=module-native-protocol-unix auth-anonymous=1 socket={self._socket}"]
        with (self._folder / "pulseaudio.log").open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 10
        while subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "pulseaudio.log").read_text())
            time.sleep(0.02)

    def close(self) -> None:
        for player in list(self._players):
            self.stop_playing(player)
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def kill(self) -> None:
        """Kill the daemon; `start` starts a new one."""
        for player in list(self._players):
            self.stop_playing(player)
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def pactl(self, *arguments: str) -> str:
        """Run pactl against this daemon."""
        done = subprocess.run(
            ["pactl", *arguments], env={**os.environ, **self.environment}, capture_output=True, text=True, check=True, timeout=10
        )
        return done.stdout.strip()

    def plug(self, name: str = "mic") -> str:
        """Add a null sink and return its module's id, for `unplug`. The first sink's monitor becomes the default source."""
        return self.pactl("load-module", "module-null-sink", f"sink_name={name}", "rate=48000", "channels=2")

    def unplug(self, module: str) -> None:
        """Remove a sink and its monitor, like a device that is unplugged."""
        self.pactl("unload-module", module)

    def play(self, samples: npt.NDArray[np.float32], name: str = "mic") -> subprocess.Popen[bytes]:
        """Play (n, 2) float32 samples at 48 kHz into a sink."""
        player = subprocess.Popen(
            ["pacat", "--playback", f"--device={name}", "--rate=48000", "--channels=2", "--format=float32le", "--latency-msec=50"],
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        feeder = threading.Thread(target=_pour, args=(player, samples.tobytes()), name="pacat feeder")
        feeder.start()
        self._players.append(player)
        self._feeders.append(feeder)
        return player

    def stop_playing(self, player: subprocess.Popen[bytes]) -> None:
        index = self._players.index(player)
        player.kill()
        player.wait(10)
        self._feeders[index].join()
        del self._players[index], self._feeders[index]


def _pour(player: subprocess.Popen[bytes], data: bytes) -> None:
    if player.stdin is not None:
        with suppress(BrokenPipeError), player.stdin as pipe:
            pipe.write(data)


@contextmanager
def running_pulse(folder: Path) -> Iterator[PulseServer]:
    """Run a daemon during a `with` block."""
    server = PulseServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()
