"""Imports orders from shop exports: each line, totals, states and later corrections."""

from dataclasses import replace

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.base.money import Money
from app.domain.catalogue.product import Product
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order import Order, order_data
from app.domain.selling.order_book import LineState, OrderBook, product_names
from app.domain.selling.order_state import why_unsold
from app.domain.show import Show
from app.domain.tables.order_table import OrderPlan, match_orders, orders_table, plan_orders
from app.domain.tables.table import Table, Use, headed
from app.domain.tables.table_profile import likely_profile, prepared, table_of
from app.domain.tables.table_questions import Answers
from app.storage.paths import RESOURCES
from app.storage.table_profiles import load_table_profiles
from app.storage.tables import read_grid
from tests.storage.test_shop_exports import DE, SAMPLES, US, show_for, table

PROFILES = load_table_profiles(RESOURCES / "table_profiles")
ZONES = load_zones()
FAN = Product("fan", {"en": "Fan"}, sku="BF-RED")
CUP = Product("cup", {"en": "Travel cup"}, sku="TC-1")


def plan_shop_orders(data: Table, show: Show, answers: Answers | None = None) -> OrderPlan:
    """Plan the import with the automatically detected profile."""
    profile = likely_profile(PROFILES, "orders", data.header)
    rules = table_of(profile, "orders", data.header) if profile is not None else None
    data = prepared(data, rules) if rules is not None else data
    return plan_orders(data, match_orders(data, rules), show, zones=ZONES, now_ms=5, answers=answers, profile=rules)


def order_lines(plan: OrderPlan) -> list[tuple[str, str, int, int, int]]:
    return [(one.id, one.product, one.units, one.total.minor, one.extra_minor) for one in plan.orders]


def test_every_line_of_a_shopify_order_counts_and_adds_up_to_its_total() -> None:
    grid = read_grid(SAMPLES / "shopify-orders.csv")
    plan = plan_shop_orders(headed(grid, 1), show_for(US))
    assert order_lines(plan) == [("#2001", "BF-RED", 2, 3998, 600), ("#2001", "TC-1", 1, 1400, 0), ("#2002", "TC-1", 1, 1400, 600)]
    assert plan.orders[0].at_ms == 1_795_395_791_000, "must be 20:03:11 at UTC-05:00"
    sums = {one: sum(order.total.minor + order.extra_minor for order in plan.orders if order.id == one) for one in ("#2001", "#2002")}
    assert sums == {"#2001": 5998, "#2002": 2000}
    assert (plan.faults, plan.questions) == ((), ())


HEADER = "Name|Financial Status|Cancelled at|Refunded Amount|Lineitem quantity|Lineitem price|Lineitem sku|Total|Currency|Created at"


def test_orders_without_payment_are_not_revenue() -> None:
    data = table(
        HEADER,
        "#1|paid||0.00|1|5.00|BF-RED|5.00|USD|2026-11-22 20:00:00 -0500",
        "#2|refunded||5.00|1|5.00|BF-RED|5.00|USD|2026-11-22 20:00:00 -0500",
        "#3|paid|2026-11-23 10:00:00 -0500|0.00|1|5.00|BF-RED|5.00|USD|2026-11-22 20:00:00 -0500",
        "#4|partially_refunded||2.00|2|5.00|BF-RED|10.00|USD|2026-11-22 20:00:00 -0500",
        "#5|voided||0.00|1|5.00|BF-RED|5.00|USD|2026-11-22 20:00:00 -0500",
    )
    plan = plan_shop_orders(data, show_for(US))
    assert order_lines(plan) == [("#1", "BF-RED", 1, 500, 0), ("#4", "BF-RED", 2, 1000, -200)]
    assert [(order.id, order.units, why) for order, why in plan.gone] == [
        ("#2", 0, "refunded"),
        ("#3", 0, "cancelled"),
        ("#5", 0, "cancelled"),
    ]
    assert [note.data["count"] for note in plan.notes if note.code == "table.unsold_orders"] == [3]


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("paid", ""),
        ("Completed", ""),
        ("Canceled", "cancelled"),
        ("Cancelled by buyer", "cancelled"),
        ("Fully Refunded", "refunded"),
        ("partially_refunded", ""),
        ("部分退款", ""),
        ("已取消", "cancelled"),
        ("已退款", "refunded"),
        ("cancelado", "cancelled"),
        ("remboursé", "refunded"),
        ("storniert", "cancelled"),
        ("Dibatalkan", "cancelled"),
        ("Đã hủy", "cancelled"),
        ("ยกเลิกแล้ว", "cancelled"),
        ("キャンセル", "cancelled"),
        ("취소완료", "cancelled"),
        ("ملغي", "cancelled"),
        ("रद्द", "cancelled"),
        ("", ""),
    ],
)
def test_order_states_are_read_in_many_languages(state: str, why: str) -> None:
    assert why_unsold([state]) == why


