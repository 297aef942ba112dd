"""Runs targets with inputs that depend only on the seed, and checks each target's contract."""

import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.target import Call, Target, size_of

OURS = str(Path(__file__).resolve().parents[2] / "app") + "/"
COUNT_EVERY = 16  # counting every line takes twenty times as long
MOST_FAILURES = 20  # per run; further failures are probably the same


class TooMuchWork(BaseException):
    """A parser ran more lines of our code than its input allows. Not an Exception, so that no parser catches it."""


@dataclass(frozen=True)
class Failure:
    """One input that broke the contract; `index` and the run's seed reproduce it."""

    index: int
    reason: str
    made: object
    trace: str = ""


@dataclass
class Report:
    """The result of a run of one target. `given` and `work` are the largest shares of the limits."""

    name: str
    seed: int
    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    given: float = 0.0
    work: float = 0.0
    seconds: float = 0.0

    @property
    def inputs(self) -> int:
        return self.taken + self.refused.total() + len(self.failures)

    def words(self) -> str:
        """The failures, with what reproduces them."""
        return "\n".join(
            f"{self.name}: {one.reason}\n  input {one.made!r:.600}\n  again: python -m tests.fuzz --parser {self.name} --seed {self.seed}"
            f" --only {one.index}\n{one.trace}"
            for one in self.failures
        )


def input_of(target: Target, seed: int, index: int) -> Any:
    """The input with this number, independent of others."""
    return target.make(random.Random(f"{seed} {target.name} {index}"))


def things_in(value: object, limit: float) -> int:
    """Return how many values, characters and bytes a result has at any depth; stops counting beyond `limit`."""
    count = 0
    waiting = [value]
    while waiting and count <= limit:
        one = waiting.pop()
        count += 1
        if isinstance(one, str | bytes | bytearray):
            count += len(one)
        elif isinstance(one, int) and not isinstance(one, bool):
            count += one.bit_length() // 64
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, tuple | list | set | frozenset):
            waiting += one
        elif is_dataclass(one) and not isinstance(one, type):
            waiting += [getattr(one, part.name) for part in fields(one)]
    return count


class _Counted:
    """Counts the lines of our code that run inside the `with`, and stops it beyond `most`."""

    def __init__(self, most: float) -> None:
        self.lines = 0
        self._most = most
        self._before: Any = None

    def __enter__(self) -> "_Counted":
        self._before = sys.gettrace()
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(OURS) else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        self.lines += 1
        if self.lines > self._most:
            raise TooMuchWork
        return self._line


def _judged(target: Target, call: Call, made: object, report: Report, index: int) -> None:
    size = max(1, size_of(made))
    most_given = target.base + target.gives_at_most * size
    most_work = target.base + target.works_at_most * size
    counted = _Counted(most_work)
    try:
        if index % COUNT_EVERY:
            result = call(made)
        else:
            with counted:
                result = call(made)
    except target.allowed as error:
        report.refused[type(error).__name__] += 1
        result = None
    except TooMuchWork:
        report.failures.append(Failure(index, f"more than {most_work:.0f} lines for {size} bytes", made))
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not allowed, and that is what is looked for
        report.failures.append(Failure(index, f"raises {type(error).__name__}: {error}"[:300], made, traceback.format_exc(limit=-4)))
        return
    else:
        report.taken += 1
    given = things_in(result, most_given)
    if given > most_given:
        report.taken -= 1
        report.failures.append(Failure(index, f"gives more than {most_given:.0f} things for {size} bytes", made))
    report.given = max(report.given, given / most_given)
    report.work = max(report.work, counted.lines / most_work)


def run(target: Target, *, seed: int, indexes: range) -> Report:
    """Run the target with these inputs."""
    report = Report(target.name, seed)
    began = time.monotonic()
    with target.open() as call:
        for index in _until_enough(report, indexes):
            _judged(target, call, input_of(target, seed, index), report, index)
    report.seconds = time.monotonic() - began
    return report


def _until_enough(report: Report, indexes: range) -> Iterator[int]:
    for index in indexes:
        if len(report.failures) >= MOST_FAILURES:
            return
        yield index
