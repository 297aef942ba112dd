"""Checking only what changed in a show gives the same result as a full check."""

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


def refusal_code(show: Show, before: Show | None = None) -> str:
    try:
        check_show(show, before)
    except AppError as error:
        return error.code
    return ""


def randomly_edited(show: Show, rng: random.Random) -> Show:
    """Return the show with elements removed, added, moved, duplicated or broken at random."""
    products, segments = list(show.products), list(show.segments)
    for _ in range(rng.randrange(1, 4)):
        index = rng.randrange(len(products) + 1)
        match rng.randrange(6):
            case 0:
                products.insert(index, Product(rng.choice(IDS), {}))
            case 1 if products:
                products.pop(index % len(products))
            case 2 if products:
                products.insert(index, products.pop(rng.randrange(len(products))))
            case 3 if products:
                products[index % len(products)] = replace(products[index % len(products)], stock=(Stock("", rng.choice((1, -1))),))
            case 4:
                number = rng.randrange(len(segments))
                segments[number] = replace(segments[number], product_id=rng.choice(IDS), planned_s=rng.choice((300, 1)))
            case 5:
                segments.insert(0, Segment(f"s{rng.randrange(9)}", "New", backup_id=rng.choice(("", *IDS))))
    changed = replace(show, products=tuple(products))
    return replace(changed, segments=tuple(segments)) if segments != list(show.segments) else changed


def test_checking_only_changes_gives_the_same_result_as_a_full_check() -> None:
    rng = random.Random(11)
    show, codes = small_show(), set()
    for _ in range(4000):
        after = randomly_edited(show, rng)
        full_result = refusal_code(after)
        assert (refusal_code(after, show) == "") is (full_result == ""), (full_result, show, after)
        codes.add(full_result)
        if not full_result:
            show = after if len(after.products) < 9 and len(after.segments) < 9 else small_show()
    assert codes == {"", "show.duplicate_id", "show.no_product", "show.negative_stock", "show.planned_time"}


def test_moving_several_elements_puts_them_together_at_the_index() -> None:
    show, rng = small_show(), random.Random(5)
    for _ in range(500):
        ids = rng.sample([*IDS[:6], "gone"], rng.randrange(1, 5))
        index = rng.randrange(-2, 9)
        clamped = min(max(index, 0), len(show.products))
        names = [product.id for product in show.products]
        expected = [one for one in names[:clamped] if one not in ids]
        expected += [one for one in names if one in ids] + [one for one in names[clamped:] if one not in ids]
        assert [product.id for product in move_products(show, ids, index).products] == expected
    assert [one.id for one in move_segments(show, ["s2", "s0"], 4).segments] == ["s1", "s3", "s0", "s2"]


def test_a_removal_keeps_the_identity_of_unaffected_elements() -> None:
    show = replace(small_show(), coupons=(Coupon("c", {}, product_id="a"),))
    fewer = remove_products(show, ["f"])
    assert fewer.segments is show.segments
    assert fewer.coupons is show.coupons
    fewer = remove_products(show, ["a"])
    assert (fewer.segments[0].product_id, fewer.segments[0].backup_id, fewer.coupons[0].product_id) == ("", "b", "")
    assert fewer.segments[1] is show.segments[1]
