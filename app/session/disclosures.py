"""That this is advertising: when each market must be told, who reminds the host, what stood on the picture and how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.event import EventKind, ShowEvent
from app.domain.market import DisclosureMode, Market
from app.domain.notice import Notice, Severity
from app.domain.show import ShowError, market_by_id
from app.domain.shown import Shown
from app.domain.signal import Signal
from app.domain.words import Words, pick
from app.session.selling import Selling, picture_market
from app.session.show_book import Now, ShowBook

DISCLOSURE_KINDS = (EventKind.DISCLOSURE_SHOWN, EventKind.DISCLOSURE_ENDED)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One market's disclosure as it stands now. `due_ms` None = nobody is watching; `late_ms`: from then on it is too late.
    `shown_ms`: since when it stands on the picture, None = it does not."""

    market_id: str
    mode: DisclosureMode
    due_ms: int | None
    late_ms: int | None
    shown_ms: int | None


class Disclosures:
    """`due` is emitted with a market's id when it is time to tell its viewers, `changed` when something is shown or hidden.

    Time counts from going on air, and in a rehearsal from the show's start (`since_ms`). With `automatic` the badge comes by itself;
    where the market wants it all the time, it also stays by itself. Everything shown stands in the log with the time it was shown.
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
        self._ended: dict[str, int] = {}  # market → when its disclosure last went
        self._reminded: dict[str, int] = {}  # market → the due time that the host was reminded of
        book.logged.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self._ended, self._reminded = {}, {}
        for event in self._book.events(DISCLOSURE_KINDS):
            self._note(event)

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def active(self) -> Mapping[str, Words]:
        """Market → the disclosure that its viewers see now, on the page in their language."""
        shown = self._shown.disclosed
        return {market.id: market.disclosure.text for market in self._book.show.markets if market.id in shown}

    @property
    def badge(self) -> Words:
        """What stands on the picture: the disclosure of its market, else of the first market that is being told."""
        active = self.active
        market = picture_market(self._book.show)
        if market is not None and market.id in active:
            return active[market.id]
        return next(iter(active.values()), {})

    def reminders(self) -> tuple[Reminder, ...]:
        """Every market that must be told, in the show's order."""
        return tuple(self._reminder(one) for one in self._book.show.markets if one.disclosure.mode is not DisclosureMode.NONE)

    def reminder(self, market_id: str) -> Reminder:
        """Raises ShowError for a market the show is not made for."""
        return self._reminder(market_by_id(self._book.show, market_id))

    def _reminder(self, market: Market) -> Reminder:
        rule, since_ms = market.disclosure, self._since_ms()
        shown = self._shown.disclosed.get(market.id)
        shown_ms = None if shown is None else shown[1]
        if since_ms is None or shown_ms is not None or rule.mode is DisclosureMode.NONE:
            return Reminder(market.id, rule.mode, None, None, shown_ms)
        ended_ms = self._ended.get(market.id, 0)
        if ended_ms < since_ms or rule.mode is DisclosureMode.CONTINUOUS:
            return Reminder(market.id, rule.mode, since_ms, since_ms + rule.first_within_s * 1000, None)
        due_ms = ended_ms + rule.every_s * 1000
        return Reminder(market.id, rule.mode, due_ms, due_ms + rule.first_within_s * 1000, None)

    # Showing --------------------------------------------------------------------------------------------------------------

    def show_now(self, market_id: str = "") -> None:
        """Tell a market's viewers now, for as long as its rule says; "" = every market that is due, or all when none is.

        Raises ShowError "disclosure.none" when there is nothing to tell.
        """
        markets = [market_by_id(self._book.show, market_id)] if market_id else self._due_markets() or list(self._book.show.markets)
        told = [market for market in markets if market.disclosure.mode is not DisclosureMode.NONE and _has_text(market)]
        if not told:
            raise ShowError("disclosure.none")
        for market in told:
            if market.id not in self._shown.disclosed:
                self._show(market, why="host")

    def conceal(self, market_id: str) -> None:
        """Take a market's disclosure away before its time."""
        if market_id in self._shown.disclosed:
            self._hide(market_id)

    def tick(self, now_ms: int) -> None:
        """Remind, show and end what is due; called each second."""
        for market in self._book.show.markets:
            reminder = self._reminder(market)
            if reminder.shown_ms is not None:
                self._end_if_over(market, reminder.shown_ms, now_ms)
            elif reminder.due_ms is not None and now_ms >= reminder.due_ms:
                self._remind(market, reminder.due_ms)
        for market_id in self._shown.disclosed.keys() - {market.id for market in self._book.show.markets}:
            self._hide(market_id)

    def _end_if_over(self, market: Market, shown_ms: int, now_ms: int) -> None:
        stays = market.disclosure.mode is DisclosureMode.CONTINUOUS and self._since_ms() is not None
        if not stays and now_ms - shown_ms >= market.disclosure.shown_s * 1000:
            self._hide(market.id)

    def _remind(self, market: Market, due_ms: int) -> None:
        if self.automatic and _has_text(market):
            self._show(market, why="automatic")
        elif self._reminded.get(market.id) != due_ms:
            self._reminded[market.id] = due_ms
            self.due.emit(market.id)
            name = pick(market.name, [self._book.show.desk.host_language])[0] or market.id
            self._notify(Notice(Severity.WARNING, "disclosure.due", {"market": name}, "disclosure", ("disclosure.show",)))

    def _due_markets(self) -> list[Market]:
        now_ms = self._now_ms()
        return [market for market in self._book.show.markets if (due := self._reminder(market).due_ms) is not None and now_ms >= due]

    @property
    def _shown(self) -> Shown:
        return self._selling.shown

    def _show(self, market: Market, *, why: str) -> None:
        text = pick(market.disclosure.text, market.languages)[0]
        self._book.log(EventKind.DISCLOSURE_SHOWN, market=market.id, text=text, why=why)

    def _hide(self, market_id: str) -> None:
        _, since_ms = self._shown.disclosed[market_id]
        self._book.log(EventKind.DISCLOSURE_ENDED, market=market_id, seconds=round((self._now_ms() - since_ms) / 1000, 1))

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in DISCLOSURE_KINDS:
            self._note(event)
            self.changed.emit()

    def _note(self, event: ShowEvent) -> None:
        if event.kind is EventKind.DISCLOSURE_ENDED:
            self._ended[str(event.data.get("market", ""))] = event.at_ms


def _has_text(market: Market) -> bool:
    return any(text.strip() for text in market.disclosure.text.values())
