"""Writes the handbook of the open show: everything about its products, in one language, for the person on camera."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.show import Show
from app.session.document.show_pictures import ShowPictures


class Press(Protocol):
    """Writes a handbook as a web page or a PDF, by the file suffix; raises AppError."""

    def write(self, path: Path, show: Show, title: str, language: str) -> None: ...


MakePress = Callable[[Callable[[str], bytes | None], Callable[[str], str]], Press]


class ShowHandbook:
    """`make_press` is called with the first handbook, because printing is slow to load."""

    suffixes = (".html", ".pdf")

    def __init__(
        self,
        make_press: MakePress,
        pictures: ShowPictures,
        show: Callable[[], Show],
        title: Callable[[], str],
        notify: Callable[[Notice], None],
    ) -> None:
        self._make_press = make_press
        self._pictures = pictures
        self._show = show
        self._title = title
        self._notify = notify
        self._press: Press | None = None

    def write(self, path: Path, language: str) -> bool:
        """Write the handbook in a language, as a web page (.html) or for print (.pdf); False and a notice if it fails."""
        if self._press is None:
            self._press = self._make_press(self._pictures.get, self._pictures.media_type)
        try:
            self._press.write(path, self._show(), self._title(), language)
        except AppError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data, subject=str(path)))
            return False
        self._notify(Notice(Severity.INFO, "table.written", {"path": str(path)}, subject=str(path)))
        return True
