"""What the window and the broadcast without a window share: a Studio with all it needs."""

import importlib
from collections.abc import Callable, Mapping
from typing import cast

from app.bootstrap.processes import spawn
from app.domain.clock import SystemClock
from app.domain.errors import Value
from app.domain.output import Canvas
from app.domain.project import Project
from app.session.studio import MakeDiscovery, MakeSecrets, Studio
from app.session.text_pictures import DrawText
from app.storage.paths import Paths
from app.storage.presets import load_presets
from app.storage.settings import Settings


class TextDrawer:
    """Draws text sources; Qt's drawing half is loaded with the first one, because a show without text needs none of it."""

    def __init__(self) -> None:
        self._application: object | None = None

    def __call__(self, settings: Mapping[str, Value], canvas: Canvas) -> tuple[int, int, bytes]:
        if self._application is None:
            self._application = importlib.import_module("app.overlay.offscreen").make_offscreen_application()
        render = cast(DrawText, importlib.import_module("app.overlay.text").render_text)
        return render(settings, canvas)


def make_studio(
    paths: Paths,
    *,
    new_project: Callable[[Settings], Project],
    make_secrets: MakeSecrets,
    make_discovery: MakeDiscovery | None = None,
    with_relay: bool = True,
) -> Studio:
    """A Studio of this machine's parts, not started yet; raises StorageError when a folder or a preset cannot be used."""
    paths.make()
    return Studio(
        paths=paths,
        clock=SystemClock(),
        new_project=new_project,
        make_secrets=make_secrets,
        presets=load_presets(paths.relay_presets),
        draw_text=TextDrawer(),
        spawn=spawn,
        make_discovery=make_discovery,
        with_relay=with_relay,
    )
