"""Every parser of foreign input keeps its contract, and the checks work."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.transport import sdp
from tests.fuzz.runner import MOST_FAILURES, input_of, run, things_in
from tests.fuzz.target import Target, calls, size_of
from tests.fuzz.targets import TARGETS
from tests.support.source_trees import ROOT

SEED = 1
INPUTS = 4000  # per quick parser; all together take a minute


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # warnings about damaged workbooks
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_parser_keeps_its_contract(target: Target) -> None:
    report = run(target, seed=SEED, indexes=range(max(1, round(INPUTS * target.share))))
    assert not report.failures, report.words()
    assert report.taken, "some inputs must be valid, or the parser is hardly tested"


def test_every_target_has_a_unique_name_and_reproducible_inputs() -> None:
    assert [name for name, count in Counter(target.name for target in TARGETS).items() if count > 1] == []
    for target in TARGETS:
        first = [input_of(target, SEED, index) for index in range(3)]
        assert [input_of(target, SEED, index) for index in range(3)] == first
        assert [input_of(target, SEED + 1, index) for index in range(3)] != first, target.name


def _target(parser: object, **more: object) -> Target:
    return Target("trial", lambda rng: rng.randbytes(40), calls(parser), **more)  # type: ignore[arg-type]


def _fails_now_and_then(data: bytes) -> int:
    if data[0] < 40:
        raise KeyError("undeclared")
    if data[0] < 80:
        raise ValueError("declared")
    return data[0]


def test_an_undeclared_error_is_found_and_reproduced_by_its_number() -> None:
    target = _target(_fails_now_and_then, allowed=(ValueError,))
    report = run(target, seed=3, indexes=range(60))
    assert report.taken and report.refused["ValueError"] and report.failures
    found = report.failures[0]
    assert "KeyError" in found.reason and f"--seed 3 --only {found.index}" in report.words()
    (again,) = run(target, seed=3, indexes=range(found.index, found.index + 1)).failures
    assert again.made == found.made
    assert len(run(target, seed=3, indexes=range(10_000)).failures) == MOST_FAILURES


def test_output_larger_than_the_input_allows_is_found() -> None:
    assert run(_target(lambda data: [0] * len(data) * 9), seed=1, indexes=range(1)).taken == 1
    (failure,) = run(_target(lambda data: [[0] * 100] * 100), seed=1, indexes=range(1)).failures
    assert "gives more than 3320 things for 40 bytes" in failure.reason


def test_work_is_counted_in_lines_of_our_code() -> None:
    def slow(data: bytes) -> None:
        for _ in range(len(data) * 100):
            sdp.parse_candidate("1 1 udp 1 10.0.0.1 1 typ host")

    (failure,) = run(_target(slow), seed=1, indexes=range(1)).failures
    assert "lines for 40 bytes" in failure.reason
    assert run(_target(slow, works_at_most=9000), seed=1, indexes=range(1)).failures == []


@pytest.mark.parametrize(("made", "things"), [("abc", 4), ([1, (2, 3)], 5), ({"a": b"bc"}, 6), (1 << 640, 11), (None, 1), ([[]] * 7, 8)])
def test_everything_in_a_result_counts(made: object, things: int) -> None:
    assert things_in(made, 1000) == things
    assert things_in([made] * 2000, 50) <= 50 + 2 * things + 2000


def test_the_size_of_an_input_is_that_of_its_parts() -> None:
    assert size_of(b"abc") == size_of("abc") == size_of(["a", b"bc"]) == size_of({"a": "bc"}) == 3


def test_the_long_run_prints_its_figures_and_returns_a_status(tmp_path: Path) -> None:
    words = ["-m", "tests.fuzz", "--iterations", "20", "--parser", "rtp", "--parser", "retry-after", "--seed", "7"]
    ended = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "40 inputs, 0 wrong, seed 7" in ended.stdout and "rtp " in ended.stdout
    unknown = subprocess.run(
        [sys.executable, *words[:2], "--parser", "x"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert unknown.returncode == 2 and "rtcp" in unknown.stdout
