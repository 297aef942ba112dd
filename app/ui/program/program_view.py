"""The program's frame, with handles to move, scale and crop the selected layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.program.scene import Box, Crop, Layer
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme
from app.ui.program.placement import Guides, Handle, cropped, guides_of, layer_at, moved, scaled

FRAME_MS = 66  # every second of 30 frames: an even rhythm at half the cost
HANDLE_PX = 9
CATCH_PX = 12
SNAP_PX = 8
SHADE_ALPHA = 150  # over the program while another scene is edited
BANNER_PX = 28
NUDGE_PX = 1  # of a picture 1080 lines high; with Ctrl ten times as far

_CURSORS: Mapping[Handle, Qt.CursorShape] = {
    Handle.MOVE: Qt.CursorShape.SizeAllCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
}
_ARROWS: Mapping[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class ShownFrame(Protocol):
    """The layout of the shared preview: rows of blue, green, red, 255."""

    @property
    def sequence(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def pixels(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Drag:
    handle: Handle
    start: QPointF
    box: Box
    crop: Crop
    gesture: str
    guides: Guides


def _touched(lines: tuple[float, ...], start: float, length: float) -> set[float]:
    """The lines that an edge or the middle of this span touches."""
    return {line for line in lines for place in (start, start + length / 2, start + length) if abs(line - place) < 1e-6}


class ProgramView(QWidget):
    """Draws the newest preview frame, letterboxed, and emits what the mouse and arrow keys ask for.

    `placed` carries (layer id, Box, Crop, gesture), with the same gesture for all steps of a drag. Escape cancels a drag: the layer's first
    place is emitted once more.
    """

    chosen = Signal(str)
    placed = Signal(str, object, object, str)

    def __init__(self, theme: Theme, latest: Callable[[], ShownFrame | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._latest = latest
        self._frame: ShownFrame | None = None
        self._image = QImage()
        self._canvas = (16, 9)
        self._layers: tuple[Layer, ...] = ()
        self._chosen_id = ""
        self._drag: _Drag | None = None
        self._drag_sent = False
        self._gestures = count(1)
        self._message = ""
        self._off_air: tuple[str, Mapping[str, str]] = ("", {})
        self.setObjectName("stage")
        self.setAccessibleName(tr("Program", "Program"))
        self.setAccessibleDescription(tr("Program", "Arrow keys move the selected layer. Tab leaves the program view."))
        self.setMinimumSize(320, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.poll)
        self._timer.start(FRAME_MS)

    def sizeHint(self) -> QSize:
        return QSize(800, 450)

    def set_scene(self, canvas: tuple[int, int], layers: tuple[Layer, ...], chosen_id: str) -> None:
        """Show the handles of this layer; (width, height) of the canvas gives the view its shape."""
        self._canvas = canvas
        self._layers = layers
        self._chosen_id = chosen_id
        self.update()

    def set_off_air(self, words: str, names: Mapping[str, str]) -> None:
        """The layers belong to a scene that is not on program: outlines with their sources' `names` are drawn, and `words` say so. "" = the
        layers are those on program."""
        if (words, names) != self._off_air:
            self._off_air = (words, names)
            self.update()

    def set_message(self, text: str) -> None:
        """Show a text instead of a frame, or over the last one; "" removes it."""
        if text != self._message:
            self._message = text
            self.update()

    def poll(self) -> None:
        """Take the newest frame if it changed; nothing is drawn while the window is hidden."""
        if not self.isVisible():
            return
        frame = self._latest()
        if frame is None or (self._frame is not None and frame.sequence == self._frame.sequence):
            return
        self._frame = frame  # the image does not copy: the bytes must live as long
        self._image = QImage(frame.pixels, frame.width, frame.height, frame.width * 4, QImage.Format.Format_RGB32)
        self.update(self.picture_rect().toAlignedRect())

    def picture_rect(self) -> QRectF:
        """The canvas's position in the widget."""
        width, height = self._canvas
        area = QRectF(self.rect()).adjusted(SNAP_PX, SNAP_PX, -SNAP_PX, -SNAP_PX)
        scale = min(area.width() / width, area.height() / height)
        size_x, size_y = width * scale, height * scale
        return QRectF(area.center().x() - size_x / 2, area.center().y() - size_y / 2, size_x, size_y)

    def box_rect(self, box: Box) -> QRectF:
        """The position of a layer's box in the widget."""
        area = self.picture_rect()
        return QRectF(
            area.x() + box.x * area.width(), area.y() + box.y * area.height(), box.width * area.width(), box.height * area.height()
        )

    def handle_point(self, box: Box, handle: Handle) -> QPointF:
        """The middle of a handle in the widget."""
        rectangle = self.box_rect(box)
        across, down = handle.value
        return rectangle.center() + QPointF(across * rectangle.width() / 2, down * rectangle.height() / 2)

    def _chosen(self) -> Layer | None:
        return next((layer for layer in self._layers if layer.id == self._chosen_id), None)

    def _fraction(self, point: QPointF) -> QPointF:
        area = self.picture_rect()
        return QPointF((point.x() - area.x()) / area.width(), (point.y() - area.y()) / area.height())

    def _handle_at(self, point: QPointF) -> Handle | None:
        layer = self._chosen()
        if layer is None or layer.locked:
            return None
        for handle in Handle:
            offset = self.handle_point(layer.box, handle) - point
            if handle is not Handle.MOVE and max(abs(offset.x()), abs(offset.y())) <= CATCH_PX:
                return handle
        return Handle.MOVE if self.box_rect(layer.box).contains(point) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colour("stage"))
        area = self.picture_rect()
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image)
        else:
            painter.fillRect(area, QColor("black"))
        if self._message:
            self._draw_message(painter, area)
        if self._off_air[0]:
            self._draw_off_air(painter, area)
        layer = self._chosen()
        if layer is not None:
            self._draw_handles(painter, layer)
        if self.hasFocus() and layer is None:
            painter.setPen(QPen(self._theme.colour("focus"), 2))
            painter.drawRect(area.adjusted(-3, -3, 3, 3))
        painter.end()

    def _draw_message(self, painter: QPainter, area: QRectF) -> None:
        shade = QColor("black")
        shade.setAlpha(150 if not self._image.isNull() else 0)
        painter.fillRect(area, shade)
        painter.setPen(QColor("#dbe4ee"))
        font = painter.font()
        font.setPixelSize(16)
        painter.setFont(font)
        painter.drawText(area.adjusted(24, 24, -24, -24), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)

    def _draw_off_air(self, painter: QPainter, area: QRectF) -> None:
        words, names = self._off_air
        painter.fillRect(area, QColor(0, 0, 0, SHADE_ALPHA))
        painter.save()
        painter.setClipRect(area)
        for layer in self._layers:
            if layer.visible:
                box = self.box_rect(layer.box)
                painter.setPen(QPen(QColor("#dbe4ee"), 1, Qt.PenStyle.DashLine))
                painter.drawRect(box)
                painter.drawText(
                    box.adjusted(8, 6, -8, -6), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, names[layer.source_id]
                )
        painter.restore()
        room = QRectF(0, 0, area.width() - 24, BANNER_PX)
        width = min(room.width(), painter.fontMetrics().horizontalAdvance(words) + 28.0)
        banner = QRectF(area.center().x() - width / 2, area.top() + 10, width, BANNER_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("panel"))
        painter.drawRoundedRect(banner, BANNER_PX / 2, BANNER_PX / 2)
        painter.setPen(self._theme.colour("text"))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(width) - 20)
        painter.drawText(banner, Qt.AlignmentFlag.AlignCenter, shown)

    def _draw_handles(self, painter: QPainter, layer: Layer) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour("focus" if self.hasFocus() else "accent")
        pen = QPen(colour, 2 if self.hasFocus() else 1.5)
        if layer.locked:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.box_rect(layer.box))
        if self._drag is not None:
            self._draw_guides(painter, layer.box, self._drag.guides)
        if layer.locked:
            return
        painter.setPen(QPen(QColor("black"), 1))
        painter.setBrush(colour)
        for handle in Handle:
            if handle is not Handle.MOVE:
                middle = self.handle_point(layer.box, handle)
                painter.drawRoundedRect(QRectF(middle.x() - HANDLE_PX / 2, middle.y() - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX), 2, 2)

    def _draw_guides(self, painter: QPainter, box: Box, guides: Guides) -> None:
        area = self.picture_rect()
        painter.setPen(QPen(self._theme.colour("warning"), 1, Qt.PenStyle.DashLine))
        for line in _touched(guides.across, box.x, box.width):
            x = area.x() + line * area.width()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for line in _touched(guides.down, box.y, box.height):
            y = area.y() + line * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = event.position()
        handle = self._handle_at(point)
        if handle in (None, Handle.MOVE):
            place = self._fraction(point)
            under = layer_at(self._layers, place.x(), place.y())
            if under != self._chosen_id and (handle is None or under):
                self.chosen.emit(under)
            handle = self._handle_at(point)
        layer = self._chosen()
        if handle is not None and layer is not None:
            area = self.picture_rect()
            guides = guides_of(self._layers, layer.id, SNAP_PX / area.width(), SNAP_PX / area.height())
            self._drag = _Drag(handle, point, layer.box, layer.crop, f"place:{layer.id}:{next(self._gestures)}", guides)
            self._drag_sent = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is None:
            handle = self._handle_at(event.position())
            self.setCursor(_CURSORS[handle] if handle is not None else Qt.CursorShape.ArrowCursor)
            return
        area = self.picture_rect()
        offset = event.position() - drag.start
        dx, dy = offset.x() / area.width(), offset.y() / area.height()
        keys = event.modifiers()
        guides = Guides() if keys & Qt.KeyboardModifier.ControlModifier else drag.guides
        crop = drag.crop
        if drag.handle is Handle.MOVE:
            box = moved(drag.box, dx, dy, guides)
        elif keys & Qt.KeyboardModifier.AltModifier:
            box, crop = cropped(drag.box, drag.crop, drag.handle, dx, dy)
        else:
            box = scaled(drag.box, drag.handle, dx, dy, guides, keep_ratio=bool(keys & Qt.KeyboardModifier.ShiftModifier))
        self._drag_sent = True
        self.placed.emit(self._chosen_id, box, crop, drag.gesture)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._drag = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layer = self._chosen()
        if event.key() == Qt.Key.Key_Escape and self._drag is not None:
            drag, self._drag = self._drag, None
            if self._drag_sent:
                self.placed.emit(self._chosen_id, drag.box, drag.crop, drag.gesture)
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self._chosen_id:
            self.chosen.emit("")
        elif layer is not None and not layer.locked and event.key() in _ARROWS:
            across, down = _ARROWS[event.key()]
            step = NUDGE_PX * (10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1) / 1080
            width, height = self._canvas
            box = moved(layer.box, across * step * height / width, down * step, Guides(across=(), down=()))
            self.placed.emit(layer.id, box, layer.crop, f"nudge:{layer.id}")
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
