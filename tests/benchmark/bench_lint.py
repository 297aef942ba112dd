"""How long the lint of a show takes while the user types: 10,000 products, 200 segments, all of the app's markets.

Run: python -m tests.benchmark.bench_lint [--products 10000] [--segments 200]. The promise is at most 50 ms a change.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from app.domain.base.localized_text import LocalizedText
from app.domain.base.money import Money
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Answer, Point, Price, Product, Role
from app.domain.rundown.rundown import Cue, Segment
from app.domain.rundown.rundown_lint import RundownLint
from app.domain.show import Show
from app.domain.show_editing import change_product, change_segment
from app.storage.markets import load_markets
from tests.support.selling import good_show, product
from tests.support.source_trees import ROOT

GOAL_MS = 50.0
CHANGES = 40


def in_all(text: str, languages: Sequence[str]) -> LocalizedText:
    """A text of normal length in every language."""
    return {language: f"{text} in {language}, fired at a high heat and packed with care" for language in languages}


def sellable(number: int, markets: Sequence[Market], languages: Sequence[str]) -> Product:
    """A complete product for every market."""
    return replace(
        product(f"p{number}", 20 + number % 80),
        name=in_all(f"Tea set {number}", languages),
        prices=tuple(Price(market.id, Money(2000 + number, market.currency)) for market in markets),
        points=tuple(
            Point(f"q{count}", in_all(f"Point {count} of {number}", languages), in_all("Keyword", languages)) for count in range(3)
        ),
        scenarios=(in_all("In the evening", languages), in_all("As a present", languages)),
        faq=tuple(Answer(in_all(f"Question {count}", languages), in_all("Answer", languages)) for count in range(3)),
        native_reviewed=tuple(languages),
    )


def large_show(products: int, segments: int) -> Show:
    """Return a show with heroes, traffic products and backups over the whole rundown."""
    markets = load_markets(ROOT / "resources" / "markets")
    languages = list(dict.fromkeys(language for market in markets for language in market.languages))
    whole = max(1, min(products, 2 * segments))  # those in the rundown; the others repeat their content
    made = [sellable(number, markets, languages) for number in range(whole)]
    made += [replace(made[number % whole], id=f"p{number}") for number in range(whole, products)]
    slots = [
        Segment(
            f"s{number}",
            f"Segment {number}",
            product_id=f"p{number % whole}",
            role=Role.HERO if number % 7 else Role.TRAFFIC,
            backup_id=f"p{(number + segments) % whole}",
            cues=tuple(Cue(f"c{count}", in_all("Say this", languages)) for count in range(3)),
        )
        for number in range(segments)
    ]
    return replace(good_show(), markets=markets, products=tuple(made), segments=tuple(slots))


def spans_ms(checker: RundownLint, shows: Iterator[Show]) -> list[float]:
    """Return the milliseconds for each of these states."""
    spans = []
    for show in shows:
        began = time.perf_counter()
        checker.findings(show, today="2026-12-01")
        spans.append((time.perf_counter() - began) * 1000)
    return spans


def typed(show: Show, change: Callable[[Show, int], Show]) -> Iterator[Show]:
    """Return the show after each keystroke."""
    for number in range(CHANGES):
        show = change(show, number)
        yield show


def say(what: str, spans: Sequence[float]) -> None:
    print(f"{what:34} p50 {statistics.median(spans):7.1f} ms   worst {max(spans):7.1f} ms")


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench_lint", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--segments", type=int, default=200)
    arguments = parser.parse_args(words)
    show = large_show(arguments.products, arguments.segments)
    checker = RundownLint()
    found = checker.findings(show, today="2026-12-01")
    print(f"{len(show.products)} products, {len(show.segments)} segments, {len(show.markets)} markets: {len(found)} findings")
    checker = RundownLint()
    steps = []
    began = time.perf_counter()
    for _ in checker.warm(show):
        steps.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
    print(f"{'opened, in steps':34} p50 {statistics.median(steps):7.1f} ms   worst {max(steps):7.1f} ms   together {sum(steps):.0f} ms")
    say("nothing changed", spans_ms(checker, typed(show, lambda now, number: now)))
    say("typing in a segment", spans_ms(checker, typed(show, lambda now, number: change_segment(now, "s5", title=f"Title {number}"))))
    say("typing in a product", spans_ms(checker, typed(show, lambda now, number: change_product(now, "p5", price_band=f"${number}"))))
    print(f"promised: at most {GOAL_MS:.0f} ms a change")


if __name__ == "__main__":
    main()
