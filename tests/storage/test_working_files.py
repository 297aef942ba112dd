"""Working files of desks that are running, that crashed, and that adopt each other's work."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.base.clock import SystemClock
from app.domain.show import Show
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.show_file import ShowFile
from app.storage.working_files import RecoveredShow, WorkingFiles
from tests.support.shows import full_show

ROOT = Path(__file__).resolve().parents[2]

# Saves its work and then waits to be killed.
DESK = """
import sys
from pathlib import Path
from app.domain.show import Show
from app.storage.show_file import ShowFile
from app.storage.working_files import WorkingFiles
from tests.support.shows import full_show
own = WorkingFiles(Path(sys.argv[1])).take()
file = ShowFile.create(own.path, Show(full_show("first")))
file.writer.put(Show(full_show(sys.argv[2])))
file.writer.flush()
print("saved", flush=True)
sys.stdin.read()
"""


def start_desk(folder: Path, name: str) -> subprocess.Popen[bytes]:
    desk = subprocess.Popen([sys.executable, "-c", DESK, str(folder), name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert desk.stdout is not None
    assert desk.stdout.readline() == b"saved\n"
    return desk


def kill(desk: subprocess.Popen[bytes]) -> None:
    with desk:
        desk.kill()
    assert desk.returncode == -signal.SIGKILL


def only_one(found: tuple[RecoveredShow, ...]) -> RecoveredShow:
    (show,) = found
    return show


def test_the_work_of_a_killed_desk_is_found_but_not_of_a_running_one(tmp_path: Path) -> None:
    crashed, alive = start_desk(tmp_path, "lost"), start_desk(tmp_path, "mine")
    try:
        kill(crashed)
        found = only_one(WorkingFiles(tmp_path).abandoned())
        assert found.project == full_show("lost")
        assert abs(found.kept_at_s - SystemClock().wall_ns() / 1e9) < 3600
    finally:
        kill(alive)
    assert [show.project.name for show in WorkingFiles(tmp_path).abandoned()] == ["mine", "lost"]


def test_adopted_work_belongs_to_the_adopting_desk_until_removed(tmp_path: Path) -> None:
    kill(start_desk(tmp_path, "lost"))
    first = WorkingFiles(tmp_path)
    own = first.adopt(only_one(first.abandoned()))
    assert WorkingFiles(tmp_path).abandoned() == ()
    file = ShowFile.open(own.path)
    assert file.writer.show.project == full_show("lost")
    file.writer.put(Show(full_show("continued")))
    assert file.close() is None
    own.let_go()
    assert only_one(WorkingFiles(tmp_path).abandoned()).project.name == "continued"
    first.adopt(only_one(first.abandoned())).remove()
    assert list(tmp_path.iterdir()) == []


def test_only_one_desk_can_adopt_abandoned_work(tmp_path: Path) -> None:
    kill(start_desk(tmp_path, "lost"))
    first, second = WorkingFiles(tmp_path), WorkingFiles(tmp_path)
    found, same, again = (only_one(desk.abandoned()) for desk in (first, second, second))
    own = first.adopt(found)
    with pytest.raises(StorageError) as raised:
        second.adopt(same)
    assert raised.value.code == "recovery.taken"
    second.discard(same)
    assert own.path.exists(), "a desk cannot discard another desk's work"
    own.remove()
    with pytest.raises(StorageError) as gone:
        second.adopt(again)
    assert gone.value.code == "recovery.taken"
    assert list(tmp_path.iterdir()) == []


def test_discarded_work_is_deleted(tmp_path: Path) -> None:
    kill(start_desk(tmp_path, "lost"))
    working = WorkingFiles(tmp_path)
    working.discard(only_one(working.abandoned()))
    assert working.abandoned() == ()
    assert list(tmp_path.iterdir()) == []


def test_a_clean_exit_leaves_no_files(tmp_path: Path) -> None:
    own = WorkingFiles(tmp_path / "new folder").take()
    file = ShowFile.create(own.path, Show(full_show()))
    file.writer.flush()
    file.close()
    own.remove()
    assert list((tmp_path / "new folder").iterdir()) == []
    WorkingFiles(tmp_path / "new folder").take().let_go()
    assert list((tmp_path / "new folder").iterdir()) == []


def test_unreadable_work_is_moved_aside_and_idle_locks_are_removed(tmp_path: Path) -> None:
    kill(start_desk(tmp_path, "lost"))
    (tmp_path / "half.work").write_bytes(b'{"path": null, "kept_at_s": 1}\n{"format": ')
    (tmp_path / "empty.work").write_bytes(b"")
    (tmp_path / "idle.lock").write_bytes(b"")
    assert only_one(WorkingFiles(tmp_path).abandoned()).project.name == "lost"
    assert sorted(file.name for file in tmp_path.glob("*.unreadable")) == ["empty.unreadable", "half.unreadable"]
    assert not (tmp_path / "idle.lock").exists()


def test_an_uncreatable_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as raised:
        WorkingFiles(tmp_path / "file" / "below").take()
    assert raised.value.code == "file.missing"


def test_a_lock_has_one_holder_and_can_be_released(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    first.release()
    assert second.acquire()
    assert (first.held, second.held) == (False, True)
    second.release()
    with pytest.raises(StorageError) as raised:
        FileLock(tmp_path / "gone" / "lock").acquire()
    assert raised.value.code == "file.missing"
