"""Plays a recorded chat from a JSONL file. After a crash it goes on where it was."""

import asyncio
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path

from app.plugin.api import Api, Chat, ChatAbilities, PlatformMessage, PluginError

MAX_BYTES = 64 * 1024 * 1024
MAX_LINE = 64 * 1024
KEEP_S, FRESH_S = 0.5, 30.0
MAX_AT_S = 7 * 86_400.0
GAP_S = 2.0  # between messages without a time


def recorded(lines: Iterator[bytes], run: str) -> Iterator[tuple[float, PlatformMessage] | None]:
    """Each message with its seconds from the start; None for a line that is not a message. `run` tells repetitions apart."""
    at_s = 0.0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            text = data["text"]
            given_s = float(data.get("at_s", at_s + GAP_S))
            texts = {key: str(data.get(key, "")) for key in ("id", "author", "name", "language", "reply_to")}
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            yield None
            continue
        if not isinstance(text, str) or not math.isfinite(given_s) or len(line) > MAX_LINE:
            yield None
            continue
        at_s = min(max(given_s, at_s), MAX_AT_S)
        name = texts["name"] or "viewer"
        message_id = f"{texts['id'] or number}{run}"
        yield (
            at_s,
            PlatformMessage(message_id, texts["author"] or name, name, text, language=texts["language"], reply_to=texts["reply_to"]),
        )


def enable(api: Api) -> None:
    """Start playing."""
    path = Path(str(api.settings["file"])).expanduser()
    speed, repeat = float(api.settings["speed"]), bool(api.settings["repeat"])
    if not str(api.settings["file"]).strip():
        raise PluginError("Choose the file first.")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise PluginError(f"Can’t read {path.name}: {error.strerror}") from error
    if size > MAX_BYTES:
        raise PluginError(f"{path.name} is larger than {MAX_BYTES // 1024 // 1024} MB.")

    async def run(chat: Chat) -> None:
        chat.connected(path.name)
        place = Place(api.folder / "place.json", path)
        number, line = place.read()
        while True:
            await play(chat, path, speed, number, line, place)
            number, line = number + 1, 0
            if not repeat:
                place.write(0, 0)
                chat.connected(f"{path.name}, at the end")
                await asyncio.Event().wait()

    api.add_chat(run, ChatAbilities())


class Place:
    """Where the playing is, in a file: a plugin that is restarted within `FRESH_S` goes on there."""

    def __init__(self, file: Path, recording: Path) -> None:
        self._file = file
        state = recording.stat()
        self._recording = [str(recording), state.st_mtime_ns, state.st_size]

    def read(self) -> tuple[int, int]:
        """The repetition and how many messages of it have been played; (0, 0) = from the start."""
        try:
            recording, number, played, at_s = json.loads(self._file.read_bytes())
            if recording == self._recording and 0 <= time.time() - at_s < FRESH_S:
                return int(number), int(played)
        except (OSError, ValueError, TypeError):  # nothing was kept
            return 0, 0
        return 0, 0

    def write(self, number: int, played: int) -> None:
        """Keep the place."""
        self._file.write_text(json.dumps([self._recording, number, played, time.time()]), encoding="utf-8")


async def play(chat: Chat, path: Path, speed: float, number: int, played: int, place: Place) -> None:
    """Play the file once, without the first `played` messages."""
    content = await asyncio.to_thread(path.read_bytes)
    loop = asyncio.get_running_loop()
    began, kept = loop.time(), 0.0
    for count, found in enumerate(recorded(iter(content.splitlines()), f"+{number}" if number else "")):
        if count < played:
            began = began if found is None else loop.time() - found[0] / speed
            continue
        if found is None:
            chat.dropped("invalid")
            continue
        at_s, message = found
        await asyncio.sleep(max(0.0, began + at_s / speed - loop.time()))
        chat.receive(message)
        if loop.time() - kept >= KEEP_S:
            kept = loop.time()
            place.write(number, count + 1)
    await asyncio.sleep(GAP_S / speed)
