"""Writes only the rows that differ between two shows; reading restores the show's order."""

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


class DatabaseInMemory:
    """Writes shows to a database in memory and counts the changed rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.show: Show | None = None
        self.positions: RowPositions = NO_POSITIONS

    def write(self, show: Show) -> int:
        before = self.connection.total_changes
        self.positions = write_changes(self.connection, self.show, show, self.positions)
        self.show = show
        found, positions = read_show(self.connection, Path("memory"))
        assert found == show
        assert positions == self.positions
        return self.connection.total_changes - before


def make_products(*names: str) -> tuple[Product, ...]:
    return tuple(Product(name, {}) for name in names)


def change_products_randomly(products: list[Product], rng: random.Random, counter: Iterator[int]) -> None:
    index = rng.randrange(len(products) + 1)
    match rng.randrange(5):
        case 0:
            products[index:index] = make_products(*(f"n{next(counter)}" for _ in range(rng.randrange(1, 4))))
        case 1 if len(products) > 5:
            del products[index : index + rng.randrange(1, 3)]
        case 2 if index < len(products):
            products[index] = replace(products[index], sku=str(next(counter)))
        case 3:
            rng.shuffle(products)
        case _:
            ids = [product.id for product in rng.sample(products, min(3, len(products)))]
            products[:] = move_products(replace(BASE, products=tuple(products)), ids, index).products


def test_the_database_keeps_the_order_of_an_edited_list() -> None:
    rng, counter = random.Random(17), itertools.count()
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        rows, products = DatabaseInMemory(connection), list(make_products(*"abcdef"))
        for _ in range(600):
            for _ in range(rng.choice((1, 1, 3))):
                change_products_randomly(products, rng, counter)
            rows.write(replace(BASE, products=tuple(products)))


def test_a_change_writes_only_the_rows_that_differ() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        rows = DatabaseInMemory(connection)
        show = replace(BASE, products=make_products(*(f"p{number}" for number in range(300))))
        rows.write(show)
        show = move_products(show, ["p3"], 290)
        assert rows.write(show) == 1
        show = move_products(show, ["p280", "p281"], 5)
        assert rows.write(show) == 2
        show = replace(show, products=(*show.products[:40], *make_products("new"), *show.products[40:]))
        assert rows.write(show) == 1
        show = replace(show, products=(*show.products[:90], *show.products[91:]))
        assert rows.write(show) == 1
        for number in range(GAP.bit_length() + 3):  # always at the same index, until no position is left between its neighbours
            show = replace(show, products=(*show.products[:7], *make_products(f"n{number}"), *show.products[7:]))
            rows.write(show)
        assert rows.write(move_products(show, ["p100"], 0)) == 1
