"""Takes orders from the CSV files in a folder. A file is read when it appears or changes; each order counts once."""

import asyncio
import contextlib
import csv
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.plugin.api import Api, AppError, Money, Order, PluginError, TakeOrder, parse_amount

COLUMNS = ("order", "product", "units", "amount", "currency")
MAX_BYTES = 20 * 1024 * 1024


def orders_in(path: Path) -> Iterator[Order | str]:
    """The orders in a file; an invalid line is returned as an error text.

    If an order has the same product twice, its lines are numbered, so that reading the file again gives the same orders.
    """
    lines: Counter[tuple[str, str]] = Counter()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            yield f"{path.name}: the column {missing[0]} is missing"
            return
        for row in reader:
            try:
                units = int(row["units"])
                total: Money = parse_amount(row["amount"], row["currency"].strip().upper())
                order, product = row["order"].strip(), row["product"].strip()
                if units < 1 or not order:
                    raise ValueError("no order number or no units")
                lines[order, product] += 1
                now_ms = time.time_ns() // 1_000_000
                yield Order(order, product, units, total, now_ms, "order_folder", lines[order, product])
            except (AppError, ValueError, TypeError, AttributeError) as error:  # a bad line must not stop the others
                yield f"{path.name}, line {reader.line_num}: {error}"


def enable(api: Api) -> None:
    """Start watching the folder."""
    folder = Path(str(api.settings["folder"])).expanduser()
    if not str(api.settings["folder"]).strip():
        raise PluginError("Choose the folder first.")
    if not folder.is_dir():
        raise PluginError(f"{folder} is not a folder.")
    every_s = int(api.settings["every_s"])

    async def run(take: TakeOrder) -> None:
        read: dict[Path, tuple[int, int]] = {}
        before: dict[Path, tuple[int, int]] = {}
        while True:
            marks = await asyncio.to_thread(_marks, folder)  # the folder may be on another computer
            for path, mark in marks.items():
                # a file that changed since the last check is still being written
                if mark != read.get(path) and mark == before.get(path) and mark[1] <= MAX_BYTES:
                    read[path] = mark
                    for found in await asyncio.to_thread(_read, path):
                        api.tell(found) if isinstance(found, str) else take(found)
            before = marks
            await asyncio.sleep(every_s)

    api.add_shop(run)


def _marks(folder: Path) -> dict[Path, tuple[int, int]]:
    marks = {}
    for path in sorted(folder.glob("*.csv")):
        with contextlib.suppress(OSError):  # it was deleted meanwhile
            state = path.stat()
            marks[path] = state.st_mtime_ns, state.st_size
    return marks


def _read(path: Path) -> list[Order | str]:
    found: list[Order | str] = []
    try:
        found.extend(orders_in(path))
    except (OSError, UnicodeError, csv.Error) as error:  # a bad file must not stop the others
        found.append(f"{path.name}: {error}")
    return found
