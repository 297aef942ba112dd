"""A thread that ends by an error ends its process: half an engine would send the last picture for ever, a whole one is back in a second."""

import logging
import os
import threading

log = logging.getLogger(__name__)


def abort_on_thread_error() -> None:
    """From now on an error that leaves a thread is logged and ends the process as a crash does: whoever looks after it starts the next."""
    threading.excepthook = _end


def _end(broken: threading.ExceptHookArgs) -> None:
    name = broken.thread.name if broken.thread is not None else "?"
    error = broken.exc_value if broken.exc_value is not None else broken.exc_type()
    log.critical("the thread %s ended by an error; so does this process", name, exc_info=error)
    logging.shutdown()
    os.abort()
