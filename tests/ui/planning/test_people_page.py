"""Tests the planner's people page: parties with their hours and absences; each field is one undo step."""

from datetime import date

import pytest
from PySide6.QtCore import QDate, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.planning.people.party import Absence, Comfort, Hours, Party, PartyKind
from app.domain.planning.people.workload import Workload
from app.domain.planning.schedule import party_by_id
from app.session.studio import Studio
from app.ui.planning.people.people_page import PeoplePage
from app.ui.planning.people.workload_table import next_in_turn
from app.ui.planning.planner_window import PlannerWindow
from tests.ui.planning.conftest import PARTIES


@pytest.fixture
def page(planner: PlannerWindow) -> PeoplePage:
    planner.show_tab("people")
    QApplication.processEvents()
    return planner.people


def select(page: PeoplePage, party_id: str) -> None:
    ids = [str(page.list.item(index).data(0x100)) for index in range(page.list.count())]
    page.list.setCurrentRow(ids.index(party_id))


def party(studio: Studio, party_id: str) -> Party:
    return party_by_id(studio.document.show.schedule, party_id)


def test_the_audience_comes_before_the_host_and_the_team(page: PeoplePage) -> None:
    words = [page.list.item(index).text() for index in range(page.list.count())]
    assert words[0] == "United States\nMarket · New York"
    assert words[2:] == ["Lin\nHost · Shanghai", "Asha\nInterpreter · Kathmandu", "Ben\nInterpreter · Shanghai"]


def test_typing_a_name_is_one_undo_step(studio: Studio, page: PeoplePage) -> None:
    select(page, "lin")
    page.form.name.selectAll()
    QTest.keyClicks(page.form.name, "Mei")
    assert party(studio, "lin").name == "Mei"
    assert page.list.currentItem().text().startswith("Mei\n")
    studio.document.undo()
    assert party(studio, "lin").name == "Lin"
    assert page.form.name.text() == "Lin"


def test_a_name_cannot_be_empty(studio: Studio, page: PeoplePage) -> None:
    select(page, "lin")
    page.form.name.clear()
    page.form.name.textEdited.emit("")
    page.form.name.editingFinished.emit()
    assert party(studio, "lin").name == "Lin"
    assert page.form.name.text() == "Lin"


def test_places_are_found_by_city(studio: Studio, page: PeoplePage) -> None:
    select(page, "asha")
    page.form.zone.offer("chatham")
    assert page.form.zone.offered == ("Pacific/Chatham",)
    page.form.zone.pick_match(0)
    assert party(studio, "asha").zone == "Pacific/Chatham"


def test_a_market_has_a_weight_and_a_person_has_nights(studio: Studio, page: PeoplePage) -> None:
    select(page, "us")
    assert not page.form.form.isRowVisible(page.form.nights)
    page.form.weight.setValue(4.5)
    page.form.market.setCurrentIndex(page.form.market.findData("SA"))
    page.form.market.activated.emit(page.form.market.currentIndex())
    assert (party(studio, "us").weight, party(studio, "us").market_id) == (4.5, "SA")
    select(page, "ben")
    assert not page.form.form.isRowVisible(page.form.market)
    page.form.nights.setValue(6)
    page.form.languages.setText("de, zh-Hans")
    page.form.languages.editingFinished.emit()
    assert (party(studio, "ben").nights_before, party(studio, "ben").languages) == (6, ("de", "zh-Hans"))


def test_a_party_has_its_own_hours(studio: Studio, page: PeoplePage) -> None:
    select(page, "asha")
    page.form.hours.add_button.click()
    (row,) = page.form.hours.rows
    row.begin.setTime(QTime(22, 0))
    row.end.setTime(QTime(6, 0))
    row.comfort.setCurrentIndex(row.comfort.findData(Comfort.NEVER))
    row.comfort.activated.emit(row.comfort.currentIndex())
    for weekday in (6, 7):
        row.days[weekday].click()
    assert party(studio, "asha").hours == (Hours(22 * 60, 30 * 60, Comfort.NEVER, (1, 2, 3, 4, 5)),)
    assert page.form.hours.rows == [row], "the field being edited stays"
    for weekday in (1, 2, 3, 4, 5):
        row.days[weekday].click()
    assert party(studio, "asha").hours[0].weekdays == (5,), "the last day can't be removed: no day would mean every day"
    studio.document.undo()
    assert party(studio, "asha").hours == ()


