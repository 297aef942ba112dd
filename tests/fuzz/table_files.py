"""Tables exported by shops: CSV in any encoding, workbooks, single cells, and their imports."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from app.calendar.packaged_zones import load_zones
from app.domain.tables import cells
from app.domain.tables.heading_row import likely_heading
from app.domain.tables.order_table import match_orders, plan_orders
from app.domain.tables.product_import import match_products, plan_import
from app.domain.tables.rundown_table import match_rundown, plan_rundown
from app.domain.tables.table import CellError, Table, headed
from app.domain.tables.table_profile import likely_profile, prepared, table_of
from app.storage.files import StorageError
from app.storage.table_profiles import load_table_profiles
from app.storage.tables import read_grid
from tests.fuzz.folders import reads_file
from tests.fuzz.mutation import MOST, ODD_NUMBERS, spoiled, spoiled_text
from tests.fuzz.target import Make, Target, calls
from tests.support.selling import good_show
from tests.support.source_trees import ROOT

_SAMPLES = ROOT / "tests" / "storage" / "samples" / "tables"
_CSV = [path.read_bytes() for path in sorted(_SAMPLES.glob("*.csv"))]
_BOOKS = [path.read_bytes() for path in sorted(_SAMPLES.glob("*.xlsx"))]
_SHOW = good_show()
_ZONES = load_zones()
_PROFILES = load_table_profiles(ROOT / "resources" / "table_profiles")
_NOW_MS = 1_700_000_000_000
_CELLS = (
    "19,99 €",
    "US$ 1.234,56",
    "12 pcs",
    "7:30",
    "1:07:30",
    "5-7 days",
    "yes",
    "2026-12-01 20:00",
    "12/31/2026 8:15 PM",
    "2026-12-01T20:00:00-05:00",
    "6.5 %",
    '="00123"',
    "'00123",
    "R$ 10",
    "0.385",
    "1e5",
    "—",
)
_CELL_WORDS = (",", ";", "\t", '"', "\n", "\r", "=1+1", "sep=;\r\n", "USD", "€", "%", ":", "٣", "\x00", "１２")
_CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030", "cp949", "shift_jis")


def _csv(rng: random.Random) -> bytes:
    """A sample in some encoding, with damaged rows, cells and bytes."""
    raw = rng.choice(_CSV)
    if rng.random() < 0.3:
        return spoiled(rng, raw)
    rows = raw.decode("utf-8", "replace").split("\n")
    for _ in range(rng.choice((0, 1, 3))):
        at = rng.randrange(len(rows))
        rows[at : at + rng.choice((0, 1, 1))] = [rng.choice(rows)] * rng.choice((0, 1, 2, 60))
        rows = rows or [""]
    text = spoiled_text(rng, "\n".join(rows), _CELL_WORDS)
    return text.encode(rng.choice(_CODECS), "replace")[:MOST]


def _book(rng: random.Random) -> bytes:
    """A workbook with damaged bytes, or with a damaged part, packed again."""
    raw = rng.choice(_BOOKS)
    if rng.random() < 0.3:
        return spoiled(rng, raw)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as new:
        names = old.namelist()
        wrong = rng.choice(names)
        for name in names:
            content = old.read(name)
            if name == wrong:
                text = content.decode("utf-8", "replace")
                content = spoiled_text(rng, text, ("<", ">", "&", "&#x110000;", "</row>", 'r="XFD1048576"', 't="s"', "<v>9</v>")).encode()
                content = spoiled(rng, content) if rng.random() < 0.3 else content
            if name != wrong or rng.random() < 0.9:
                new.writestr(name, content)
    return made.getvalue()


def _cell(rng: random.Random) -> str:
    return spoiled_text(rng, rng.choice((*_CELLS, *ODD_NUMBERS)), _CELL_WORDS)


def _read_cell(text: str) -> object:
    """Read a cell as every kind; each reader returns a value or refuses."""
    found: list[object] = []
    readers: tuple[Callable[[str], object], ...] = (
        lambda one: cells.money_of(one, "USD"),
        lambda one: cells.money_of(one, ""),
        cells.count_of,
        cells.number_of,
        cells.seconds_of,
        cells.days_of,
        cells.flag_of,
        lambda one: cells.moment_of(one, UTC),
    )
    for reader in readers:
        try:
            found.append(reader(text))
        except CellError:
            continue
    return found


def _table(path: Path) -> Table:
    grid = read_grid(path)
    return headed(grid, likely_heading(grid, lambda _: False))


def _products(path: Path) -> object:
    table = _table(path)
    profile = likely_profile(_PROFILES, "products", table.header)
    rules = table_of(profile, "products", table.header) if profile is not None else None
    table = prepared(table, rules) if rules is not None else table
    return plan_import(table, match_products(table, _SHOW, rules), _SHOW).products


def _orders(path: Path) -> object:
    """Read it like the import, with the rules of the shop it seems to come from."""
    table = _table(path)
    profile = likely_profile(_PROFILES, "orders", table.header)
    rules = table_of(profile, "orders", table.header) if profile is not None else None
    table = prepared(table, rules) if rules is not None else table
    return plan_orders(table, match_orders(table, rules), _SHOW, zones=_ZONES, now_ms=_NOW_MS, profile=rules).orders


def _rundown(path: Path) -> object:
    table = _table(path)
    return plan_rundown(table, match_rundown(table, _SHOW), _SHOW).segments


def _plans(name: str, make: Make, read: Callable[[Path], object], share: float) -> Target:
    return Target(
        name, make, reads_file("table.csv", read), (StorageError,), gives_at_most=400, works_at_most=4000, base=400_000, share=share
    )


TARGETS = (
    Target("csv", _csv, reads_file("table.csv", read_grid), (StorageError,), base=20_000, works_at_most=120, share=0.1),
    Target(
        "xlsx", _book, reads_file("table.xlsx", read_grid), (StorageError,), base=60_000, works_at_most=200, gives_at_most=40, share=0.02
    ),
    Target("cell", _cell, calls(_read_cell), gives_at_most=30, share=0.1),
    _plans("product-table", _csv, _products, 0.02),
    _plans("order-table", _csv, _orders, 0.02),
    _plans("rundown-table", _csv, _rundown, 0.02),
)