def test_other_shops_are_read_by_their_profiles() -> None:
    tiktok = table(
        "Order ID|Order Status|Seller SKU|Product Name|Quantity|SKU Subtotal After Discount|Order Amount|Created Time|Cancelled Time",
        "Platform unique order ID.|Status|SKU|Name|Qty|Subtotal|Amount|Time|Time",
        "577|To ship|BF-RED|Fan|2|39.98|59.98|11/22/2026 8:03:11 PM|",
        "577|To ship|TC-1|Cup|1|14.00|59.98|11/22/2026 8:03:11 PM|",
        "578|Cancelled|TC-1|Cup|1|14.00|14.00|11/22/2026 8:03:11 PM|11/22/2026 9:03:11 PM",
    )
    plan = plan_shop_orders(tiktok, show_for(US))
    assert order_lines(plan) == [("577", "BF-RED", 2, 3998, 600), ("577", "TC-1", 1, 1400, 0)]
    assert (plan.orders[0].at_ms, len(plan.gone), plan.faults) == (1_795_395_791_000, 1, ())
    lazada = table(
        "orderItemId|orderNumber|sellerSku|paidPrice|createTime|status",
        "1|9|TC-1|14.00|2026-11-22 20:00|shipped",
        "2|9|TC-1|14.00|2026-11-22 20:00|shipped",
        "3|9|BF-RED|20.00|2026-11-22 20:00|canceled",
        "2|9|TC-1|14.00|2026-11-22 20:00|shipped",
    )
    plan = plan_shop_orders(lazada, show_for(US))
    assert [(one.product, one.line, one.total.minor) for one in plan.orders] == [("TC-1", 1, 1400), ("TC-1", 2, 1400)]
    assert plan.doubled == 1
    amazon = table(
        "amazon-order-id|purchase-date|order-status|sku|quantity|item-price|currency",
        "1-1|2026-11-23T01:03:11+00:00|Shipped|TC-1|2|28.00|USD",
    )
    assert order_lines(plan_shop_orders(amazon, show_for(DE))) == [("1-1", "TC-1", 2, 2800, 0)]
    shopee = table(
        "Order ID|Order Status|SKU Reference No.|Deal Price|Quantity|Grand Total|Order Creation Date",
        "2A|Completed|TC-1|7|2|15|2026-11-22 20:00",
    )
    assert order_lines(plan_shop_orders(shopee, show_for(US))) == [("2A", "TC-1", 2, 1400, 100)]
    etsy = table(
        "Sale Date|Item Name|Quantity|Price|Item Total|Currency|Transaction ID|Order ID|SKU", "09/21/26|Travel cup|1|7|7|USD|1|501|"
    )
    named = plan_shop_orders(etsy, replace(show_for(US), products=(CUP,)))
    assert [(one.id, one.product) for one in named.orders] == [("501", "cup")]
    ebay = table(
        "Sales Record Number|Order Number|Custom Label|Quantity|Sold For|Total Price|Sale Date",
        "||||||",
        "7|01-2|TC-1|1|$7.00|$9.00|Nov-22-26",
    )
    assert order_lines(plan_shop_orders(ebay, show_for(US))) == [("01-2", "TC-1", 1, 700, 200)]


def test_ambiguous_prices_and_dates_are_asked_about() -> None:
    data = table("Order|SKU|Qty|Price|Date", "A1|TC-1|2|10|09/12/2026")
    plan = plan_shop_orders(data, show_for(US))
    assert [question.key for question in plan.questions] == ["dates", "price"]
    each = plan_shop_orders(data, show_for(US), {"price": "each", "dates": "month"})
    line = plan_shop_orders(data, show_for(US), {"price": "line", "dates": "day"})
    assert (each.orders[0].total.minor, line.orders[0].total.minor) == (2000, 1000)
    assert each.orders[0].at_ms != line.orders[0].at_ms
    clear = plan_shop_orders(table("Order|SKU|Qty|Unit price|Date", "A1|TC-1|2|10|09/22/2026"), show_for(US))
    assert (clear.questions, clear.orders[0].total.minor) == ((), 2000)


