"""The table of commands: looked through once in a turn of the loop, however many things happened in it, and at once after a command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.storage.paths import RESOURCES
from app.ui.kit.commands import Command, CommandTable
from app.ui.kit.theme import Icons, load_theme


class Lamp:
    """Something to switch, which knows how often it was looked at."""

    def __init__(self) -> None:
        self.lit = False
        self.looks = 0

    def switch(self) -> None:
        self.lit = not self.lit

    def can_be_lit(self) -> bool:
        self.looks += 1
        return not self.lit


@pytest.fixture
def lamp() -> Lamp:
    return Lamp()


@pytest.fixture
def table(qt: QApplication, lamp: Lamp) -> Iterator[CommandTable]:
    owner = QObject()
    icons = Icons(Path(RESOURCES) / "icons", load_theme(RESOURCES / "themes", "dark"))
    yield CommandTable(
        (
            Command("light", "Light…", lamp.switch, "Ctrl+L", "", lamp.can_be_lit),
            Command("lamp", "Lamp", lamp.switch, checked=lambda: lamp.lit, words=lambda: "Lit" if lamp.lit else "Dark"),
        ),
        icons,
        owner,
    )
    owner.deleteLater()


def test_what_happens_in_one_turn_is_looked_at_once(table: CommandTable, lamp: Lamp) -> None:
    before = lamp.looks
    for _ in range(5):
        lamp.switch()
        table.refresh()
    assert table.actions["light"].isEnabled(), "not before the end of the turn"
    QApplication.processEvents()
    assert lamp.looks == before + 1
    assert not table.actions["light"].isEnabled()
    assert (table.actions["lamp"].text(), table.actions["lamp"].isChecked()) == ("Lit", True)
    QApplication.processEvents()
    assert lamp.looks == before + 1


def test_a_command_leaves_the_table_as_things_are(table: CommandTable, lamp: Lamp) -> None:
    assert table.actions["light"].toolTip() == "Light (Ctrl+L)"
    table.refresh()
    table.actions["lamp"].trigger()
    assert (table.actions["light"].isEnabled(), table.actions["lamp"].isChecked()) == (False, True), "the next key finds it so"
    table.actions["lamp"].trigger()
    assert (table.actions["lamp"].text(), table.titles()) == ("Lit", {"light": "Light…", "lamp": "Dark"}), "nothing asked for a look"
