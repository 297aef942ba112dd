"""Runs the real set-up on a copy of the project in a path with spaces, with one small package and no network."""

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


class ProjectCopy:
    """A project folder with our set-up, a tiny application, and a folder of wheels instead of an index."""

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
        """Add a version of the package to the folder of wheels and to both lock files."""
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
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "VIRTUAL_ENV", "PYTHON"))}
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.wheels.as_uri(), "PIP_CONFIG_FILE": os.devnull, "DISPLAY": ":0"}
        return {**environment, **offline, **more}

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
def copy(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return ProjectCopy(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def ready(copy: ProjectCopy) -> ProjectCopy:
    """The copy with its environment installed; each test leaves it in that state."""
    assert copy.run("run").returncode == 0
    return copy


def test_the_first_start_installs_and_the_second_has_nothing_to_do(copy: ProjectCopy) -> None:
    first = copy.run("run", "a file.tradewind", "--verbose")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "creating .venv" in first.stdout
    assert first.stdout.splitlines()[-1] == f"application ['a file.tradewind', '--verbose'] 1.0 {copy.venv}"
    second = copy.run("run")
    assert second.stdout.splitlines() == [f"application [] 1.0 {copy.venv}"]


def test_without_a_display_the_app_goes_on_air(ready: ProjectCopy) -> None:
    completed = ready.run("run", DISPLAY="", WAYLAND_DISPLAY="")
    assert "no display" in completed.stdout
    assert "application ['broadcast', '--embedded']" in completed.stdout


def test_a_changed_lock_file_is_installed(ready: ProjectCopy) -> None:
    ready.release("1.1")
    assert " 1.1 " in ready.run("run").stdout.splitlines()[-1]


def test_an_interrupted_set_up_is_completed(ready: ProjectCopy) -> None:
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


def test_an_environment_without_its_python_is_recreated(ready: ProjectCopy) -> None:
    for python in (ready.venv / "bin").glob("python*"):
        python.unlink()
    completed = ready.run("run")
    assert "creating .venv" in completed.stdout
    assert completed.stdout.splitlines()[-1].startswith("application")


def test_a_moved_project_still_runs(ready: ProjectCopy) -> None:
    home = ready.root
    ready.root = home.with_name("moved twice")
    home.rename(ready.root)
    try:
        completed = ready.run("run")
        assert "creating" not in completed.stdout
        assert completed.stdout.splitlines()[-1].endswith(str(ready.venv))
    finally:
        ready.root.rename(home)
        ready.root = home


def test_a_command_runs_in_the_projects_environment(ready: ProjectCopy) -> None:
    completed = ready.run("shell", "python", "-c", "import tiny, sys; print(sys.prefix); sys.exit(7)")
    assert completed.returncode == 7
    assert completed.stdout.splitlines()[-1] == str(ready.venv)


def error_line(completed: subprocess.CompletedProcess[str]) -> str:
    """Return the single line of an error."""
    assert completed.returncode == 1
    assert "Traceback" not in completed.stdout + completed.stderr
    (line,) = completed.stderr.splitlines()
    return line


def test_no_network_gives_a_one_line_error_and_the_next_start_continues(ready: ProjectCopy) -> None:
    ready.release("1.3")
    with socket.socket() as closed_port:  # bound, so no other program answers at this port, but not listening
        closed_port.bind(("127.0.0.1", 0))
        index = f"http://127.0.0.1:{closed_port.getsockname()[1]}/simple"
        environment = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": index, "PIP_RETRIES": "1"}
        line = error_line(ready.run("run", **environment))
    assert line == "tradewind: cannot reach the package index: check the network (or the proxy) and try again."
    again = ready.run("run")
    assert "creating" not in again.stdout
    assert " 1.3 " in again.stdout.splitlines()[-1]


def test_a_package_that_differs_from_the_lock_file_is_refused(ready: ProjectCopy) -> None:
    ready.release("1.4", digest="0" * 64)
    assert "differs from the lock file" in error_line(ready.run("run"))
    ready.release("1.4")


def test_a_package_missing_from_the_index_is_named(ready: ProjectCopy) -> None:
    ready.release("1.5")
    (ready.wheels / "tiny-1.5-py3-none-any.whl").unlink()
    assert "has no tiny==1.5 for this Python" in error_line(ready.run("run"))
    ready.release("1.5")


def test_an_unknown_command_is_refused_and_help_is_available(copy: ProjectCopy) -> None:
    unknown = copy.run("fly")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "unknown command 'fly'" in unknown.stderr
    assert copy.run("--help").returncode == 0
    assert "dev.py test" in copy.run().stdout
