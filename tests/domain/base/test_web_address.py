"""Links for viewers are completed or refused."""

from dataclasses import replace

import pytest

from app.domain.base.money import Money
from app.domain.base.web_address import MAX_LENGTH, WebAddressError, usable_link, web_link
from app.domain.catalogue.product import Link, Price, Product, link_in, missing_to_sell


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://shop.example/lamp", "https://shop.example/lamp"),
        ("  shop.example/lamp?utm=live#top ", "https://shop.example/lamp?utm=live#top"),
        ("shop.example:8443/lamp", "https://shop.example:8443/lamp"),
        ("//shop.example/lamp", "https://shop.example/lamp"),
        ("HTTP://Shop.Example", "http://Shop.Example"),
        ("www.商店.中国/灯", "https://www.商店.中国/灯"),
        ("xn--p1ai.xn--p1ai", "https://xn--p1ai.xn--p1ai"),
        ("https://shop.example/buy?next=https://pay.example/x", "https://shop.example/buy?next=https://pay.example/x"),
        ("http://203.0.113.9/shop", "http://203.0.113.9/shop"),
        ("https://[2001:db8::9]:8443/", "https://[2001:db8::9]:8443/"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_valid_link_is_completed(typed: str, link: str) -> None:
    assert web_link(typed) == link
    assert web_link(link) == link


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("some", "link.not_web"),
        ("soon, in my shop", "link.not_web"),
        ("19.99", "link.not_web"),
        ("https://", "link.not_web"),
        ("https:/shop.example", "link.not_web"),
        ("localhost/lamp", "link.not_web"),
        ("https://-shop.example", "link.not_web"),
        ("192.168.1.20/lamp", "link.not_web"),
        ("https://shop..example", "link.not_web"),
        ("https://shop.example:99999/", "link.not_web"),
        ("https://[::1", "link.not_web"),
        ("shop.example/a b", "link.not_web"),
        ("shop.example/<script>", "link.not_web"),
        ("shop.example/\u0000", "link.not_web"),
        ("javascript:alert(1)", "link.scheme"),
        ("JavaScript://shop.example/%0aalert(1)", "link.scheme"),
        ("data:text/html,hi", "link.scheme"),
        ("ftp://shop.example", "link.scheme"),
        ("weixin://dl/business", "link.scheme"),
        ("mailto:me@shop.example", "link.scheme"),
        ("https://me:secret@shop.example", "link.user"),
        ("shop.example@evil.example", "link.user"),
        ("https://shop.example/" + "a" * MAX_LENGTH, "link.long"),
    ],
)
def test_a_link_that_a_browser_would_not_open_is_refused(typed: str, code: str) -> None:
    with pytest.raises(WebAddressError) as raised:
        web_link(typed)
    assert raised.value.code == code
    assert usable_link(typed) == ""


def test_a_link_of_an_older_show_is_completed_when_read() -> None:
    product = Product("a", {}, links=(Link("", "shop.example/all"), Link("US", "not one"), Link("DE", "https://shop.example/de")))
    assert [link_in(product, market) for market in ("US", "DE", "FR")] == [
        "https://shop.example/all",
        "https://shop.example/de",
        "https://shop.example/all",
    ]


def test_missing_prices_and_links_are_listed_by_market() -> None:
    bare = Product("a", {"en": "Lamp"})
    priced = replace(bare, prices=(Price("US", Money(1999, "USD")), Price("DE", Money(1899, "EUR"))))
    assert missing_to_sell(bare, ("US", "DE")) == {"prices": ("US", "DE"), "links": ("US", "DE")}
    assert missing_to_sell(bare, ()) == {"prices": (), "links": ()}
    assert missing_to_sell(priced, ("US", "DE", "FR")) == {"links": ("US", "DE")}
    assert missing_to_sell(replace(priced, links=(Link("US", "shop.example"),)), ("US", "DE")) == {"links": ("DE",)}
    assert missing_to_sell(replace(priced, links=(Link("", "shop.example"),)), ("US", "DE")) == {}
    assert missing_to_sell(replace(priced, links=(Link("", "shop"),)), ("US",)) == {"links": ("US",)}
