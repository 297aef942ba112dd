"""Works on large files while the window stays responsive; shows progress and a button to cancel."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr

T = TypeVar("T")
QUICK_S = 0.03  # most files are done by then, and nobody notices a window that pauses for two frames
UNSEEN_MS = 200  # nearly all files are done by then: until then the window runs, takes no input and shows nothing that would flicker


class Cancellable(Protocol):
    """The work's title and progress texts."""

    def listen(self, on_stage: Callable[[str], object]) -> None: ...

    def cancel(self) -> None: ...


class _ThreadSignals(QObject):
    """Signals from the thread to the window."""

    stage = Signal(str)
    done = Signal()


class WaitingDialog(QDialog):
    """Shows what is being done. Escape and the button cancel it, and it closes when the work has ended."""

    def __init__(self, parent: QWidget, name: str, cancel: Callable[[], object]) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setMinimumWidth(420)
        self.setWindowTitle(name)
        self._cancel = cancel
        self._words = {
            "": tr("Waiting", "Getting ready…"),
            "checking": tr("Waiting", "Checking the file…"),
            "reading": tr("Waiting", "Reading the show…"),
            "copying": tr("Waiting", "Copying everything…"),
            "salvaging": tr("Waiting", "Recovering what can be read…"),
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(label(name, "title", wrap=True))
        self.stage = label(self._words[""], "muted")
        layout.addWidget(self.stage)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        layout.addWidget(bar)
        row = QHBoxLayout()
        row.addStretch(1)
        self.button = push_button(tr("Waiting", "Cancel"), self.reject)
        row.addWidget(self.button)
        layout.addLayout(row)

    def show_stage(self, stage: str) -> None:
        """Show the progress."""
        self.stage.setText(self._words.get(stage, self._words[""]))

    def reject(self) -> None:
        """Ask the work to end; the dialog waits for it."""
        self._cancel()
        self.button.setEnabled(False)
        self.stage.setText(tr("Waiting", "Cancelling…"))


class Waiting:
    """Runs work on a thread while the window stays responsive."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def __call__(self, name: str, opening: Cancellable, work: Callable[[], T]) -> T:
        """The result of the work; raises its error."""
        if _in_a_task():
            return work()  # nothing else can run before this continues, so a thread would gain nothing
        signals = _ThreadSignals()
        stages: list[str] = [""]

        def on_stage(stage: str) -> None:
            stages.append(stage)
            signals.stage.emit(stage)

        opening.listen(on_stage)
        with concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="open-file") as threads:
            future = threads.submit(work)
            future.add_done_callback(lambda _: signals.done.emit())
            if not concurrent.futures.wait([future], QUICK_S).done:
                self._wait(name, opening, signals, future.done, stages)
            return future.result()

    def _wait(self, name: str, opening: Cancellable, signals: _ThreadSignals, is_done: Callable[[], bool], stages: list[str]) -> None:
        loop = QEventLoop()
        dialog = WaitingDialog(self._parent, name, opening.cancel)
        dialog.show_stage(stages[-1])
        signals.stage.connect(dialog.show_stage, Qt.ConnectionType.QueuedConnection)
        signals.done.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
        soon = QTimer()
        soon.setSingleShot(True)
        soon.timeout.connect(loop.quit)
        soon.start(UNSEEN_MS)
        if not is_done():  # it may have ended before anyone listened
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        if not is_done():
            dialog.show()
            loop.exec()
        dialog.hide()
        dialog.deleteLater()


def _in_a_task() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False
