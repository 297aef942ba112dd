"""Dialogs and windows that load when they are first used, so that the window starts sooner. Only the shell imports this."""

# ruff: noqa: PLC0414  "as" says that a name is there for others

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.air.connections import ConnectionsDialog as ConnectionsDialog
    from app.ui.air.relay import RelayDialog as RelayDialog
    from app.ui.catalogue.product import ProductDialog as ProductDialog
    from app.ui.planning.announcements.announcement_dialog import AnnouncementDialog as AnnouncementDialog
    from app.ui.planning.dates.airing_dialog import AiringDialog as AiringDialog
    from app.ui.planning.dates.zone_update_dialog import ZoneUpdateDialog as ZoneUpdateDialog
    from app.ui.planning.dock.schedule_board import ScheduleBoard as ScheduleBoard
    from app.ui.planning.planner_window import PlannerWindow as PlannerWindow
    from app.ui.review.show_report import ReportDialog as ReportDialog
    from app.ui.rundown.prompter import Prompter as Prompter
    from app.ui.rundown.segment import SegmentDialog as SegmentDialog
    from app.ui.selling.keywords import CouponDialog as CouponDialog
    from app.ui.selling.keywords import KeywordDialog as KeywordDialog
    from app.ui.setup.guide import Guide as Guide
    from app.ui.setup.plugins import PluginsDialog as PluginsDialog
    from app.ui.setup.settings import SettingsDialog as SettingsDialog
    from app.ui.setup.setup import SetupDialog as SetupDialog
    from app.ui.shell.about import About as About
    from app.ui.shell.backups import BackupsDialog as BackupsDialog
    from app.ui.shell.palette import Palette as Palette
    from app.ui.tables.export import ExportDialog as ExportDialog
    from app.ui.tables.import_table import ImportDialog as ImportDialog
    from app.ui.tables.table_kinds import OrderTable as OrderTable
    from app.ui.tables.table_kinds import ProductTable as ProductTable
    from app.ui.tables.table_kinds import RundownTable as RundownTable
else:
    HOMES = {
        "About": "app.ui.shell.about",
        "AiringDialog": "app.ui.planning.dates.airing_dialog",
        "BackupsDialog": "app.ui.shell.backups",
        "ConnectionsDialog": "app.ui.air.connections",
        "CouponDialog": "app.ui.selling.keywords",
        "ExportDialog": "app.ui.tables.export",
        "Guide": "app.ui.setup.guide",
        "ImportDialog": "app.ui.tables.import_table",
        "KeywordDialog": "app.ui.selling.keywords",
        "ZoneUpdateDialog": "app.ui.planning.dates.zone_update_dialog",
        "OrderTable": "app.ui.tables.table_kinds",
        "Palette": "app.ui.shell.palette",
        "PlannerWindow": "app.ui.planning.planner_window",
        "PluginsDialog": "app.ui.setup.plugins",
        "ProductDialog": "app.ui.catalogue.product",
        "ProductTable": "app.ui.tables.table_kinds",
        "Prompter": "app.ui.rundown.prompter",
        "RelayDialog": "app.ui.air.relay",
        "ReportDialog": "app.ui.review.show_report",
        "RundownTable": "app.ui.tables.table_kinds",
        "ScheduleBoard": "app.ui.planning.dock.schedule_board",
        "SegmentDialog": "app.ui.rundown.segment",
        "SettingsDialog": "app.ui.setup.settings",
        "SetupDialog": "app.ui.setup.setup",
        "AnnouncementDialog": "app.ui.planning.announcements.announcement_dialog",
    }

    def __getattr__(name: str) -> object:
        if name not in HOMES:
            raise AttributeError(f"nothing called {name} loads late")
        return getattr(importlib.import_module(HOMES[name]), name)
