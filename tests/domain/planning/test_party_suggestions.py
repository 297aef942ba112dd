"""Whom a show suggests for its plan, and at which of a market's places."""

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
        ("CA", ("America/Toronto",)),  # Vancouver keeps summer time all year since 2026: two hours in winter
        ("DE", ("Europe/Berlin",)),
        ("AU", ("Australia/Sydney", "Australia/Perth")),
        ("ID", ("Asia/Jakarta",)),
    ],
)
def test_places_whose_clocks_are_hours_apart(market_id: str, places: tuple[str, ...]) -> None:
    (market,) = load_markets_by_id(MARKETS, (market_id,))
    assert far_apart(market.zones, load_zones(), NOW) == places


def test_what_is_there_already_is_not_offered_again() -> None:
    markets = load_markets_by_id(MARKETS, ("US", "DE"))
    planned = Schedule(
        parties=(Party("us", "USA", PartyKind.MARKET, "America/New_York", "US"), Party("host", "Lin", PartyKind.HOST, "Asia/Shanghai"))
    )
    found = missing_parties(planned, markets, host_name="Host", host_zone="Asia/Shanghai", language="en")
    assert [(party.market_id, party.kind) for party in found] == [("DE", PartyKind.MARKET)]
    everybody = missing_parties(Schedule(), markets, host_name="Host", host_zone="Asia/Shanghai", language="en")
    assert [party.kind for party in everybody] == [PartyKind.MARKET, PartyKind.MARKET, PartyKind.HOST]
    assert len({party.id for party in everybody}) == 3
