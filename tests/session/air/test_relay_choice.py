"""Chooses the relay: the pinned one, the only one, the nearest or the embedded one."""

import pytest

from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.program.stats import RelayProbe
from app.session.air.relay_choice import choose_relay, distance_ms

EMBEDDED = Relay(EMBEDDED_RELAY_ID, "This computer", "http://127.0.0.1/whip/live")
PARIS = Relay("paris", "Paris", "https://paris.example/whip")
TOKYO = Relay("tokyo", "Tokyo", "https://tokyo.example/whip")


@pytest.mark.parametrize(
    ("relays", "probes", "pinned", "chosen"),
    [
        ((EMBEDDED,), (), "", "embedded"),
        ((EMBEDDED, PARIS), (), "", "paris"),
        ((EMBEDDED, PARIS), (RelayProbe("paris", failure="tcp"),), "", "embedded"),
        ((EMBEDDED, PARIS), (RelayProbe("paris", failure="tcp"),), "paris", "paris"),
        ((EMBEDDED, PARIS), (RelayProbe("paris"),), "", "paris"),
        ((EMBEDDED, PARIS), (), "embedded", "embedded"),
        ((EMBEDDED, PARIS, TOKYO), (), "tokyo", "tokyo"),
        ((EMBEDDED, PARIS, TOKYO), (), "", "embedded"),
        ((EMBEDDED, PARIS, TOKYO), (), "gone", "embedded"),
        ((EMBEDDED, PARIS, TOKYO), (RelayProbe("embedded", 0.1), RelayProbe("paris", 20), RelayProbe("tokyo", 9)), "", "tokyo"),
        ((EMBEDDED, PARIS, TOKYO), (RelayProbe("paris", 20), RelayProbe("tokyo", 9, failure="")), "paris", "paris"),
        ((EMBEDDED, PARIS, TOKYO), (RelayProbe("paris", 20, 5), RelayProbe("tokyo", 9)), "", "paris"),
        ((EMBEDDED, PARIS, TOKYO), (RelayProbe("paris", -1, 50), RelayProbe("tokyo", failure="name")), "", "paris"),
    ],
)
def test_relays_are_chosen_in_order_of_preference(
    relays: tuple[Relay, ...], probes: tuple[RelayProbe, ...], pinned: str, chosen: str
) -> None:
    assert choose_relay(relays, {probe.relay_id: probe for probe in probes}, pinned).id == chosen


def test_without_a_measurement_there_is_no_distance() -> None:
    assert distance_ms(RelayProbe("x")) is None
    assert distance_ms(RelayProbe("x", 0.0)) == 0.0
