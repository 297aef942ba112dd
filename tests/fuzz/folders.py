"""A file in a folder in memory, for parsers that read files."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.fuzz.target import Call

_MEMORY = Path("/dev/shm")


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, in memory if the system allows."""
    with tempfile.TemporaryDirectory(prefix="tradewind-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None) as made:
        yield Path(made)


def reads_file(name: str, read: Callable[[Path], object], beside: Path | None = None) -> Callable[[], AbstractContextManager[Call]]:
    """Open a parser that takes the path of a file called `name`, with the input as content (bytes, or text in UTF-8).

    `beside` is a folder whose content is copied next to the file.
    """

    @contextmanager
    def opened() -> Iterator[Call]:
        with folder() as place:
            if beside is not None:
                shutil.copytree(beside, place, dirs_exist_ok=True)
            path = place / name

            def call(content: bytes | str) -> object:
                path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
                return read(path)

            yield call

    return opened
