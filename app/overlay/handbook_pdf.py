"""Writes a handbook's printed page as a PDF: laid out by Qt, with pictures and fonts for every script in it."""

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF, Qt, QUrl
from PySide6.QtGui import QFont, QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument, QTextOption

from app.atomic_file import write_atomically
from app.domain.base.errors import AppError
from app.domain.base.localized_text import is_right_to_left
from app.domain.selling.card_theme import CardFonts
from app.overlay.card_fonts import font_families

RESOLUTION_DPI = 144
_MARGIN_MM = 16.0
_PICTURE_EDGE_PX = 640  # a card's width at 200 dpi; enough on paper, and keeps the file small
_SCHEME = "picture:"
_LATIN = CardFonts(text=("Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans"), display=("Noto Sans",))


class HandbookError(AppError):
    """The PDF cannot be written; `data` has `path`."""


def _nothing() -> QImage:
    """A transparent dot. Without an image, Qt would look for a file of that name; a page must not read from the disk."""
    dot = QImage(1, 1, QImage.Format.Format_ARGB32)
    dot.fill(Qt.GlobalColor.transparent)
    return dot


class _Handbook(QTextDocument):
    """Provides the pictures that the page names as `picture:ID`."""

    def __init__(self, picture_of: Callable[[str], bytes | None]) -> None:
        super().__init__()
        self._picture_of = picture_of

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        address = name if isinstance(name, str) else name.toString()
        if not address.startswith(_SCHEME):
            return _nothing()
        content = self._picture_of(address.removeprefix(_SCHEME))
        image = QImage.fromData(content) if content else QImage()
        if image.width() > _PICTURE_EDGE_PX or image.height() > _PICTURE_EDGE_PX:
            image = image.scaled(
                _PICTURE_EDGE_PX, _PICTURE_EDGE_PX, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return image


def write_pdf(path: Path, page: str, *, title: str, language: str, picture_of: Callable[[str], bytes | None]) -> int:
    """Write the page made by `HandbookWriter.printed`; returns the number of sheets. Needs a QGuiApplication. Raises HandbookError and then
    leaves the old file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(RESOLUTION_DPI)
    writer.setTitle(title)
    writer.setCreator("Tradewind")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    document = _Handbook(picture_of)
    font = QFont()
    font.setFamilies(font_families(page, language, _LATIN, display=False))
    document.setDefaultFont(font)
    option = QTextOption()
    right_to_left = is_right_to_left(language)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight)
    document.setDefaultTextOption(option)
    document.setHtml(page)
    if right_to_left:
        frame = document.rootFrame().frameFormat()
        frame.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        document.rootFrame().setFrameFormat(frame)
    document.setPageSize(QSizeF(writer.width() * 96 / RESOLUTION_DPI, writer.height() * 96 / RESOLUTION_DPI))
    document.print_(writer)
    sheets = document.pageCount()
    buffer.close()
    try:
        write_atomically(Path(os.path.realpath(path)), bytes(buffer.data().data()), mode=0o666)
    except OSError as error:
        raise HandbookError("handbook.unwritten", path=str(path)) from error
    return sheets
