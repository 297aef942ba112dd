"""Ad disclosures: when each market must be told, who reminds the host, what was on the picture and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.base.localized_text import LocalizedText, pick, primary
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.catalogue.market import DisclosureMode, Market
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.disclosure import DisclosureDue, DisclosureSpan, DueState, disclosed_in, schedule
from app.domain.selling.on_screen import OnScreen
from app.domain.show import ShowError, market_by_id
from app.session.document.show_book import Now, ShowBook
from app.session.selling.card_texts import badge_text
from app.session.selling.selling import Selling, picture_market

SHOWING_KINDS = (EventKind.DISCLOSURE_SHOWN, EventKind.DISCLOSURE_ENDED)
READ_KINDS = (*SHOWING_KINDS, EventKind.OFF_AIR, EventKind.SHOW_ENDED)


@dataclass(frozen=True, slots=True)
class DisclosureReminder:
    """The current state of one market's disclosure. `due_ms` None = nobody is watching, or it is being shown; after `late_ms` it is
    overdue. `shown_ms`: since when its viewers see it, None = they don't; `on_picture`: it is on the picture in their language too, not
    only on the page. `times`: how often it was shown long enough."""

    market_id: str
    mode: DisclosureMode
    state: DueState
    due_ms: int | None
    late_ms: int | None
    shown_ms: int | None
    on_picture: bool
    times: int


class Disclosures:
    """`due` is emitted with a market's id when it is time to tell its viewers, `changed` when something is shown or hidden.

    Time counts from going on air, and in a rehearsal from the start of the show (`since_ms`). With `automatic` the badge appears and, where
    a market wants it all the time, stays automatically. Everything shown is in the log with its time.
    """

    def __init__(
        self,
        book: ShowBook,
        selling: Selling,
        *,
        since_ms: Callable[[], int | None],
        now_ms: Now,
        notify: Callable[[Notice], None],
    ) -> None:
        self.due: Signal[[str]] = Signal()
        self.changed: Signal[[]] = Signal()
        self.automatic = True
        self._book = book
        self._selling = selling
        self._since_ms = since_ms
        self._now_ms = now_ms
        self._notify = notify
        self._events: list[ShowEvent] = []
        self._showings: tuple[DisclosureSpan, ...] = ()
        self._reminded: dict[str, int] = {}  # market → the due time of the last reminder to the host
        book.log.appended.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self._events, self._reminded = list(self._book.log.events(READ_KINDS)), {}
        self._showings = disclosed_in(self._events)

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def active(self) -> Mapping[str, LocalizedText]:
        """Market → the disclosure that its viewers see now, on the page in their language."""
        shown = self._shown.disclosed
        return {market.id: market.disclosure.text for market in self._book.document.show.markets if market.id in shown}

    @property
    def badge(self) -> LocalizedText:
        """The disclosure on the picture: that of its market, else of the first market being told."""
        active = self.active
        market = picture_market(self._book.document.show)
        if market is not None and market.id in active:
            return active[market.id]
        return next(iter(active.values()), {})

    def reminders(self) -> tuple[DisclosureReminder, ...]:
        """Every market that must be told, the most urgent first."""
        markets = {market.id: market for market in self._book.document.show.markets}
        return tuple(self._reminder(markets[due.market_id], due) for due in self._schedule(self._now_ms()))

    def _schedule(self, now_ms: int) -> tuple[DisclosureDue, ...]:
        since_ms = self._since_ms()
        return schedule(self._book.document.show.markets, now_ms if since_ms is None else since_ms, self._showings, now_ms)

    def _reminder(self, market: Market, due: DisclosureDue) -> DisclosureReminder:
        shown = self._shown.disclosed.get(market.id)
        waits = self._since_ms() is None or shown is not None
        return DisclosureReminder(
            market_id=market.id,
            mode=market.disclosure.mode,
            state=due.state,
            due_ms=None if waits else due.due_ms,
            late_ms=None if waits else due.latest_ms,
            shown_ms=None if shown is None else shown[1],
            on_picture=shown is not None and self._is_on_picture(market),
            times=due.times,
        )

    def _is_on_picture(self, market: Market) -> bool:
        """The picture has room for one text, so it addresses those who read that language."""
        text, language = badge_text(self._book.document.show, self.badge)
        reads = any(primary(tag) == primary(language) for tag in market.languages)
        return bool(text) and reads and pick(market.disclosure.text, [language])[0] == text

    # DisclosureSpan --------------------------------------------------------------------------------------------------------------

    def show_now(self, market_id: str = "") -> None:
        """Show a market's disclosure now, for as long as its rule says; "" = every due market, or all if none is due.

        Raises ShowError "disclosure.none" if there is nothing to show.
        """
        markets = (
            [market_by_id(self._book.document.show, market_id)]
            if market_id
            else self._due_markets() or list(self._book.document.show.markets)
        )
        told = [market for market in markets if market.disclosure.mode is not DisclosureMode.NONE and _has_text(market)]
        if not told:
            raise ShowError("disclosure.none")
        for market in told:
            if market.id not in self._shown.disclosed:
                self._show(market, why="host")

    def conceal(self, market_id: str) -> None:
        """Hide a market's disclosure early."""
        if market_id in self._shown.disclosed:
            self._hide(market_id)

    def end(self) -> None:
        """Hide all disclosures: the show is over."""
        for market_id in tuple(self._shown.disclosed):
            self._hide(market_id)

    def tick(self, now_ms: int) -> None:
        """Remind, show and hide what is due; called every second."""
        markets = {market.id: market for market in self._book.document.show.markets}
        dues = {due.market_id: due for due in self._schedule(now_ms)}
        for market_id in self._shown.disclosed:
            due = dues.get(market_id)
            stays = due is not None and due.continuous and self._since_ms() is not None
            if not stays and (due is None or self._is_over(markets[market_id], now_ms)):
                self._hide(market_id)
        if self._since_ms() is not None:
            for market_id, due in dues.items():
                if market_id not in self._shown.disclosed and due.state in (DueState.DUE, DueState.OVERDUE):
                    self._remind(markets[market_id], due.due_ms)

    def _is_over(self, market: Market, now_ms: int) -> bool:
        """Also after the clock was set back past its start: nobody knows how long it was shown, so it is shown again."""
        since_ms = self._shown.disclosed[market.id][1]
        if now_ms < since_ms:
            self._reminded.pop(market.id, None)
        return not since_ms <= now_ms < since_ms + market.disclosure.shown_s * 1000

    def _remind(self, market: Market, due_ms: int) -> None:
        if self.automatic and _has_text(market):
            self._show(market, why="automatic")
        elif self._reminded.get(market.id) != due_ms:
            self._reminded[market.id] = due_ms
            self.due.emit(market.id)
            name = pick(market.name, [self._book.document.show.presentation.host_language])[0] or market.id
            self._notify(Notice(Severity.WARNING, "disclosure.due", {"market": name}, "disclosure", ("disclosure.show",)))

    def _due_markets(self) -> list[Market]:
        if self._since_ms() is None:
            return []
        urgent = {due.market_id for due in self._schedule(self._now_ms()) if due.state in (DueState.DUE, DueState.OVERDUE)}
        return [market for market in self._book.document.show.markets if market.id in urgent]

    @property
    def _shown(self) -> OnScreen:
        return self._selling.shown

    def _show(self, market: Market, *, why: str) -> None:
        text = pick(market.disclosure.text, market.languages)[0]
        self._book.log.append(EventKind.DISCLOSURE_SHOWN, market=market.id, text=text, why=why)

    def _hide(self, market_id: str) -> None:
        _, since_ms = self._shown.disclosed[market_id]
        self._book.log.append(EventKind.DISCLOSURE_ENDED, market=market_id, seconds=round(max(0, self._now_ms() - since_ms) / 1000, 1))

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in READ_KINDS:
            self._events.append(event)
            self._showings = disclosed_in(self._events)
            self.changed.emit()


def _has_text(market: Market) -> bool:
    return any(text.strip() for text in market.disclosure.text.values())
