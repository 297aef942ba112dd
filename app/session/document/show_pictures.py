"""The pictures of the open show."""

import contextlib
from pathlib import Path

from app.domain.base.clock import NS_PER_MS, Clock
from app.session.document.autosave import Autosave
from app.storage.files import StorageError, read_file
from app.storage.show_pictures import make_picture


class ShowPictures:
    """Stored in the show's file under an id that is made from their content."""

    def __init__(self, autosave: Autosave, clock: Clock) -> None:
        self._autosave = autosave
        self._clock = clock

    def add(self, content: bytes) -> str:
        """Store a PNG, JPEG or WebP picture; returns its id, the same for the same picture. Raises StorageError for anything else."""
        picture = make_picture(content, self._clock.wall_ns() // NS_PER_MS)
        if (file := self._autosave.file_or_new()) is None:
            raise StorageError("picture.nowhere")
        file.writer.add_picture(picture)
        return picture.id

    def add_file(self, path: Path) -> str:
        """Store a picture file; raises StorageError naming the file when it cannot be read."""
        return self.add(read_file(path))

    def get(self, picture_id: str) -> bytes | None:
        """A picture's bytes; None when the show has no such picture or its file cannot be read."""
        with contextlib.suppress(StorageError):
            return self._autosave.file.picture(picture_id) if self._autosave.file is not None else None
        return None

    def media_type(self, picture_id: str) -> str:
        """ "image/png" and the like; "" when the show has no such picture."""
        with contextlib.suppress(StorageError):
            return self._autosave.file.media_type(picture_id) if self._autosave.file is not None else ""
        return ""
