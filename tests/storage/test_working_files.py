"""Working files of desks that run, that crashed, and that take over from each other."""

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

# A desk that keeps its work and then waits to be killed.
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
print("kept", flush=True)
sys.stdin.read()
"""


def running_desk(folder: Path, name: str) -> subprocess.Popen[bytes]:
    desk = subprocess.Popen([sys.executable, "-c", DESK, str(folder), name], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert desk.stdout is not None
    assert desk.stdout.readline() == b"kept\n"
    return desk


def killed(desk: subprocess.Popen[bytes]) -> None:
    with desk:
        desk.kill()
    assert desk.returncode == -signal.SIGKILL


def only(found: tuple[RecoveredShow, ...]) -> RecoveredShow:
    (one,) = found
    return one


def test_work_of_a_killed_desk_is_found_but_not_that_of_a_running_one(tmp_path: Path) -> None:
    dead, alive = running_desk(tmp_path, "lost"), running_desk(tmp_path, "mine")
    try:
        killed(dead)
        found = only(WorkingFiles(tmp_path).abandoned())
        assert found.project == full_show("lost")
        assert abs(found.kept_at_s - SystemClock().wall_ns() / 1e9) < 3600
    finally:
        killed(alive)
    assert [one.project.name for one in WorkingFiles(tmp_path).abandoned()] == ["mine", "lost"]


def test_adopted_work_is_this_desks_own_until_it_is_removed(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    first = WorkingFiles(tmp_path)
    own = first.adopt(only(first.abandoned()))
    assert WorkingFiles(tmp_path).abandoned() == ()
    file = ShowFile.open(own.path)
    assert file.writer.show.project == full_show("lost")
    file.writer.put(Show(full_show("gone on with")))
    assert file.close() is None
    own.let_go()
    assert only(WorkingFiles(tmp_path).abandoned()).project.name == "gone on with"
    first.adopt(only(first.abandoned())).remove()
    assert list(tmp_path.iterdir()) == []


def test_two_new_desks_cannot_both_adopt_it(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    first, second = WorkingFiles(tmp_path), WorkingFiles(tmp_path)
    found, same, again = (only(desk.abandoned()) for desk in (first, second, second))
    own = first.adopt(found)
    with pytest.raises(StorageError) as raised:
        second.adopt(same)
    assert raised.value.code == "recovery.taken"
    second.discard(same)
    assert own.path.exists(), "another desk's own work cannot be given up"
    own.remove()
    with pytest.raises(StorageError) as gone:
        second.adopt(again)
    assert gone.value.code == "recovery.taken"
    assert list(tmp_path.iterdir()) == []


def test_discarded_work_is_deleted(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    working = WorkingFiles(tmp_path)
    working.discard(only(working.abandoned()))
    assert working.abandoned() == ()
    assert list(tmp_path.iterdir()) == []


def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    own = WorkingFiles(tmp_path / "new folder").take()
    file = ShowFile.create(own.path, Show(full_show()))
    file.writer.flush()
    file.close()
    own.remove()
    assert list((tmp_path / "new folder").iterdir()) == []
    WorkingFiles(tmp_path / "new folder").take().let_go()
    assert list((tmp_path / "new folder").iterdir()) == []


def test_unreadable_work_is_moved_aside_and_idle_locks_are_removed(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    (tmp_path / "half.work").write_bytes(b'{"path": null, "kept_at_s": 1}\n{"format": ')
    (tmp_path / "empty.work").write_bytes(b"")
    (tmp_path / "idle.lock").write_bytes(b"")
    assert only(WorkingFiles(tmp_path).abandoned()).project.name == "lost"
    assert sorted(file.name for file in tmp_path.glob("*.unreadable")) == ["empty.unreadable", "half.unreadable"]
    assert not (tmp_path / "idle.lock").exists()


def test_an_uncreatable_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as raised:
        WorkingFiles(tmp_path / "file" / "below").take()
    assert raised.value.code == "file.missing"


def test_a_lock_is_held_by_one_and_freed_by_death(tmp_path: Path) -> None:
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
