"""Parts of the window that are not there before somebody asks for them: the first use loads them, and the start need not."""

# ruff: noqa: PLC0414  "as" says that a name is there for others

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.session.picture_fetch import Fetched as Fetched
    from app.session.picture_fetch import PictureFetch as PictureFetch
    from app.ui.dialogs.about import About as About
    from app.ui.dialogs.airing import AiringDialog as AiringDialog
    from app.ui.dialogs.backups import BackupsDialog as BackupsDialog
    from app.ui.dialogs.connections import ConnectionsDialog as ConnectionsDialog
    from app.ui.dialogs.export import ExportDialog as ExportDialog
    from app.ui.dialogs.guide import Guide as Guide
    from app.ui.dialogs.import_table import ImportDialog as ImportDialog
    from app.ui.dialogs.moved import MovedDialog as MovedDialog
    from app.ui.dialogs.palette import Palette as Palette
    from app.ui.dialogs.plugins import PluginsDialog as PluginsDialog
    from app.ui.dialogs.product import ProductDialog as ProductDialog
    from app.ui.dialogs.relay import RelayDialog as RelayDialog
    from app.ui.dialogs.segment import SegmentDialog as SegmentDialog
    from app.ui.dialogs.settings import SettingsDialog as SettingsDialog
    from app.ui.dialogs.setup import SetupDialog as SetupDialog
    from app.ui.dialogs.show_report import ReportDialog as ReportDialog
    from app.ui.dialogs.tell_people import TellPeopleDialog as TellPeopleDialog
    from app.ui.panels.schedule_board import ScheduleBoard as ScheduleBoard
    from app.ui.planner.window import PlannerWindow as PlannerWindow
    from app.ui.prompter import Prompter as Prompter
    from app.ui.table_kinds import OrderTable as OrderTable
    from app.ui.table_kinds import ProductTable as ProductTable
    from app.ui.table_kinds import RundownTable as RundownTable
else:
    HOMES = {
        "About": "app.ui.dialogs.about",
        "AiringDialog": "app.ui.dialogs.airing",
        "BackupsDialog": "app.ui.dialogs.backups",
        "ConnectionsDialog": "app.ui.dialogs.connections",
        "ExportDialog": "app.ui.dialogs.export",
        "Fetched": "app.session.picture_fetch",
        "Guide": "app.ui.dialogs.guide",
        "ImportDialog": "app.ui.dialogs.import_table",
        "MovedDialog": "app.ui.dialogs.moved",
        "OrderTable": "app.ui.table_kinds",
        "Palette": "app.ui.dialogs.palette",
        "PictureFetch": "app.session.picture_fetch",
        "PlannerWindow": "app.ui.planner.window",
        "PluginsDialog": "app.ui.dialogs.plugins",
        "ProductDialog": "app.ui.dialogs.product",
        "ProductTable": "app.ui.table_kinds",
        "Prompter": "app.ui.prompter",
        "RelayDialog": "app.ui.dialogs.relay",
        "ReportDialog": "app.ui.dialogs.show_report",
        "RundownTable": "app.ui.table_kinds",
        "ScheduleBoard": "app.ui.panels.schedule_board",
        "SegmentDialog": "app.ui.dialogs.segment",
        "SettingsDialog": "app.ui.dialogs.settings",
        "SetupDialog": "app.ui.dialogs.setup",
        "TellPeopleDialog": "app.ui.dialogs.tell_people",
    }

    def __getattr__(name: str) -> object:
        if name not in HOMES:
            raise AttributeError(f"nothing called {name} is loaded late")
        return getattr(importlib.import_module(HOMES[name]), name)
