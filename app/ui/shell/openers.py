"""Opens dialogs and windows for the panels of one main window."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDockWidget, QWidget

from app.domain.base.local_time import LocalTime
from app.domain.planning.schedule import DEFAULT_MINUTES, Occurrence
from app.domain.program.output import Relay
from app.ui.context import WindowContext
from app.ui.shell import late
from app.ui.shell.own_windows import OwnWindows

Form = TypeVar("Form", bound=QDialog)


def open_dialog(dialog: QDialog) -> None:
    """Show a modal dialog that is deleted when it closes."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class WindowOpeners:
    """The main window's `Openers`. Functions give what is built later: the context, and the windows beside the main one."""

    def __init__(
        self,
        main: QWidget,
        panels: Mapping[str, QDockWidget],
        context: Callable[[], WindowContext],
        windows: Callable[[], OwnWindows],
        show_connections: Callable[[], None],
    ) -> None:
        self._main = main
        self._panels = panels
        self._context = context
        self._windows = windows
        self._show_connections = show_connections
        self._products: dict[str, late.ProductDialog] = {}
        self._segments: dict[str, late.SegmentDialog] = {}
        self._airings: dict[str, late.AiringDialog] = {}
        self._announcements: dict[str, late.AnnouncementDialog] = {}

    # Catalogue, rundown, selling ------------------------------------------------------------------------------------------

    def open_product(self, product_id: str, field: str = "") -> None:
        form = _show_once(self._products, product_id, lambda: late.ProductDialog(self._context(), product_id, self._main))
        form.open_page(field)

    def open_segment(self, segment_id: str) -> None:
        _show_once(self._segments, segment_id, lambda: late.SegmentDialog(self._context(), segment_id, self._main))

    def open_keyword_card(self, card_id: str, parent: QWidget) -> None:
        open_dialog(late.KeywordDialog(self._context(), card_id, parent))

    def open_coupon(self, coupon_id: str, parent: QWidget) -> None:
        open_dialog(late.CouponDialog(self._context(), coupon_id, parent))

    # On air ---------------------------------------------------------------------------------------------------------------

    def open_relay(self, relay: Relay | None, parent: QWidget, *, found: Relay | None = None) -> None:
        open_dialog(late.RelayDialog(self._context(), relay, parent, found=found))

    def open_connections(self) -> None:
        self._show_connections()

    def open_markets(self, parent: QWidget) -> None:
        open_dialog(late.SetupDialog(self._context(), parent))

    # Planning -------------------------------------------------------------------------------------------------------------

    def open_airing(self, occurrence: Occurrence | None, parent: QWidget, *, start: LocalTime | None = None) -> None:
        over_dialog = isinstance(parent.window(), QDialog)

        def make() -> late.AiringDialog:
            return late.AiringDialog(self._context(), parent, occurrence=occurrence, start=start)

        if occurrence is not None and start is None and not over_dialog:
            _show_once(self._airings, occurrence.key, make)
            return
        form = make()
        form.setModal(over_dialog)
        _show(form)

    def plan_airing(self, start: LocalTime, parent: QWidget, *, minutes: int | None = None, party_ids: Sequence[str] | None = None) -> None:
        _show(late.AiringDialog(self._context(), parent, start=start, minutes=minutes or DEFAULT_MINUTES, party_ids=party_ids))

    def open_announcement(self, occurrence: Occurrence, parent: QWidget) -> None:
        _show_once(self._announcements, occurrence.key, lambda: late.AnnouncementDialog(self._context(), parent, occurrence))

    # Windows and panels ---------------------------------------------------------------------------------------------------

    def open_planner(self, page: str = "") -> None:
        self._windows().show_planner(page)

    def toggle_prompter(self) -> None:
        self._windows().toggle_prompter()

    def show_panel(self, name: str) -> None:
        self._panels[name].show()
        self._panels[name].raise_()

    def open_subject(self, kind: str, subject_id: str, field: str = "") -> None:
        if kind == "product":
            self._panels["products"].raise_()
            self.open_product(subject_id, field)
        elif kind in ("card", "coupon"):
            self._panels["offer"].raise_()
        else:
            self.open_markets(self._main)


def _show(form: QDialog) -> None:
    form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    form.show()


def _show_once(forms: dict[str, Form], key: str, make: Callable[[], Form]) -> Form:
    """Show the form of this key, or bring it to the front if it is open."""
    form = forms.get(key)
    if form is not None:
        form.raise_()
        form.activateWindow()
        return form
    form = forms[key] = make()
    form.finished.connect(lambda _: forms.pop(key, None))
    _show(form)
    return form
