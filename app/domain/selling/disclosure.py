"""When viewers in each market must be told that this is advertising, from the clock and from past disclosures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.market import DisclosureMode, Market
from app.domain.event import EventKind, ShowEvent


class DueState(Enum):
    """WAITING for the next time, DUE now, OVERDUE when it should already be shown, SHOWING while it is."""

    WAITING = "waiting"
    DUE = "due"
    OVERDUE = "overdue"
    SHOWING = "showing"


@dataclass(frozen=True, slots=True)
class DisclosureSpan:
    """One showing of a market's disclosure; `ended_ms` None = still on the picture."""

    market_id: str
    at_ms: int
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class DisclosureDue:
    """A market's state. `due_ms`: when to show it (again); `latest_ms`: when that is too late. While it is shown, `until_ms` is the
    earliest end, None = the end of the show. `times` counts the showings that were long enough."""

    market_id: str
    text: LocalizedText
    state: DueState
    due_ms: int
    latest_ms: int
    until_ms: int | None
    continuous: bool
    times: int


_GRACE_MS = 5_000  # a continuous disclosure resumes within this after a scene change or a crash


def disclosed_in(events: Iterable[ShowEvent]) -> tuple[DisclosureSpan, ...]:
    """The showings in the log, in order. A showing without an end in the log ended when the next one of its market began."""
    shown: list[DisclosureSpan] = []
    open_at: dict[str, int] = {}
    for event in events:
        market = str(event.data.get("market", ""))
        if event.kind is EventKind.DISCLOSURE_SHOWN:
            _close(shown, open_at, market, event.at_ms)
            open_at[market] = len(shown)
            shown.append(DisclosureSpan(market, event.at_ms))
        elif event.kind is EventKind.DISCLOSURE_ENDED:
            _close(shown, open_at, market, event.at_ms)
        elif event.kind in (EventKind.SHOW_ENDED, EventKind.OFF_AIR):
            for one in list(open_at):
                _close(shown, open_at, one, event.at_ms)
    return tuple(shown)


def _close(shown: list[DisclosureSpan], open_at: dict[str, int], market: str, at_ms: int) -> None:
    index = open_at.pop(market, None)
    if index is not None:
        shown[index] = replace(shown[index], ended_ms=at_ms)


def schedule(markets: Sequence[Market], started_ms: int, shown: Sequence[DisclosureSpan], now_ms: int) -> tuple[DisclosureDue, ...]:
    """The state of each market that requires a disclosure, the most urgent first. `started_ms` is when viewers could first see the show.

    Showings later than `now_ms` were logged before the clock was set back; nothing waits for the clock to get there again.
    """
    since_ms = started_ms if started_ms <= now_ms else 0
    dues = [
        _due(market, started_ms, [one for one in shown if one.market_id == market.id and (one.ended_ms or now_ms) >= since_ms], now_ms)
        for market in markets
        if market.disclosure.mode is not DisclosureMode.NONE
    ]
    return tuple(sorted(dues, key=lambda due: (due.state is DueState.SHOWING, due.latest_ms)))


def _due(market: Market, started_ms: int, shown: Sequence[DisclosureSpan], now_ms: int) -> DisclosureDue:
    rule = market.disclosure
    continuous = rule.mode is DisclosureMode.CONTINUOUS
    enough_ms = rule.shown_s * 1000
    since_ms = started_ms if started_ms <= now_ms else 0
    valid = [one for one in shown if (now_ms if one.ended_ms is None else one.ended_ms) - max(one.at_ms, since_ms) >= enough_ms]
    told_ms = [one.at_ms for one in valid if one.at_ms <= now_ms]
    current = next((one for one in reversed(shown) if one.ended_ms is None), None)
    if continuous:
        ends = [one.ended_ms for one in shown if one.ended_ms is not None and one.ended_ms <= now_ms]
        due_ms = max(ends, default=started_ms)
        latest_ms = due_ms + (_GRACE_MS if ends else max(rule.first_within_s * 1000, _GRACE_MS))
    elif told_ms:
        due_ms = latest_ms = max(told_ms[-1], since_ms) + rule.every_s * 1000
    else:
        due_ms, latest_ms = started_ms, started_ms + rule.first_within_s * 1000
    return DisclosureDue(
        market_id=market.id,
        text=rule.text,
        state=_state(current, now_ms if told_ms else max(now_ms, started_ms), due_ms, latest_ms),
        due_ms=due_ms,
        latest_ms=latest_ms,
        until_ms=None if continuous or current is None else max(current.at_ms, since_ms) + enough_ms,
        continuous=continuous,
        times=len(valid),
    )


def _state(current: DisclosureSpan | None, now_ms: int, due_ms: int, latest_ms: int) -> DueState:
    if current is not None:
        return DueState.SHOWING
    if now_ms > latest_ms:
        return DueState.OVERDUE
    return DueState.DUE if now_ms >= due_ms else DueState.WAITING
