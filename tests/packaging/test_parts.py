"""The single decisions of the set-up."""

import ast
import os
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import dev
import environment
import gates
import locking
import pytest
import report
import system_packages

from tests.support.source_trees import ROOT

SCRIPTS = sorted((ROOT / "packaging").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_older_python_can_parse_the_script_and_report_its_version(script: Path) -> None:
    ast.parse(script.read_text(encoding="utf-8"), feature_version=(3, 8))
    assert "from __future__ import annotations" in script.read_text(encoding="utf-8")


def test_set_up_only_imports_the_standard_library() -> None:
    own = {script.stem for script in SCRIPTS}
    for script in SCRIPTS:
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            package_names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                package_names = [node.module or ""]
            for name in package_names:
                assert name.split(".")[0] in own | set(sys.stdlib_module_names), f"{script.name}: {name}"


def test_a_newer_python_is_found_or_its_absence_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(report.SetupError) as raised:
        environment.fit_python((3, 11))
    running = ".".join(map(str, sys.version_info[:3]))
    assert str(raised.value).startswith(f"Python 3.11 or newer is needed; {sys.executable} is {running}.")
    (tmp_path / "python3.12").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3.11").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    for script in tmp_path.iterdir():
        script.chmod(0o755)
    assert environment.fit_python((3, 11)) == str(tmp_path / "python3.11")


def test_a_python_that_is_too_old_gives_a_one_line_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dev, "MINIMUM", (3, 99))
    assert dev.main(["run"]) == 1
    assert capsys.readouterr().err.startswith("tradewind: Python 3.99 or newer is needed;")


@pytest.mark.parametrize(
    ("variables", "platform", "display"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_display_is_detected(variables: dict[str, str], platform: str, display: bool) -> None:
    assert dev.has_display(variables, platform) is display


def test_only_a_start_without_arguments_and_display_is_changed() -> None:
    assert dev.application_arguments([], True) == []
    assert dev.application_arguments([], False) == ["broadcast", "--embedded"]
    assert dev.application_arguments(["doctor"], False) == ["doctor"]


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("NewConnectionError('…: [Errno -3] Temporary failure in name resolution')", "cannot reach the package index"),
        ("ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "this machine does not trust"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the drive is full"),
        ("ERROR: No matching distribution found for av==18.1.0", "has no av==18.1.0 for this Python"),
        ("WARNING: old\nERROR: something else\n\n", "pip failed: ERROR: something else"),
        ("", "pip failed: no output"),
    ],
)
def test_pip_errors_become_one_sentence(output: str, sentence: str) -> None:
    assert sentence in environment.reason_of(output)


def test_a_system_package_is_missing_only_without_package_and_command() -> None:
    packages = (
        system_packages.Package("libglib2.0-0", "text"),
        system_packages.Package("npm", "tests", command="npm"),
        system_packages.Package("xvfb", "tests", command="Xvfb"),
    )
    absent = system_packages.missing(packages, {"libglib2.0-0t64"}, lambda command: command == "npm")
    assert [package.name for package in absent] == ["xvfb"]
    assert system_packages.apt_command(absent) == ["apt-get", "install", "--yes", "--no-install-recommends", "xvfb"]


@pytest.mark.skipif(not system_packages.DPKG_STATUS.exists(), reason="no Debian-like system")
def test_the_installed_packages_are_read() -> None:
    assert {"dpkg", "libc6"} <= system_packages.installed_packages()


@pytest.mark.skipif(not system_packages.DPKG_STATUS.exists(), reason="no Debian-like system")
def test_dpkg_runs_again_only_if_its_database_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = tmp_path / "status"
    status.write_text("one")
    (tmp_path / ".venv").mkdir()
    packages = (system_packages.Package("dpkg", "everything", required=True),)
    system_packages.SystemPackages(tmp_path, status).ensure(packages)
    monkeypatch.setenv("PATH", str(tmp_path))  # dpkg cannot run from here on
    system_packages.SystemPackages(tmp_path, status).ensure(packages)
    os.utime(status, ns=(1, 1))
    with pytest.raises(report.SetupError):
        system_packages.SystemPackages(tmp_path, status).ensure(packages)


@pytest.mark.skipif(not system_packages.DPKG_STATUS.exists(), reason="no Debian-like system")
def test_without_apt_the_command_is_printed_and_optional_packages_do_not_stop_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dpkg-query").symlink_to("/usr/bin/dpkg-query")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    optional = system_packages.Package("no-such-font", "script")
    system_packages.SystemPackages(tmp_path).ensure((optional,))
    assert "it is needed for script" in capsys.readouterr().out
    with pytest.raises(report.SetupError) as raised:
        system_packages.SystemPackages(tmp_path).ensure((optional, system_packages.Package("no-such-library", "sound", required=True)))
    assert "are missing (no-such-library)" in str(raised.value)
    assert "apt-get install --yes --no-install-recommends no-such-font no-such-library" in str(raised.value)


def locked(kind: str) -> dict[str, list[str]]:
    """Return the packages of a lock file with their hashes."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "packaging" / f"lock-{kind}.txt").read_text(encoding="utf-8").splitlines():
        if start := re.match(r"^([A-Za-z0-9_.-]+)==", line):
            name = start.group(1).lower()
        found.setdefault(name, []).extend(re.findall(r"--hash=sha256:[0-9a-f]{64}", line))
    return found


def package_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~!;\[ ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def test_lock_files_have_all_requirements_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, developing = locked("run"), locked("dev")
    assert package_names(project["project"]["dependencies"]) <= set(run)
    assert package_names(project["dependency-groups"]["dev"]) <= set(developing)
    assert set(run) <= set(developing)
    assert all(hashes for hashes in (*run.values(), *developing.values()))


def test_the_licence_list_matches_the_metadata_of_every_package() -> None:
    text = (ROOT / "resources" / "licences" / "THIRD_PARTY.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([\w.-]+) \| ([^|]+) \|$", text, re.MULTILINE))
    assert set(locked("run")) <= set(listed)
    for name in locked("run"):
        try:
            stated = metadata.metadata(name).json.get("license_expression")
        except metadata.PackageNotFoundError:
            continue  # a package for another system
        assert stated in (None, listed[name].strip()), name


def test_the_lock_command_names_no_index_and_uses_the_lowest_python() -> None:
    command = locking.compile_command(Path("uv"), Path("out.txt"), dev=True)
    assert {"--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.11"
    assert command[-2:] == ["--group", "dev"]


def test_every_test_folder_is_run_once() -> None:
    targets = gates.test_targets(ROOT)
    assert targets[0] == "tests/architecture"
    assert len(targets) == len(set(targets))
    holding = {path.relative_to(ROOT).parts[1] for path in (ROOT / "tests").rglob("test_*.py")}
    assert {target.removeprefix("tests/") for target in targets} == holding
