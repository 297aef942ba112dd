"""Checking only what changed in a show finds the same as a full check."""

import random
from dataclasses import replace

from app.domain.base.errors import AppError
from app.domain.catalogue.product import Product, Stock
from app.domain.program.project import starter_project
from app.domain.rundown.rundown import Segment
from app.domain.show import Coupon, Show, check_show
from app.domain.show_editing import move_products, move_segments, remove_products

IDS = "abcdefgh"


def small_show() -> Show:
    products = tuple(Product(one, {"en": one}) for one in IDS[:6])
    segments = tuple(Segment(f"s{number}", "Slot", product_id=IDS[number], backup_id=IDS[number + 1]) for number in range(4))
    return Show(starter_project(camera=None, microphone=False), products=products, segments=segments)


def refusal(show: Show, before: Show | None = None) -> str:
    try:
        check_show(show, before)
    except AppError as error:
        return error.code
    return ""


def mistreated(show: Show, chance: random.Random) -> Show:
    """A show with something removed, added, moved, copied or broken."""
    products, segments = list(show.products), list(show.segments)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(products) + 1)
        match chance.randrange(6):
            case 0:
                products.insert(place, Product(chance.choice(IDS), {}))
            case 1 if products:
                products.pop(place % len(products))
            case 2 if products:
                products.insert(place, products.pop(chance.randrange(len(products))))
            case 3 if products:
                products[place % len(products)] = replace(products[place % len(products)], stock=(Stock("", chance.choice((1, -1))),))
            case 4:
                number = chance.randrange(len(segments))
                segments[number] = replace(segments[number], product_id=chance.choice(IDS), planned_s=chance.choice((300, 1)))
            case 5:
                segments.insert(0, Segment(f"s{chance.randrange(9)}", "New", backup_id=chance.choice(("", *IDS))))
    changed = replace(show, products=tuple(products))
    return replace(changed, segments=tuple(segments)) if segments != list(show.segments) else changed


def test_checking_only_the_changes_finds_what_a_full_check_finds() -> None:
    chance = random.Random(11)
    show, seen = small_show(), set()
    for _ in range(4000):
        after = mistreated(show, chance)
        whole = refusal(after)
        assert (refusal(after, show) == "") is (whole == ""), (whole, show, after)
        seen.add(whole)
        if not whole:
            show = after if len(after.products) < 9 and len(after.segments) < 9 else small_show()
    assert seen == {"", "show.duplicate_id", "show.no_product", "show.negative_stock", "show.planned_time"}


def test_moving_several_elements_puts_them_together_at_the_index() -> None:
    show, chance = small_show(), random.Random(5)
    for _ in range(500):
        ids = chance.sample([*IDS[:6], "gone"], chance.randrange(1, 5))
        index = chance.randrange(-2, 9)
        place = min(max(index, 0), len(show.products))
        names = [product.id for product in show.products]
        wanted = [one for one in names[:place] if one not in ids]
        wanted += [one for one in names if one in ids] + [one for one in names[place:] if one not in ids]
        assert [product.id for product in move_products(show, ids, index).products] == wanted
    assert [one.id for one in move_segments(show, ["s2", "s0"], 4).segments] == ["s1", "s3", "s0", "s2"]


def test_elements_that_a_removal_does_not_touch_stay_the_same_objects() -> None:
    show = replace(small_show(), coupons=(Coupon("c", {}, product_id="a"),))
    fewer = remove_products(show, ["f"])
    assert fewer.segments is show.segments
    assert fewer.coupons is show.coupons
    fewer = remove_products(show, ["a"])
    assert (fewer.segments[0].product_id, fewer.segments[0].backup_id, fewer.coupons[0].product_id) == ("", "b", "")
    assert fewer.segments[1] is show.segments[1]
