"""What is only counted, summed up: the host's log grows by what happened, not by how many hands did it."""

from collections.abc import Iterator
from dataclasses import dataclass

_MAX_KEYS = 500  # beyond it language and market are not told apart any more, then the product


@dataclass(frozen=True, slots=True)
class EventCount:
    """`count` times `kind`; `over`: beyond the share of an address or of the room, so that nobody knows any more who it was."""

    kind: str
    product: str
    language: str
    market: str
    over: bool
    count: int


class EventCounts:
    """Counts that wait for their turn to be told; nothing that was added is ever lost."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str, str, bool], int] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, kind: str, product: str, language: str, market: str, count: int, *, over: bool) -> None:
        """So many more of them."""
        key = next(
            (
                one
                for one in ((kind, product, language, market, over), (kind, product, "", "", over))
                if one in self._counts or len(self._counts) < _MAX_KEYS
            ),
            (kind, "", "", "", over),
        )
        self._counts[key] = self._counts.get(key, 0) + count

    def waiting(self, kind: str) -> int:
        """How many of a kind were not told yet."""
        return sum(count for key, count in self._counts.items() if key[0] == kind)

    def taken(self) -> Iterator[EventCount]:
        """Each sum, oldest first, taken out as it is given."""
        while self._counts:
            key = next(iter(self._counts))
            yield EventCount(*key, self._counts.pop(key))
