"""Fixtures: the planner with a plan for five places, at 09:07 on 1 March 2027 in Shanghai."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from app.domain.base.local_time import LocalTime
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Schedule
from app.domain.show import Show
from app.session.studio import Studio
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.ui.planning.planner_window import PlannerWindow
from app.ui.shell.application import Shell
from tests.support.clocks import SetClock

NOW = datetime(2027, 3, 1, 1, 7, tzinfo=UTC)
SHANGHAI = "Asia/Shanghai"
PARTIES = (
    Party("us", "United States", PartyKind.MARKET, "America/New_York", "US", weight=2.0),
    Party("de", "Germany", PartyKind.MARKET, "Europe/Berlin", "DE"),
    Party("lin", "Lin", PartyKind.HOST, SHANGHAI),
    Party("asha", "Asha", PartyKind.INTERPRETER, "Asia/Kathmandu", languages=("de", "en")),
    Party("ben", "Ben", PartyKind.INTERPRETER, SHANGHAI, languages=("de", "en"), nights_before=1),
)
WEEKLY = Airing(
    "weekly",
    "Friday deals",
    LocalTime(datetime(2027, 3, 5, 20), "America/New_York"),
    120,
    rule="FREQ=WEEKLY;BYDAY=FR",
    party_ids=("us", "lin"),
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(int(NOW.timestamp()) * 1_000_000_000)


def with_plan(show: Show) -> Show:
    markets = tuple(market for market in load_markets(RESOURCES / "markets") if market.id in ("US", "DE", "SA"))
    return replace(show, markets=markets, schedule=Schedule(host_zone=SHANGHAI, parties=PARTIES, airings=(WEEKLY,)))


@pytest.fixture
def state(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "planner.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def empty_planner(shell: Shell, state: QSettings) -> Iterator[PlannerWindow]:
    """The planner of a show without a plan."""
    window = PlannerWindow(shell.window.context, state)
    window.show()
    QApplication.processEvents()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def planner(studio: Studio, shell: Shell, state: QSettings) -> Iterator[PlannerWindow]:
    studio.document.edit_show("Fill", with_plan)
    window = PlannerWindow(shell.window.context, state)
    window.resize(1280, 760)
    window.show()
    QApplication.processEvents()
    yield window
    window.close()
    window.deleteLater()
