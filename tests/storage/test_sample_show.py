"""The sample show is complete: texts in every language, readable pictures, no lint warnings."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.calendar.packaged_zones import load_zones
from app.calendar.recurrence import occurrences
from app.domain.base.local_time import day_start
from app.domain.catalogue.market import Level
from app.domain.catalogue.product import missing_fields
from app.domain.planning.people.party import PartyKind
from app.domain.planning.schedule import check_schedule
from app.domain.program.project import starter_project
from app.domain.rundown.finding import product_texts
from app.domain.rundown.rundown import Act
from app.domain.rundown.rundown_lint import lint
from app.domain.show import Show, languages_of
from app.storage.files import StorageError
from app.storage.sample_show import SampleShow, load_sample_show
from tests.support.source_trees import ROOT

FOLDER = ROOT / "resources" / "sample_show"
MARKETS = ROOT / "resources" / "markets"


@pytest.fixture(scope="module", params=["en", "zh-Hans"])
def sample(request: pytest.FixtureRequest) -> SampleShow:
    return load_sample_show(FOLDER, MARKETS, str(request.param))


@pytest.fixture(scope="module")
def show(sample: SampleShow) -> Show:
    return sample.show(starter_project(camera=None, microphone=False))


def test_the_sample_show_fills_every_panel(show: Show) -> None:
    assert [market.id for market in show.markets] == ["US", "AE"]
    assert len(show.products) == 6
    assert {segment.act for segment in show.segments} == set(Act)
    assert len(show.segments) == 10
    assert show.cards
    assert show.coupons[0].codes
    assert all(not missing_fields(product) and product.faq and product.comparisons and product.scenarios for product in show.products)


def test_lint_finds_no_warnings(show: Show) -> None:
    findings = lint(show, today="2026-12-01")
    assert [finding for finding in findings if finding.level is not Level.INFO] == []
    assert len(findings) <= 3


def test_every_text_exists_in_every_language(show: Show) -> None:
    expected = {"zh-Hans", "en", "es", "ar"}
    assert set(languages_of(show)) == {show.presentation.host_language, "en", "es", "ar"}
    for product in show.products:
        for where, texts in product_texts(product):
            assert set(texts) == expected, (product.id, where)
    for texts in (
        *(card.words for card in show.cards),
        *(coupon.title for coupon in show.coupons),
        show.presentation.ticker,
        show.presentation.lower_third,
    ):
        assert set(texts) == expected
    for segment in show.segments:
        assert segment.cues
        assert all({"zh-Hans", "en"} <= set(cue.text) for cue in segment.cues)


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 2, 27), date(2028, 12, 30)])
def test_its_first_shows_are_in_the_week_after_opening(today: date) -> None:
    schedule = load_sample_show(FOLDER, MARKETS, "en", today).schedule
    check_schedule(schedule)
    zones = load_zones()
    for airing, weekday in zip(schedule.airings, (4, 6), strict=True):
        first = occurrences(airing, day_start(today, airing.start.zone, zones), datetime(2030, 1, 1, tzinfo=UTC), zones)[0]
        assert first.local.wall.isoweekday() == weekday
        assert first.local.wall.hour == 20
        assert timedelta(days=2) <= first.local.wall.date() - today <= timedelta(days=8)
    assert {party.kind for party in schedule.parties} == {PartyKind.MARKET, PartyKind.HOST, PartyKind.INTERPRETER}


def test_its_plan_is_translated_into_every_language(sample: SampleShow) -> None:
    for airing in sample.schedule.airings:
        assert airing.title == airing.titles[sample.presentation.host_language]
        for texts in (airing.titles, airing.whats_new.product, airing.whats_new.offer or airing.whats_new.guest):
            assert set(texts) == {"zh-Hans", "en", "es", "ar"}


def test_its_pictures_exist_and_open(sample: SampleShow, show: Show) -> None:
    assert {picture for product in show.products for picture in product.pictures} == set(sample.pictures)
    for content in sample.pictures.values():
        image = QImage.fromData(content)
        assert (image.width(), image.height()) == (800, 800)
        assert len(content) < 100_000


def test_a_broken_sample_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as missing:
        load_sample_show(tmp_path, MARKETS, "en")
    assert missing.value.code == "file.missing"
    (tmp_path / "show.toml").write_text("markets = 3")
    with pytest.raises(StorageError) as broken:
        load_sample_show(tmp_path, MARKETS, "en")
    assert broken.value.code == "sample.broken"
    assert "markets" in str(broken.value.data["reason"])


@pytest.mark.parametrize(("language", "title", "host"), [("en", "Welcome: who we are", "Lin Yue"), ("zh-Hans", "问好：我们是谁", "林月")])
def test_a_host_reads_the_plan_in_their_own_language(language: str, title: str, host: str) -> None:
    first = load_sample_show(FOLDER, MARKETS, language).segments[0]
    assert (first.title, first.host) == (title, host)
