"""Export and import of products, rundowns and orders as tables, and errors in cells."""

import time
from dataclasses import replace

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.base.money import Money
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Answer, Claim, Comparison, Delivery, Link, Point, Price, Product, Role, Stock
from app.domain.event import EventKind, ShowEvent
from app.domain.program.project import starter_project
from app.domain.rundown.rundown import Act, Cue, Segment
from app.domain.show import Presentation, Show
from app.domain.tables import cells
from app.domain.tables.column_names import guess_use
from app.domain.tables.column_words import PRODUCT_WORDS
from app.domain.tables.order_table import match_orders, orders_table, plan_orders
from app.domain.tables.product_columns import FIELDS_OF, Of
from app.domain.tables.product_import import match_products, plan_import, product_table
from app.domain.tables.rundown_table import match_rundown, plan_rundown, rundown_table
from app.domain.tables.table import CellError, Table, Use, harmless, lines_of, plain, texts_of

ZONES = load_zones()
CUES = (Cue("c1", {"en": "Wave", "zh": "挥手"}), Cue("c2", {"en": "+smile"}))
US = Market("US", {"en": "United States", "zh": "美国"}, ("en", "es"), "USD", ("America/New_York",))
JP = Market("JP", {"en": "Japan", "zh": "日本"}, ("ja",), "JPY", ("Asia/Tokyo",))
DE = Market("DE", {"en": "Germany"}, ("de",), "EUR", ("Europe/Berlin",))

FAN = Product(
    "fan",
    {"en": "Fan", "zh-Hans": "扇子", "ar": "مروحة"},
    sku="F-1",
    category="Home",
    role=Role.TRAFFIC,
    pain_point={"en": "=too hot"},
    audience={"en": "Office\nworkers"},
    price_band="15–20",
    points=(Point("a", {"en": "Light"}, {"en": "58 g", "ja": "58グラム"}), Point("b", {"en": "Quiet"})),
    scenarios=({"en": "On the train", "es": "En el tren"}, {"en": "In two\nlines \\n"}),
    faq=(Answer({"en": "How long?"}, {"en": "Six hours"}), Answer({"en": "Washable?"}, {"en": "-no"})),
    comparisons=(Comparison("Brand X", {"en": "120 g"}, {"en": "58 g"}),),
    prices=(Price("US", Money(1999, "USD"), Money(2999, "USD")), Price("JP", Money(2980, "JPY"))),
    unit_cost=Money(450, "USD"),
    unit={"en": "piece"},
    size_chart=(("S", "M"), ("1", "")),
    stock=(Stock("US", 1200), Stock("Warehouse 2", 0)),
    delivery=(Delivery("US", 5, 7, Money(0, "USD"), Money(999, "USD"), 6.5),),
    return_rule={"en": "30 days"},
    links=(Link("", "https://shop.example.test/fan"), Link("US", "https://us.example.test/fan")),
    claims=(Claim({"en": "Lightest"}, "https://lab.example.test"),),
    pictures=("0" * 32,),
    native_reviewed=("en",),
)


def show_with(*products: Product, markets: tuple[Market, ...] = (US, JP), segments: tuple[Segment, ...] = ()) -> Show:
    return Show(starter_project(camera=None, microphone=False), Presentation(), markets, products, segments)


def table(header: str, *rows: str) -> Table:
    """Return a table from lines with cells separated by "|"."""
    return Table("t", tuple(header.split("|")), tuple(tuple(row.split("|")) for row in rows))


def test_products_survive_export_and_import() -> None:
    full_show = show_with(FAN, replace(FAN, id="other", sku="F-2", name={"fr": "Éventail"}))
    exported = product_table(full_show)
    plan = plan_import(exported, match_products(exported, full_show), full_show)
    assert (plan.new, plan.changed, plan.unchanged, plan.faults) == (0, 0, 2, ())
    elsewhere = plan_import(exported, match_products(exported, show_with()), show_with())
    assert elsewhere.faults == ()
    assert elsewhere.new == 2
    for before, after in zip(full_show.products, elsewhere.products, strict=True):
        new_ids = tuple(replace(point, id=old.id) for point, old in zip(after.points, before.points, strict=True))
        assert replace(after, points=new_ids) == before


