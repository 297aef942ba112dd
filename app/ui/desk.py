"""What every panel receives: the Studio, its signals, and the means to show things."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.errors import AppError
from app.domain.money import Money
from app.domain.notice import Notice, Severity
from app.domain.project import Project
from app.domain.show import Show
from app.domain.show_editing import on_project
from app.session.studio import Studio
from app.ui.bridge import Bridge
from app.ui.notices import Words
from app.ui.selection import Selection
from app.ui.theme import Icons, Theme
from app.ui.widgets.editors import Surroundings

MakeCode = Callable[[str], Sequence[Sequence[int]]]


class Formats(Protocol):
    """How a reader of a language is used to see amounts and names (app.language.formats)."""

    def money(self, amount: Money, language: str, *, market: str = "") -> str: ...

    def number(self, value: float, language: str, *, market: str = "") -> str: ...

    def language_name(self, tag: str, language: str) -> str: ...

    def territory_name(self, code: str, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Collaborators of the window's parts; holds no state of its own."""

    studio: Studio
    bridge: Bridge
    selection: Selection
    theme: Theme
    icons: Icons
    wordings: Words
    make_code: MakeCode
    formats: Formats

    @property
    def around(self) -> Surroundings:
        """What editors of declared fields need."""
        return Surroundings(self.icons, lambda: self.studio.devices)

    def edit(self, title: str, change: Callable[[Project], Project], *, merge: str = "") -> bool:
        """Change the document; a refusal is shown as a notice and gives False."""
        return self.edit_show(title, on_project(change), merge=merge)

    def edit_show(self, title: str, change: Callable[[Show], Show], *, merge: str = "") -> bool:
        """As `edit`, for what the show sells and says."""
        try:
            self.studio.edit_show(title, change, merge=merge)
        except AppError as error:
            self.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))
            return False
        return True
