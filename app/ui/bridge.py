"""Turns the session's signals into Qt signals; nothing else does."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.domain.base.notice import Notice
from app.session.studio import Studio


class Bridge(QObject):
    """Repeats the Studio's events as Qt signals, which disconnect automatically when a widget is deleted. `close` disconnects the Studio.

    The Studio emits on its loop, which is Qt's here: nothing is queued and no lock is needed.
    """

    project_changed = Signal()
    show_changed = Signal()
    document_changed = Signal()
    settings_changed = Signal()
    stats_changed = Signal(object)
    meters_changed = Signal(object)
    probes_changed = Signal()
    relay_tried = Signal(object)  # the result of a connection test
    devices_changed = Signal()
    relays_changed = Signal()
    connections_changed = Signal()  # which servers the show may connect to, or wants to
    broadcast_changed = Signal()
    engine_changed = Signal()
    run_changed = Signal()  # the show's position in its rundown
    shown_changed = Signal()  # what viewers see: pinned product, cards, coupon
    room_changed = Signal()  # who is there and what they did; at most five times a second
    disclosures_changed = Signal()
    interrupted_changed = Signal()  # a rundown was interrupted, or can no longer be resumed
    show_ended = Signal(str)  # a show is over, and why
    schedule_changed = Signal()  # the plan, or facts about its days
    chat_added = Signal(object)  # a new ChatLine; up to a thousand a second
    chat_changed = Signal(object)  # a ChatLine that something happened to
    chat_reloaded = Signal()
    notice = Signal(object)

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._disconnects: list[Callable[[], None]] = [
            studio.document.project_changed.connect(lambda project: self.project_changed.emit()),
            studio.document.show_changed.connect(lambda show: self.show_changed.emit()),
            studio.document.changed.connect(self.document_changed.emit),
            studio.settings.changed.connect(lambda settings: self.settings_changed.emit()),
            studio.engine.stats_changed.connect(self.stats_changed.emit),
            studio.engine.meters_changed.connect(self.meters_changed.emit),
            studio.relays.probes_changed.connect(lambda probes: self.probes_changed.emit()),
            studio.engine.relay_tried.connect(self.relay_tried.emit),
            studio.engine.devices_changed.connect(lambda devices: self.devices_changed.emit()),
            studio.relays.changed.connect(self.relays_changed.emit),
            studio.connections.changed.connect(self.connections_changed.emit),
            studio.broadcast.state.changed.connect(lambda old, new: self.broadcast_changed.emit()),
            studio.broadcast.air.changed.connect(lambda old, new: self.broadcast_changed.emit()),
            studio.engine.state.changed.connect(lambda old, new: self.engine_changed.emit()),
            studio.control.runner.run_changed.connect(lambda run: self.run_changed.emit()),
            studio.control.selling.changed.connect(lambda shown: self.shown_changed.emit()),
            studio.control.selling.claims_changed.connect(lambda coupon_id: self.shown_changed.emit()),
            studio.control.viewers.summary.changed.connect(self.room_changed.emit),
            studio.control.room.state.changed.connect(lambda old, new: self.room_changed.emit()),
            studio.control.ending.interrupted_changed.connect(self.interrupted_changed.emit),
            studio.control.ending.ended.connect(self.show_ended.emit),
            studio.control.scheduler.changed.connect(self.schedule_changed.emit),
            studio.control.disclosures.changed.connect(self.disclosures_changed.emit),
            studio.control.disclosures.due.connect(lambda market_id: self.disclosures_changed.emit()),
            studio.control.chat.added.connect(self.chat_added.emit),
            studio.control.chat.changed.connect(self.chat_changed.emit),
            studio.control.chat.reloaded.connect(self.chat_reloaded.emit),
            studio.notices.connect(self.notice.emit),
        ]

    def tell(self, notice: Notice) -> None:
        """Show a notice from the window itself."""
        self.notice.emit(notice)

    def close(self) -> None:
        """Disconnect. May be called twice."""
        for disconnect in self._disconnects:
            disconnect()
        self._disconnects.clear()
