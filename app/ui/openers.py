"""What panels ask the shell to open: windows, and dialogs that load when they are first used."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from app.domain.base.local_time import LocalTime
from app.domain.planning.schedule import Occurrence
from app.domain.program.output import Relay


class Openers(Protocol):
    """Opens what belongs to another subject or loads late. A form that is already open comes to the front."""

    def open_product(self, product_id: str, field: str = "") -> None:
        """Show a product's form, at the page of `field`."""

    def open_segment(self, segment_id: str) -> None:
        """Show a segment's form."""

    def open_keyword_card(self, card_id: str, parent: QWidget) -> None:
        """Show a keyword card's form; "" = a new card."""

    def open_coupon(self, coupon_id: str, parent: QWidget) -> None:
        """Show a coupon's form; "" = a new coupon."""

    def open_relay(self, relay: Relay | None, parent: QWidget, *, found: Relay | None = None) -> None:
        """Show a relay's form; None = a new relay, filled in from `found`, which the network announces."""

    def open_connections(self) -> None:
        """Show the servers that the show connects to."""

    def open_markets(self, parent: QWidget) -> None:
        """Show the markets and cards of the show."""

    def open_airing(self, occurrence: Occurrence | None, parent: QWidget, *, start: LocalTime | None = None) -> None:
        """Show the form of a planned date, at another start if one is given. Over a dialog the form is modal."""

    def plan_airing(self, start: LocalTime, parent: QWidget, *, minutes: int | None = None, party_ids: Sequence[str] | None = None) -> None:
        """Show the form of a new show; None = the usual length, the usual people."""

    def open_announcement(self, occurrence: Occurrence, parent: QWidget) -> None:
        """Show texts, posters, calendar files and reminders for a date."""

    def open_planner(self, page: str = "") -> None:
        """Bring the planner to the front, at a page if one is named."""

    def toggle_prompter(self) -> None:
        """Open or close the prompter."""

    def show_panel(self, name: str) -> None:
        """Bring a docked panel to the front."""

    def open_subject(self, kind: str, subject_id: str, field: str = "") -> None:
        """Show what a finding is about."""
