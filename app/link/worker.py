"""A named thread that runs jobs in order and survives their errors."""

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]
MAX_WAITING = 512  # a desk that fills this only blocks its own reader


class Worker:
    """Runs one job at a time. Reports a job's error to `failed` and goes on with the next one."""

    def __init__(self, name: str, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._jobs: queue.Queue[Job | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._closing = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Run a job after those queued. Blocks while the queue is full; does nothing after `close`."""
        while not self._closing.is_set():
            try:
                self._jobs.put(job, timeout=0.5)
            except queue.Full:
                continue
            return

    def close(self, timeout_s: float) -> bool:
        """Drop the queued jobs and let the running one finish; False if it is still running after `timeout_s`."""
        self._closing.set()
        while True:
            try:
                self._jobs.put_nowait(None)
                break
            except queue.Full:
                self._leave_out_one()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _leave_out_one(self) -> None:
        try:
            self._jobs.get_nowait()
        except queue.Empty:
            return

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._closing.is_set():
                continue
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the supervisor of the engine's commands: one that fails must not leave it deaf
                self._failed(error)
