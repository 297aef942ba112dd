"""The README names menus that the window has."""

import re

from PySide6.QtWidgets import QMenu

from app.ui.shell.main_window import MainWindow
from tests.support.words import ROOT


def plain(title: str) -> str:
    return title.replace("&", "").partition("\t")[0]


def test_every_menu_entry_that_the_readme_names_is_there(window: MainWindow) -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    named = re.findall(r"\*([^*→]+) → ([^*→]+)\*", text)
    assert len(named) >= 3
    menus: dict[str, set[str]] = {}
    for top in window.menuBar().actions():
        opened = top.menu()
        if isinstance(opened, QMenu):
            menus[plain(top.text())] = {plain(entry.text()) for entry in opened.actions()}
    for menu, entry in named:
        assert entry in menus.get(menu, set()), f"{menu} → {entry}"
