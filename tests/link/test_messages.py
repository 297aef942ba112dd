"""Every command and event survives encoding; anything else raises a clear error."""

import msgspec
import pytest

from app.domain.base.notice import Notice, Severity
from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.command import (
    LINK_VERSION,
    Apply,
    Command,
    DropOverlay,
    Event,
    GoLive,
    Hello,
    ListDevices,
    PutOverlay,
    PutPicture,
    RelayProbes,
    Shutdown,
    StopLive,
    Take,
    TryRelay,
    WatchRelays,
)
from app.domain.program.device import Device, Devices
from app.domain.program.output import IceServer, Quirks, Relay, Target
from app.domain.program.overlay import OverlayAnimation
from app.domain.program.packet import Codec
from app.domain.program.project import starter_project
from app.domain.program.stats import (
    EngineStats,
    FrameCounts,
    Meters,
    Percentiles,
    RelayProbe,
    SourceStats,
    StripMeter,
    TargetStats,
    VideoStats,
)
from app.domain.program.transition import Transition, TransitionKind
from app.domain.program.trial import RelayTrial
from app.link.messages import LinkError, decode_command, decode_event, encode

PROJECT = starter_project(camera="usb-1", microphone=False)
TARGET = Target(
    Relay("r1", "Paris", "https://paris.example/whip", values={"path": "live", "secure": True}, ice_servers=(IceServer("stun:a:1"),)),
    "secret",
    Quirks(max_gop_s=2.0),
)
COMMANDS: tuple[Command, ...] = (
    Apply(PROJECT),
    Take("scene-1", Transition(TransitionKind.FADE, 500)),
    PutPicture("text-1", 2, 1, bytes(range(8))),
    PutOverlay("card", 2, 1, bytes(range(8)), 0.25, 0.5, OverlayAnimation.SLIDE_LEFT, 400, -120.0),
    DropOverlay("card", OverlayAnimation.FADE, 250),
    GoLive((TARGET,)),
    StopLive(),
    WatchRelays((TARGET,), ("r1",), 45.0),
    TryRelay(TARGET),
    ListDevices(),
    Shutdown(),
)
EVENTS: tuple[Event, ...] = (
    Hello(LINK_VERSION, 77, "/run/preview", PROJECT, ("r1",)),
    Hello(LINK_VERSION, 77, "", None, ()),
    EngineStats(
        at_ns=5,
        state=BroadcastState.LIVE,
        live_since_ns=1,
        scene_id="scene-1",
        frames=FrameCounts(1, 2, 3, 4, 5, 6),
        late_ms=Percentiles(0.1, 0.2, 0.3, 0.4),
        late_run_ms=Percentiles(),
        video=VideoStats("libx264", "superfast", 2500, 2400.5),
        targets=(
            TargetStats("r1", TargetState.WEAK, failure="relay.http", failure_data=(("status", 503), ("words", "no"), ("again", True))),
        ),
        sources=(SourceStats("picture", True, 29.97, 1280, 720),),
        cpu_s=1.5,
        cpu_percent=80.0,
        rss_mb=120.0,
    ),
    Meters(StripMeter("", (-3.0, -4.0), (-10.0, -11.0), True), (StripMeter("sound", (-120.0, -120.0), (-120.0, -120.0)),)),
    Notice(Severity.WARNING, "camera.busy", {"name": "Kamera", "tries": 3, "late": 0.5, "again": True}, "picture", ("devices.refresh",)),
    RelayProbes((RelayProbe("r1", 12.5, -1.0, "", True),)),
    RelayTrial("r1", "whip.token", (("step", "http"), ("status", 401)), 12.5, -1.0, Codec.VP8, sound=False),
    Devices((Device("c", "Camera"),), (Device("m", "Microphone", "two channels", True),), ()),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_commands_survive_encoding(command: Command) -> None:
    assert decode_command(encode(command)) == command


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_survive_encoding(event: Event) -> None:
    assert decode_event(encode(event)) == event


def test_value_types_survive_encoding() -> None:
    notice = decode_event(encode(EVENTS[4]))
    assert isinstance(notice, Notice)
    assert [type(value) for value in notice.data.values()] == [str, int, float, bool]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "link.garbage"),
        (b"\xc1\xff\x00garbage", "link.garbage"),
        (b"\x93" * 5000, "link.garbage"),
        (msgspec.msgpack.encode((LINK_VERSION, "Take", {})).replace(b"Take", b"T\xffke"), "link.garbage"),
        (encode(COMMANDS[1]).replace(b"scene-1", b"scene\xfe1"), "link.bad"),
        (msgspec.msgpack.encode({"a": 1}), "link.garbage"),
        (msgspec.msgpack.encode((LINK_VERSION, "Explode", {})), "link.unknown"),
        (msgspec.msgpack.encode((LINK_VERSION, "Meters", {})), "link.unknown"),
        (msgspec.msgpack.encode((LINK_VERSION, "Take", {"scene_id": 5})), "link.bad"),
        (msgspec.msgpack.encode((LINK_VERSION, "DropOverlay", {"overlay_id": "card", "leave": "explode"})), "link.bad"),
        (msgspec.msgpack.encode((LINK_VERSION + 1, "Take", {})), "link.version"),
    ],
)
def test_invalid_commands_raise_clear_errors(data: bytes, code: str) -> None:
    with pytest.raises(LinkError) as raised:
        decode_command(data)
    assert raised.value.code == code


def test_a_message_truncated_at_any_byte_raises_a_clear_error() -> None:
    whole = encode(COMMANDS[0])
    for length in range(len(whole)):
        with pytest.raises(LinkError):
            decode_command(whole[:length])
