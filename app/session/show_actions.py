"""The actions that run a show: rundown, selling, room, chat, plan."""

from collections.abc import Callable, Mapping

from app.domain.selling.on_screen import OnScreenKind
from app.domain.show import Show, ShowError
from app.session.actions import Action, ActionTable
from app.session.chat_actions import chat_actions
from app.session.room.room_link import RoomState
from app.session.show_control import ShowControl

CARDS = POINTS = 9  # the digit keys
MINUTE_S = 60


def add_show_actions(table: ActionTable, desk: ShowControl, show: Callable[[], Show]) -> None:
    """Add the actions of a running show to the table; those without `run` are provided by the window."""
    for action in (*_run_actions(desk, show), *_timer_actions(desk), *_selling_actions(desk, show), *_lasting_actions(desk)):
        table.add(action)
    for action in (*chat_actions(desk.chat), *_schedule_actions(desk)):
        table.add(action)
    for number in range(1, POINTS + 1):
        table.add(_numbered_point(desk, number))
    for number in range(1, CARDS + 1):
        table.add(_numbered_card(desk, number))


def _run_actions(desk: ShowControl, show: Callable[[], Show]) -> tuple[Action, ...]:
    runner = desk.runner

    def startable() -> bool:
        return bool(show().segments) and not runner.run.running

    def running() -> bool:
        return runner.current is not None

    def swappable() -> bool:
        return runner.current is not None and bool(runner.current.backup_id)

    def skippable() -> bool:
        segment, segments = runner.upcoming, show().segments
        return segment is not None and segment is not segments[-1]

    return (
        Action("run.start", "Start rundown", "Ctrl+F8", "play", runner.start, startable),
        Action("run.resume", "Resume interrupted rundown", "", "play", desk.ending.resume, lambda: desk.ending.interruption is not None),
        Action("run.next", "Next segment", "F8", "down", runner.next, lambda: runner.upcoming is not None),
        Action("run.previous", "Previous segment", "F7", "up", runner.previous, running),
        Action("run.back", "Return to previous position", "Shift+F7", "undo", runner.back, lambda: runner.came_from is not None),
        Action("run.skip", "Skip next segment", "Shift+F8", "skip", runner.skip, skippable),
        Action("run.extend_1m", "One minute more", "F9", "add", lambda: runner.extend(MINUTE_S), running),
        Action("run.shorten_1m", "Shorten by 1 minute", "Shift+F9", "minus", lambda: runner.extend(-MINUTE_S), running),
        Action("run.swap", "Switch to backup", "Ctrl+B", "swap", runner.swap_to_backup, swappable),
        Action("run.tick", "Tick next point", "F10", "check", runner.tick_next, lambda: bool(runner.unticked())),
        Action("run.untick", "Untick last point", "Ctrl+F10", "undo", runner.untick_last, lambda: bool(runner.ticked())),
        Action("run.end", "End rundown", "Ctrl+Shift+F8", "stop", runner.end, lambda: runner.run.running),
    )


def _timer_actions(desk: ShowControl) -> tuple[Action, ...]:
    runner = desk.runner

    def counting() -> bool:
        return runner.run.timer.started_ms is not None

    def toggle() -> None:
        runner.timer_stop() if counting() else runner.timer_start()

    return (
        Action("timer.toggle", "Timer", "F6", "clock", toggle, checked=counting),
        Action("timer.start", "Start timer", "", "play", runner.timer_start, lambda: not counting()),
        Action("timer.stop", "Stop timer", "", "stop", runner.timer_stop, counting),
        Action("timer.reset", "Reset timer", "Shift+F6", "undo", runner.timer_reset),
    )


def next_coupon(desk: ShowControl, show: Show) -> str:
    """The coupon that a single key sends: that of the pinned product, else one for all products, else the first. Raises ShowError."""
    coupons = sorted(show.coupons, key=lambda one: (one.product_id != desk.selling.shown.pinned_id, bool(one.product_id)))
    if not coupons:
        raise ShowError("show.no_coupon", coupon="")
    return coupons[0].id


