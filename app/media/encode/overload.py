"""Detects an encoder that cannot keep up."""

WINDOW = 150  # frames: five seconds at 30 fps, longer than the start of another application disturbs
SHARE = 0.1  # of frames dropped; nobody notices less


class OverloadDetector:
    """Takes the running totals at each frame; reports each overloaded stretch once. For one thread."""

    def __init__(self, window: int = WINDOW, share: float = SHARE) -> None:
        self._window = window
        self._share = share
        self._encoded = 0
        self._dropped = 0

    def overloaded(self, encoded: int, dropped: int) -> bool:
        """True at the end of a window in which at least `share` of the frames were dropped."""
        seen = encoded + dropped - self._encoded - self._dropped
        if 0 <= seen < self._window:
            return False
        bad = seen > 0 and (dropped - self._dropped) >= self._share * seen
        self._encoded, self._dropped = encoded, dropped
        return bad
