"""What every test is held to: no thread, child process or unexpected error line outlives it."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("same", deadline=None, database=None, derandomize=True)  # the same cases in every run: what fails fails again
settings.load_profile("same")


def _alive() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.is_alive() and not thread.name.startswith(("asyncio_", "pytest_timeout"))}


@pytest.fixture(autouse=True)
def nothing_leaks(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread or a child behind, or that logs an error it did not announce with `expect_errors`."""
    before = _alive()
    with caplog.at_level(logging.INFO):
        yield
    deadline = time.monotonic() + 2.0
    while (left := _alive() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"threads left behind: {sorted(thread.name for thread in left)}"
    assert not multiprocessing.active_children(), "child processes left behind"
    if request.node.get_closest_marker("expect_errors") is None:
        errors = [
            record.getMessage() for phase in ("setup", "call") for record in caplog.get_records(phase) if record.levelno >= logging.ERROR
        ]
        assert not errors, f"unexpected error log: {errors}"
