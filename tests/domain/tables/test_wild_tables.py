"""Plans imports of tables with random content and reports each invalid cell."""

import random
from pathlib import Path

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.show import check_show
from app.domain.show_editing import put_products
from app.domain.tables.column_words import ORDER_WORDS, PRODUCT_WORDS, RUNDOWN_WORDS
from app.domain.tables.heading_row import likely_heading
from app.domain.tables.order_table import match_orders, plan_orders
from app.domain.tables.product_import import match_products, plan_import
from app.domain.tables.rundown_table import match_rundown, plan_rundown
from app.domain.tables.table import LONGEST_SAID, Fault, Grid, Table, headed
from app.domain.tables.table_profile import likely_profile, prepared, table_of
from app.storage.paths import RESOURCES
from app.storage.table_profiles import load_table_profiles
from app.storage.wording import Wordings
from tests.domain.tables.test_tables import DE, FAN, JP, US, show_with

ZONES = load_zones()
PROFILES = load_table_profiles(Path(RESOURCES) / "table_profiles")
WORDINGS = Wordings.load(RESOURCES / "notices")
WORDS = [word for words in (PRODUCT_WORDS, RUNDOWN_WORDS, ORDER_WORDS) for many in words.values() for word in many]
CELLS = (
    *("", " ", "0", "-3", "1.299", "1,5", "1.2.3,4,5", "$5", "kr 3", "US$ 19.99", "19,99 €", "€ 5 USD", "5 apples", "6.5%", "1e309", "nan"),
    *("F-1", "f-1", '="00123"', "'00123", "=1+1", "Ｆ-1", "\ufffd", "x\ufffdy", "<b>x</b>", "&amp;&#0;&#x110000;", "<" * 50, "&" * 50),
    *("https://x.test/a.png", "http://[x/a.png", "//cdn.test/a.jpg", "http://127.0.0.1/x", "0" * 32, "www.x.test", "paid", "cancelled"),
    *(
        "2026-11-22",
        "2026-11-22 20:03:11 -0500",
        "09/12/26",
        "31/31/2026",
        "99999999999999",
        "1795395791",
        "0001-01-01",
        "9999-12-31 23:59",
    ),
    *("7:30", "25:61", "5-7", "7-5", "yes", "no", "hero", "open", "5 min", "∞", "٣٤", "𝟙𝟚", "\u202e5", "\x00", "已退款", "部分退款"),
    *("a" * 5000, "," * 5000, "1," * 3000),
)


def random_table(rng: random.Random) -> Table:
    width = rng.randint(1, 9)
    header = tuple(rng.choice(WORDS) if rng.random() < 0.8 else rng.choice(CELLS)[:50] for _ in range(width))
    rows = tuple(tuple(rng.choice(CELLS) for _ in range(width)) for _ in range(rng.randint(1, 8)))
    return headed(Grid("t", (header, *rows)), 1) if rng.random() < 0.5 else Table("t", header, rows)


def assert_faults_have_short_texts(faults: tuple[Fault, ...]) -> None:
    assert all(WORDINGS.template(fault.code) is not None for fault in faults)
    assert all(len(str(value)) <= LONGEST_SAID + 1 for fault in faults for value in fault.data.values())


@pytest.mark.parametrize("seed", range(40))
def test_a_table_with_random_content_is_planned(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(12):
        data = random_table(rng)
        current_show = show_with(FAN, markets=rng.choice(((US,), (US, JP), (DE,), ())))
        answers = rng.choice(({}, {"doubled": "last", "pictures": "fetch", "dates": "month", "price": "line"}))
        plan = plan_import(data, match_products(data, current_show), current_show, answers)
        check_show(put_products(current_show, plan.products))
        assert_faults_have_short_texts(plan.faults)
        orders = plan_orders(data, match_orders(data), current_show, zones=ZONES, now_ms=5, answers=answers)
        assert all(order.units > 0 and order.id and order.product for order in orders.orders)
        assert_faults_have_short_texts(orders.faults)
        plan_rundown(data, match_rundown(data, current_show), current_show)
        assert 0 <= likely_heading(Grid("t", (data.header, *data.rows)), lambda _: rng.random() < 0.3) <= 1 + len(data.rows)


@pytest.mark.parametrize("seed", range(10))
def test_shop_exports_with_random_content_are_planned(seed: int) -> None:
    rng = random.Random(seed)
    for profile in PROFILES:
        for rules in profile.tables:
            extra_columns = [name for name in (rules.group, rules.parent) if name]
            header = tuple(dict.fromkeys((*rules.needs, *(name.rstrip("*") for name in rules.columns), *extra_columns)))
            data = Table("t", header, tuple(tuple(rng.choice(CELLS) for _ in header) for _ in range(6)))
            profile_found = likely_profile(PROFILES, rules.kind, header)
            assert profile_found is not None
            chosen = table_of(profile_found, rules.kind, header)
            assert chosen is not None
            prepared_table = prepared(data, chosen)
            assert (len(prepared_table.rows), prepared_table.header) == (6, header)
            if rules.kind == "products":
                plan = plan_import(prepared_table, match_products(prepared_table, show_with(), chosen), show_with(), {"pictures": "fetch"})
                check_show(put_products(show_with(), plan.products))
            else:
                plan_orders(prepared_table, match_orders(prepared_table, chosen), show_with(), zones=ZONES, now_ms=5, profile=chosen)
