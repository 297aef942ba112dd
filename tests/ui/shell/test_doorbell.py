"""One window per home folder: a second start brings it to the front and passes on the show to open."""

import asyncio
import json
import os
import socket
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import QDir
from PySide6.QtWidgets import QApplication, QDialog

from app.domain.program.project import starter_project
from app.session.studio import Studio
from app.storage import project_file
from app.storage.settings import Settings, SettingsFile
from app.ui.shell.application import Shell
from app.ui.shell.doorbell import ANSWER, Doorbell, door_of, ring
from tests.support.studio_desk import paths_in
from tests.support.tradewind import ROOT, Tradewind

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
LOOKS = 2000  # rounds of Qt's loop within which an answer must come


def new_door() -> str:
    return f"tradewind-test-{uuid4().hex}"


def socket_of(door: str) -> Path:
    """Where Qt puts the socket of this name."""
    return Path(QDir.tempPath()) / door


def answer_to(door: str, words: bytes, qt: QApplication) -> tuple[list[str], bytes]:
    """The paths that the doorbell emitted, and the answer to the client that sent these bytes."""
    rung: list[str] = []
    bell = Doorbell(door)
    bell.rung.connect(rung.append)
    answer: bytes | None = None
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect(str(socket_of(door)))
        visitor.sendall(words)
        visitor.setblocking(False)
        for _ in range(LOOKS):
            qt.processEvents()
            try:
                answer = visitor.recv(64)
                break
            except (BlockingIOError, ConnectionResetError):
                continue
    qt.processEvents()
    bell.close()
    bell.deleteLater()
    assert answer is not None
    return rung, answer


def test_homes_have_doors_of_their_own(tmp_path: Path) -> None:
    assert door_of(tmp_path / "one") != door_of(tmp_path / "two")
    assert door_of(tmp_path / "one") == door_of(tmp_path / "one")


def test_nobody_answers_where_no_window_is() -> None:
    assert not ring(new_door(), None)


@pytest.mark.parametrize("words", [b"hello\n", b"[]\n", b"{}\n", b"\xff\xfe\n"])
def test_other_words_ring_nothing(words: bytes, qt: QApplication) -> None:
    assert answer_to(new_door(), words, qt) == ([], b"")


def test_a_bell_takes_the_place_of_one_whose_window_was_killed(qt: QApplication) -> None:
    door = new_door()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_of(door)))  # the file stays after this closes, as after a killed window
    assert not ring(door, None)
    assert answer_to(door, json.dumps({"open": "/show"}).encode() + b"\n", qt) == (["/show"], ANSWER)


async def test_a_second_start_hands_its_show_over(qt: QApplication, shell: Shell, studio: Studio, tmp_path: Path) -> None:
    show = tmp_path / "Autumn.tradewind"
    project_file.save(show, starter_project(camera=None, microphone=False))
    shell.window.showMinimized()
    shell.window.show_settings()
    shell._on_rung(str(show))
    assert not shell.window.isMinimized()
    qt.processEvents()
    opened = [studio.document.path]
    dialog = qt.activeModalWidget()
    assert isinstance(dialog, QDialog)
    dialog.accept()
    for _ in range(LOOKS):
        qt.processEvents()
        if studio.document.path == show:
            break
    opened.append(studio.document.path)
    assert opened == [None, show], "a dialog has its answer first"


async def test_the_program_started_twice_is_one_window(tmp_path: Path) -> None:
    show = tmp_path / "Autumn.tradewind"
    project_file.save(show, starter_project(camera=None, microphone=False))
    home = tmp_path / "home"
    SettingsFile(paths_in(home).settings).save(Settings(show_guide=False))
    async with Tradewind(home, environment=OFFSCREEN):
        async with asyncio.timeout(30):  # a file has no event: poll it
            while not list(home.rglob("engine.json")):
                await asyncio.sleep(0.05)
        (runtime,) = (path.parent for path in home.rglob("engine.json"))
        assert socket_of(door_of(runtime)).exists()
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", str(show)),
            cwd=ROOT,
            env={**os.environ, **OFFSCREEN, "TRADEWIND_HOME": str(home)},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asyncio.wait_for(second.communicate(), 30)
        assert (second.returncode, said) == (0, b"tradewind: the window is already open; brought it to the front.\n")
        async with asyncio.timeout(30):
            while not any("Autumn" in path.read_text() for path in home.rglob("*recent*") if path.is_file()):
                await asyncio.sleep(0.05)
        assert len(list(runtime.glob("desk-*.lock"))) == 1, "there is one desk"
