"""Runs Python's garbage collector only on the window's thread.

Qt objects in a reference cycle are deleted by whichever thread the collector happens to run on. Deleting takes Qt's locks while Python's
lock is held, and the window's thread may hold one and wait for the other: a deadlock.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 200


class Collector(QObject):
    """From `start` to `stop`, a timer of this thread runs the collector whenever it would run automatically; no other thread runs it."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Stop automatic collection, and start the timer."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Restore automatic collection."""
        self._timer.stop()
        gc.enable()

    def look(self) -> None:
        """Collect the oldest generation that is due."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if limits[generation] and counts[generation] > limits[generation]]
        if due:
            gc.collect(due[-1])
