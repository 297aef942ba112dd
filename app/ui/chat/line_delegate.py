"""Draws a chat message: a head with time, name and marks, the text the host reads, and the original below it."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import PAGE, AuthorRole
from app.ui.chat.chat_model import ChatModel, Index
from app.ui.chat.line_filter import language_of, short_tag
from app.ui.chat.line_layout import EDGE_PX, HEAD_PX, TOP_PX, LineLayouts
from app.ui.chat.line_words import LineWords, clock
from app.ui.kit.theme import Icons, Theme

MARK_PX = 15
MARK_GAP_PX = 4
NAME_PX = 44  # that the name always has
BADGE_PX = 10  # around the words of a badge
Mark = tuple[str, str, str]  # icon, colour, words after it


def marks(line: ChatLine, *, muted: bool) -> Iterator[Mark]:
    """What is special about a line, from the right."""
    if line.question and not line.removed and line.answered_ms is None:
        yield "help", "accent", ""
    elif line.answered_ms is not None:
        yield "check", "good", ""
    if line.translation is not None and not line.removed:
        yield ("warning", "warning", "") if line.translation.unsure else ("translate", "faint", "")
    if line.starred:
        yield "star", "warning", ""
    if line.reports:
        yield "flag", "error", str(line.reports)
    if muted:
        yield "mute", "error", ""
    if line.claimed_by:
        yield "person", "info", line.claimed_by


class LineDelegate(QStyledItemDelegate):
    """Heights come from the layouts, which know or estimate them."""

    def __init__(self, model: ChatModel, layouts: LineLayouts, words: LineWords, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._layouts = layouts
        self._words = words
        self._theme = theme
        self._icons = icons
        self._small = QFontMetrics(layouts.small)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option
        line = self._model.lines[index.row()]
        return QSize(40, self._layouts.px.get(line.seq) or self._layouts.height(line))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = self._model.line_at(index.row())
        if line is None:
            return
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_back(painter, area.adjusted(0, 1, 0, -1), option.state, line)
        self._draw_head(painter, QRect(area.x() + EDGE_PX, area.y() + TOP_PX, area.width() - 2 * EDGE_PX, HEAD_PX - 2), line)
        made, at = self._layouts.of(line), QPointF(area.topLeft())
        self._draw_text(painter, made.main, at, "faint" if line.removed else "text", struck=line.removed)
        if made.original is not None:
            self._draw_text(painter, made.original, at, "muted")
        if made.note is not None:
            self._draw_text(painter, made.note, at, "warning")
        painter.restore()

    def _draw_back(self, painter: QPainter, area: QRect, state: QStyle.StateFlag, line: ChatLine) -> None:
        selected, over = bool(state & QStyle.StateFlag.State_Selected), bool(state & QStyle.StateFlag.State_MouseOver)
        host = line.message.role is not AuthorRole.VIEWER
        fill = "accent_soft" if selected else "hover" if over else "card" if host else ""
        painter.setPen(Qt.PenStyle.NoPen)
        if fill:
            painter.setBrush(self._theme.colour(fill))
            painter.drawRoundedRect(area, 6, 6)
        if line.open_question:
            painter.setBrush(self._theme.colour("accent"))
            painter.drawRoundedRect(QRect(area.x() + 2, area.y() + 6, 3, area.height() - 12), 1.5, 1.5)
        if selected and state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(area.adjusted(0, 0, -1, -1), 6, 6)

    def _draw_head(self, painter: QPainter, head: QRect, line: ChatLine) -> None:
        painter.setFont(self._layouts.small)
        left = head.x()
        time = clock(line.message.at_ms)
        self._draw_words(painter, QRect(left, head.y(), head.width(), head.height()), time, "faint")
        left += self._small.horizontalAdvance(time) + 8
        right = head.right() + 1
        for icon, colour, words in marks(line, muted=self._words.muted(line)):
            width = MARK_PX + (min(70, self._small.horizontalAdvance(words)) + 3 if words else 0)
            if right - width < left + NAME_PX:
                break
            right -= width
            self._icons.icon(icon, colour).paint(painter, QRect(right, head.center().y() - MARK_PX // 2, MARK_PX, MARK_PX))
            if words:
                self._draw_words(painter, QRect(right + MARK_PX + 3, head.y(), width - MARK_PX - 3, head.height()), words, colour)
            right -= MARK_GAP_PX
        self._draw_name(painter, QRect(left, head.y(), max(0, right - left), head.height()), line)

    def _draw_name(self, painter: QPainter, room: QRect, line: ChatLine) -> None:
        """The name, and after it what fits: the answered viewer, the platform, the language."""
        message, left, right = line.message, room.x(), room.right()
        if message.borrowed:
            self._icons.icon("flag", "warning").paint(painter, QRect(left, room.center().y() - MARK_PX // 2, MARK_PX, MARK_PX))
            left += MARK_PX + 3
        name, badges = self._words.name(line), []
        if tag := language_of(line):
            badges.append(short_tag(tag))
        if message.source != PAGE:
            badges.append(self._words.source(message.source))
        taken = sum(self._small.horizontalAdvance(badge) + BADGE_PX + MARK_GAP_PX for badge in badges)
        while badges and right - left - taken < min(NAME_PX, self._small.horizontalAdvance(name)):
            taken -= self._small.horizontalAdvance(badges.pop()) + BADGE_PX + MARK_GAP_PX
        asked = self._words.asked(line)
        said = f"{name} → {self._words.name(asked)}" if asked is not None else name
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        width = max(0, right - left - taken)
        words = metrics.elidedText(said, Qt.TextElideMode.ElideRight, width)
        colour = "faint" if line.removed else "warning" if message.borrowed else "muted" if message.role is AuthorRole.VIEWER else "accent"
        self._draw_words(painter, QRect(left, room.y(), width, room.height()), words, colour)
        left += min(width, metrics.horizontalAdvance(words)) + MARK_GAP_PX + 2
        painter.setFont(self._layouts.small)
        for badge in badges:
            left = self._draw_badge(painter, left, room, badge)

    def _draw_badge(self, painter: QPainter, left: int, room: QRect, words: str) -> int:
        box = QRect(left, room.center().y() - 7, self._small.horizontalAdvance(words) + BADGE_PX - 2, 15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        return box.right() + 1 + MARK_GAP_PX

    def _draw_words(self, painter: QPainter, area: QRect, words: str, colour: str) -> None:
        painter.setPen(self._theme.colour(colour))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words)

    def _draw_text(self, painter: QPainter, text: QTextLayout, at: QPointF, colour: str, *, struck: bool = False) -> None:
        painter.setPen(self._theme.colour(colour))
        if not struck:
            text.draw(painter, at)
            return
        whole = QTextLayout.FormatRange()
        whole.start, whole.length = 0, len(text.text().encode("utf-16-le")) // 2
        look = QTextCharFormat()
        look.setFontStrikeOut(True)
        look.setForeground(self._theme.colour(colour))
        whole.format = look
        text.draw(painter, at, [whole])
