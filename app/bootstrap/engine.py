"""The engine process: serves media and transport over the link while a desk or a live show needs it."""

import argparse
import contextlib
import random
import sys
from pathlib import Path

from app.bootstrap.crash_history import CrashHistory
from app.bootstrap.engine_host import EngineHost, can_host
from app.bootstrap.logs import start_logging
from app.bootstrap.processes import exit_within, freeze_memory, on_termination_signals, preview_path, switch_threads_soon
from app.bootstrap.task_errors import TaskErrorReporter
from app.bootstrap.thread_errors import abort_on_thread_error
from app.domain.base.clock import SystemClock
from app.link.messages import LinkError
from app.link.registration import ENGINE_LOCK
from app.link.server import LinkServer
from app.media.engine import Engine
from app.storage.lock import FileLock
from app.storage.paths import find_paths
from app.transport.publisher import Publisher

END_WITHIN_S = 3.0


def run(arguments: argparse.Namespace) -> int:
    """Serve desks until none is attached and nothing is live, or until told to end. On Linux this runs in a child process, which is
    replaced when it crashes."""
    if can_host():
        return EngineHost(lambda host_pid: serve(arguments, host_pid)).run()
    return serve(arguments, 0)


def serve(arguments: argparse.Namespace, host_pid: int) -> int:
    """Run the engine until it ends."""
    runtime: Path = arguments.runtime
    start_logging(find_paths().logs, f"engine-{runtime.name}", verbose=arguments.verbose)
    abort_on_thread_error()
    switch_threads_soon()
    clock = SystemClock()
    preview = preview_path(runtime)
    engine = Engine(
        clock=clock,
        make_publisher=lambda control, notify: Publisher(
            clock=clock, control=control, notify=notify, watch_loop=lambda loop: TaskErrorReporter(loop, notify), random=random.Random()
        ),
        preview_path=preview,
    )
    server = LinkServer(engine, runtime=runtime, lock=FileLock(runtime / ENGINE_LOCK), host_pid=host_pid)

    def end() -> None:
        exit_within(END_WITHIN_S)
        server.end()

    on_termination_signals(end)  # from here on, even while starting, a signal leads to an orderly exit
    try:
        server.claim()
        crashes = CrashHistory(runtime)
        quarantined = crashes.read()
        # Before any desk is admitted: the first one opens the preview at once.
        engine.start(activity=crashes.begin(), quarantined=quarantined)
        server.start()
    except LinkError as error:
        engine.close()
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        freeze_memory()
        server.wait()
    finally:
        exit_within(END_WITHIN_S)
        with contextlib.suppress(FileNotFoundError):
            preview.unlink()  # before the next engine creates one of the same name; desks keep their mapping
        engine.close()
        server.close()
    return 0
