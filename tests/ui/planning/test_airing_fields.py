"""Tests the fields of the airing form: skipped and repeated times, places and series rules."""

from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QDate, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap.formats import LazyFormats
from app.calendar.packaged_zones import load_zones
from app.domain.base.errors import AppError
from app.domain.base.local_time import LocalTime
from app.domain.base.zones import Zones
from app.ui.planning.dates.series_field import SeriesField, position_in_month
from app.ui.planning.dates.when_field import WhenField
from app.ui.planning.dates.zone_choice import ZoneChoice, places

NEW_YORK, BERLIN, LORD_HOWE, SHANGHAI = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai"
FORMATS = LazyFormats()


@pytest.fixture(scope="module")
def zones() -> Zones:
    return load_zones()


def code_of(error: AppError) -> str:
    return error.code


def when_field(zones: Zones, local: LocalTime) -> WhenField:
    place = ZoneChoice("Place", zones, lambda: datetime(2026, 11, 22, 10, tzinfo=UTC), soon=lambda: (NEW_YORK, SHANGHAI))
    field = WhenField(zones, place, code_of, lambda day: day.isoformat(), "en")
    field.show_local(local)
    field.show()
    return field


def series_field(rule: str, start: date) -> SeriesField:
    field = SeriesField(lambda day, whole: FORMATS.weekday(day, "en", style="full" if whole else "short"), "en")
    field.show_rule(rule, start)
    field.show()
    return field


@pytest.mark.parametrize(
    ("wall", "zone", "code", "words", "instants"),
    [
        (datetime(2027, 3, 14, 2, 30), NEW_YORK, "time.skipped", ("03:30 (UTC−4)", "01:30 (UTC−5)"), ("07:30", "06:30")),
        (datetime(2027, 3, 28, 2, 30), BERLIN, "time.skipped", ("03:30 (UTC+2)", "01:30 (UTC+1)"), ("01:30", "00:30")),
        (datetime(2026, 11, 1, 1, 30), NEW_YORK, "time.repeated", ("01:30 (UTC−4)", "01:30 (UTC−5)"), ("05:30", "06:30")),
        (datetime(2026, 10, 4, 2, 15), LORD_HOWE, "time.skipped", ("02:45 (UTC+11)", "01:45 (UTC+10:30)"), ("15:45", "15:15")),
        (datetime(2027, 4, 4, 1, 45), LORD_HOWE, "time.repeated", ("01:45 (UTC+11)", "01:45 (UTC+10:30)"), ("14:45", "15:15")),
    ],
)
def test_a_skipped_or_repeated_time_offers_both_choices(
    qt: QApplication, zones: Zones, wall: datetime, zone: str, code: str, words: tuple[str, str], instants: tuple[str, str]
) -> None:
    for number in (0, 1):
        field = when_field(zones, LocalTime(wall, zone))
        assert field.question.isVisible()
        assert field.words.text() == code
        assert field.instant is None
        assert tuple(button.text() for button in field.answers) == words
        changes: list[bool] = []
        field.changed.connect(lambda changes=changes: changes.append(True))
        field.answers[number].click()
        assert not field.question.isVisible()
        assert f"{field.instant:%H:%M}" == instants[number]
        assert changes
        field.deleteLater()


def test_a_newly_selected_time_is_asked_about_again(qt: QApplication, zones: Zones) -> None:
    field = when_field(zones, LocalTime(datetime(2026, 11, 1, 1, 30), NEW_YORK, fold=1))
    assert not field.question.isVisible()  # the choice is already made
    field.hour.setTime(QTime(1, 45))
    assert field.question.isVisible()
    field.day.setDate(QDate(2026, 11, 2))
    assert not field.question.isVisible()
    assert field.instant == datetime(2026, 11, 2, 6, 45, tzinfo=UTC)
    field.deleteLater()


def test_minutes_step_by_fifteen(qt: QApplication, zones: Zones) -> None:
    field = when_field(zones, LocalTime(datetime(2026, 12, 1, 20, 5), SHANGHAI))
    edit = field.hour
    edit.setCurrentSection(edit.Section.MinuteSection)
    edit.stepBy(1)
    assert edit.time() == QTime(20, 15)
    edit.stepBy(-1)
    assert edit.time() == QTime(20, 0)
    edit.setTime(QTime(20, 20))
    edit.stepBy(-1)
    assert edit.time() == QTime(20, 15)
    edit.stepBy(4)
    assert edit.time() == QTime(21, 15)
    field.deleteLater()


