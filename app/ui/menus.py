"""Which commands stand in which menu and in the toolbar, in order; "" parts them, RECENT and DOCKS are filled by the window."""

from app.ui.language import tr

TOOLBAR = (
    "file.new", "file.open", "file.save", "", "edit.undo", "edit.redo", "", "scene.add", "source.add", "", "window.palette",
    "window.settings", "help.guide",
)  # fmt: skip
_EXCHANGED = ("bring_in.products", "bring_in.rundown", "bring_in.orders", "export.open")


def menus() -> dict[str, tuple[str, ...]]:
    """Commands by the menu's title in the window's language."""
    return {
        tr("Window", "&Show"): (
            "file.new", "file.open", "RECENT", "", "file.save", "file.save_as", "backups.open", "", *_EXCHANGED, "", "app.quit",
        ),
        tr("Window", "&Edit"): (
            "edit.undo", "edit.redo", "", "source.add", "source.duplicate", "source.remove", "", "plugins.open", "window.settings",
        ),
        tr("Window", "Se&ll"): (
            "setup.open", "product.add", "", "product.pin", "product.unpin", "", "card.hide", "card.lower_third", "card.ticker",
            "card.code", "", "coupon.drop", "coupon.close", "disclosure.show",
        ),
        tr("Window", "&Run of show"): (
            "run.start", "run.resume", "run.next", "run.previous", "run.back", "run.skip", "run.swap", "", "run.tick", "run.untick", "",
            "run.extend_1m", "run.shorten_1m", "", "run.end", "", "timer.toggle", "timer.reset", "prompter.toggle", "",
            "segment.add", "rundown.plan",
        ),
        tr("Window", "&Plan"): ("planner.toggle", "airing.plan", "", "schedule.start", "schedule.replan", "", "schedule.moved"),
        tr("Window", "S&cenes"): ("scene.add", "scene.duplicate", "scene.remove", "", "scene.next", "scene.previous"),
        tr("Window", "&On air"): (
            "show.go_live", "show.stop", "", "live.copy", "live.code", "", "relay.add", "connections.open", "", "devices.refresh",
            "engine.restart",
        ),
        tr("Window", "&View"): ("window.palette", "", "DOCKS", "", "window.reset", "window.full"),
        tr("Window", "&Help"): ("help.guide", "help.sample", "", "help.about"),
    }  # fmt: skip
