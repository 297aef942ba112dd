"""A source that crashes the engine twice is skipped by the next engine; a killed engine suspects no source."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap.crash_history import CrashHistory
from app.bootstrap.processes import ROOT
from app.domain.program.source import Source, SourceKind
from app.media.source_activity import crash_suspects, parse_activity, source_fingerprint

CRASHING = """
import ctypes, os, sys, threading
from pathlib import Path
from app.bootstrap.crash_history import CrashHistory
from app.domain.program.source import Source, SourceKind
from app.media.source_guard import SourceGuard

book = CrashHistory(Path(sys.argv[1]))
book.read()
activity = book.begin()
begun = threading.Barrier(3)

def quiet():
    with SourceGuard(Source("quiet", "Quiet", SourceKind.IMAGE, {"file": "quiet"}), activity).section():
        begun.wait()
        threading.Event().wait()

def bad():
    with SourceGuard(Source("bad", "Bad", SourceKind.IMAGE, {"file": "bad"}), activity).section():
        begun.wait()
        {crash}

for work in (quiet, bad):
    threading.Thread(target=work, daemon=True).start()
begun.wait()
{main}
threading.Event().wait(60)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes end by signals here")


def crash(runtime: Path, crash: str, main: str = "pass") -> int:
    script = CRASHING.replace("{crash}", crash).replace("{main}", main)
    return subprocess.run([sys.executable, "-c", script, str(runtime)], cwd=ROOT, stderr=subprocess.DEVNULL, check=False).returncode


@pytest.mark.parametrize(
    ("how", "number"), [("os.abort()", signal.SIGABRT), ("ctypes.string_at(0)", signal.SIGSEGV), ("os.kill(os.getpid(), 8)", signal.SIGFPE)]
)
def test_after_two_crashes_on_its_thread_a_source_is_skipped(tmp_path: Path, how: str, number: signal.Signals) -> None:
    if number is signal.SIGFPE:
        how = "import signal; signal.pthread_kill(threading.get_ident(), signal.SIGFPE)"
    assert crash(tmp_path, how) == -number
    assert CrashHistory(tmp_path).read() == frozenset()
    assert crash(tmp_path, how) == -number
    assert CrashHistory(tmp_path).read() == {source_fingerprint(Source("bad", "Bad", SourceKind.IMAGE, {"file": "bad"}))}


def test_a_killed_engine_suspects_no_source(tmp_path: Path) -> None:
    for _ in range(3):
        assert crash(tmp_path, "threading.Event().wait()", "os.kill(os.getpid(), 9)") == -signal.SIGKILL
        assert CrashHistory(tmp_path).read() == frozenset()


def test_a_crash_outside_the_sources_suspects_no_source(tmp_path: Path) -> None:
    for _ in range(3):
        assert crash(tmp_path, "threading.Event().wait()", "os.abort()") == -signal.SIGABRT
        assert CrashHistory(tmp_path).read() == frozenset()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[1, 2]", b'{"a": 3}', b'{"a": ["x"]}', b'{"a": [1%s]}' % (b"0" * 400), b"[" * 100_000, b"null"]
)
def test_damaged_files_of_a_dead_engine_do_not_stop_the_next(tmp_path: Path, content: bytes) -> None:
    for name in ("engine.stacks", "engine.trail", "engine.crashes"):
        (tmp_path / name).write_bytes(content)
    assert CrashHistory(tmp_path).read() == frozenset()


def test_a_crash_on_a_librarys_thread_suspects_the_source_started_last() -> None:
    dump = "Fatal Python error: Segmentation fault\n\nThread 0x00007f0000000001 (most recent call first):\n  File x\n"
    works = parse_activity('[1, "old", "old-print", 100.0]\n[2, "new", "new-print", 995.0]\nbroken\n[3]')
    assert crash_suspects(dump, works, 1000.0) == {"new-print"}
    assert crash_suspects("", works, 1000.0) == frozenset()


def test_a_fingerprint_changes_with_the_settings_and_the_file(tmp_path: Path) -> None:
    path = tmp_path / "board.png"
    source = Source("i", "Board", SourceKind.IMAGE, {"file": str(path)})
    before = source_fingerprint(source)
    path.write_bytes(b"first")
    with_file = source_fingerprint(source)
    path.write_bytes(b"second one")
    other = Source("i", "Board", SourceKind.IMAGE, {"file": str(path), "more": True})
    assert len({before, with_file, source_fingerprint(source), source_fingerprint(other)}) == 4
