"""Tables of the open show: read for import, written for export."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import Enum
from functools import partial
from pathlib import Path

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order_book import ORDER_KINDS
from app.domain.tables.order_table import events_table, orders_table
from app.domain.tables.product_import import product_table
from app.domain.tables.rundown_table import rundown_table
from app.domain.tables.table import ENCODINGS, Grid, Table
from app.domain.tables.table_profile import TableProfile
from app.session.document.show_book import ShowBook
from app.storage.table_profiles import load_table_profiles
from app.storage.tables import SUFFIXES, Watch, read_grid, write_table

PIECE = 2000  # events read in one turn of the loop: 20 ms


class ExportKind(Enum):
    """The tables that can be exported; the value is the suggested file name."""

    PRODUCTS = "products"
    RUNDOWN = "rundown"
    ORDERS = "orders"
    EVENTS = "events"


class ShowTables:
    """The functions in app.domain.tables say what a table means (product_import, rundown_table, order_table); their result goes into the
    show as one undo step."""

    suffixes = SUFFIXES
    encodings = ENCODINGS

    def __init__(self, book: ShowBook, notify: Callable[[Notice], None], *, profiles: Path) -> None:
        self._profiles_in = profiles
        self._profiles: tuple[TableProfile, ...] | None = None
        self._book = book
        self._notify = notify
        # what is read now, and a function that makes the table on any thread
        self._tables: Mapping[ExportKind, Callable[[], Awaitable[Callable[[], Table]]]] = {
            ExportKind.PRODUCTS: self._products,
            ExportKind.RUNDOWN: self._rundown,
            ExportKind.ORDERS: self._orders,
            ExportKind.EVENTS: self._events,
        }

    def profiles(self) -> tuple[TableProfile, ...]:
        """The known export formats of shops; an unreadable one is left out, with a notice."""
        if self._profiles is None:
            self._profiles = load_table_profiles(self._profiles_in, self._tell_broken)
        return self._profiles

    def _tell_broken(self, error: AppError) -> None:
        self._notify(Notice(Severity.WARNING, error.code, error.data, subject=str(error.data.get("path", self._profiles_in))))

    def read(self, path: Path, sheet: str = "", encoding: str = "", *, watch: Watch) -> Grid:
        """Read a CSV or XLSX file ("" = the first sheet, the likeliest encoding); raises StorageError. May take seconds: call it on a
        thread. `watch` is told how many rows were read, and stops it by returning False."""
        return read_grid(path, sheet, encoding, watch=watch)

    async def export(self, what: ExportKind, path: Path) -> bool:
        """Write a table of the show as it is now, CSV or XLSX by the file suffix; False and a notice if it fails."""
        make = await self._tables[what]()
        try:
            await asyncio.to_thread(lambda: write_table(path, make()))
        except AppError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data, subject=str(path)))
            return False
        self._notify(Notice(Severity.INFO, "table.written", {"path": str(path)}, subject=str(path)))
        return True

    async def _products(self) -> Callable[[], Table]:
        return partial(product_table, self._book.document.show)

    async def _rundown(self) -> Callable[[], Table]:
        return partial(rundown_table, self._book.document.show)

    async def _orders(self) -> Callable[[], Table]:
        show = self._book.document.show
        return partial(orders_table, await self._logged(ORDER_KINDS), show)

    async def _events(self) -> Callable[[], Table]:
        return partial(events_table, await self._logged())

    async def _logged(self, kinds: Collection[EventKind] | None = None) -> tuple[ShowEvent, ...]:
        """The log as it is now, read in pieces: the show goes on meanwhile, and a long one has a hundred thousand events."""
        found: list[ShowEvent] = []
        upto = self._book.log.last_seq()
        for after in range(0, upto, PIECE):
            found += self._book.log.events(kinds, after, min(after + PIECE, upto))
            await asyncio.sleep(0)
        return tuple(found)
