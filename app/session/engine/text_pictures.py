"""Draws the text sources for the engine, which has no Qt."""

from collections.abc import Callable, Mapping

from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.command import PutPicture
from app.domain.program.output import Canvas
from app.domain.program.project import Project
from app.domain.program.source import SourceKind, settings_of

DrawText = Callable[[Mapping[str, Value], Canvas], tuple[int, int, bytes]]
Look = tuple[tuple[tuple[str, Value], ...], Canvas]


class TextPictures:
    """Draws the text sources that changed, and all of them for a new engine."""

    def __init__(self, draw: DrawText, notify: Callable[[Notice], None]) -> None:
        self._draw = draw
        self._notify = notify
        self._put: dict[str, Look] = {}

    def forget(self) -> None:
        """Forget what was drawn: a new engine has no pictures."""
        self._put.clear()

    def due(self, project: Project) -> tuple[PutPicture, ...]:
        """The commands with the pictures that changed; they count as sent from here on."""
        canvas = project.output.canvas
        pictures: list[PutPicture] = []
        present: set[str] = set()
        for source in project.sources:
            if source.kind is not SourceKind.TEXT:
                continue
            present.add(source.id)
            settings = settings_of(source)
            look = (tuple(settings.items()), canvas)
            if self._put.get(source.id) == look:
                continue
            self._put[source.id] = look
            try:
                width, height, rgba = self._draw(settings, canvas)
            except AppError as error:
                self._notify(Notice(Severity.WARNING, error.code, {**error.data, "source": source.name}, subject=source.id))
                continue
            pictures.append(PutPicture(source.id, width, height, rgba))
        self._put = {source_id: look for source_id, look in self._put.items() if source_id in present}
        return tuple(pictures)
