"""A separate X screen for a test."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Screen:
    """An Xvfb on a free display; `paint` fills it with one colour."""

    display: str
    process: subprocess.Popen[bytes]
    width: int
    height: int

    def paint(self, colour: str) -> None:
        """Fill the root window with a colour in ImageMagick's notation."""
        environment = {**os.environ, "DISPLAY": self.display}
        size = f"{self.width}x{self.height}"
        # The command always exits with status 1, so the test checks the pixels.
        subprocess.run(["display", "-window", "root", "-size", size, f"xc:{colour}"], env=environment, check=False, timeout=20)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def xvfb(width: int = 640, height: int = 480) -> Iterator[Screen]:
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as numbers:
        number = numbers.readline().strip()
    screen = Screen(f":{number}", process, width, height)
    try:
        yield screen
    finally:
        screen.stop()
