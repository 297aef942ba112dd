"""The texts of a chat row, broken into lines for a width."""

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout, QTextOption

from app.domain.base.localized_text import reads_right_to_left
from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import AuthorRole
from app.ui.chat.line_words import LineWords

HEAD_PX = 20  # time, name, marks
EDGE_PX = 10
TOP_PX, BOTTOM_PX, GAP_PX = 5, 6, 2
MAIN_ROWS, ORIGINAL_ROWS = 5, 2  # of a long text; the selected line shows all of it
KEPT = 120  # broken texts, more than fit on a screen
HEIGHTS = 6000  # known heights; three times what the list holds


def _halve(known: dict[int, int] | dict[int, ChatLine]) -> None:
    for seq in list(known)[: HEIGHTS // 2]:
        del known[seq]


@dataclass(frozen=True, slots=True)
class LineLayout:
    """`main` is what the host reads, `original` what a translated message says, `note` why there is no translation. `cut`: only the
    selected line shows all of it."""

    width: int
    height: int
    main: QTextLayout
    original: QTextLayout | None
    note: QTextLayout | None
    cut: bool = False


class LineLayouts:
    """Breaks texts once per width. A height that is not known yet is estimated, which takes a hundredth of the time."""

    def __init__(self, words: LineWords, font: QFont) -> None:
        self._words = words
        self.font = font
        self.small = QFont(font)
        self.small.setPointSizeF(font.pointSizeF() * 0.88) if font.pointSizeF() > 0 else self.small.setPixelSize(
            round(font.pixelSize() * 0.88)
        )
        self.originals = True  # whether a translated message is shown too
        self.width = 0
        self.whole = 0  # the number of the line that shows all of its text
        self.measured = False  # whether heights became known since the owner set this
        self._step = QFontMetrics(font).height()
        self._small_step = QFontMetrics(self.small).height()
        self._letter = max(1, QFontMetrics(font).averageCharWidth())
        self.px: dict[int, int] = {}  # heights by the line's number, measured or estimated
        self._measured: dict[int, ChatLine] = {}
        self._made: OrderedDict[int, tuple[ChatLine, LineLayout]] = OrderedDict()

    def use_width(self, width: int) -> bool:
        """Lay rows out for this width from now on. Returns whether it is another one."""
        if width == self.width:
            return False
        self.width = width
        self.forget()
        return True

    def show_whole(self, seq: int) -> bool:
        """Show all the text of this line, and of no other. Returns whether any height may change."""
        if seq == self.whole:
            return False
        touched = [line for number in (seq, self.whole) if (line := self._measured.pop(number, None)) is not None]
        before = [self.of(line).cut for line in touched]
        self.whole = seq
        for line in touched:
            self._made.pop(line.seq, None)
        return any(before) or any([self.of(line).cut for line in touched])

    def forget(self) -> None:
        """Measure everything again."""
        self.px.clear()
        self._measured.clear()
        self._made.clear()

    def known(self, line: ChatLine) -> bool:
        """Whether the height of this line has been measured."""
        return self._measured.get(line.seq) is line

    def height(self, line: ChatLine) -> int:
        """The measured height; an estimate before that."""
        found = self.px.get(line.seq)
        if found is None:
            found = self.px[line.seq] = self._estimate(line)
        return found

    def of(self, line: ChatLine) -> LineLayout:
        """The layout of a line at this width."""
        found = self._made.get(line.seq)
        if found is not None and found[0] is line:
            self._made.move_to_end(line.seq)
            return found[1]
        made = self.measure(line)
        self._made[line.seq] = (line, made)
        if len(self._made) > KEPT:
            self._made.popitem(last=False)
        return made

    def measure(self, line: ChatLine) -> LineLayout:
        """Break the texts of a line, and remember only its height."""
        made = self._make(line)
        self.px[line.seq] = made.height
        self._measured[line.seq] = line
        self.measured = True
        for known in (self.px, self._measured):
            if len(known) > HEIGHTS:
                _halve(known)
        return made

    def _estimate(self, line: ChatLine) -> int:
        room = max(self._letter, self.width - 2 * EDGE_PX)
        rows = -(-len(line.message.text) * self._letter // room)
        height = TOP_PX + HEAD_PX + min(rows, MAIN_ROWS) * self._step + BOTTOM_PX
        if line.translation is not None and self.originals:
            height += GAP_PX + min(rows, ORIGINAL_ROWS) * self._small_step
        return height

    def _make(self, line: ChatLine) -> LineLayout:
        message, translation = line.message, line.translation
        shown = translation if not line.removed else None
        own = message.language if message.role is AuthorRole.VIEWER else ""
        y = TOP_PX + HEAD_PX
        whole = line.seq == self.whole
        text, language = (shown.text, shown.target) if shown else (message.text, own)
        main, y = self._broken(text, language, self.font, y, 0 if whole else MAIN_ROWS)
        cut = main.text() != text
        original = note = None
        if shown and self.originals:
            original, y = self._broken(message.text, shown.source, self.small, y + GAP_PX, 0 if whole else ORIGINAL_ROWS)
            cut = cut or original.text() != message.text
        if failure := self._words.failure(line):
            note, y = self._broken(failure, "", self.small, y + GAP_PX)
        return LineLayout(self.width, y + BOTTOM_PX, main, original, note, cut)

    def _broken(self, text: str, language: str, font: QFont, y: int, rows: int = 0) -> tuple[QTextLayout, int]:
        """The text from height `y` on, and where it ends. What exceeds so many rows (0 = any) is cut. Right-to-left scripts are at the
        right."""
        rtl = reads_right_to_left(text, language)
        option = QTextOption(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute if rtl else Qt.AlignmentFlag.AlignLeft)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = QTextLayout(text, font)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        height, room = float(y), max(1, self.width - 2 * EDGE_PX)
        while True:
            row = layout.createLine()
            if not row.isValid():
                break
            row.setLineWidth(room)
            if rows and layout.lineCount() > rows:
                layout.endLayout()
                kept = text.encode("utf-16-le")[: 2 * max(1, row.textStart() - 2)].decode("utf-16-le", errors="ignore").rstrip()
                return self._broken(f"{kept}…", language, font, y)
            row.setPosition(QPointF(EDGE_PX, height))
            height += row.height()
        layout.endLayout()
        return layout, round(height + 0.49)
