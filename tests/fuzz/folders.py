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
    """An empty folder, in memory where the system has a place for that."""
    with tempfile.TemporaryDirectory(prefix="tradewind-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None) as made:
        yield Path(made)


def reads_file(name: str, read: Callable[[Path], object], beside: Path | None = None) -> Callable[[], AbstractContextManager[Call]]:
    """For a parser that is given the path of a file called `name`, whose content is the input (bytes, or text in UTF-8).

    `beside` is a folder whose content stands around it.
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
