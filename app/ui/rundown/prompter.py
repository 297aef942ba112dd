"""The prompter: a window for the host, on a second screen or behind the glass of a camera."""

from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.domain.base.localized_text import pick
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.clocks import clock
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.rundown.prompter_page import MAX_SIZE_PX, MAX_SPEED, MIN_SIZE_PX, MIN_SPEED, PrompterHead, PrompterPage, PrompterText
from app.ui.rundown.run_clock import FLASH_MS, SOON_S


class Prompter(QWidget):
    """Follows the running segment. F or a double click fills the screen, Escape leaves it. Remembers its settings."""

    def __init__(self, context: WindowContext, state: QSettings) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("prompter")
        self.setWindowTitle(tr("Prompter", "Prompter – Tradewind"))
        self.setWindowIcon(context.icons.icon("tradewind"))
        self._context = context
        self._runner = context.studio.control.runner
        self._items: list[str] = []
        self._state = state
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.page = PrompterPage(context.theme)
        layout.addWidget(self.page, 1)
        self.bar = self._controls()
        layout.addWidget(self.bar)
        self.page.changed.connect(self._show_controls)
        self.page.set_looks(
            size_px=int(state.value("prompter/size", 56)),  # type: ignore[call-overload]
            mirrored=str(state.value("prompter/mirrored", "false")) == "true",
            speed=int(state.value("prompter/speed", 60)),  # type: ignore[call-overload]
        )
        self._timer = QTimer(self)
        self._timer.setInterval(FLASH_MS)
        self._timer.timeout.connect(self.show_head)
        self.page.numbered.connect(self._tick)
        self.page.filled.connect(self.fill_screen)
        context.bridge.show_changed.connect(self._read)
        context.bridge.run_changed.connect(self._read)
        context.bridge.disclosures_changed.connect(self.show_head)
        geometry = state.value("prompter/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(960, 640)
        self._read()

    def _controls(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("prompterBar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(12)
        self.mode = QComboBox()
        self.mode.addItem(tr("Prompter", "Key points"), False)
        self.mode.addItem(tr("Prompter", "Full script"), True)
        self.mode.setAccessibleName(tr("Prompter", "Show"))
        self.mode.activated.connect(lambda _: self.page.set_looks(scripted=bool(self.mode.currentData())))
        row.addWidget(self.mode)
        row.addWidget(label(tr("Prompter", "Size"), "muted"))
        self.size_slider = self._slider(MIN_SIZE_PX, MAX_SIZE_PX, tr("Prompter", "Text size"))
        self.size_slider.valueChanged.connect(lambda value: self.page.set_looks(size_px=value) if value != self.page.size_px else None)
        row.addWidget(self.size_slider)
        self.speed_label = label(tr("Prompter", "Speed"), "muted")
        row.addWidget(self.speed_label)
        self.speed_slider = self._slider(MIN_SPEED, MAX_SPEED, tr("Prompter", "Scroll speed"))
        self.speed_slider.valueChanged.connect(lambda value: self.page.set_looks(speed=value) if value != self.page.speed else None)
        row.addWidget(self.speed_slider)
        self.play = icon_button(self._context.icons, "play", tr("Prompter", "Scroll (Space)"), self._toggle_roll)
        row.addWidget(self.play)
        self.mirror = QCheckBox(tr("Prompter", "Mirror"))
        self.mirror.clicked.connect(lambda checked: self.page.set_looks(mirrored=checked))
        row.addWidget(self.mirror)
        self.hint = label(tr("Prompter", "Buyers can tell when you read a script. Points keep your eyes on them."), "hint")
        self.hint.setWordWrap(True)
        row.addWidget(self.hint, 4)
        row.addStretch(1)
        self.fill = push_button(tr("Prompter", "Full screen"), self.fill_screen)
        self.fill.setIcon(self._context.icons.icon("screen"))
        self.fill.setToolTip(tr("Prompter", "Full screen on the other display (F)"))
        row.addWidget(self.fill)
        return bar

    def _slider(self, low: int, high: int, words: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(low, high)
        slider.setFixedWidth(120)
        slider.setAccessibleName(words)
        return slider

    def _toggle_roll(self) -> None:
        self.page.stop() if self.page.rolling else self.page.start()

    def _show_controls(self) -> None:
        page = self.page
        self.mode.setCurrentIndex(1 if page.scripted else 0)
        self.size_slider.setValue(page.size_px)
        self.speed_slider.setValue(page.speed)
        self.mirror.setChecked(page.mirrored)
        for widget in (self.speed_label, self.speed_slider, self.play, self.hint):
            widget.setVisible(page.scripted)
        self.play.setIcon(self._context.icons.icon("stop" if page.rolling else "play"))

    def fill_screen(self) -> None:
        """Fill a screen other than the main window's if there is one; again to leave it."""
        if self.isFullScreen():
            self._leave_screen()
            return
        here = self._context.bridge.parent()
        taken = here.screen() if isinstance(here, QWidget) else None
        other = next((screen for screen in QGuiApplication.screens() if screen is not taken), None)
        if other is not None:
            self.setGeometry(other.geometry())
        self.bar.hide()
        self.showFullScreen()

    def _leave_screen(self) -> None:
        self.bar.show()
        self.showNormal()

    def _read(self) -> None:
        show, runner = self._context.studio.document.show, self._runner
        host = show.presentation.host_language
        segment = runner.current or runner.upcoming
        upcoming = runner.upcoming if runner.run.running else None
        if segment is None:
            self.page.show_text(PrompterText(tr("Prompter", "The rundown is empty."), language=host))
            return
        product = self._context.studio.control.products.find(segment.product_id)
        name = pick(product.name, (host,))[0] if product is not None else ""
        points = [
            (point.id, pick(point.text, (host,))[0] or pick(point.keyword, (host,))[0]) for point in (product.points if product else ())
        ] + [(cue.id, pick(cue.text, (host,))[0]) for cue in segment.cues]
        self._items = [item for item, text in points if text]
        self.page.show_text(
            PrompterText(
                segment.title if not name or name == segment.title else f"{segment.title} · {name}",
                tuple((text, (segment.id, item) in runner.run.ticked) for item, text in points if text),
                pick(segment.script, (host,))[0],
                tr("Prompter", "This segment has no script. Here are its points."),
                upcoming.title if upcoming is not None else "",
                host,
            )
        )
        self.show_head()

    def show_head(self) -> None:
        """Show the clock and what must be said now."""
        head = PrompterHead(must_say=self._must_say())
        if self._runner.run.running:
            left_s = self._runner.timing().slot_left_s
            head = replace(head, clock=clock(left_s), state="over" if left_s < 0 else "soon" if left_s < SOON_S else "")
        self.page.show_head(head)

    def _must_say(self) -> str:
        """The markets that are due an ad disclosure now."""
        control, show = self._context.studio.control, self._context.studio.document.show
        now_ms = control.now_ms()
        due = {one.market_id for one in control.disclosures.reminders() if one.due_ms is not None and now_ms >= one.due_ms}
        names = [pick(market.name, (show.presentation.host_language,))[0] or market.id for market in show.markets if market.id in due]
        return tr("Prompter", "Make the ad disclosure: {markets}", markets=" · ".join(names)) if names else ""

    def _tick(self, place: int) -> None:
        """Tick or untick a point."""
        if self._runner.run.running and place < len(self._items):
            self._context.attempt(lambda: self._runner.tick(self._items[place]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F:
            self.fill_screen()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self._leave_screen()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.show_head()
        self.page.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        self.page.stop()
        if self.isFullScreen():
            self._leave_screen()
        self._state.setValue("prompter/geometry", self.saveGeometry())
        self._state.setValue("prompter/size", self.page.size_px)
        self._state.setValue("prompter/speed", self.page.speed)
        self._state.setValue("prompter/mirrored", "true" if self.page.mirrored else "false")
        super().closeEvent(event)
