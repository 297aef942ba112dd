"""Aborts the process when one of its threads fails: half an engine would send the last frame for ever, a new one is up in a second."""

import logging
import os
import threading

log = logging.getLogger(__name__)


def abort_on_thread_error() -> None:
    """From now on, log an error that ends a thread and abort the process, so that its parent starts the next one."""
    threading.excepthook = _end


def _end(broken: threading.ExceptHookArgs) -> None:
    name = broken.thread.name if broken.thread is not None else "?"
    error = broken.exc_value if broken.exc_value is not None else broken.exc_type()
    log.critical("the thread %s failed; aborting this process", name, exc_info=error)
    logging.shutdown()
    os.abort()
