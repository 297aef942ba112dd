"""A show for tests with every kind of content that a document can have."""

from dataclasses import replace

from app.domain.program import editing
from app.domain.program.output import IceServer, Relay
from app.domain.program.project import Project, check_project, starter_project
from app.domain.program.scene import Box, Crop, Fit
from app.domain.program.source import KINDS
from app.domain.program.transition import Transition, TransitionKind


def full_show(name: str = "Spring sale 春季特卖 🎉") -> Project:
    """Return a project with two scenes, every kind of source, a cropped translucent layer, a relay with servers, and a fade."""
    show = editing.rename_project(starter_project(camera="usb-1:2", microphone=True), name)
    show = editing.add_scene(show, "Close-up")
    for kind, declaration in KINDS.items():
        show = editing.add_source(show, "scene-2", kind, declaration.title)
    show = editing.change_settings(show, "text-1", {"text": "عرض خاص\n限时 5 折", "size": 72})
    show = editing.replace_layer(
        show, "scene-2", "layer-3", box=Box(0.6, 0.05, 0.35, 0.35), crop=Crop(left=0.1, right=0.1), fit=Fit.COVER, opacity=0.5, locked=True
    )
    show = editing.replace_strip(show, "sound", gain_db=-6.0, delay_ms=40)
    show = editing.replace_canvas(show, width=720, height=1280)
    relay = Relay(
        "relay-1",
        "Singapore",
        "https://sg.example.test/whip/shop",
        region="ap-southeast-1",
        values={"room": "shop", "secure": True, "port": 443},
        ice_servers=(IceServer("turn:turn.example.test", "shop", "not-a-secret"),),
    )
    show = editing.publish_also(editing.pin_relay(editing.put_relay(show, relay), relay.id), ["embedded"])
    show = replace(editing.replace_transition(show, Transition(TransitionKind.FADE, 500)), scene_id="scene-2")
    check_project(show)
    return show
