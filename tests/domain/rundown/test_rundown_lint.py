"""Each finding is located, has a text, and is resolved by its fix if it has one."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace

import pytest

from app.domain.base.money import Money
from app.domain.catalogue.market import Level
from app.domain.catalogue.product import Claim, Delivery, Link, Point, Price, Role, Stock
from app.domain.rundown.finding import Fact, Finding, Subject, with_words_at, words_at
from app.domain.rundown.rundown import Act, Cue, Segment
from app.domain.rundown.rundown_lint import FIXES, LintError, RundownLint, apply_fix, background_colours, lint
from app.domain.selling.card_theme import CardColours
from app.domain.show import Coupon, KeywordCard, Show, check_show
from app.domain.show_editing import put_product, remove_segments
from app.language.findings import finding_values
from app.storage.wording import Wordings, placeholders
from tests.support.selling import CALM, PROVEN, good_show, product, with_market, with_product, with_segment, words
from tests.support.source_trees import ROOT

FINDINGS = ROOT / "resources" / "findings"
PLAN_CODE_PREFIXES = ("hour.", "plan.", "airing.", "replan.")  # tested in tests/domain/planning/test_schedule_words.py
TODAY = "2026-12-01"

Edit = Callable[[Show], Show]


def _with_expensive_return(show: Show) -> Show:
    return with_product(show, "h0", delivery=(Delivery("US", 10, 20, Money(500, "USD"), Money(6000, "USD")),))


def _with_cue(show: Show, text: str, language: str = "en") -> Show:
    return with_segment(show, "open", cues=(Cue("c1", {language: text}),))


# Code → (the edit that causes the finding, the subject's id, the field, the fix).
BROKEN_SHOWS: Mapping[str, tuple[Edit, str, str, str]] = {
    "rundown.heroes": (lambda show: remove_segments(show, ["s0"]), "", "", ""),
    "rundown.traffic": (lambda show: remove_segments(show, ["st"]), "", "", ""),
    "rundown.no_opening": (lambda show: remove_segments(show, ["open"]), "", "", ""),
    "rundown.no_close": (lambda show: remove_segments(show, ["end"]), "", "", ""),
    "rundown.selling_early": (lambda show: with_segment(show, "st", act=Act.OPEN), "st", "act", "act_middle"),
    "rundown.no_product": (lambda show: with_segment(show, "s0", product_id=""), "s0", "product_id", ""),
    "rundown.no_interpreter": (lambda show: with_segment(show, "s0", needs_interpreter=True), "s0", "interpreter", ""),
    "rundown.countdown": (lambda show: with_segment(show, "s0", countdown=True), "s0", "countdown", "countdown_off"),
    "rundown.sold_out": (lambda show: with_product(show, "h0", stock=()), "s0", "product_id", "swap_to_backup"),
    "rundown.no_backup": (lambda show: with_segment(show, "s0", backup_id=""), "s0", "backup_id", "choose_backup"),
    "rundown.backup_same": (lambda show: with_segment(show, "s0", backup_id="h0"), "s0", "backup_id", "choose_backup"),
    "rundown.backup_sold_out": (lambda show: with_product(show, "b0", stock=(Stock("US", 0),)), "s0", "backup_id", "choose_backup"),
    "rundown.traffic_dear": (
        lambda show: with_product(show, "t0", prices=(Price("US", Money(5000, "USD")), Price("JP", Money(1000, "JPY"))), unit_cost=None),
        "t0",
        "prices",
        "",
    ),
    "rundown.hero_margin": (lambda show: with_product(show, "h0", unit_cost=Money(4600, "USD")), "h0", "unit_cost", ""),
    "product.missing_name": (lambda show: with_product(show, "h0", name={}), "h0", "name", ""),
    "product.missing_pain_point": (lambda show: with_product(show, "h0", pain_point={"en": " "}), "h0", "pain_point", ""),
    "product.missing_audience": (lambda show: with_product(show, "h0", audience={}), "h0", "audience", ""),
    "product.missing_price_band": (lambda show: with_product(show, "h0", price_band=""), "h0", "price_band", ""),
    "product.missing_points": (lambda show: with_product(show, "h0", points=()), "h0", "points", ""),
    "product.missing_picture": (lambda show: with_product(show, "h0", pictures=()), "h0", "pictures", ""),
    "product.specs_only": (lambda show: with_product(show, "h0", scenarios=()), "h0", "scenarios", ""),
    "product.untranslated": (lambda show: with_product(show, "h0", name={"en": "Tea", "zh-Hans": "茶"}), "h0", "name", ""),
    "product.unreviewed": (lambda show: with_product(show, "h0", native_reviewed=("en",)), "h0", "native_reviewed", ""),
    "product.no_price": (lambda show: with_product(show, "h0", prices=(Price("US", Money(5000, "USD")),)), "h0", "prices", ""),
    "product.foreign_currency": (
        lambda show: with_product(show, "h0", prices=(Price("US", Money(5000, "USD")), Price("JP", Money(5000, "USD")))),
        "h0",
        "prices",
        "",
    ),
    "product.no_link": (lambda show: with_product(show, "h0", links=(Link("US", "https://shop.example"),)), "h0", "links", ""),
    "product.not_returnable": (_with_expensive_return, "h0", "delivery", ""),
    "product.claim_without_proof": (
        lambda show: with_product(show, "h0", claims=(Claim({"en": "Keeps warm for an hour"}),)),
        "h0",
        "claims/0/text",
        "",
    ),
    "claim.unproven": (lambda show: _with_cue(show, "Organic leaves"), "open", "cues/c1/text", ""),
    "claim.forbidden": (lambda show: _with_cue(show, "It cures everything"), "open", "cues/c1/text", ""),
    "phrase.pressure": (lambda show: _with_cue(show, "Please hurry up now"), "open", "cues/c1/text", "replace_phrase"),
    "phrase.unwelcome": (lambda show: _with_cue(show, "So cheap!"), "open", "cues/c1/text", "replace_phrase"),
    "taboo.number": (lambda show: with_product(show, "h0", unit=words("set of 4")), "h0", "unit", ""),
    "taboo.price": (lambda show: with_product(show, "h0", prices=(Price("US", Money(1399, "USD")),)), "h0", "prices", ""),
    "taboo.colour": (lambda show: show, "", "presentation/card_theme", ""),
    "taboo.gesture": (lambda show: _with_cue(show, "All right 👌"), "open", "cues/c1/text", ""),
    "taboo.topic": (lambda show: _with_cue(show, "说说政治", "zh-Hans"), "open", "cues/c1/text", ""),
    "taboo.image": (lambda show: _with_cue(show, "🐷"), "open", "cues/c1/text", ""),
    "taboo.word": (lambda show: _with_cue(show, "今天送钟表", "zh-Hans"), "open", "cues/c1/text", ""),
    "card.untranslated": (lambda show: replace(show, cards=(KeywordCard("k1", {"en": "Free"}),)), "k1", "", ""),
    "coupon.untranslated": (lambda show: replace(show, coupons=(Coupon("u1", {"en": "Ten"}, ("A",)),)), "u1", "", ""),
    "market.stale": (lambda show: with_market(show, CALM, expires_on="2026-11-30"), "US", "", ""),
    "market.undated": (lambda show: with_market(show, CALM, expires_on=""), "US", "", ""),
}
THEME = {"panel": "#7d0a84"}


def findings(show: Show, code: str) -> list[Finding]:
    """Return the findings with this code."""
    colours = THEME if code == "taboo.colour" else None
    return [one for one in lint(show, today=TODAY, colours=colours) if one.code == code]


def test_a_good_show_has_no_findings() -> None:
    show = good_show()
    check_show(show)
    assert lint(show, today=TODAY, colours={"panel": "#204060"}) == ()


@pytest.mark.parametrize("code", BROKEN_SHOWS)
def test_each_problem_is_located_and_its_fix_resolves_it(code: str) -> None:
    edit, subject_id, where, fix = BROKEN_SHOWS[code]
    show = edit(good_show())
    first, *_ = findings(show, code)
    assert (first.id, first.where, first.fix) == (subject_id, where, fix)
    if fix:
        fixed = apply_fix(show, first)
        check_show(fixed)
        assert findings(fixed, code) == []
    else:
        with pytest.raises(LintError):
            apply_fix(show, first)


@pytest.mark.parametrize(("folder_language", "language"), [("", "en"), ("zh_CN", "zh-Hans")])
def test_every_finding_has_a_text_with_all_its_values(folder_language: str, language: str) -> None:
    wordings = Wordings.load(FINDINGS, folder_language)
    assert {code for code in wordings.codes if not code.startswith(PLAN_CODE_PREFIXES)} == set(BROKEN_SHOWS)
    for code, (edit, *_) in BROKEN_SHOWS.items():
        data: Mapping[str, Fact] = findings(edit(good_show()), code)[0].data
        template = wordings.template(code)
        assert template is not None
        assert placeholders(template.text + template.help) <= set(data), code
        wording = wordings.sentence(code, finding_values(data, language))
        assert wording.help
        assert "{" not in wording.text + wording.help
        assert ("。" in wording.text or "：" in wording.text) == (language == "zh-Hans"), wording.text


def test_findings_are_completely_translated() -> None:
    english, chinese = Wordings.load(FINDINGS), Wordings.load(FINDINGS / "zh_CN")
    assert english.codes == chinese.codes


def test_every_fix_is_offered_by_a_finding() -> None:
    assert {fix for *_, fix in BROKEN_SHOWS.values()} - {""} == FIXES


def test_an_empty_rundown_has_no_findings() -> None:
    show = replace(good_show(), segments=())
    assert lint(show, today=TODAY) == ()


@pytest.mark.parametrize(("heroes", "has_finding"), [(2, True), (3, False), (5, False), (6, True)])
def test_a_rundown_should_have_three_to_five_heroes(heroes: int, has_finding: bool) -> None:
    show = good_show()
    for number in range(3, 6):
        show = put_product(show, product(f"h{number}", 60))
    slots = [Segment(f"x{number}", "Hero", product_id=f"h{number}", role=Role.HERO, backup_id="b0") for number in range(heroes)]
    show = replace(show, segments=(show.segments[0], show.segments[1], *slots, show.segments[-1]))
    found = findings(show, "rundown.heroes")
    assert [one.data["count"] for one in found] == ([heroes] if has_finding else [])


@pytest.mark.parametrize(("traffic", "has_finding"), [(0, True), (1, False), (2, False), (3, True)])
def test_a_rundown_should_have_one_or_two_traffic_products(traffic: int, has_finding: bool) -> None:
    show = good_show()
    for number in range(1, 3):
        show = put_product(show, product(f"t{number}", 9, role=Role.TRAFFIC))
    slots = [Segment(f"x{number}", "Small", product_id=f"t{number}", role=Role.TRAFFIC) for number in range(traffic)]
    show = replace(show, segments=tuple(one for one in (*show.segments[:1], *slots, *show.segments[2:])))
    assert bool(findings(show, "rundown.traffic")) is has_finding


def test_a_repeated_hero_counts_once() -> None:
    show = good_show()
    again = replace(show.segments[2], id="again")
    assert findings(replace(show, segments=(*show.segments[:-1], again, show.segments[-1])), "rundown.heroes") == []


def test_prices_are_compared_by_market() -> None:
    show = with_product(good_show(), "t0", prices=(Price("US", Money(1000, "USD")), Price("JP", Money(5000, "JPY"))))
    (finding,) = findings(show, "rundown.traffic_dear")
    assert finding.data["markets"] == "JP"
    assert finding.data["other_price"] == Money(5000, "JPY")


def test_margins_in_another_currency_are_not_compared() -> None:
    show = with_product(good_show(), "h0", unit_cost=Money(99999, "CNY"))
    assert findings(show, "rundown.hero_margin") == []


def test_selling_before_the_opening_is_reported() -> None:
    show = good_show()
    opening, small, *others = show.segments
    (finding,) = findings(replace(show, segments=(small, opening, *others)), "rundown.selling_early")
    assert (finding.id, finding.fix) == ("st", "")


def test_proof_allows_a_claim_but_not_a_forbidden_one() -> None:
    show = with_product(good_show(), "h0", scenarios=({"en": "Organic leaves in a pot"},), claims=(PROVEN,))
    assert findings(show, "claim.unproven") == []
    show = with_product(show, "h0", scenarios=({"en": "It cures a cold"},), claims=(Claim({"en": "cures"}, "a study"),))
    assert {one.where for one in findings(show, "claim.forbidden")} == {"scenarios/0", "claims/0/text"}


def test_a_text_is_checked_for_markets_that_understand_its_language() -> None:
    show = good_show()
    assert findings(_with_cue(show, "Hurry!", "ja"), "phrase.pressure") == []
    (finding,) = findings(_with_cue(show, "家人们赶紧抢！", "zh-Hans"), "phrase.pressure")
    assert (finding.data["phrase"], finding.data["markets"]) == ("家人们赶紧抢", "US")


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Hurry up!", ["Hurry up"]),
        ("hurry, HURRY", ["hurry", "HURRY"]),
        ("unhurried", []),
        ("Ｈｕｒｒｙ", ["Ｈｕｒｒｙ"]),
        ("don’t hurry", ["hurry"]),
        ("(hurry)", ["hurry"]),
        ("", []),
    ],
)
def test_phrases_are_found_as_whole_words(text: str, hits: list[str]) -> None:
    assert [one.data["phrase"] for one in findings(_with_cue(good_show(), text), "phrase.pressure")] == hits


def test_replacing_a_phrase_keeps_its_capital_and_the_rest_of_the_text() -> None:
    show = _with_cue(good_show(), "Hurry up, everyone")
    fixed = apply_fix(show, findings(show, "phrase.pressure")[0])
    assert fixed.segments[0].cues[0].text == {"en": "Take your time, everyone"}


@pytest.mark.parametrize(
    ("edit", "subject", "where"),
    [
        (lambda show: with_segment(show, "s0", title="家人们赶紧抢"), Subject.SEGMENT, "title"),
        (lambda show: with_segment(show, "s0", script={"en": "hurry"}), Subject.SEGMENT, "script"),
        (lambda show: with_product(show, "h0", name={**words("x"), "en": "hurry"}), Subject.PRODUCT, "name"),
        (
            lambda show: with_product(show, "h0", points=(Point("p1", words("x"), {**words("y"), "en": "hurry"}),)),
            Subject.PRODUCT,
            "points/p1/keyword",
        ),
        (lambda show: replace(show, cards=(KeywordCard("k1", {**words("x"), "en": "hurry"}),)), Subject.CARD, "words"),
        (lambda show: replace(show, coupons=(Coupon("u1", {**words("x"), "en": "hurry"}),)), Subject.COUPON, "title"),
        (lambda show: replace(show, presentation=replace(show.presentation, ticker={"en": "hurry"})), Subject.SHOW, "presentation/ticker"),
    ],
)
def test_every_text_of_a_show_is_checked_and_can_be_fixed(edit: Edit, subject: Subject, where: str) -> None:
    show = edit(good_show())
    (finding,) = findings(show, "phrase.pressure")
    assert (finding.subject, finding.where) == (subject, where)
    assert findings(apply_fix(show, finding), "phrase.pressure") == []


@pytest.mark.parametrize(
    ("price", "market", "has_finding"),
    [
        (Money(1399, "USD"), "US", True),
        (Money(13000, "USD"), "US", False),
        (Money(444, "JPY"), "JP", True),
        (Money(4000, "JPY"), "JP", True),
        (Money(1480, "JPY"), "JP", False),
        (Money(4499, "USD"), "US", False),
    ],
)
def test_taboo_numbers_are_found_in_prices(price: Money, market: str, has_finding: bool) -> None:
    show = with_product(good_show(), "b0", prices=(Price(market, price),))
    assert bool(findings(show, "taboo.price")) is has_finding


def test_a_themes_background_colours_are_checked() -> None:
    names = {field.name for field in fields(CardColours)}
    theme = CardColours(**{name: "#800080" if name in ("text", "badge") else "#204060" for name in names})
    found = [one for one in lint(good_show(), colours=background_colours(theme)) if one.code == "taboo.colour"]
    assert [one.data["name"] for one in found] == ["badge"]


def test_only_changes_are_checked_again() -> None:
    checker = RundownLint()
    show = good_show()
    before = {one.id: checker.of_product(one, show) for one in show.products}
    assert checker.findings(show, today=TODAY) == ()
    changed = with_product(show, "h1", price_band="")
    assert [one.code for one in checker.findings(changed, today=TODAY)] == ["product.missing_price_band"]
    assert all(checker.of_product(one, changed) is before[one.id] for one in changed.products if one.id != "h1")
    assert checker.findings(show, today=TODAY) == ()
    with_urgency = replace(show, markets=(replace(CALM, urgency=True), *show.markets[1:]))
    assert checker.findings(with_urgency, today=TODAY) == lint(with_urgency, today=TODAY)
    with_german_host = replace(show, presentation=replace(show.presentation, host_language="de"))
    assert checker.findings(with_german_host, today=TODAY) == lint(with_german_host, today=TODAY) != ()


def test_a_long_show_can_be_checked_in_steps() -> None:
    checker, show = RundownLint(), good_show()
    assert sum(1 for _ in checker.warm(show)) == len({one.product_id for one in show.segments if one.product_id}) + 3
    assert checker.findings(show, today=TODAY) == ()


def test_results_of_old_products_are_dropped() -> None:
    checker = RundownLint()
    show = good_show()
    for number in range(3000):
        show = with_product(show, "h0", price_band=f"{number}")
        checker.findings(show, today=TODAY)
    assert len(checker._products) <= 2 * len(show.products) + 1001


def test_texts_are_read_and_replaced_by_their_path() -> None:
    one = product("h0", 50)
    assert words_at(one, "points/p1/keyword") == words("High fired")
    assert with_words_at(one, "points/p1/keyword", "en", "Hot").points[0].keyword["en"] == "Hot"
    assert with_words_at(one, "scenarios/0", "en", "At dawn").scenarios[0]["en"] == "At dawn"
    for has_finding in ("points/p9/text", "scenarios/7", "nothing", "points", "name/en"):
        with pytest.raises(LookupError):
            words_at(one, has_finding)


def test_a_fix_for_a_removed_text_is_refused() -> None:
    show = _with_cue(good_show(), "Hurry up")
    finding = findings(show, "phrase.pressure")[0]
    with pytest.raises(LintError):
        apply_fix(_with_cue(show, "Take care"), finding)
    with pytest.raises(LintError):
        apply_fix(with_segment(show, "open", cues=()), finding)


def test_severities_come_from_the_rules() -> None:
    show = _with_cue(good_show(), "politics cures")
    assert {one.code: one.level for one in lint(show, today=TODAY)} == {"taboo.topic": Level.INFO, "claim.forbidden": Level.BLOCK}
