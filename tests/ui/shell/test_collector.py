"""Reference cycles are collected only on the window's thread."""

import gc
import threading
import weakref

from PySide6.QtWidgets import QApplication

from app.ui.shell.collector import Collector


class Circle:
    """Refers to itself, and records the thread that deletes it."""

    def __init__(self, ended_on: list[str]) -> None:
        self.own = self
        weakref.finalize(self, lambda: ended_on.append(threading.current_thread().name))


def make_many(ended_on: list[str]) -> None:
    for _ in range(3 * gc.get_threshold()[0]):
        Circle(ended_on)


def test_circles_made_on_another_thread_end_on_the_windows(qt: QApplication) -> None:
    del qt
    ended_on: list[str] = []
    was_on = gc.isenabled()
    collector = Collector()
    collector.start()
    try:
        other = threading.Thread(target=make_many, args=(ended_on,), name="another")
        other.start()
        other.join()
        assert ended_on == []
        collector.look()
    finally:
        collector.stop()
        if not was_on:
            gc.disable()
    assert set(ended_on) == {threading.main_thread().name}
