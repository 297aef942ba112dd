import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.clock import SystemClock
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.recovery import Recovery
from tests.support.shows import full_show

ROOT = Path(__file__).resolve().parents[2]

# A desk that keeps its work and then waits to be killed.
DESK = """
import sys
from pathlib import Path
from app.domain.clock import SystemClock
from app.storage.recovery import Recovery
from tests.support.shows import full_show
recovery = Recovery(Path(sys.argv[1]), SystemClock())
recovery.start()
recovery.keep(full_show("first"), None)
recovery.keep(full_show(sys.argv[2]), Path("/shows/spring.tradewind"))
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


def started(folder: Path) -> Recovery:
    recovery = Recovery(folder, SystemClock())
    recovery.start()
    return recovery


def test_work_of_a_killed_desk_is_found_and_that_of_a_running_one_is_left(tmp_path: Path) -> None:
    dead, alive = running_desk(tmp_path, "lost"), running_desk(tmp_path, "mine")
    try:
        killed(dead)
        recovery = started(tmp_path)
        (found,) = recovery.abandoned()
        assert found.project == full_show("lost")
        assert found.path == Path("/shows/spring.tradewind")
        assert abs(found.kept_at_s - SystemClock().wall_ns() / 1e9) < 3600
    finally:
        killed(alive)
    assert [one.project.name for one in recovery.abandoned()] == ["mine", "lost"]
    recovery.close()


def test_adopted_work_is_this_desks_own_until_it_is_saved(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    first = started(tmp_path)
    first.adopt(first.abandoned()[0])
    assert first.abandoned() == ()
    assert [file.suffix for file in tmp_path.iterdir()].count(".work") == 1
    other = started(tmp_path)
    assert other.abandoned() == ()
    first.clear()
    first.close()
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_two_new_desks_cannot_both_adopt_it(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    first, second = started(tmp_path), started(tmp_path)
    found, same = first.abandoned()[0], second.abandoned()[0]
    first.adopt(found)
    with pytest.raises(StorageError) as raised:
        second.adopt(same)
    assert raised.value.code == "recovery.taken"
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_discarded_work_is_gone_for_good(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "lost"))
    recovery = started(tmp_path)
    recovery.discard(recovery.abandoned()[0])
    assert recovery.abandoned() == ()
    recovery.close()
    assert list(tmp_path.iterdir()) == []


def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    recovery = started(tmp_path / "new folder")
    recovery.keep(full_show(), None)
    recovery.close()
    recovery.close()
    assert list((tmp_path / "new folder").iterdir()) == []


def test_the_newest_comes_first_and_what_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    killed(running_desk(tmp_path, "older"))
    killed(running_desk(tmp_path, "newer"))
    (tmp_path / "half.work").write_bytes(b'{"path": null, "kept_at_s": 1}\n{"format": ')
    (tmp_path / "empty.work").write_bytes(b"")
    recovery = started(tmp_path)
    assert [found.project.name for found in recovery.abandoned()] == ["newer", "older"]
    assert sorted(file.name for file in tmp_path.glob("*.unreadable")) == ["empty.unreadable", "half.unreadable"]
    recovery.close()


def test_a_show_that_was_never_saved_has_no_path(tmp_path: Path) -> None:
    crashed = started(tmp_path)
    crashed.keep(replace(full_show(), name="unnamed"), None)
    crashed._lock.release()  # as the system does when a process ends
    recovery = started(tmp_path)
    (found,) = recovery.abandoned()
    assert (found.project.name, found.path) == ("unnamed", None)
    recovery.close()


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
