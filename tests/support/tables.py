"""Reads a table file with its likely heading."""

from pathlib import Path

from app.domain.tables.heading_row import likely_heading
from app.domain.tables.table import Table, headed
from app.storage.files import StorageError
from app.storage.tables import read_grid


def read_table(path: Path, sheet: str = "") -> Table:
    """Read a table like `read_grid`, with the likely heading. Also raises StorageError for a heading without rows."""
    grid = read_grid(path, sheet)
    table = headed(grid, likely_heading(grid, lambda _: False))
    if not table.header or not table.rows:
        raise StorageError("table.empty", path=str(path))
    return table
