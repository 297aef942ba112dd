"""Only rows that differ between two shows are written; reading keeps the show's order."""

import itertools
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from app.domain.catalogue.product import Product
from app.domain.program.project import starter_project
from app.domain.show import Show
from app.domain.show_editing import move_products
from app.storage.row_order import GAP
from app.storage.show_rows import NO_POSITIONS, RowPositions, read_show, write_changes
from app.storage.show_schema import migrate

BASE = Show(starter_project(camera=None, microphone=False))


class Rows:
    """A file in memory, and how many rows each change of it cost."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.show: Show | None = None
        self.places: RowPositions = NO_POSITIONS

    def write(self, show: Show) -> int:
        before = self.connection.total_changes
        self.places = write_changes(self.connection, self.show, show, self.places)
        self.show = show
        found, places = read_show(self.connection, Path("memory"))
        assert found == show
        assert places == self.places
        return self.connection.total_changes - before


def made(*names: str) -> tuple[Product, ...]:
    return tuple(Product(name, {}) for name in names)


def change(products: list[Product], chance: random.Random, numbers: Iterator[int]) -> None:
    place = chance.randrange(len(products) + 1)
    match chance.randrange(5):
        case 0:
            products[place:place] = made(*(f"n{next(numbers)}" for _ in range(chance.randrange(1, 4))))
        case 1 if len(products) > 5:
            del products[place : place + chance.randrange(1, 3)]
        case 2 if place < len(products):
            products[place] = replace(products[place], sku=str(next(numbers)))
        case 3:
            chance.shuffle(products)
        case _:
            ids = [one.id for one in chance.sample(products, min(3, len(products)))]
            products[:] = move_products(replace(BASE, products=tuple(products)), ids, place).products


def test_the_file_has_any_edited_list_in_order() -> None:
    chance, numbers = random.Random(17), itertools.count()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        rows, products = Rows(connection), list(made(*"abcdef"))
        for _ in range(600):
            for _ in range(chance.choice((1, 1, 3))):
                change(products, chance, numbers)
            rows.write(replace(BASE, products=tuple(products)))


def test_a_change_only_writes_the_rows_it_changes() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        rows = Rows(connection)
        show = replace(BASE, products=made(*(f"p{number}" for number in range(300))))
        rows.write(show)
        show = move_products(show, ["p3"], 290)
        assert rows.write(show) == 1
        show = move_products(show, ["p280", "p281"], 5)
        assert rows.write(show) == 2
        show = replace(show, products=(*show.products[:40], *made("new"), *show.products[40:]))
        assert rows.write(show) == 1
        show = replace(show, products=(*show.products[:90], *show.products[91:]))
        assert rows.write(show) == 1
        for number in range(GAP.bit_length() + 3):  # always at the same place, until there is no room between its neighbours
            show = replace(show, products=(*show.products[:7], *made(f"n{number}"), *show.products[7:]))
            rows.write(show)
        assert rows.write(move_products(show, ["p100"], 0)) == 1
