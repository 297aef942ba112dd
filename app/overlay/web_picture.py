"""Shrinks pictures for phones, turned upright, in a format that every browser reads."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QImageWriter

from app.domain.base.errors import AppError
from app.overlay.card_picture import decode_picture

QUALITY = 82  # lower quality makes text on packages unreadable


def shrink_picture(content: bytes, side_px: int) -> bytes:
    """Shrink a picture to a longest side of `side_px`, as JPEG, or as WebP if it is transparent.

    Raises AppError "picture.unreadable". Needs no application; usable on any thread.
    """
    image = decode_picture(content, side_px)
    if image is None:
        raise AppError("picture.unreadable")
    if max(image.width(), image.height()) > side_px:
        image = image.scaled(side_px, side_px, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    clear = _shines_through(image)
    target = QByteArray()
    buffer = QBuffer(target)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"webp" if clear else b"jpeg"))
    writer.setQuality(QUALITY)
    if not writer.write(image if clear else image.convertToFormat(QImage.Format.Format_RGB888)):
        raise AppError("picture.unreadable")
    return bytes(target.data())


def _shines_through(image: QImage) -> bool:
    """Whether any point of a grid is not opaque; cut-out pictures are transparent over large parts."""
    points = 64
    columns = {image.width() * number // points for number in range(points)} | {image.width() - 1}
    rows = {image.height() * number // points for number in range(points)} | {image.height() - 1}
    return image.hasAlphaChannel() and any(image.pixelColor(x, y).alpha() < 250 for x in columns for y in rows)
