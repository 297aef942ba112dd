"""The pictures of the open show."""

from pathlib import Path

from app.session.document.show_keeper import ShowKeeper
from app.storage.files import read_file


class ShowPictures:
    """Kept in the show's file under an id that is taken from their content."""

    def __init__(self, keeper: ShowKeeper) -> None:
        self._keeper = keeper

    def add(self, content: bytes) -> str:
        """Keep a PNG, JPEG or WebP picture; its id, the same for the same picture. Raises StorageError for anything else."""
        return self._keeper.add_picture(content)

    def add_file(self, path: Path) -> str:
        """As `add`, for a picture file; raises StorageError naming it when it cannot be read."""
        return self._keeper.add_picture(read_file(path))

    def get(self, picture_id: str) -> bytes | None:
        """Its bytes; None when the show has no such picture."""
        return self._keeper.picture(picture_id)

    def media_type(self, picture_id: str) -> str:
        """ "image/png" and the like; "" when the show has no such picture."""
        return self._keeper.media_type(picture_id)
