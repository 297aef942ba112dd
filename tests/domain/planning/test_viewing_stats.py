"""Learns from past shows when a market watches, but only from clear differences."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from app.domain.event import EventKind, ShowEvent
from app.domain.planning.hours.comfort import ComfortRules, comforts
from app.domain.planning.hours.viewing_stats import learned_prime_times, viewing_stats
from tests.support.parties import ZONES, local, market, person

COMFORT_RULES = ComfortRules(ZONES)
INDIA = market("india", "Asia/Kolkata", "IN")
HOUR_MS = 3_600_000


def to_ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def log_events(shows: Sequence[tuple[str, int, int]], zone: str = "Asia/Kolkata") -> Iterator[ShowEvent]:
    """Yield the log of shows (local start, minutes, viewers from India); each also has one viewer from the US."""
    seq = 0
    for text, minutes, viewers in shows:
        begin = to_ms(local(text, zone))
        end = begin + minutes * 60_000
        rows: list[tuple[int, EventKind, dict[str, str]]] = [(begin, EventKind.ON_AIR, {})]
        rows += [(begin, EventKind.VIEWER_JOINED, {"viewer": f"v{number}", "market": "IN"}) for number in range(viewers)]
        rows += [(begin, EventKind.VIEWER_JOINED, {"viewer": "x", "market": "US"})]
        rows += [(end, EventKind.OFF_AIR, {})]
        rows += [(end, EventKind.VIEWER_LEFT, {"viewer": f"v{number}"}) for number in range(viewers)]
        for at_ms, kind, data in rows:
            seq += 1
            yield ShowEvent(seq, at_ms, kind, data)


def daily_shows(start: str, minutes: int, viewers: int, dates: int = 3) -> list[tuple[str, int, int]]:
    return [(f"{date(2027, 7, 1) + timedelta(days=day)}T{start}", minutes, viewers) for day in range(dates)]


def learned_times(*shows: list[tuple[str, int, int]]) -> dict[str, tuple[str, str]]:
    events = sorted(log_events([show for group in shows for show in group]), key=lambda event: event.at_ms)
    return learned_prime_times([INDIA, person("p", "Asia/Kolkata")], viewing_stats(events), COMFORT_RULES)


def test_noon_becomes_prime_time_if_more_people_watch_then() -> None:
    result = learned_times(daily_shows("12:30", 180, 9), daily_shows("20:00", 180, 4))
    assert result == {"india": ("12:30", "15:30")}
    day = comforts(INDIA, date(2027, 8, 1), ComfortRules(ZONES, learned=result))
    assert [place for place, level in enumerate(day) if level == 0] == list(range(50, 62))


def test_unclear_differences_are_not_learned() -> None:
    assert learned_times(daily_shows("12:30", 180, 5), daily_shows("20:00", 180, 5)) == {}
    assert learned_times(daily_shows("12:30", 180, 6), daily_shows("20:00", 180, 5)) == {}
    assert learned_times(daily_shows("12:30", 180, 2), daily_shows("20:00", 180, 1)) == {}  # too few viewers


def test_hours_without_shows_are_not_compared() -> None:
    assert learned_times(daily_shows("12:30", 180, 50)) == {}
    assert learned_times(daily_shows("12:30", 180, 50), daily_shows("20:00", 180, 4, dates=1)) == {}
    assert learned_times(daily_shows("12:30", 90, 50), daily_shows("20:00", 180, 4)) == {}


def test_an_empty_log_gives_no_prime_times() -> None:
    assert learned_times([]) == {}


def test_viewers_count_only_on_air_and_in_their_chosen_market() -> None:
    begin = to_ms(local("2027-07-01T20:10", "Asia/Kolkata"))
    events = (
        ShowEvent(1, begin - HOUR_MS, EventKind.VIEWER_JOINED, {"viewer": "a", "market": "IN"}),
        ShowEvent(2, begin, EventKind.ON_AIR),
        ShowEvent(3, begin + 600_000, EventKind.VIEWER_MARKET, {"viewer": "a", "market": "US"}),
        ShowEvent(4, begin + 900_000, EventKind.LIKED, {"count": 3}),
        ShowEvent(5, begin + 1_200_000, EventKind.OFF_AIR),
        ShowEvent(6, begin + HOUR_MS, EventKind.VIEWER_LEFT, {"viewer": "a"}),
    )
    result = viewing_stats(events)
    first = (begin - 600_000) // 900_000
    assert dict(result.aired) == {first: 300_000, first + 1: 900_000}
    assert {key: dict(value) for key, value in result.viewers.items()} == {
        "IN": {first: 300_000, first + 1: 300_000},
        "US": {first + 1: 600_000},
    }


def test_the_time_after_a_crash_is_not_counted() -> None:
    begin = to_ms(local("2027-07-01T20:00", "Asia/Kolkata"))
    joined = ShowEvent(2, begin, EventKind.VIEWER_JOINED, {"viewer": "a", "market": "IN"})
    lost = ShowEvent(3, begin + 12 * HOUR_MS, EventKind.OFF_AIR, {"why": "lost"})
    again = (ShowEvent(4, begin + 24 * HOUR_MS, EventKind.ON_AIR), ShowEvent(5, begin + 25 * HOUR_MS, EventKind.OFF_AIR))
    result = viewing_stats((ShowEvent(1, begin, EventKind.ON_AIR), joined, lost, *again))
    assert sum(result.aired.values()) == HOUR_MS
    assert dict(result.viewers) == {}
