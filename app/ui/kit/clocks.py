"""Durations as people read them on air."""


def clock(seconds: float, *, sign: bool = False) -> str:
    """ "4:05" or "1:04:05"; with a minus below zero and, with `sign`, a plus above it."""
    whole = round(abs(seconds))
    before = "−" if seconds < 0 and whole else "+" if sign and whole else ""
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{before}{hours}:{minutes:02d}:{left:02d}" if hours else f"{before}{minutes}:{left:02d}"


def read_clock(text: str) -> int | None:
    """The seconds of "5" (minutes), "5:30" or "1:05:30"; None for anything else."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(part.strip().isdigit() for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return numbers[0] * 60
    seconds = 0
    for number in numbers:
        seconds = seconds * 60 + number
    return seconds
