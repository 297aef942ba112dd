"""Tests the strips view: dragging, keys, repainting and shades without colours."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap.formats import LazyFormats
from app.calendar.packaged_zones import load_zones
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.people.party import Absence, Party, PartyKind
from app.storage.paths import RESOURCES
from app.ui.kit.theme import load_theme
from app.ui.planning.hours.strip_builder import WindowFormats, build_strips
from app.ui.planning.hours.strip_legend import StripLegend
from app.ui.planning.hours.strip_paint import BAND_PX, BAR_PX, HEAD_PX, NAME_PX, ROW_PX, TIME_PX
from app.ui.planning.hours.strips import StripsView

DAY = date(2027, 3, 13)
PARTIES = (
    Party("us", "United States", PartyKind.MARKET, "America/New_York"),
    Party("np", "Nepal", PartyKind.MARKET, "Asia/Kathmandu"),
    Party("lin", "Lin", PartyKind.HOST, "Asia/Shanghai", away=(Absence(DAY, DAY),)),
)


@pytest.fixture(params=["dark", "light"])
def view(qt: QApplication, request: pytest.FixtureRequest) -> Iterator[StripsView]:
    strips = StripsView(load_theme(RESOURCES / "themes", request.param))
    strips.resize(1000, HEAD_PX + len(PARTIES) * ROW_PX + 10)
    model = build_strips(PARTIES, DAY, "Asia/Shanghai", 120, ComfortRules(load_zones()), WindowFormats(LazyFormats(), "en"))
    strips.show_model(model)
    strips.show_block(model.instant(32), 120)
    strips.show()
    strips.activateWindow()
    qt.processEvents()
    yield strips
    strips.deleteLater()


def record_signals(view: StripsView) -> list[object]:
    found: list[object] = []
    view.moved.connect(found.append)
    view.settled.connect(lambda: found.append("settled"))
    view.day_wanted.connect(lambda days: found.append(("day", days)))
    view.best_wanted.connect(lambda: found.append("best"))
    view.plan_wanted.connect(lambda: found.append("plan"))
    return found


def point(view: StripsView, place: float, y: int = 12) -> QPoint:
    return QPoint(round(view.x_of(place)), y)


def drag(view: StripsView, begin: QPoint, end: QPoint) -> None:
    viewport = view.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)


def test_the_block_is_dragged_in_steps_of_15_minutes(view: StripsView) -> None:
    found = record_signals(view)
    drag(view, point(view, 36), point(view, 41) + QPoint(1, 0))
    assert view.start == 37
    assert view.model is not None
    assert found == [view.model.instant(37), "settled"]


def test_pressing_beside_the_block_moves_it_there(view: StripsView) -> None:
    drag(view, point(view, 60, HEAD_PX + 20), point(view, 60, HEAD_PX + 20))
    assert view.start == 56, "its middle is at the mouse"


def test_the_block_stays_within_the_day(view: StripsView) -> None:
    drag(view, point(view, 36), point(view, 400))
    assert view.start == 95
    drag(view, point(view, 97), point(view, -100))
    assert view.start == 0


@pytest.mark.parametrize(
    ("key", "modifier", "start"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 33),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 31),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 36),
    ],
)
def test_arrow_keys_move_the_block(view: StripsView, key: Qt.Key, modifier: Qt.KeyboardModifier, start: int) -> None:
    found = record_signals(view)
    QTest.keyClick(view, key, modifier)
    assert view.start == start
    assert view.model is not None
    assert found == [view.model.instant(start), "settled"]


def test_keys_select_other_days_the_best_hour_and_the_plan(view: StripsView) -> None:
    found = record_signals(view)
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_Return):
        QTest.keyClick(view, key)
    assert found == [("day", -1), ("day", 1), "best", "plan"]


def test_an_arrow_at_midnight_asks_for_the_previous_day(view: StripsView) -> None:
    assert view.model is not None
    view.show_block(view.model.begin, 120)
    found = record_signals(view)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert found[0] == view.model.instant(-1)
    assert view.start == 0, "the block moves when that day's strips are loaded"


def test_only_changes_are_repainted(view: StripsView) -> None:
    regions: list[QRegion] = []

    class Listener(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                regions.append(QRegion(event.region()))
            return False

    listener = Listener()
    view.viewport().installEventFilter(listener)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point(view, 36))
    QApplication.processEvents()
    regions.clear()
    QTest.mouseMove(view.viewport(), point(view, 37))
    QApplication.processEvents()
    assert regions
    painted = sum(region.boundingRect().width() for region in regions)
    assert painted < view.viewport().width() / 2
    for place in (33, 41):  # the old and the new place of the block
        assert any(region.contains(point(view, place - 0.5, HEAD_PX + ROW_PX)) for region in regions)
    assert not any(region.contains(point(view, 90, HEAD_PX + ROW_PX)) for region in regions)


def test_a_dragged_view_equals_a_repainted_one(view: StripsView) -> None:
    drag(view, point(view, 36), point(view, 50))
    QApplication.processEvents()
    dragged = view.viewport().grab().toImage()
    assert view.model is not None
    view.show_model(view.model)
    QApplication.processEvents()
    assert view.viewport().grab().toImage() == dragged


def heights(image: QImage, x: int, row: int, paper: int) -> int:
    """The number of bar pixels at this x of a row."""
    top = HEAD_PX + row * ROW_PX + BAND_PX
    return sum(image.pixel(x, y) != paper for y in range(top, top + BAR_PX))


def test_shades_differ_without_colour(view: StripsView) -> None:
    image = view.viewport().grab().toImage()
    paper = view._theme.colour("field").rgb()  # the background of the bars
    at = {name: round(view.x_of(place)) for name, place in (("prime", 33.5), ("fair", 10.5), ("poor", 60.5))}
    prime, fair, poor = (heights(image, at[name], 0, paper) for name in ("prime", "fair", "poor"))
    assert prime == BAR_PX
    assert prime > fair > poor > 0
    hatched = [image.pixel(round(view.x_of(60)) + shift, HEAD_PX + 2 * ROW_PX + BAND_PX + 8) for shift in range(24)]
    assert len(set(hatched)) > 2, "an absent party is hatched"


def test_a_screen_reader_gets_everyones_local_time(view: StripsView) -> None:
    QTest.keyClick(view, Qt.Key.Key_Right)
    words = view.accessibleDescription()
    assert words.startswith("Sat, Mar 13 08:15–10:15")
    assert "United States Fri, Mar 12 19:15 −1 day" in words
    assert "Nepal Sat, Mar 13 06:00" in words
    assert "Lin Sat, Mar 13 08:15 unavailable" in words
    assert view.accessibleName()


def test_a_tooltip_shows_the_local_time_of_a_party(view: StripsView) -> None:
    words = view._words_at(point(view, 52.5, HEAD_PX + 20))
    assert words == "United States, Sat, Mar 13 00:00 · asleep"
    assert view._words_at(QPoint(20, HEAD_PX + ROW_PX + 5)) == "Nepal · Kathmandu"
    assert view._words_at(QPoint(20, 5)) == ""


def test_many_rows_scroll_below_the_ruler(view: StripsView) -> None:
    many = tuple(Party(f"p{number}", f"Person {number}", PartyKind.OPERATOR, "Asia/Tokyo") for number in range(20))
    model = build_strips(many, DAY, "Asia/Shanghai", 120, ComfortRules(load_zones()), WindowFormats(LazyFormats(), "en"))
    view.show_model(model)
    QApplication.processEvents()
    before = view.viewport().grab().toImage()
    view.verticalScrollBar().setValue(5 * ROW_PX)
    QApplication.processEvents()
    after = view.viewport().grab().toImage()
    names = (0, 0, NAME_PX + TIME_PX, HEAD_PX)
    assert before.copy(*names) == after.copy(*names), "the ruler does not scroll"
    row = view.row_at(HEAD_PX + 1)
    assert row is not None
    assert row.party_id == "p5"
    assert view.model is not None
    assert isinstance(view.model.wall(view.model.own, 0), datetime)


def test_the_legend_wraps_to_a_second_line(qt: QApplication) -> None:
    legend = StripLegend(load_theme(RESOURCES / "themes", "dark"))
    legend.resize(legend.sizeHint())
    one = legend.height()
    legend.show()
    legend.resize(legend.sizeHint().width() - 60, one)
    QApplication.processEvents()
    assert legend.height() == 2 * one
    legend.deleteLater()
