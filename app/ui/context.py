"""What every panel gets: the Studio, its signals, and what it takes to show things."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol

from PySide6.QtGui import QImageReader

from app.domain.base.errors import AppError, Value
from app.domain.base.money import Money
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.market import Market
from app.domain.program.project import Project, program_scene
from app.domain.program.scene import Scene
from app.domain.rundown.finding import Fact
from app.domain.show import Show
from app.domain.show_editing import on_project
from app.session.studio import Studio
from app.ui.bridge import Bridge
from app.ui.kit.editors import EditorResources
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.language import BCP47, language_for
from app.ui.kit.theme import Icons, Theme
from app.ui.notices import Words
from app.ui.openers import Openers
from app.ui.program.device_editor import DeviceEditor
from app.ui.selection import Selection

MakeCode = Callable[[str], Sequence[Sequence[int]]]
DayStyle = Literal["short", "year", "full", "full_year"]
WeekdayStyle = Literal["narrow", "short", "full"]


class Formats(Protocol):
    """Formats amounts, names (app.language.formats), times and places (app.language.times) as readers of a language expect them."""

    def money(self, amount: Money, language: str, *, market: str = "") -> str: ...

    def number(self, value: float, language: str, *, market: str = "") -> str: ...

    def language_name(self, tag: str, language: str) -> str: ...

    def territory_name(self, code: str, language: str) -> str: ...

    def finding_values(self, data: Mapping[str, Fact], language: str) -> Mapping[str, Value]: ...

    def clock(self, wall: datetime, language: str, *, market: str = "") -> str: ...

    def day(self, when: date, language: str, *, market: str = "", style: DayStyle = "short") -> str: ...

    def weekday(self, when: date, language: str, *, style: WeekdayStyle = "short") -> str: ...

    def month(self, when: date, language: str) -> str: ...

    def day_shift(self, days: int, language: str) -> str: ...

    def countdown(self, seconds: float, language: str) -> str: ...

    def duration(self, minutes: int, language: str) -> str: ...

    def city(self, zone_key: str, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class WindowContext:
    """The shared collaborators of panels and dialogs. It has no state."""

    studio: Studio
    bridge: Bridge
    selection: Selection
    theme: Theme
    icons: Icons
    wordings: Words
    make_code: MakeCode
    formats: Formats
    finding_words: Words
    known_markets: Callable[[], Sequence[Market]]
    file_dialogs: FileDialogs
    openers: Openers

    @property
    def language(self) -> str:
        """The window's language as a BCP 47 tag."""
        return BCP47[language_for(self.studio.settings.value.language)]

    @property
    def editor_resources(self) -> EditorResources:
        """What editors of declared fields use."""
        return EditorResources(self.icons, lambda field: DeviceEditor(field, lambda: self.studio.engine.devices), self.file_dialogs)

    @property
    def edited_scene(self) -> Scene:
        """The scene being edited: the one chosen for editing off air, else the one on program."""
        project, wanted = self.studio.document.project, self.selection.scene_id
        return next((scene for scene in project.scenes if scene.id == wanted), None) or program_scene(project)

    def edit(self, title: str, change: Callable[[Project], Project], *, merge: str = "") -> bool:
        """Change the document. If it refuses, show a notice and return False."""
        return self.edit_show(title, on_project(change), merge=merge)

    def edit_show(self, title: str, change: Callable[[Show], Show], *, merge: str = "") -> bool:
        """Like `edit`, for what the show sells and says."""
        return self.attempt(lambda: self.studio.document.edit_show(title, change, merge=merge))

    def attempt(self, verb: Callable[[], object]) -> bool:
        """Do something. If it refuses, show a notice and return False."""
        try:
            verb()
        except AppError as error:
            self.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))
            return False
        return True

    def add_picture(self, path: str) -> str:
        """Add a picture file to the show. Returns its id, "" and a notice if it cannot be used."""
        reader = QImageReader(path)
        try:
            if reader.canRead() and reader.read().isNull():  # it begins like a picture
                raise AppError("picture.unreadable")
            return self.studio.pictures.add_file(Path(path))
        except AppError as error:
            sentence = self.wordings.sentence(error.code, error.data)
            data: dict[str, Value] = {"name": Path(path).name, "reason": " ".join(filter(None, (sentence.text, sentence.help)))}
            self.bridge.tell(Notice(Severity.ERROR, "window.picture_refused", data, subject=path))
            return ""
