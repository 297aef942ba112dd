"""A sound system for tests that record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.sound.portaudio import SoundHost
from tests.support.pulse import PulseServer, missing, running_pulse


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A PulseAudio daemon for this test, which PortAudio uses during the test."""
    if lacking := missing():
        pytest.skip(f"no sound system of the test's own: {lacking}")
    with running_pulse(tmp_path) as server:
        for key, value in server.environment.items():
            monkeypatch.setenv(key, value)
        assert SoundHost().rescan()
        yield server
        monkeypatch.undo()
    SoundHost().rescan()
