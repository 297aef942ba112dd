"""Turns unexpected errors of a source into the failure of that one source, so that the show goes on.

Files that import a library translate its errors; this guard catches what they did not expect. It is one of the few places that may catch
every error (a test lists them). The engine's own threads have no such guard: an error there ends the engine, and a new one starts clean.
"""

import contextlib
import logging
from collections.abc import Iterator

from app.domain.base.errors import AppError
from app.domain.program.source import Source
from app.media.source_activity import NO_ACTIVITY_LOG, SourceActivityLog, source_fingerprint

log = logging.getLogger(__name__)


def reason_of(error: Exception) -> str:
    """The library's message, short, and without the address that PyAV adds (it may contain a password)."""
    return str(getattr(error, "strerror", None) or type(error).__name__)


class SourceGuard:
    """Guards the threads of one source. An error that repeats is logged once."""

    def __init__(self, source: Source | str, activity: SourceActivityLog = NO_ACTIVITY_LOG) -> None:
        """`source` may be an id alone if no activity is logged."""
        self._source = source
        self._source_id = source if isinstance(source, str) else source.id
        self._activity = activity
        self._logged = ""

    @contextlib.contextmanager
    def section(self) -> Iterator[None]:
        """Every error leaves as an AppError. Meanwhile the activity log says that this thread works for the source."""
        if self._activity is not NO_ACTIVITY_LOG and not isinstance(self._source, str):
            # This reads the file's state, so do it here, on the source's own thread: a network drive may hang.
            self._activity.begin(self._source_id, source_fingerprint(self._source))
        try:
            yield
        except AppError:
            raise
        except Exception as error:
            self._log(error)
            raise AppError("source.failed", reason=reason_of(error)) from error
        finally:
            self._activity.end()

    def _log(self, error: Exception) -> None:
        message = repr(error)
        if message != self._logged:
            self._logged = message
            log.error("source %s failed with an unexpected error", self._source_id, exc_info=error)
