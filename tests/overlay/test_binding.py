"""Tests the Qt binding, because one release broke Python."""

import sys

from PySide6.QtGui import QImage, QPainter

CALLS = 200


def test_calls_into_qt_do_not_lose_references_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11 loses one per call that returns None, until the interpreter aborts."""
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.save()
        painter.restore()
    after = sys.getrefcount(None)
    painter.end()
    assert before - after < CALLS // 2