def test_an_export_contains_no_formulas() -> None:
    cells_out = [cell for row in product_table(show_with(FAN)).rows for cell in row]
    assert [cell for cell in cells_out if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert "'=too hot" in cells_out


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''=1", "'quoted'", "", "plain", "''"])
def test_a_harmless_cell_is_read_back_unchanged(text: str) -> None:
    assert plain(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("texts", [("a",), ("a", "b"), ("two\nlines", "\\n", "\\"), ("", "second")])
def test_several_texts_in_a_cell_are_split_again(texts: tuple[str, ...]) -> None:
    assert texts_of(lines_of(texts)) == texts


def test_rows_are_matched_by_id_then_sku_then_name() -> None:
    existing = show_with(FAN, replace(FAN, id="cup", sku="C-1", name={"en": "Cup"}))
    data = table("Product ID|SKU|Name (English)|Category", "fan|||A", "|c-1||B", "||cup|C", "|X-9|Fan|D")
    plan = plan_import(data, match_products(data, existing), existing)
    assert [(product.id, product.category) for product in plan.products[:1]] == [("fan", "A")]
    assert [(note.line, note.code) for note in plan.notes] == [(3, "table.twice"), (4, "table.twice")]
    assert (plan.new, plan.changed, plan.left_out, plan.questions[0].key) == (1, 1, 0, "doubled")
    last = plan_import(data, match_products(data, existing), existing, {"doubled": "last"})
    assert [(product.id, product.category) for product in last.products[:2]] == [("fan", "A"), ("cup", "C")]
    assert [(note.line, note.code) for note in last.notes] == [(3, "table.twice")]
    assert plan.products[-1].sku == "X-9", "another SKU is another product, even with the same name"


def test_empty_cells_and_missing_columns_keep_existing_values() -> None:
    existing = show_with(FAN)
    data = table("sku|name [en]|price [US]|stock [US]|keyword 2 [en]", "F-1||$17.50|1,150|Silent")
    (changed,) = plan_import(data, match_products(data, existing), existing).products
    assert changed.name == FAN.name
    assert changed.prices[0] == Price("US", Money(1750, "USD"), Money(2999, "USD"))
    assert (changed.stock[0].units, changed.points[1].keyword, changed.points[0]) == (1150, {"en": "Silent"}, FAN.points[0])


def test_each_invalid_cell_is_reported_and_its_row_is_skipped() -> None:
    data = table(
        "Name|Price US|Price JP|Stock|Link|Role|Delivery US|Was US",
        "A|19.99|2,980|10|https://x|hero|5-7|29.99",
        "B|cheap|29.80|some|x|star|soon|",
        "C|19.99 EUR||||||",
        "D|||||||5",
        "|1|||||| ",
        "||||||| ",
    )
    plan = plan_import(data, match_products(data, show_with()), show_with())
    assert [product.name["en"] for product in plan.products] == ["A", "C"]
    assert plan.products[1].prices == ()
    assert (plan.new, plan.left_out) == (2, 3)
    assert [(question.key, question.code) for question in plan.questions] == [("other:1:EUR", "ask.other_currency")]
    assert [(note.line, note.code) for note in plan.notes if note.line] == [(4, "table.currency_left_out")]
    assert [(fault.line, fault.column, fault.code) for fault in plan.faults] == [
        (3, "Price US", "table.amount"),
        (3, "Price JP", "table.amount"),
        (3, "Stock", "table.count"),
        (3, "Link", "link.not_web"),
        (3, "Role", "table.choice"),
        (3, "Delivery US", "table.days"),
        (5, "Was US", "table.was_alone"),
        (6, "", "table.no_name"),
    ]


def test_a_price_without_a_market_needs_a_show_with_one_market() -> None:
    data = table("name|price", "A|5")
    both = plan_import(data, match_products(data, show_with()), show_with())
    assert [fault.code for fault in both.faults] == ["table.market"]
    one = show_with(markets=(DE,))
    assert plan_import(data, match_products(data, one), one).products[0].prices == (Price("DE", Money(500, "EUR")),)


@pytest.mark.parametrize(
    ("heading", "use"),
    [
        ("SKU", Use("sku")),
        ("Product name", Use("name")),
        ("Name (zh)", Use("name", "zh")),
        ("name_es", Use("name", "es")),
        ("英文名称", Use("name", "en")),
        ("商品名称", Use("name")),
        ("货号", Use("sku")),
        ("卖点2", Use("point2")),
        ("Selling point 3 [ja]", Use("point3", "ja")),
        ("Keyword 1 English", Use("keyword1", "en")),
        ("Price USD", Use("price", "US")),
        ("售价（美国）", Use("price", "US")),
        ("日本价格", Use("price", "JP")),
        ("划线价 US", Use("was", "US")),
        ("Precio de venta", Use("price")),
        ("Punto de venta 1", Use("point1")),
        ("Prix barré", Use("was")),
        ("Lagerbestand", Use("stock")),
        ("Stock (Warehouse 2)", Use("stock", "Warehouse 2")),
        ("库存", Use("stock")),
        ("Rückgabe", Use("return_rule")),
        ("Versandkosten US", Use("freight", "US")),
        ("Return freight US", Use("return_freight", "US")),
        ("Zoll", Use("duty")),
        ("Enlace", Use("link")),
        ("Frobnication", None),
        ("", None),
    ],
)
def test_headers_are_matched_in_many_languages(heading: str, use: Use | None) -> None:
    guessed = guess_use(
        heading,
        PRODUCT_WORDS,
        languages=("en", "es", "ja", "zh"),
        markets=(US, JP, DE),
        in_languages=FIELDS_OF[Of.LANGUAGE],
        in_markets=FIELDS_OF[Of.MARKET],
        in_places=FIELDS_OF[Of.PLACE],
    )
    assert guessed == use


def test_two_columns_for_one_field_ask_the_user() -> None:
    data = table("Name|Title|Article number|Name [en]", "A|B|1|")
    matching = match_products(data, show_with())
    assert matching == (Use("name"), Use("name"), Use("sku"), None), "an empty column is ignored"
    plan = plan_import(data, matching, show_with())
    assert [(one.key, [choice.value for choice in one.choices]) for one in plan.questions] == [("column:name:en", ["0", "1", "-"])]
    assert [fault.code for fault in plan.faults] == ["table.no_name"]
    assert plan_import(data, matching, show_with(), {"column:name:en": "1"}).products[0].name == {"en": "B"}
    prices = table("Name|Price|Price US|Was US|Compare-at price", "A|5|6||9")
    assert match_products(prices, show_with(markets=(US,))) == (Use("name"), Use("price"), Use("price", "US"), None, Use("was"))
    plan = plan_import(prices, match_products(prices, show_with(markets=(US,))), show_with(markets=(US,)), {"column:price:US": "2"})
    assert plan.products[0].prices == (Price("US", Money(600, "USD"), Money(900, "USD")),)


def test_ten_thousand_rows_can_be_planned(capsys: pytest.CaptureFixture[str]) -> None:
    fan = Product("fan", {"en": "Fan", "zh": "扇子"}, "", "Home", Role.HERO, points=FAN.points, prices=FAN.prices, stock=FAN.stock)
    many = show_with(*(replace(fan, id=f"p{number}", sku=f"S-{number}") for number in range(10_000)))
    exported = product_table(many)
    matching = match_products(exported, many)
    began = time.process_time()
    plan = plan_import(exported, matching, show_with())
    spent_s = time.process_time() - began
    assert (plan.new, plan.faults) == (10_000, ())
    with capsys.disabled():
        print(f"\n10,000 rows of {len(exported.header)} columns planned in {spent_s:.1f} s of one processor")


@pytest.mark.parametrize(
    ("text", "currency", "money"),
    [
        ("19.99", "USD", Money(1999, "USD")),
        ("$ 1,299.00", "USD", Money(129900, "USD")),
        ("19,99 €", "", Money(1999, "EUR")),
        ("EUR 1.299,00", "USD", Money(129900, "EUR")),
        ("2980円".replace("円", " JPY"), "", Money(2980, "JPY")),
        ("¥2,980", "JPY", Money(2980, "JPY")),
        ("R$ 10,50", "", Money(1050, "BRL")),
        ("1.234", "KWD", Money(1234, "KWD")),
    ],
)
def test_amounts_are_read_in_common_formats(text: str, currency: str, money: Money) -> None:
    assert cells.money_of(text, currency) == money


@pytest.mark.parametrize(
    ("text", "currency"), [("", "USD"), ("free", "USD"), ("-5", "USD"), ("5", ""), ("1.999,99", "JPY"), ("5 apples", "USD")]
)
def test_an_invalid_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(CellError):
        cells.money_of(text, currency)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 300), ("7.5", 450), ("7,5 min", 450), ("7:30", 450), ("1:02:03", 3723), ("5 分钟", 300)]
)
def test_durations_are_minutes_or_clock_notation(text: str, seconds: int) -> None:
    assert cells.seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["9" * 5000 + ":00", "1:" + "9" * 5000 + ":00", "9" * 5000, "-1:00"])
