"""Summaries of the past shows in the open file."""

import asyncio

from app.domain.review.show_summary import READ_KINDS, PastShow, ShowSummary, SummaryReader, past_shows
from app.domain.show_period import PERIOD_KINDS
from app.session.document.show_book import Now, ShowBook

PIECE = 2000  # events read in one turn of the loop


class ShowReports:
    """Reads the log on demand."""

    def __init__(self, book: ShowBook, *, now_ms: Now) -> None:
        self._book = book
        self._now_ms = now_ms

    def past_shows(self) -> tuple[PastShow, ...]:
        """The past shows, the newest first."""
        return tuple(reversed(past_shows(self._book.log.events(PERIOD_KINDS))))

    async def read(self, past: PastShow) -> ShowSummary:
        """The summary of one show, read in pieces: a long show has a hundred thousand events."""
        reading = SummaryReader(past)
        seq, upto = past.since_seq, self._book.log.last_seq()
        while seq < upto:
            for event in self._book.log.events(READ_KINDS, seq, min(seq + PIECE, upto)):
                reading.take(event)
            seq += PIECE
            await asyncio.sleep(0)
        return reading.summary(self._now_ms())
