"""The parties that a show suggests for its plan, and which of a market's zones they get."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.people.party_suggestions import far_apart, missing_parties
from app.domain.planning.schedule import Schedule
from app.storage.markets import load_markets_by_id

MARKETS = Path(__file__).resolve().parents[3] / "resources" / "markets"
NOW = datetime(2027, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("market_id", "places"),
    [
        ("US", ("America/New_York", "America/Los_Angeles")),
        ("CA", ("America/Toronto",)),  # Vancouver stays on summer time since 2026, so it is two hours from Toronto in winter
        ("DE", ("Europe/Berlin",)),
        ("AU", ("Australia/Sydney", "Australia/Perth")),
        ("ID", ("Asia/Jakarta",)),
    ],
)
def test_a_market_suggests_zones_that_are_hours_apart(market_id: str, places: tuple[str, ...]) -> None:
    (market,) = load_markets_by_id(MARKETS, (market_id,))
    assert far_apart(market.zones, load_zones(), NOW) == places


def test_parties_already_in_the_plan_are_not_suggested() -> None:
    markets = load_markets_by_id(MARKETS, ("US", "DE"))
    schedule = Schedule(
        parties=(Party("us", "USA", PartyKind.MARKET, "America/New_York", "US"), Party("host", "Lin", PartyKind.HOST, "Asia/Shanghai"))
    )
    suggested = missing_parties(schedule, markets, host_name="Host", host_zone="Asia/Shanghai", language="en")
    assert [(party.market_id, party.kind) for party in suggested] == [("DE", PartyKind.MARKET)]
    all_parties = missing_parties(Schedule(), markets, host_name="Host", host_zone="Asia/Shanghai", language="en")
    assert [party.kind for party in all_parties] == [PartyKind.MARKET, PartyKind.MARKET, PartyKind.HOST]
    assert len({party.id for party in all_parties}) == 3