def test_an_invalid_duration_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        cells.seconds_of(text)


def test_a_rundown_survives_export_and_import() -> None:
    segments = (
        Segment(
            "s1",
            "Hello",
            Act.OPEN,
            90,
            host="Lin",
            cues=(Cue("c1", {"en": "Wave", "zh": "挥手"}), Cue("c2", {"en": "+smile"})),
            share_moment=True,
        ),
        Segment("s2", "Fan", Act.MIDDLE, 3600, "fan", Role.HERO, "cup", scene_id="scene-1", needs_interpreter=True, script={"en": "Dear…"}),
        Segment("s3", "Bye", Act.END, countdown=True, draw="Two cups", note="@all"),
    )
    full_show = show_with(FAN, replace(FAN, id="cup", sku="", name={"en": "Cup"}), segments=segments)
    exported = rundown_table(full_show)
    plan = plan_rundown(exported, match_rundown(exported, full_show), full_show)
    assert (plan.segments, plan.faults) == (segments, ())


def test_a_sellers_own_rundown_table_is_read() -> None:
    data = table("环节|阶段|时长|商品|备选|提示", "开场|开场|3|||打招呼", "|主体|7:30|F-1|扇子|", "x|x|0|nothing||", "||5|||")
    plan = plan_rundown(data, match_rundown(data, show_with(FAN)), show_with(FAN))
    assert [(one.title, one.act, one.planned_s, one.product_id, one.backup_id) for one in plan.segments] == [
        ("开场", Act.OPEN, 180, "", ""),
        ("Fan", Act.MIDDLE, 450, "fan", "fan"),
    ]
    assert plan.segments[0].cues[0].text == {"en": "打招呼"}
    assert [(fault.line, fault.code) for fault in plan.faults] == [
        (4, "table.choice"), (4, "table.length"), (4, "table.no_product"), (5, "table.no_title"),
    ]  # fmt: skip