def test_a_place_is_found_by_part_of_its_city_name(qt: QApplication, zones: Zones) -> None:
    names = {SHANGHAI: "上海", NEW_YORK: "纽约"}
    field = ZoneChoice(
        "Place", zones, lambda: datetime(2026, 11, 22, 10, tzinfo=UTC), city=lambda key: names.get(key, key), soon=lambda: (NEW_YORK,)
    )
    field.show_zone(SHANGHAI)
    assert field.text() == "上海"
    field.show()
    chosen: list[str] = []
    field.chosen.connect(chosen.append)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "new york")
    assert field.offered[0] == NEW_YORK
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert chosen == [NEW_YORK]
    assert field.text() == "纽约"
    field.offer("上海")
    assert field.offered == (SHANGHAI,)
    field.offer("")
    assert field.offered[0] == NEW_YORK  # the show's places come first
    field.offer("kathmandu")
    assert [zones.knows(key) for key in field.offered] == [True]
    assert not any(key.startswith("Etc/") for key in places(zones))
    field.deleteLater()


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=DAILY;INTERVAL=3;COUNT=5",
        "FREQ=WEEKLY;BYDAY=FR",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=8",
        "FREQ=MONTHLY;BYDAY=2FR",
        "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231T235959",
        "FREQ=MONTHLY",
        "FREQ=YEARLY",
    ],
)
def test_a_rule_is_shown_and_returned_unchanged(qt: QApplication, rule: str) -> None:
    field = series_field(rule, date(2026, 12, 11))  # the second Friday
    assert field.rule == rule
    field.deleteLater()


def test_a_series_is_built_from_the_fields(qt: QApplication) -> None:
    field = series_field("", date(2026, 12, 11))
    changes: list[bool] = []
    field.changed.connect(lambda: changes.append(True))
    field.frequency.setCurrentIndex(field.frequency.findData("WEEKLY"))
    field.frequency.activated.emit(field.frequency.currentIndex())
    assert field.rule == "FREQ=WEEKLY;BYDAY=FR"
    field.days[4].click()
    assert field.rule == "FREQ=WEEKLY;BYDAY=FR"  # a weekly series needs a day
    field.days[0].click()
    field.interval.setValue(2)
    assert field.rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"
    field.ends.setCurrentIndex(field.ends.findData("count"))
    field.ends.activated.emit(field.ends.currentIndex())
    field.count.setValue(6)
    assert field.rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=6"
    field.ends.setCurrentIndex(field.ends.findData("until"))
    field.until.setDate(QDate(2027, 2, 28))
    assert field.rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20270228T235959"
    field.frequency.setCurrentIndex(field.frequency.findData("MONTHLY"))
    field.frequency.activated.emit(field.frequency.currentIndex())
    assert field.rule == "FREQ=MONTHLY;INTERVAL=2;BYDAY=2FR;UNTIL=20270228T235959"
    assert [field.month_way.itemText(index) for index in range(field.month_way.count())] == [
        "on day 11",
        "on the second Friday",
        "on the last Friday",
    ]
    assert len(changes) >= 8
    field.deleteLater()


def test_a_series_on_one_weekday_follows_its_first_date(qt: QApplication) -> None:
    field = series_field("FREQ=WEEKLY;BYDAY=FR", date(2026, 12, 11))
    field.show_start(date(2026, 12, 12))
    assert field.rule == "FREQ=WEEKLY;BYDAY=SA"
    several = series_field("FREQ=WEEKLY;BYDAY=MO,FR", date(2026, 12, 11))
    several.show_start(date(2026, 12, 12))
    assert several.rule == "FREQ=WEEKLY;BYDAY=MO,FR"
    monthly = series_field("FREQ=MONTHLY;BYDAY=2FR", date(2026, 12, 11))
    monthly.show_start(date(2026, 12, 29))
    assert monthly.rule == "FREQ=MONTHLY;BYDAY=-1TU"
    for opened in (field, several, monthly):
        opened.deleteLater()


def test_a_weekday_after_the_fourth_week_means_the_last_of_the_month() -> None:
    assert [position_in_month(date(2027, 1, day)) for day in (1, 7, 8, 22, 28, 29, 31)] == [1, 1, 2, 4, 4, -1, -1]
