"""Reads a film once, as the app does."""

from pathlib import Path

from app.media.capture.media_reader import MediaReader, SoundItem, VideoItem


def read(path: Path, **stretch: float) -> tuple[list[VideoItem], list[SoundItem], MediaReader]:
    """Return the frames and sound of one pass through the film."""
    reader = MediaReader(str(path), start_s=stretch.get("start_s", 0.0), end_s=stretch.get("end_s", 0.0), sound=True)
    items = list(reader.items())
    reader.close()
    return [one for one in items if isinstance(one, VideoItem)], [one for one in items if isinstance(one, SoundItem)], reader
