"""Python's garbage collector, kept to the thread of the window.

Objects of Qt that hang in a circle are ended by whichever thread the collector happens to run on. Their ends take Qt's locks while Python's
own is held, and the window's thread may hold the one and wait for the other: both then wait for ever.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 200


class Collector(QObject):
    """From `start` to `stop` a timer of this thread runs the collector as soon as it would run automatically; no other thread runs it."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """No other thread collects from here on."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """As it was before."""
        self._timer.stop()
        gc.enable()

    def look(self) -> None:
        """Collect the oldest generation that is due."""
        counts, limits = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if limits[generation] and counts[generation] > limits[generation]]
        if due:
            gc.collect(due[-1])
