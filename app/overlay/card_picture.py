"""Decodes and draws product pictures: turned upright, scaled, fitted into their tile."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

from app.overlay.card_sheet import rounded

MOST_PIXELS = 64_000_000  # a larger one is not a photograph and would use too much memory
_CROPPED_AT_MOST = 1.4  # if tile and picture differ more, do not crop: half a shoe sells nothing


def decode_picture(content: bytes, side: int) -> QImage | None:
    """Decode a picture to be drawn about `side` pixels large; None if it is unreadable."""
    if not content:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid():
        if size.width() * size.height() > MOST_PIXELS:
            return None
        reader.setScaledSize(_halved_down(size, side))
    image = reader.read()
    if image.isNull() or not image.width() or not image.height():
        return None
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _halved_down(size: QSize, side: int) -> QSize:
    """The size to decode to: at least twice the wanted one, which JPEG decodes at a fraction of the cost."""
    factor = min(1.0, side * 2 / max(1, min(size.width(), size.height())))
    return QSize(max(1, round(size.width() * factor)), max(1, round(size.height() * factor)))


def draw_picture(painter: QPainter, image: QImage, tile: QRectF, radius: float, ground: QColor) -> None:
    """Fill the tile with the picture; crop it if the shapes nearly agree, else show all of it on the tile's background."""
    painter.save()
    painter.setClipPath(rounded(tile, radius), Qt.ClipOperation.IntersectClip)
    painter.fillRect(tile, ground)
    across, down = tile.width() / image.width(), tile.height() / image.height()
    cover = max(across, down) / min(across, down) <= _CROPPED_AT_MOST and not stands_free(image)
    room = tile if cover else tile.adjusted(tile.width() * 0.05, tile.height() * 0.05, -tile.width() * 0.05, -tile.height() * 0.05)
    across, down = room.width() / image.width(), room.height() / image.height()
    factor = max(across, down) if cover else min(across, down)
    scaled = image.scaled(
        max(1, round(image.width() * factor)),
        max(1, round(image.height() * factor)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    left = round(tile.center().x() - scaled.width() / 2)
    top = round(tile.center().y() - scaled.height() / 2)
    painter.drawImage(left, top, scaled)
    painter.restore()


def stands_free(image: QImage) -> bool:
    """Whether the product is cut out, with transparent corners."""
    right, bottom = image.width() - 1, image.height() - 1
    return all(image.pixelColor(x, y).alpha() < 32 for x, y in ((0, 0), (right, 0), (0, bottom), (right, bottom)))
