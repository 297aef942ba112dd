"""The command line documents its arguments and refuses others with an error."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import address, between, parser, size
from app.version import VERSION

ROOT = Path(__file__).resolve().parents[2]


def tradewind(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_size_must_be_even() -> None:
    assert size("1280x720") == (1280, 720)
    assert size("720X1280") == (720, 1280)
    for wrong in ("1280", "1281x720", "1280x7200", "axb", "0x0"):
        with pytest.raises(argparse.ArgumentTypeError, match=r"1280x720|even numbers"):
            size(wrong)


def test_an_address_is_host_and_port() -> None:
    assert address("127.0.0.1:80") == ("127.0.0.1", 80)
    assert address("[::1]:8787") == ("::1", 8787)
    assert address(":8787") == ("", 8787)
    for wrong in ("8787", "host:", "host:99999", "host:x"):
        with pytest.raises(argparse.ArgumentTypeError, match="address"):
            address(wrong)


def test_an_out_of_range_error_gives_the_bounds() -> None:
    assert between(1, 60)("30") == 30
    with pytest.raises(argparse.ArgumentTypeError, match="between 1 and 60"):
        between(1, 60)("61")


@pytest.mark.parametrize("command", ["window", "broadcast", "relay", "doctor"])
def test_every_command_has_help(command: str) -> None:
    completed = tradewind(command, "--help")
    assert completed.returncode == 0
    assert "usage: tradewind " + command in completed.stdout


def test_the_version_is_printed() -> None:
    assert tradewind("--version").stdout == f"tradewind {VERSION}\n"


def test_an_unknown_argument_is_a_usage_error() -> None:
    completed = tradewind("broadcast", "--size", "big")
    assert completed.returncode == 2
    assert "'big' is not a size like 1280x720" in completed.stderr


def test_relay_and_embedded_exclude_each_other() -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["broadcast", "--embedded", "--relay", "http://127.0.0.1/whip"])