def _selling_actions(desk: ShowControl, show: Callable[[], Show]) -> tuple[Action, ...]:
    selling = desk.selling

    def pin() -> None:
        segment = desk.runner.current
        if segment is not None and segment.product_id:
            selling.pin(segment.product_id)

    def pinnable() -> bool:
        segment = desk.runner.current
        return segment is not None and segment.product_id not in ("", selling.shown.pinned_id)

    def droppable() -> bool:
        return bool(show().coupons) and selling.shown.drop is None

    def told() -> bool:
        return bool(desk.disclosures.reminders())

    def replaced() -> bool:
        return desk.room.state.value is RoomState.REPLACED

    return (
        Action("product.pin", "Pin the segment’s product", "Ctrl+P", "pin", pin, pinnable),
        Action("product.unpin", "Unpin", "Ctrl+Shift+P", "pin", selling.unpin, lambda: bool(selling.shown.pinned_id)),
        Action("card.hide", "Hide card", "Ctrl+Alt+0", "eye-off", selling.hide, lambda: selling.shown.card is not None),
        Action(
            "coupon.drop",
            "Send coupon",
            "Ctrl+Shift+K",
            "product",
            lambda: selling.drop_coupon(next_coupon(desk, show())),
            droppable,
        ),
        Action("coupon.close", "End coupon", "", "product", selling.close_coupon, lambda: selling.shown.drop is not None),
        Action("countdown.stop", "End countdown", "", "clock", selling.stop_countdown, lambda: selling.shown.countdown is not None),
        Action(
            "disclosure.show",
            "Show ad disclosure",
            "Ctrl+D",
            "disclosure",
            desk.disclosures.show_now,
            told,
        ),
        Action(
            "room.take_back",
            "Host the room from here",
            "",
            "room",
            desk.room.take_back,
            replaced,
        ),
        Action("prompter.toggle", "Prompter", "Ctrl+Shift+O", "text"),
    )


def _schedule_actions(desk: ShowControl) -> tuple[Action, ...]:
    scheduler = desk.scheduler

    return (
        Action("schedule.start", "Start next show", "Ctrl+Alt+L", "live", scheduler.start, lambda: scheduler.can_start),
        Action("schedule.replan", "Move later shows back", "", "clock", when=lambda: scheduler.is_behind),
        Action("schedule.moved", "Shows moved by the time zone update", "", "clock", when=lambda: scheduler.has_moved),
    )


_LASTING: Mapping[OnScreenKind, tuple[str, str, str]] = {
    OnScreenKind.LOWER_THIRD: ("card.lower_third", "Lower third", "text"),
    OnScreenKind.TICKER: ("card.ticker", "Ticker", "text"),
    OnScreenKind.CODE: ("card.code", "QR code of the viewer page", "qr"),
}


def _lasting_actions(desk: ShowControl) -> tuple[Action, ...]:
    return tuple(_switch(desk, kind, *words) for kind, words in _LASTING.items())


def _switch(desk: ShowControl, kind: OnScreenKind, action_id: str, title: str, icon: str) -> Action:
    def is_on() -> bool:
        return kind in desk.selling.shown.lasting

    return Action(action_id, title, "", icon, lambda: desk.selling.show_lasting(kind, on=not is_on()), checked=is_on)


def _numbered_card(desk: ShowControl, number: int) -> Action:
    def there() -> bool:
        return len(desk.selling.deck) >= number

    def is_on() -> bool:
        return there() and desk.selling.shown.card == desk.selling.deck[number - 1]

    return Action(f"card.{number}", f"Card {number}", f"Ctrl+Alt+{number}", "text", lambda: desk.selling.show_number(number), there, is_on)


def _numbered_point(desk: ShowControl, number: int) -> Action:
    """Tick the point or cue at this place of the cue card; pressing again unticks it."""
    runner = desk.runner

    def there() -> bool:
        return len(runner.items()) >= number

    def is_ticked() -> bool:
        return there() and runner.items()[number - 1] in runner.ticked()

    return Action(
        f"run.tick_{number}", f"Tick point {number}", "", "check", lambda: runner.tick(runner.items()[number - 1]), there, is_ticked
    )
