"""Declares the app's settings, each with type, default, bounds, title and help, and stores them."""

import contextlib
import dataclasses
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain.base.errors import FieldError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.schema import Choice, Field, FieldType, checked
from app.domain.program.output import AudioSettings, Canvas, IceServer, Output, VideoSettings
from app.storage.files import StorageError, read_file, write_file
from app.storage.parsing import parse_json

log = logging.getLogger(__name__)

VERSION = 1
TURN_SECRET = "turn"  # the keyring name under which earlier versions kept the TURN password
_DECLARED = "declared"
_GROUP = "group"


def _setting(group: str, kind: FieldType, default: Value, title: str, help_text: str = "", **bounds: Any) -> Any:
    """A dataclass field with its full declaration."""
    declared = Field("", kind, default, title, help_text, **bounds)
    return dataclasses.field(default=default, metadata={_DECLARED: declared, _GROUP: group})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings by key. Groups: "window", "broadcast" (defaults of new shows), "relay", "network", "show", "files"."""

    language: str = _setting(
        "window",
        FieldType.CHOICE,
        "auto",
        "Language",
        choices=(Choice("auto", "System default"), Choice("en", "English"), Choice("zh_CN", "简体中文")),
    )
    theme: str = _setting(
        "window",
        FieldType.CHOICE,
        "auto",
        "Appearance",
        choices=(Choice("auto", "System default"), Choice("dark", "Dark"), Choice("light", "Light")),
    )
    confirm_go_live: bool = _setting("window", FieldType.FLAG, False, "Confirm before going live")
    confirm_stop_live: bool = _setting("window", FieldType.FLAG, True, "Confirm before ending a show")
    scene_take: str = _setting(
        "window",
        FieldType.CHOICE,
        "click",
        "Switch scenes with",
        "Enter and the scene’s shortcut always work.",
        choices=(Choice("click", "Single click"), Choice("double", "Double click")),
    )
    show_guide: bool = _setting(
        "window", FieldType.FLAG, True, "Show the setup guide at next launch", "Camera, microphone, relay and a test, step by step."
    )

    new_size: str = _setting(
        "broadcast",
        FieldType.CHOICE,
        "1280x720",
        "Resolution of new shows",
        "On a phone, 720p looks as sharp as 1080p at half the bitrate.",
        choices=(
            Choice("640x360", "360p"),
            Choice("960x540", "540p"),
            Choice("1280x720", "720p"),
            Choice("1920x1080", "1080p"),
            Choice("720x1280", "Portrait 720 × 1280"),
            Choice("1080x1920", "Portrait 1080 × 1920"),
        ),
    )
    new_fps: int = _setting("broadcast", FieldType.INTEGER, 30, "Frame rate of new shows", minimum=10, maximum=60, unit="fps")
    new_video_kbps: int = _setting(
        "broadcast", FieldType.INTEGER, 2500, "Video bitrate of new shows", minimum=200, maximum=20_000, step=100, unit="kbit/s"
    )
    new_audio_kbps: int = _setting(
        "broadcast", FieldType.INTEGER, 128, "Audio bitrate of new shows", minimum=32, maximum=256, step=16, unit="kbit/s"
    )

    relay_lan: bool = _setting(
        "relay",
        FieldType.FLAG,
        True,
        "Allow viewers on the local network",
        "When off, only this computer can reach the built-in relay.",
    )
    relay_port: int = _setting(
        "relay",
        FieldType.INTEGER,
        8787,
        "Built-in relay port",
        "0 = any free port. The watch link then changes at each launch.",
        minimum=0,
        maximum=65535,
    )
    relay_stream: str = _setting("relay", FieldType.TEXT, "live", "Name in the watch link")
    probe_every_s: int = _setting(
        "relay", FieldType.INTEGER, 30, "Measure relays every", minimum=10, maximum=600, step=5, unit="s", advanced=True
    )

    stun_servers: str = _setting(
        "network",
        FieldType.PARAGRAPH,
        "",
        "STUN servers",
        "One per line, as host:port. Most relays don’t need any.",
        advanced=True,
    )
    turn_server: str = _setting(
        "network",
        FieldType.TEXT,
        "",
        "TURN server",
        "host:port, or turns:host:port?transport=tcp. Only needed on networks that block other connections. The password is saved in the "
        "system keyring.",
        advanced=True,
    )
    turn_username: str = _setting("network", FieldType.TEXT, "", "TURN user name", advanced=True)

    run_with_live: bool = _setting(
        "show",
        FieldType.FLAG,
        False,
        "Start the rundown when going live",
        "When off, you start the rundown yourself.",
    )
    disclosure_auto: bool = _setting(
        "show",
        FieldType.FLAG,
        True,
        "Show disclosures automatically",
        "When off, Tradewind reminds you when a market requires an ad disclosure.",
    )
    cards_in_video: str = _setting(
        "show",
        FieldType.CHOICE,
        "auto",
        "Cards in the video",
        "The Tradewind viewer page shows products, keywords, countdown and ticker beside the video. Automatic keeps them out of the video "
        "while you stream only there. Disclosures, lower third and QR code always stay.",
        choices=(Choice("auto", "Automatic"), Choice("always", "Always"), Choice("never", "Never")),
    )
    low_stock: int = _setting("show", FieldType.INTEGER, 5, "Low-stock alert", "0 = only when sold out.", minimum=0, maximum=1000)

    announce_min: int = _setting(
        "show",
        FieldType.INTEGER,
        15,
        "Remind me of planned shows",
        "Minutes before start; 0 = off",
        minimum=0,
        maximum=240,
        step=5,
        unit="min",
    )

    backup_every_min: int = _setting(
        "files",
        FieldType.INTEGER,
        10,
        "Back up the show every",
        "Changes are saved automatically; a backup is a copy you can go back to. Keeps the last ten, and one per day before that.",
        minimum=2,
        maximum=240,
        unit="min",
    )
    reopen_last: bool = _setting("files", FieldType.FLAG, True, "Open the last show at launch")


def _declared() -> tuple[tuple[str, Field], ...]:
    return tuple((one.metadata[_GROUP], replace(one.metadata[_DECLARED], key=one.name)) for one in dataclasses.fields(Settings))


GROUPS: Mapping[str, str] = {
    "window": "Window",
    "broadcast": "New shows",
    "relay": "Built-in relay",
    "network": "Network",
    "show": "Selling",
    "files": "Files",
}
FIELDS: Mapping[str, Field] = {declared.key: declared for _, declared in _declared()}
FIELDS_BY_GROUP: Mapping[str, tuple[Field, ...]] = {
    group: tuple(declared for its, declared in _declared() if its == group) for group in GROUPS
}


def with_setting(settings: Settings, key: str, value: Value) -> Settings:
    """The settings with one value changed; raises FieldError for an invalid value or an unknown key."""
    if key not in FIELDS:
        raise FieldError("field.invalid", field=key, reason="unknown")
    changes: dict[str, Any] = {key: checked(FIELDS[key], value)}
    return replace(settings, **changes)


def output_from_settings(settings: Settings) -> Output:
    """The output of a new show."""
    width, height = (int(side) for side in settings.new_size.split("x"))
    return Output(
        canvas=Canvas(width, height, settings.new_fps),
        video=VideoSettings(bitrate_kbps=settings.new_video_kbps),
        audio=AudioSettings(bitrate_kbps=settings.new_audio_kbps),
    )


def ice_servers(settings: Settings, turn_password: str) -> tuple[IceServer, ...]:
    """The STUN and TURN servers of all relays, with their scheme."""
    stun = (_with_scheme(line.strip(), "stun") for line in settings.stun_servers.splitlines() if line.strip())
    servers = tuple(IceServer(url) for url in stun)
    if not (address := turn_address(settings)):
        return servers
    return (*servers, IceServer(address, settings.turn_username, turn_password))


def turn_address(settings: Settings) -> str:
    """The TURN server with its scheme, "" if there is none."""
    typed = settings.turn_server.strip()
    return _with_scheme(typed, "turn") if typed else ""


def _with_scheme(address: str, scheme: str) -> str:
    return address if address.split(":", 1)[0] in (scheme, scheme + "s") else f"{scheme}:{address}"


class SettingsFile:
    """The settings on disk: only values that differ from the defaults, and unknown ones from other versions."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._foreign: dict[str, Any] = {}

    def load(self) -> tuple[Settings, tuple[Notice, ...]]:
        """Load the file. Never fails: a broken file is moved aside, a broken value keeps its default; notices report both."""
        try:
            content = read_file(self._path)
        except StorageError as error:
            if error.code == "file.missing":
                return Settings(), ()
            return Settings(), (Notice(Severity.WARNING, "settings.unreadable", error.data),)
        try:
            values = parse_json(content.decode())["values"]
            items = list(values.items())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return Settings(), (self._set_aside(error),)
        settings, notices = Settings(), list[Notice]()
        for key, value in items:
            if key not in FIELDS:
                self._foreign[key] = value
                continue
            try:
                settings = with_setting(settings, key, value)
            except FieldError as error:
                data = {"title": FIELDS[key].title, "default": str(FIELDS[key].default), **error.data}
                notices.append(Notice(Severity.WARNING, "settings.value", data, subject=key))
        return settings, tuple(notices)

    def save(self, settings: Settings) -> None:
        """Write in one step. Raises StorageError and then leaves the old file."""
        chosen = {key: getattr(settings, key) for key, declared in FIELDS.items() if getattr(settings, key) != declared.default}
        document = {"version": VERSION, "values": {**self._foreign, **chosen}}
        write_file(self._path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())

    def _set_aside(self, error: Exception) -> Notice:
        log.warning("cannot read the settings: %s", error)
        kept = self._path.with_name(self._path.name + ".broken")
        with contextlib.suppress(OSError):  # an unwritable folder must not prevent the start
            os.replace(self._path, kept)
        return Notice(Severity.WARNING, "settings.broken", {"path": str(self._path), "kept": str(kept)})
