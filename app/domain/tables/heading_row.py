"""Finds the header row of a sheet: shops put titles, dates and empty lines above it."""

from collections.abc import Callable

from app.domain.tables.table import Grid

MOST_ROWS = 40  # rows; nobody writes more above a header


def likely_heading(grid: Grid, known: Callable[[str], bool]) -> int:
    """The line (from 1) with the most cells that are `known` headings; without any, the first line that is nearly as wide as the table.

    0 = the sheet is empty.
    """
    rows = [(line, [cell.strip() for cell in row if cell.strip()]) for line, row in enumerate(grid.rows, 1) if row][:MOST_ROWS]
    if not rows:
        return 0
    counted = [(sum(known(cell) for cell in cells), line) for line, cells in rows]
    most = max(count for count, _ in counted)
    if most:
        return next(line for count, line in counted if count == most)
    width = max(len(cells) for _, cells in rows)
    return next(line for line, cells in rows if len(cells) * 5 >= width * 3)
