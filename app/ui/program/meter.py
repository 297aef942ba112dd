"""A level meter: RMS as a bar, peak above it, the highest peak held for a while, on a scale in dB."""

import math

from PySide6.QtCore import QElapsedTimer, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.program.stats import StripMeter
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme

FLOOR_DB = -60.0
LOUD_DB = -18.0  # where speech should peak
HOT_DB = -6.0
HOLD_MS = 1500
FALL_DB_PER_S = 20.0  # IEC 60268-18: a peak meter falls 20 dB in about 1.7 s; a little faster reads well at 20 updates a second
SCALE_DB = (0, -6, -12, -18, -24, -36, -48, -60)
BAR_PX = 8
GAP_PX = 2
SCALE_PX = 24
SCALE_FONT_PX = 10


def place_of(decibels: float, length: int) -> int:
    """The height of a level on a meter of this length, in pixels; the top, where it matters, is a little larger."""
    share = (max(FLOOR_DB, min(0.0, decibels)) - FLOOR_DB) / -FLOOR_DB
    return round(math.pow(share, 1.35) * length)


class Meter(QWidget):
    """Two channels side by side; only what changed is painted."""

    def __init__(self, theme: Theme, *, scale: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale = scale
        self._rms = [FLOOR_DB, FLOOR_DB]
        self._peak = [FLOOR_DB, FLOOR_DB]
        self._held = [FLOOR_DB, FLOOR_DB]
        self._held_at = [0, 0]
        self._clipped = False
        self._shown: tuple[int, ...] = ()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._last_ms = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self.setAccessibleName(tr("Mixer", "Level"))

    def sizeHint(self) -> QSize:
        return QSize(2 * BAR_PX + GAP_PX + (SCALE_PX if self._scale else 0) + 2, 110)

    @property
    def held_db(self) -> tuple[float, float]:
        """The held peaks of both channels."""
        return self._held[0], self._held[1]

    def set_levels(self, levels: StripMeter) -> None:
        """Show new levels; held peaks fall between updates."""
        now = self._clock.elapsed()
        fall = FALL_DB_PER_S * (now - self._last_ms) / 1000
        self._last_ms = now
        for channel in (0, 1):
            peak = levels.peak_db[channel]
            self._rms[channel] = levels.rms_db[channel]
            self._peak[channel] = max(peak, self._peak[channel] - fall, FLOOR_DB)
            if peak >= self._held[channel]:
                self._held[channel], self._held_at[channel] = peak, now
            elif now - self._held_at[channel] > HOLD_MS:
                self._held[channel] = max(self._peak[channel], self._held[channel] - fall)
        self._clipped = levels.clipped
        self._refresh()

    def _refresh(self) -> None:
        length = self._bars().height()
        shown = (*(place_of(level, length) for level in (*self._rms, *self._peak, *self._held)), int(self._clipped))
        if shown != self._shown:
            self._shown = shown
            self.update(self._bars().adjusted(0, -6, 0, 0))

    def _bars(self) -> QRect:
        return QRect(1, 8, 2 * BAR_PX + GAP_PX, max(10, self.height() - 14))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bars = self._bars()
        for channel in (0, 1):
            self._draw_bar(painter, QRect(bars.x() + channel * (BAR_PX + GAP_PX), bars.y(), BAR_PX, bars.height()), channel)
        painter.fillRect(
            QRect(bars.x(), bars.y() - 5, bars.width(), 3), self._theme.colour("meter_high" if self._clipped else "meter_back")
        )
        if self._scale and event.rect().right() > bars.right() + 1:
            self._draw_scale(painter, bars)
        painter.end()

    def _draw_bar(self, painter: QPainter, bar: QRect, channel: int) -> None:
        painter.fillRect(bar, self._theme.colour("meter_back"))
        bottom = bar.y() + bar.height()
        peak, rms, held = (place_of(level[channel], bar.height()) for level in (self._peak, self._rms, self._held))
        start = 0
        for limit_db, name in ((LOUD_DB, "meter_low"), (HOT_DB, "meter_mid"), (0.0, "meter_high")):
            limit = place_of(limit_db, bar.height())
            colour = self._theme.colour(name)
            faint = QColor(colour)
            faint.setAlpha(120)
            for top, tint in ((min(peak, limit), faint), (min(rms, limit), colour)):
                if top > start:
                    painter.fillRect(QRect(bar.x(), bottom - top, bar.width(), top - start), tint)
            start = limit
        if held > 0:
            painter.fillRect(QRect(bar.x(), bottom - held, bar.width(), 2), self._theme.colour("text"))

    def _draw_scale(self, painter: QPainter, bars: QRect) -> None:
        font = QFont(self.font())
        font.setPixelSize(SCALE_FONT_PX)
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted"))
        bottom = bars.y() + bars.height()
        last = bottom + 100
        for level in SCALE_DB:
            y = bottom - place_of(level, bars.height())
            if level in (0, -60) or (abs(y - last) >= SCALE_FONT_PX + 2 and bottom - y >= SCALE_FONT_PX + 2):
                area = QRect(bars.right() + 4, y - 6, SCALE_PX - 2, 12)
                painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(-level))
                last = y