def test_orders_are_imported_once_and_exported_unchanged() -> None:
    data = table(
        "Order number|SKU|Qty|Amount|Currency|Ordered at",
        "A1|F-1|2|39.98|USD|2026-11-22 20:00",
        "A1|F-1|2|39.98|USD|2026-11-22 20:00",
        "A2|F-1|1|19.99||2026-11-23T01:00:00Z",
        "A3|F-1|0|?|usdollar|yesterday",
        "|F-1|1|1|USD|",
    )
    us_show = show_with(FAN, markets=(US,))
    plan = plan_orders(data, match_orders(data), us_show, zones=ZONES, now_ms=5)
    assert [(order.id, order.units, order.total, order.at_ms) for order in plan.orders] == [
        ("A1", 2, Money(3998, "USD"), 1_795_395_600_000),
        ("A2", 1, Money(1999, "USD"), 1_795_395_600_000),
    ]
    assert (plan.doubled, plan.left_out) == (1, 2)
    assert [(fault.line, fault.column, fault.code) for fault in plan.faults] == [
        (5, "Qty", "table.count"), (5, "Amount", "table.currency"), (5, "Ordered at", "table.time"), (6, "Order number", "table.missing"),
    ]  # fmt: skip
    order_data = {
        "order": "A1",
        "product": "fan",
        "units": 2,
        "minor": 3998,
        "currency": "USD",
        "at_ms": 1_795_395_600_000,
        "source": "webhook",
    }
    exported = orders_table([ShowEvent(1, 9, EventKind.ORDER_PLACED, order_data), ShowEvent(2, 9, EventKind.VIEWER_LEFT)], us_show)
    again = plan_orders(exported, match_orders(exported), us_show, zones=ZONES, now_ms=5)
    assert (again.faults, again.orders) == ((), plan.orders[:1])


def test_a_damaged_order_in_the_log_is_exported_as_is() -> None:
    good = {"order": "A1", "product": "fan", "units": 1, "minor": 1999, "currency": "USD", "at_ms": 1_795_395_600_000, "source": "x"}
    broken: tuple[dict[str, object], ...] = (
        {"currency": "dollars"},
        {"minor": "much"},
        {"minor": None},
        {"at_ms": 10**30},
        {"at_ms": "soon"},
    )
    log = [ShowEvent(seq, 9, EventKind.ORDER_PLACED, {**good, **wrong}) for seq, wrong in enumerate(({}, *broken), start=1)]
    rows = orders_table(log, show_with(FAN, markets=(US,))).rows
    moment = rows[0][5]
    assert [row[3:6] for row in rows] == [
        ("19.99", "USD", moment),
        ("1999", "dollars", moment),
        ("much", "USD", moment),
        ("None", "USD", moment),
        ("19.99", "USD", str(10**30)),
        ("19.99", "USD", "soon"),
    ]
