"""Suggests missing parties: the show's markets and the host."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.base.local_time import offset_at
from app.domain.base.localized_text import pick
from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Schedule

FAR = timedelta(hours=3)  # from this on, prime times no longer overlap enough


def missing_parties(schedule: Schedule, markets: Sequence[Market], *, host_name: str, host_zone: str, language: str) -> tuple[Party, ...]:
    """A party for each market of the show without one, and a host if there is none. Ids are stable.

    `language` is the host's, for the market names.
    """
    planned = {party.market_id for party in schedule.parties if party.kind is PartyKind.MARKET}
    taken = {party.id for party in schedule.parties}
    made = [
        Party(
            _free(f"market-{market.id.lower()}", taken),
            pick(market.name, (language,))[0] or market.id,
            PartyKind.MARKET,
            market.zones[0],
            market_id=market.id,
            languages=market.languages,
        )
        for market in markets
        if market.id not in planned and market.zones
    ]
    if host_zone and not any(party.kind is PartyKind.HOST for party in schedule.parties):
        made.append(Party(_free("host", taken), host_name, PartyKind.HOST, host_zone, languages=(language,)))
    return tuple(made)


def far_apart(zone_keys: Sequence[str], zones: Zones, now: datetime) -> tuple[str, ...]:
    """The zones of a market that are hours apart, in order: New York and Los Angeles."""
    chosen: list[str] = []
    for key in zone_keys:
        offset = offset_at(zones.zone(key), now)
        if all(abs(offset - offset_at(zones.zone(other), now)) >= FAR for other in chosen):
            chosen.append(key)
    return tuple(chosen)


def _free(wanted: str, taken: set[str]) -> str:
    number, found = 2, wanted
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    return found
