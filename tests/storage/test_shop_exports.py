"""Imports real shop exports: which rows are items, their prices, and the questions for the user."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.base.money import Money
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Product, Stock
from app.domain.program.project import starter_project
from app.domain.show import Presentation, Show
from app.domain.show_editing import put_products
from app.domain.tables.column_names import known_heading
from app.domain.tables.column_words import PRODUCT_WORDS
from app.domain.tables.heading_row import likely_heading
from app.domain.tables.product_import import ImportPlan, match_products, plan_import
from app.domain.tables.rundown_table import match_rundown, plan_rundown
from app.domain.tables.table import Table, Use, headed
from app.domain.tables.table_profile import likely_profile, prepared, table_of
from app.domain.tables.table_questions import Answers
from app.storage.files import StorageError
from app.storage.paths import RESOURCES
from app.storage.table_profiles import load_table_profiles
from app.storage.tables import read_grid

SAMPLES = Path(__file__).parent / "samples" / "tables"
PRODUCT_FILES = sorted(path.name for path in SAMPLES.glob("*.*") if not path.name.startswith(("shopify-orders", "rundown")))
PROFILES = load_table_profiles(RESOURCES / "table_profiles")
US = Market("US", {"en": "United States"}, ("en",), "USD", ("America/New_York",))
DE = Market("DE", {"en": "Germany"}, ("de",), "EUR", ("Europe/Berlin",))
FR = Market("FR", {"en": "France"}, ("fr",), "EUR", ("Europe/Paris",))
KW = Market("KW", {"en": "Kuwait"}, ("ar",), "KWD", ("Asia/Kuwait",))


def show_for(*markets: Market) -> Show:
    return Show(starter_project(camera=None, microphone=False), Presentation(), markets)


def sample_table(name: str) -> Table:
    grid = read_grid(SAMPLES / name)
    return headed(grid, likely_heading(grid, lambda cell: known_heading(cell, PRODUCT_WORDS)))


def table(header: str, *rows: str) -> Table:
    return Table("t", tuple(header.split("|")), tuple(tuple(row.split("|")) for row in rows))


def plan_products(data: Table, show: Show, answers: Answers | None = None) -> ImportPlan:
    """Plan the import with the automatically detected profile."""
    profile = likely_profile(PROFILES, "products", data.header)
    rules = table_of(profile, "products", data.header) if profile is not None else None
    data = prepared(data, rules) if rules is not None else data
    return plan_import(data, match_products(data, show, rules), show, answers)


def summary(product: Product) -> tuple[str, int, int | None, int | None, int | None]:
    price = product.prices[0] if product.prices else None
    was = price.was.minor if price is not None and price.was is not None else None
    units = product.stock[0].units if product.stock else None
    return product.sku, price.price.minor if price is not None else -1, was, units, product.unit_cost.minor if product.unit_cost else None


def test_every_shop_has_a_profile_with_its_source() -> None:
    assert [item.title for item in PROFILES] == [
        "AliExpress", "Amazon", "eBay", "Etsy", "Lazada", "Shopee", "Shopify", "TikTok Shop", "WooCommerce",
    ]  # fmt: skip
    assert all(item.source and item.read_on and item.tables for item in PROFILES)
    for profile in PROFILES:
        for rules in profile.tables:
            found = likely_profile(PROFILES, rules.kind, rules.needs)
            assert found is not None and found.id == profile.id, (profile.id, rules.needs)


def test_a_broken_profile_is_reported(tmp_path: Path) -> None:
    for text in ("title = 1", "not toml", 'title="x"\nsource="x"\nread_on="x"\n[[tables]]\nkind="x"\nneeds=["a"]\ncolumns={}'):
        (tmp_path / "shop.toml").write_text(text)
        with pytest.raises(StorageError) as raised:
            load_table_profiles(tmp_path)
        assert raised.value.code == "profile.broken"


def test_a_shopify_export_has_three_items_and_a_picture_row() -> None:
    plan = plan_products(sample_table("shopify-products.csv"), show_for(US), {"pictures": "fetch"})
    assert [summary(item) for item in plan.products] == [
        ("BF-RED", 1999, 2999, 120, 450),
        ("BF-BLUE", 2199, 2999, 0, 470),
        ("TC-1", 1400, None, 40, 310),
    ]
    assert [item.name["en"] for item in plan.products] == [
        "Bamboo folding fan - Red", "Bamboo folding fan - Blue", 'Travel cup "Mono" 12 oz',
    ]  # fmt: skip
    assert (plan.left_out, plan.faults) == (0, ())
    red = plan.products[0]
    assert plan.addresses[red.id] == ("https://cdn.example.test/fan-red.jpg?v=1", "https://cdn.example.test/fan-back.jpg")
    assert [(note.line, note.code) for note in plan.notes if note.line] == [(3, "table.below_zero")]


def test_shopify_market_columns_set_the_prices_of_those_markets() -> None:
    header = "URL handle|Title|SKU|Price|Compare-at price|Option1 value|Price / Germany|Price / Mars|Inventory quantity"
    data = table(header, "fan|Fan|F-1|19.99|29.99|Red|18.50|5|3", "fan||F-2|20|||||")
    plan = plan_products(data, replace(show_for(US, DE), presentation=Presentation(market_id="US")))
    assert [(item.market_id, item.price) for item in plan.products[0].prices] == [("US", Money(1999, "USD")), ("DE", Money(1850, "EUR"))]
    assert [item.name["en"] for item in plan.products] == ["Fan - Red", "Fan"]


def test_woocommerce_parents_are_not_items_and_sale_prices_win() -> None:
    plan = plan_products(sample_table("woocommerce-products.csv"), show_for(US))
    assert [summary(item)[:4] for item in plan.products] == [("TEE-S", 1750, 2500, 37), ("MUG", 1290, None, 250), ("LMP", 3900, 5900, 12)]
    assert (plan.left_out, plan.faults) == (0, ())
    assert [question.key for question in plan.questions] == ["pictures"]
    assert plan.addresses == {}, "nothing is fetched before the user agrees"


def test_other_shops_are_read_by_their_profiles() -> None:
    etsy = table("TITLE|DESCRIPTION|PRICE|CURRENCY_CODE|QUANTITY|TAGS|IMAGE1|SKU", "Mug &amp; lid|x|24.00|USD|7|a|https://i.test/1.jpg|MUG")
    assert summary(plan_products(etsy, show_for(US)).products[0]) == ("MUG", 2400, None, 7, None)
    assert plan_products(etsy, show_for(US)).products[0].name == {"en": "Mug & lid"}
    assert [item.key for item in plan_products(etsy, show_for(DE)).questions] == ["other:2:USD", "pictures"]
    shopee = table(
        "et_title_product_id|et_title_product_name|et_title_variation_name|et_title_variation_sku|et_title_variation_price|et_title_variation_stock",
        "sales_info|35b74571||||",
        "Product ID|Product Name|Variation|SKU|Price|Stock",
        "101|Fan|Red|F-R|9.90|4",
        "101||Blue|F-B|9.90|5",
    )
    assert [(item.name["en"], summary(item)[3]) for item in plan_products(shopee, show_for(US)).products] == [
        ("Fan - Red", 4),
        ("Fan - Blue", 5),
    ]
    lazada = table("Product ID|Product Name(English)|SpecialPrice|Price|SellerSKU", "1|Fan|8|10|F-1", "2|Cup||10|C-1", "note||||")
    assert [summary(item)[:3] for item in plan_products(lazada, show_for(US)).products] == [("F-1", 800, 1000), ("C-1", 1000, None)]
    tiktok = table("Product Name|Seller SKU|Retail Price (Local Currency)|Quantity in Main Warehouse", "Fan|F-1|8|10")
    assert summary(plan_products(tiktok, show_for(US)).products[0])[:4] == ("F-1", 800, None, 10)


def test_price_columns_without_a_market_are_left_out_with_a_note() -> None:
    plan = plan_products(sample_table("usd-and-eur-in-us-show.csv"), show_for(US))
    assert plan.products[0].prices[0].price == Money(1999, "USD")
    assert [(note.column, note.code) for note in plan.notes] == [
        ("Price EUR", "table.no_market_for"), ("Price GBP", "table.no_market_for"),
    ]  # fmt: skip
    both = plan_products(sample_table("usd-and-eur-in-us-show.csv"), show_for(US, DE, FR))
    assert [(item.market_id, item.price.minor) for item in both.products[0].prices] == [("US", 1999), ("DE", 1850), ("FR", 1850)]


def test_an_amount_in_another_currency_asks_and_is_never_converted() -> None:
    data = table("Name|Price|Cost (CNY)", "Fan|US$19.99|38.50", "Cup|5|4")
    german = plan_products(data, show_for(DE))
    assert [(item.key, item.data["text"]) for item in german.questions] == [("other:1:USD", "US$19.99")]
    assert german.products[0].prices == ()
    assert [item.unit_cost for item in german.products] == [Money(3850, "CNY"), Money(400, "CNY")]
    answered = plan_products(data, show_for(DE), {"other:1:USD": "-"})
    assert [(note.line, note.code) for note in answered.notes if note.line] == [(2, "table.currency_left_out")]
    two = replace(show_for(US, DE), presentation=Presentation(market_id="DE"))
    assert [item.market_id for item in plan_products(data, two).products[0].prices] == ["US"], "the cell's currency selects the market"


def test_an_ambiguous_currency_sign_asks_if_no_market_uses_it() -> None:
    data = table("Name|Price", "Fan|$19.99", "Cup|kr 5")
    assert plan_products(data, show_for(US)).products[0].prices[0].price == Money(1999, "USD")
    german = plan_products(data, show_for(DE))
    assert [(item.key, [choice.value for choice in item.choices][:2]) for item in german.questions][:2] == [
        ("currency:1:$", ["USD", "CAD"]),
        ("currency:1:kr", ["SEK", "NOK"]),
    ]
    assert [item.prices for item in german.products] == [(), ()]
    chosen = plan_products(data, show_for(DE), {"currency:1:$": "USD", "currency:1:kr": "-", "other:1:USD": "-"})
    assert {item.key for item in chosen.questions} == {"currency:1:$", "currency:1:kr", "other:1:USD"}


def test_three_decimals_or_thousands_are_decided_by_other_cells_or_by_the_user() -> None:
    def prices(show: Show, answers: Answers | None, *cells: str) -> tuple[list[int], list[str]]:
        plan = plan_products(table("Name|Price", *(f"N{place}|{cell}" for place, cell in enumerate(cells))), show, answers)
        return [item.prices[0].price.minor if item.prices else -1 for item in plan.products], [item.key for item in plan.questions]

    assert prices(show_for(KW), None, "0.385", "1.250") == ([385, 1250], [])
    assert prices(show_for(US), None, "1.299", "5,50") == ([129900, 550], [])
    assert prices(show_for(US), None, "1,299", "5.50") == ([129900, 550], [])
    assert prices(show_for(DE), None, "1.299")[1] == ["decimals:1"]
    assert prices(show_for(DE), {"decimals:1": ","}, "1.299")[0] == [129900]
    assert plan_products(table("Name|Price", "A|0.385"), show_for(US)).faults[0].code == "table.amount", "0.385 must not become 385 dollars"
    stock = table("Name|Stock", "A|12.000", "B|7.000")
    assert [item.key for item in plan_products(stock, show_for(US)).questions] == ["decimals:1"]
    answered = plan_products(stock, show_for(US), {"decimals:1": "."})
    assert [item.stock for item in answered.products] == [(Stock("", 12),), (Stock("", 7),)]


@pytest.mark.parametrize(("answer", "price", "units"), [("first", 1999, 10), ("last", 1699, 4), (None, None, None)])
def test_the_user_decides_about_a_duplicate_sku(answer: str | None, price: int | None, units: int | None) -> None:
    plan = plan_products(sample_table("duplicate-skus.csv"), show_for(US), {"doubled": answer} if answer else {})
    (question,) = plan.questions
    assert (question.key, question.data["text"]) == ("doubled", "F-1")
    fans = [item for item in plan.products if item.sku]
    assert [summary(item)[1:4] for item in fans] == ([] if answer is None else [(price, None, units)])
    assert sum(not item.sku for item in plan.products) == 1, "identical rows are merged"


@pytest.mark.parametrize("name", PRODUCT_FILES)
def test_importing_a_file_twice_changes_nothing(name: str) -> None:
    show = show_for(US)
    answers = {"doubled": "first", "pictures": "-"}
    first = plan_products(sample_table(name), show, answers)
    assert first.new
    again = plan_products(sample_table(name), put_products(show, first.products), answers)
    assert (again.new, again.changed, again.unchanged) == (0, 0, first.new)


def test_skus_stored_in_another_form_still_match() -> None:
    show = replace(show_for(US), products=(Product("fan", {"en": "Fan"}, sku=" '00123"), Product("cup", {"en": "Cup"}, sku="ＣＵＰ-1")))
    plan = plan_products(table("SKU|Name|Category", "00123|Fan|x", "cup-1|Cup|y"), show)
    assert [(item.id, item.category) for item in plan.products] == [("fan", "x"), ("cup", "y")]


def test_a_truncated_character_only_affects_its_cell() -> None:
    plan = plan_products(sample_table("utf8-one-cut.csv"), show_for(US))
    assert [item.name["en"] for item in plan.products] == ["竹扇子，大号", "隨行杯", "折叠"]
    assert [(note.line, note.column, note.code) for note in plan.notes if note.line] == [(4, "商品名称", "table.lost_sign")]
    wrong = plan_products(table("SKU|Name|Stock", "F\ufffd|Fan|1", "C-1|Cup|1\ufffd"), show_for(US))
    assert [(fault.line, fault.code) for fault in wrong.faults] == [(2, "table.lost_sign")]
    assert [(item.sku, item.stock) for item in wrong.products] == [("C-1", ())]


def test_title_rows_above_the_header_and_per_cent_cells_are_read() -> None:
    assert [item.name["en"] for item in plan_products(sample_table("title-rows.csv"), show_for(US)).products] == ["Fan"]
    assert [item.delivery[0].duty_percent for item in plan_products(sample_table("duty-percent.xlsx"), show_for(US)).products] == [6.5, 6.5]


def test_tags_and_entities_in_names_are_cleaned() -> None:
    plan = plan_products(table("Name|Category", "<p>Light &amp; <b>quiet</b></p>|A &gt; B", "1 < 2 & 3|x"), show_for(US))
    assert [(item.name["en"], item.category) for item in plan.products] == [("Light & quiet", "A > B"), ("1 < 2 & 3", "x")]


def test_links_of_all_kinds_are_imported() -> None:
    data = table("Name|Product URL", "A|https://x.test/a", "B|shop.example.com/b", "C|no link at all")
    plan = plan_products(data, show_for(US))
    assert [item.links[0].url for item in plan.products] == ["https://x.test/a", "https://shop.example.com/b"]
    assert [fault.code for fault in plan.faults] == ["link.not_web"]


@pytest.mark.parametrize(
    "header",
    [
        "SKU|Product name|Price|Stock",
        "货号|商品名称|售价|库存",
        "Artikelnummer|Produktname|Verkaufspreis|Lagerbestand",
        "Referencia|Nombre|Precio de venta|Existencias",
        "Référence|Nom du produit|Prix de vente|Quantité",
        "Código do produto|Nome do produto|Preço de venda|Estoque",
        "Kode barang|Nama produk|Harga jual|Stok",
        "Mã hàng|Tên sản phẩm|Giá bán|Tồn kho",
        "รหัสสินค้า|ชื่อสินค้า|ราคาขาย|จำนวนคงเหลือ",
        "商品コード|商品名|販売価格|在庫数",
        "상품코드|상품명|판매가|재고수량",
        "رمز المنتج|اسم المنتج|سعر البيع|الكمية",
        "उत्पाद कोड|उत्पाद का नाम|विक्रय मूल्य|मात्रा",
    ],
)
def test_headers_in_every_viewer_page_language_are_matched(header: str) -> None:
    assert match_products(table(header, "A-1|Fan|5|3"), show_for(US)) == (Use("sku"), Use("name"), Use("price"), Use("stock"))


def test_headers_are_matched_by_all_their_words_and_the_cells_below() -> None:
    header = "Name|In stock?|Date sale price starts|Variant Inventory Tracker|SEO Title|Order Date|Stock level|Stock colour"
    data = table(header, "Fan|1|2026-11-20|shopify|Best fan|2026-11-22|12|red")
    assert match_products(data, show_for(US)) == (Use("name"), None, None, None, None, None, Use("stock"), None)


def test_a_rundown_is_read_as_displayed_and_a_time_of_day_is_not_a_duration() -> None:
    data = sample_table("rundown-mmss-typed.xlsx")
    plan = plan_rundown(data, match_rundown(data, show_for(US)), show_for(US))
    assert [(item.title, item.planned_s) for item in plan.segments][:2] == [("Opening", 180), ("Fan", 450)]
    assert [(fault.line, fault.code) for fault in plan.faults] == [(4, "table.length")], "two seconds is too short for a segment"
    times = table("Time Start|Segment|Duration", "20:00|Open|3:00", "20:03|Fan|7:30")
    assert match_rundown(times, show_for(US)) == (None, Use("title"), Use("minutes"))
    clock_times = table("Time|Segment", "20:00:00|Open", "20:03:00|Fan")
    assert plan_rundown(clock_times, match_rundown(clock_times, show_for(US)), show_for(US)).faults == ()
