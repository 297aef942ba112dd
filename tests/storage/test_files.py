"""Saves interrupted by SIGKILL at every step, by a full disk and by a read-only folder."""

import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.storage.files import MAX_BYTES, STALE_S, StorageError, backup_path, read_file, write_file

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = b"old " * 50_000, b"new " * 60_000

# Kills itself with SIGKILL at the nth file operation in the folder that it saves to.
DIE_AT_STEP = """
import os, signal, sys
from pathlib import Path
from app.storage.files import write_file
folder, step = sys.argv[1], int(sys.argv[2])
seen = 0
def count(event, arguments):
    global seen
    if event in ("open", "os.link", "os.rename", "os.remove", "os.listdir", "os.scandir") and str(arguments[0]).startswith(folder):
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
write_file(Path(folder, "file"), b"new " * 60_000, keep_backup=True)
"""

SAVE_FOREVER = """
import sys
from pathlib import Path
from app.storage.files import write_file
path = Path(sys.argv[1])
print("ready", flush=True)
while True:
    for content in (b"new " * 60_000, b"old " * 50_000):
        write_file(path, content, keep_backup=True)
"""

SAVE_ONCE = """
import resource, sys
from pathlib import Path
from app.storage.files import StorageError, write_file
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    write_file(Path(sys.argv[1]), b"new " * 60_000, keep_backup=True)
except StorageError as error:
    print(error.code)
"""


def python_command(script: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", script, *map(str, arguments)]


def test_a_kill_at_any_step_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    found = []
    for step in range(1, 50):
        write_file(path, OLD)
        backup_path(path).unlink(missing_ok=True)
        completed = subprocess.run(python_command(DIE_AT_STEP, tmp_path, step), cwd=ROOT, check=False, timeout=60)
        found.append(read_file(path))
        if backup_path(path).exists():
            assert read_file(backup_path(path)) == OLD
        if completed.returncode == 0:
            break
        assert completed.returncode == -signal.SIGKILL
    assert len(found) >= 5, "the audit hook must see the steps of a save"
    assert found == [OLD] * found.count(OLD) + [NEW] * found.count(NEW)
    assert found.count(OLD) >= 3


def test_a_kill_at_any_time_leaves_a_complete_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, OLD)
    moments = random.Random(7)
    for _ in range(6):
        with subprocess.Popen(python_command(SAVE_FOREVER, path), cwd=ROOT, stdout=subprocess.PIPE) as saver:
            assert saver.stdout is not None
            assert saver.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0.0, 0.05))  # kills at a random moment
            saver.kill()
        assert read_file(path) in (OLD, NEW)
        if backup_path(path).exists():
            assert read_file(backup_path(path)) in (OLD, NEW)


def test_temporary_files_of_a_killed_save_are_removed_later(tmp_path: Path) -> None:
    stale, fresh, foreign = (tmp_path / name for name in (".file.0123.saving", ".file.4567.saving", ".other.0123.saving"))
    for file in (stale, fresh, foreign):
        file.write_bytes(b"x")
    for file in (stale, foreign):
        os.utime(file, (time.time() - 2 * STALE_S,) * 2)
    write_file(tmp_path / "file", NEW)
    assert sorted(file.name for file in tmp_path.iterdir()) == [fresh.name, foreign.name, "file"]


def test_a_save_over_the_size_limit_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, OLD)
    completed = subprocess.run(python_command(SAVE_ONCE, path, 4096), cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert completed.stdout == b"file.full\n"
    assert read_file(path) == OLD
    assert os.listdir(tmp_path) == ["file"]


def run_with_mounted_folder(*command: str, folder: Path, options: str) -> subprocess.CompletedProcess[str]:
    """Run the command with a small file system mounted on `folder`; skip the test if mounting is not allowed."""
    script = (
        'mount -t tmpfs -o "$0" none "$1" && cp "$1.old" "$1/file" && { [ "$2" = - ] || mount -o "remount,$2" "$1"; } || exit 77; '
        'shift 2; "$@"'
    )
    remount = "ro" if options == "ro" else "-"
    completed = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "size=256k", str(folder), remount, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if completed.returncode == 77 or "unshare:" in completed.stderr:
        pytest.skip(f"cannot mount a file system here: {completed.stderr.strip()}")
    return completed


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a file system")
@pytest.mark.parametrize(("options", "code"), [("full", "file.full"), ("ro", "file.denied")])
def test_full_and_read_only_drives_are_reported_and_the_old_file_stays(tmp_path: Path, options: str, code: str) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    (tmp_path / "mounted.old").write_bytes(OLD)
    script = SAVE_ONCE + "\nimport os\nprint(Path(sys.argv[1]).read_bytes() == b'old ' * 50_000, os.listdir(Path(sys.argv[1]).parent))"
    completed = run_with_mounted_folder(*python_command(script, folder / "file"), folder=folder, options=options)
    assert completed.stdout.splitlines() == [code, "True ['file']"], completed.stderr


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised:
        write_file(tmp_path / "gone" / "file", NEW)
    assert (raised.value.code, raised.value.data["path"]) == ("file.missing", str(tmp_path / "gone" / "file"))
    (tmp_path / "plain").write_bytes(b"")
    with pytest.raises(StorageError) as inside_file:
        write_file(tmp_path / "plain" / "file", NEW)
    assert inside_file.value.code == "file.missing"


def test_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(StorageError) as raised:
        write_file(tmp_path / "file", NEW)
    assert raised.value.code == "file.folder"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    write_file(path, OLD, mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    link.symlink_to(path)
    write_file(link, NEW, keep_backup=True)
    assert link.is_symlink()
    assert read_file(path) == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert read_file(backup_path(path)) == OLD


def test_an_oversized_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES)
    assert len(read_file(path)) == MAX_BYTES
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(StorageError) as raised:
        read_file(path)
    assert raised.value.code == "file.too_large"