def test_order_headers_are_matched() -> None:
    data = table("Order Date|Order Number|Item SKU|Order Total|Order Status", "2026-11-22 20:00|A1|TC-1|9.99|paid")
    assert match_orders(data) == (Use("time"), Use("order"), Use("product"), Use("total"), Use("status"))
    assert order_lines(plan_shop_orders(data, show_for(US))) == [("A1", "TC-1", 1, 999, 0)]


@pytest.mark.parametrize(
    "header",
    [
        "订单号|货号|数量|单价|订单金额",
        "Bestellnummer|Artikelnummer|Menge|Einzelpreis|Gesamtbetrag",
        "Número de pedido|SKU|Cantidad|Precio unitario|Total del pedido",
        "Numéro de commande|SKU|Quantité|Prix unitaire|Total de la commande",
        "Número do pedido|SKU|Quantidade|Preço unitário|Valor total",
        "Nomor pesanan|SKU|Jumlah|Harga satuan|Total pembayaran",
        "Mã đơn hàng|Mã SKU|Số lượng|Đơn giá|Tổng tiền",
        "หมายเลขคำสั่งซื้อ|SKU|จำนวน|ราคาขาย|ยอดรวม",
        "注文番号|商品コード|個数|単価|合計金額",
        "주문번호|상품코드|수량|단가|결제금액",
        "رقم الطلب|رمز المنتج|الكمية|سعر الوحدة|الإجمالي",
        "ऑर्डर संख्या|उत्पाद कोड|मात्रा|इकाई मूल्य|कुल राशि",
    ],
)
def test_order_headers_in_every_viewer_page_language_are_matched(header: str) -> None:
    uses = match_orders(table(header, "A1|F-1|2|5|11"))
    assert uses == (Use("order"), Use("product"), Use("units"), Use("unit_price"), Use("total"))


def order_placed(seq: int, order: Order, **more: object) -> ShowEvent:
    return ShowEvent(seq, 9, EventKind.ORDER_PLACED, {**order_data(order), **more})


def test_an_order_line_is_recognised_after_its_product_changed() -> None:
    show = replace(show_for(US), products=(FAN,))
    named = product_names(show)
    order = Order("A1", "bf-red", 1, Money(500, "USD"), 5, "import")
    assert OrderBook().line_state(order, named) is LineState.NEW
    assert OrderBook([order_placed(1, replace(order, product="fan"))]).line_state(order, named) is LineState.KNOWN
    assert OrderBook([order_placed(1, order)]).line_state(replace(order, product=" BF-RED"), product_names(show_for(US))) is LineState.KNOWN
    gone = OrderBook([order_placed(1, replace(order, product="fan"), sku="BF-RED")])
    assert gone.line_state(order, product_names(show_for(US))) is LineState.KNOWN, "the product was removed from the show"
    old = OrderBook([order_placed(1, replace(order, product="a-removed-id"))])
    assert old.line_state(order, product_names(show_for(US))) is LineState.KNOWN, "an earlier version logged the product's id"
    assert OrderBook([order_placed(1, order)]).line_state(replace(order, units=2), named) is LineState.CHANGED
    assert OrderBook([order_placed(1, order)]).line_state(replace(order, line=2), named) is LineState.NEW


def test_exported_orders_include_corrections_and_import_again() -> None:
    show = replace(show_for(US), products=(FAN, CUP))
    one = Order("A1", "fan", 2, Money(3998, "USD"), 1_795_395_791_000, "import", 1, 600)
    two = Order("A1", "cup", 1, Money(1400, "USD"), 1_795_395_791_000, "import")
    three = Order("A2", "cup", 1, Money(1400, "USD"), 1_795_395_791_000, "import")
    events = [order_placed(1, one), order_placed(2, two), order_placed(3, three)]
    events.append(
        ShowEvent(4, 9, EventKind.ORDER_CHANGED, {**order_data(replace(three, units=0, total=Money(0, "USD"))), "why": "cancelled"})
    )
    out = orders_table(events, show)
    assert [row[:4] for row in out.rows] == [("A1", "BF-RED", "2", "39.98"), ("A1", "TC-1", "1", "14.00")]
    again = plan_orders(out, match_orders(out), show, zones=ZONES, now_ms=5)
    book, named = OrderBook(events), product_names(show)
    assert [book.line_state(order, named) for order in again.orders] == [LineState.KNOWN, LineState.KNOWN]
    assert (len(book), again.faults) == (1, ())
