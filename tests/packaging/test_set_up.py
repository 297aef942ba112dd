"""Set-up runs for real: on a copy of the project in a path with spaces, with one small package that needs no network."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.source_trees import ROOT

APPLICATION = """
import sys
import tiny
print("application", sys.argv[1:], tiny.VERSION, sys.prefix)
"""


class Copy:
    """A project folder with our set-up, a tiny application, and a folder of wheels in place of an index."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "trade wind ü"
        self.wheels = folder / "wheels"
        self.elsewhere = folder / "some where"
        for made in (self.root / "packaging", self.root / "app", self.wheels, self.elsewhere / "app"):
            made.mkdir(parents=True)
        for script in (ROOT / "packaging").glob("*.py"):
            (self.root / "packaging" / script.name).write_bytes(script.read_bytes())
        (self.root / "app" / "__init__.py").write_text("")
        (self.root / "app" / "__main__.py").write_text(APPLICATION)
        (self.elsewhere / "app" / "__init__.py").write_text("")
        (self.elsewhere / "app" / "__main__.py").write_text("print('the wrong application')")
        self.release("1.0")

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def release(self, version: str, *, digest: str = "") -> None:
        """Put a version of the package into the folder of wheels and name it in both lock files."""
        wheel = self.wheels / f"tiny-{version}-py3-none-any.whl"
        info = f"tiny-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("tiny.py", f"VERSION = {version!r}\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{info}/RECORD", "")
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        for kind in ("run", "dev"):
            (self.root / "packaging" / f"lock-{kind}.txt").write_text(f"tiny=={version} \\\n    --hash=sha256:{digest}\n")

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "VIRTUAL_ENV", "PYTHON"))}
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.wheels.as_uri(), "PIP_CONFIG_FILE": os.devnull, "DISPLAY": ":0"}
        return {**kept, **offline, **more}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "packaging" / "dev.py"), *arguments]

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.elsewhere,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def ready(copy: Copy) -> Copy:
    """The copy with its environment made; the tests below leave it in that state."""
    assert copy.run("run").returncode == 0
    return copy


def test_from_nothing_to_the_application_and_then_without_work(copy: Copy) -> None:
    first = copy.run("run", "a file.tradewind", "--verbose")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "creating .venv" in first.stdout
    assert first.stdout.splitlines()[-1] == f"application ['a file.tradewind', '--verbose'] 1.0 {copy.venv}"
    second = copy.run("run")
    assert second.stdout.splitlines() == [f"application [] 1.0 {copy.venv}"]


def test_without_a_display_the_app_goes_on_air(ready: Copy) -> None:
    ended = ready.run("run", DISPLAY="", WAYLAND_DISPLAY="")
    assert "no display" in ended.stdout
    assert "application ['broadcast', '--embedded']" in ended.stdout


def test_a_changed_lock_file_is_installed(ready: Copy) -> None:
    ready.release("1.1")
    assert " 1.1 " in ready.run("run").stdout.splitlines()[-1]


def test_an_interrupted_set_up_is_repaired(ready: Copy) -> None:
    ready.release("1.2")
    with subprocess.Popen(
        ready.command("run"), cwd=ready.elsewhere, env=ready.environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as setup:
        assert setup.stdout is not None
        for line in setup.stdout:
            if "installing packages" in line:
                break
        os.killpg(setup.pid, signal.SIGKILL)
    mended = ready.run("run")
    assert mended.returncode == 0, mended.stderr
    assert "was interrupted" in mended.stdout
    assert " 1.2 " in mended.stdout.splitlines()[-1]


def test_an_environment_without_its_python_is_recreated(ready: Copy) -> None:
    for python in (ready.venv / "bin").glob("python*"):
        python.unlink()
    ended = ready.run("run")
    assert "creating .venv" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("application")


def test_a_moved_project_finds_itself(ready: Copy) -> None:
    home = ready.root
    ready.root = home.with_name("moved twice")
    home.rename(ready.root)
    try:
        ended = ready.run("run")
        assert "creating" not in ended.stdout
        assert ended.stdout.splitlines()[-1].endswith(str(ready.venv))
    finally:
        ready.root.rename(home)
        ready.root = home


def test_one_command_in_the_projects_shell(ready: Copy) -> None:
    ended = ready.run("shell", "python", "-c", "import tiny, sys; print(sys.prefix); sys.exit(7)")
    assert ended.returncode == 7
    assert ended.stdout.splitlines()[-1] == str(ready.venv)


def failed_with(ended: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a failure."""
    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def test_no_network_gives_one_sentence_and_the_next_start_continues(ready: Copy) -> None:
    ready.release("1.3")
    with socket.socket() as nobody:  # bound, so that no other program answers there; not listening, so that nobody does
        nobody.bind(("127.0.0.1", 0))
        index = f"http://127.0.0.1:{nobody.getsockname()[1]}/simple"
        nowhere = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": index, "PIP_RETRIES": "1"}
        said = failed_with(ready.run("run", **nowhere))
    assert said == "tradewind: cannot reach the package index: check the network (or the proxy) and try again."
    again = ready.run("run")
    assert "creating" not in again.stdout
    assert " 1.3 " in again.stdout.splitlines()[-1]


def test_a_package_that_is_not_the_one_of_the_lock_file_is_refused(ready: Copy) -> None:
    ready.release("1.4", digest="0" * 64)
    assert "differs from the lock file" in failed_with(ready.run("run"))
    ready.release("1.4")


def test_a_package_missing_from_the_index_is_named(ready: Copy) -> None:
    ready.release("1.5")
    (ready.wheels / "tiny-1.5-py3-none-any.whl").unlink()
    assert "has no tiny==1.5 for this Python" in failed_with(ready.run("run"))
    ready.release("1.5")


def test_an_unknown_command_is_refused_and_help_is_given(copy: Copy) -> None:
    unknown = copy.run("fly")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "unknown command 'fly'" in unknown.stderr
    assert copy.run("--help").returncode == 0
    assert "dev.py test" in copy.run().stdout