def test_a_person_has_days_away(studio: Studio, page: PeoplePage) -> None:
    select(page, "lin")
    page.form.away.add_button.click()
    (row,) = page.form.away.rows
    assert party(studio, "lin").away == (Absence(date(2027, 3, 1), date(2027, 3, 1)),)
    row.last.setDate(QDate(2027, 3, 9))
    QTest.keyClicks(row.why, "Home")
    assert party(studio, "lin").away == (Absence(date(2027, 3, 1), date(2027, 3, 9), "Home"),)
    row.first.setDate(QDate(2027, 3, 12))
    assert party(studio, "lin").away[0].last == date(2027, 3, 12), "the end moves with the start"
    row.removed.emit()
    assert party(studio, "lin").away == ()


def test_a_person_is_added_and_removed(studio: Studio, page: PeoplePage) -> None:
    page.add(PartyKind.MARKET, "US")
    added = studio.document.show.schedule.parties[-1]
    assert (added.market_id, added.zone) == ("US", "America/Chicago")
    assert added.name == "United States · Chicago"
    assert page.form.name.selectedText() == added.name
    page.remove()
    assert tuple(party.id for party in studio.document.show.schedule.parties) == tuple(party.id for party in PARTIES)
    page.add(PartyKind.OPERATOR, "")
    assert studio.document.show.schedule.parties[-1].zone == "Asia/Shanghai"


def test_a_party_of_a_show_can_be_removed(studio: Studio, page: PeoplePage) -> None:
    select(page, "us")
    page.remove()
    assert "us" not in studio.document.show.schedule.airings[0].party_ids
    studio.document.undo()
    assert "us" in studio.document.show.schedule.airings[0].party_ids


def test_the_workload_lists_everyone_and_whose_turn_it_is(page: PeoplePage) -> None:
    model = page.workloads.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert sorted(names) == ["Asha\nInterpreter · next in turn", "Ben\nInterpreter", "Lin\nHost"]
    figures = {names[row]: model.index(row, 2).data() for row in range(model.rowCount())}
    assert figures["Ben\nInterpreter"] == "1"
    assert figures["Lin\nHost"] == "0", "Friday evening in New York is morning for her"


def test_turns_are_taken_among_people_with_the_same_role() -> None:
    workloads = {"asha": Workload("asha", nights=(date(2027, 3, 2),)), "ben": Workload("ben"), "lin": Workload("lin")}
    assert next_in_turn(PARTIES, workloads) == {"ben"}
    assert next_in_turn(PARTIES[:4], workloads) == frozenset(), "a person alone in a role has no turn"


def test_the_page_edits_settings_of_the_whole_plan(studio: Studio, planner: PlannerWindow, page: PeoplePage) -> None:
    settings = page.settings
    assert (settings.place.text(), settings.rest.value()) == ("Shanghai", 11)
    settings.rest.setValue(13)
    settings.quiet[0].setTime(QTime(21, 30))
    settings.place.offer("lisbon")
    settings.place.pick_match(0)
    schedule = studio.document.show.schedule
    assert (schedule.rest_hours, schedule.quiet_hours, schedule.host_zone) == (13, ("21:30", "08:00"), "Europe/Lisbon")
    assert planner.selection.zone == "Europe/Lisbon"
    planner.show_tab("hour")
    QApplication.processEvents()
    assert planner.hour.strips.model is not None
    assert planner.hour.strips.model.own_name == "Lisbon"
