"""Cards for the best times, and a box for the selected time."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain.catalogue.market import Level
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons, Theme, set_property
from app.ui.planning.hours.hour_summary import HourReason, HourSummary, score_text

SCORE_PX = 54
LOOKS = {Level.INFO: ("info", "muted"), Level.WARNING: ("warning", "warning"), Level.BLOCK: ("error", "error")}
REASONS_ON_CARD = 1
ICON_PX = 16
LOCALS_ON_CARD = 8
REASONS_PX = 140


class ScoreBar(QWidget):
    """Shows a score as a bar with its number."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._score: int | None = None
        self.setFixedSize(SCORE_PX + 30, 16)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_score(self, score: int | None) -> None:
        """Show a score; None = not possible."""
        if score != self._score:
            self._score = score
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("border"))
        painter.drawRoundedRect(QRectF(0, 5, SCORE_PX, 6), 3, 3)
        painter.setBrush(self._theme.colour("prime"))
        painter.drawRoundedRect(QRectF(0, 5, SCORE_PX * (self._score or 0) / 100, 6), 3, 3)
        painter.setPen(self._theme.colour("text"))
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        words = "–" if self._score is None else str(self._score)
        painter.drawText(QRectF(SCORE_PX, 0, 30, 16), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def reason_row(icons: Icons, reason: HourReason) -> QWidget:
    """A reason with the icon of its level."""
    made = QWidget()
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    icon, colour = LOOKS[reason.level]
    picture = QLabel()
    picture.setPixmap(icons.icon(icon, colour).pixmap(ICON_PX, ICON_PX))
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(reason.words, "warning" if reason.level is not Level.INFO else "hint", wrap=True), 1)
    return made


class HourCard(QPushButton):
    """One of the best times. A click moves the block there."""

    def __init__(self, theme: Theme, icons: Icons, place: int, hour: HourSummary) -> None:
        super().__init__()
        self.hour = hour
        self.setObjectName("hourCard")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAccessibleName(tr("Planner", "{place}. {words}", place=place, words=hour.sentence))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 10, 8)
        column.setSpacing(3)
        head = QHBoxLayout()
        head.addWidget(label(hour.title, "heading"), 1)
        score = ScoreBar(theme)
        score.show_score(hour.score if hour.possible else None)
        head.addWidget(score)
        column.addLayout(head)
        here = hour.locals if len(hour.locals) <= LOCALS_ON_CARD else (*hour.locals[:LOCALS_ON_CARD], "…")
        column.addWidget(label(" · ".join(here), "hint", wrap=True))
        self.setToolTip("\n".join(hour.locals) if len(here) < len(hour.locals) else "")
        if hour.hard:
            column.addWidget(label(hour.hard, "warning", wrap=True))
        for reason in [one for one in hour.reasons if one.level is Level.INFO][:REASONS_ON_CARD]:
            column.addWidget(reason_row(icons, reason))
        for inside in self.findChildren(QLabel):
            inside.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.totalSizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.totalMinimumSize() if layout is not None else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else -1


class HourCards(QWidget):
    """`chosen(instant)` is emitted when the user picks a card."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(6)
        self.nothing = label(
            tr("Planner", "No time works for everyone. Deselect someone, or try other days."),
            "hint",
            wrap=True,
        )
        self.nothing.hide()
        self._column.addWidget(self.nothing)
        self._column.addStretch(1)
        self.cards: list[HourCard] = []

    def show_hours(self, hours: Sequence[HourSummary], current: datetime) -> None:
        """Replace the cards; the best comes first."""
        for old in self.cards:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.cards = [HourCard(self._theme, self._icons, place, hour) for place, hour in enumerate(hours, 1)]
        for place, card in enumerate(self.cards):
            card.clicked.connect(lambda _=False, card=card: self._take(card))
            self._column.insertWidget(place, card)
        self.nothing.setVisible(not self.cards)
        self.mark(current)

    def _take(self, card: HourCard) -> None:
        self.chosen.emit(card.hour.start)
        self.mark(card.hour.start)  # a second click does not uncheck it

    def mark(self, current: datetime) -> None:
        """Check the card at the block's start."""
        for card in self.cards:
            card.setChecked(card.hour.start == current)


class HourBox(QFrame):
    """The score and the reasons of the selected time."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self.setObjectName("card")
        self._icons = icons
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        self.title = label("", "heading")
        head.addWidget(self.title, 1)
        self.score = ScoreBar(theme)
        head.addWidget(self.score)
        column.addLayout(head)
        inside = QWidget()
        self._reasons = QVBoxLayout(inside)
        self._reasons.setContentsMargins(0, 0, 6, 0)
        self._reasons.setSpacing(3)
        self._reasons.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFixedHeight(REASONS_PX)  # fixed, so nothing below moves while the block is dragged
        area.setWidget(inside)
        column.addWidget(area)
        self._rows: list[QWidget] = []
        self._shown: tuple[HourReason, ...] | None = None

    def show_hour(self, hour: HourSummary) -> None:
        """Show a start."""
        self.title.setText(hour.title)
        self.score.show_score(hour.score if hour.possible else None)
        self.setAccessibleName(hour.sentence)
        set_property(self, "level", "" if hour.possible else "error")
        if hour.reasons == self._shown:
            return
        self._shown = hour.reasons
        for row in self._rows:
            self._reasons.removeWidget(row)
            row.hide()
            row.deleteLater()
        reasons = hour.reasons or (HourReason(score_text(hour), Level.INFO),)
        self._rows = [reason_row(self._icons, reason) for reason in reasons]
        for place, row in enumerate(self._rows):
            self._reasons.insertWidget(place, row)
