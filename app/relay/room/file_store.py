"""One room's files of a kind, in bounded memory."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`file_name` is the name to save it under, "" = none."""

    content: bytes
    media_type: str
    file_name: str = ""


class FileStore:
    """Files by id; beyond `room_bytes` those that were requested longest ago are dropped."""

    def __init__(self, room_bytes: int) -> None:
        self._room_bytes = room_bytes
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0

    def ids(self) -> list[str]:
        return list(self._files)

    def put(self, file_id: str, file: StoredFile) -> None:
        before = self._files.pop(file_id, None)
        self._bytes += len(file.content) - (len(before.content) if before is not None else 0)
        self._files[file_id] = file
        while self._bytes > self._room_bytes:
            self._bytes -= len(self._files.popitem(last=False)[1].content)

    def get(self, file_id: str) -> StoredFile | None:
        if file_id in self._files:
            self._files.move_to_end(file_id)
        return self._files.get(file_id)
