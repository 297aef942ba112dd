"""Writes the handbook as an HTML page or a PDF, depending on the file's extension."""

from collections.abc import Callable
from pathlib import Path

from app.domain.show import Show
from app.language.handbook import HandbookWriter
from app.overlay.handbook_pdf import write_pdf
from app.overlay.offscreen import make_offscreen_application
from app.storage.files import write_file
from app.storage.phrases import load_phrases

PDF = ".pdf"


class HandbookExporter:
    """`resources` is Tradewind's data folder; `picture_of` and `media_type_of` return the show's pictures and their types."""

    def __init__(self, resources: Path, picture_of: Callable[[str], bytes | None], media_type_of: Callable[[str], str]) -> None:
        folder = resources / "handbook"
        self._writer = HandbookWriter(folder, load_phrases(folder / "words.toml"))
        self._picture_of = picture_of
        self._media_type_of = media_type_of

    def write(self, path: Path, show: Show, title: str, language: str) -> None:
        """Write the file; raises StorageError or HandbookError."""
        if path.suffix.lower() == PDF:
            application = make_offscreen_application()  # the window's, if there is one
            page = self._writer.printed(show, title, language)
            write_pdf(path, page, title=title, language=language, picture_of=self._picture_of)
            del application
        else:
            write_file(path, self._writer.page(show, title, language, self._picture).encode("utf-8"))

    def _picture(self, picture_id: str) -> tuple[str, bytes] | None:
        content = self._picture_of(picture_id)
        return None if content is None else (self._media_type_of(picture_id), content)
