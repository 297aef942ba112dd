"""JSON and TOML files: settings, lists and plans, and files that people write (presets, themes, markets, manifests)."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app.domain.base.errors import AppError
from app.plugin.manifest import ManifestError, read_manifest
from app.storage.calendar_tables import load_festival_rules, load_permits
from app.storage.card_themes import load_card_theme
from app.storage.files import StorageError
from app.storage.last_time_zone import LastTimeZone
from app.storage.markets import load_markets_by_id
from app.storage.parsing import parse_json, parse_toml
from app.storage.phrases import load_phrases
from app.storage.plugin_settings import PluginSettingsFile
from app.storage.presets import load_preset
from app.storage.project_file import decode, encode
from app.storage.recents import Recents
from app.storage.schedule_part import DECODE_ERRORS, decode_schedule, salvage_schedule
from app.storage.settings import SettingsFile
from app.storage.wording import Wordings
from tests.fuzz.folders import reads_file
from tests.fuzz.mutation import MOST, ODD_NUMBERS, spoiled, spoiled_json, spoiled_text
from tests.fuzz.target import Target, calls
from tests.support.schedules import full_schedule
from tests.support.shows import full_show
from tests.support.source_trees import ROOT

_SETTINGS = {"version": 1, "values": {"language": "en", "new_fps": 30, "relay_port": 8787, "theme": "dark", "unknown": [1]}}
_RECENTS = ["/a/b.tradewind", "relative", "C:\\x"]
_PLUGINS = {"csv_orders": {"enabled": True, "settings": {"folder": "/x", "every": 3}}, "other": {"enabled": "yes"}}
_PROJECT = json.loads(encode(full_show()))
_SCHEDULE = json.loads(msgspec.json.encode(full_schedule()))
_TOML_WORDS = (
    "[[",
    "]]",
    "= ",
    "{",
    "\n[a]\n",
    "\n[[a]]\n",
    "'''",
    '"""',
    "nan",
    "inf",
    "1979-05-27T07:32:00Z",
    "\\u0000",
    "\\ud800",
    "a.b.c.d",
    "#",
)


def _text_of(*names: str) -> list[str]:
    """Our files with these names, each short enough to be read often."""
    return [(ROOT / name).read_text(encoding="utf-8") for name in names]


def _toml(texts: list[str]) -> Callable[[random.Random], bytes]:
    def make(rng: random.Random) -> bytes:
        text = rng.choice(texts)
        if rng.random() < 0.03:
            return ("a = " + "[" * rng.choice((10, 3000)) + rng.choice(ODD_NUMBERS)).encode()
        lines = text.split("\n")
        for _ in range(rng.choice((0, 1, 2, 4))):
            at = rng.randrange(len(lines))
            lines[at : at + rng.choice((0, 1, 1, 3))] = rng.choice(([], [rng.choice(lines)], [rng.choice(lines)] * 40))
            lines = lines or [""]
        made = spoiled_text(rng, "\n".join(lines), _TOML_WORDS).encode("utf-8", "surrogatepass")
        return spoiled(rng, made) if rng.random() < 0.2 else made[:MOST]

    return make


def _json(value: object) -> Callable[[random.Random], str]:
    return lambda rng: spoiled_json(rng, value)


def _recents(path: Path) -> object:
    recents = Recents(path)
    return recents.paths()


def _plugin_settings(path: Path) -> object:
    settings = PluginSettingsFile(path)
    return settings.enabled(), dict(settings.values("csv_orders"))


def _market(path: Path) -> object:
    return load_markets_by_id(path.parent, [path.stem])


def _rules(path: Path) -> object:
    rules = path.parent / "festivals"
    rules.mkdir(exist_ok=True)
    path.replace(rules / "x.toml")
    (path.parent / "groups.toml").write_text('gulf = ["AE", "SA"]\n')
    return load_festival_rules(path.parent)


def _permits(path: Path) -> object:
    return dict(load_permits(path.parent))


def _manifest(path: Path) -> object:
    (path.parent / "plugin.py").touch()
    manifest = read_manifest(path.parent)
    return manifest, manifest.fields("en")


_LONG: dict[str, Any] = {"works_at_most": 400.0, "base": 30_000, "gives_at_most": 16.0}

TARGETS = (
    Target("json", _json(_SETTINGS), calls(parse_json), (ValueError,)),
    Target("toml", _toml(_text_of("resources/relays/srs.toml")), calls(parse_toml), (ValueError,), base=10_000, share=0.3),
    Target("settings", _json(_SETTINGS), reads_file("settings.json", lambda path: SettingsFile(path).load()), base=10_000, share=0.3),
    Target("recents", _json(_RECENTS), reads_file("recents.json", _recents), base=10_000, share=0.3),
    Target("plugin-settings", _json(_PLUGINS), reads_file("plugins.json", _plugin_settings), share=0.3),
    Target(
        "seen-place",
        lambda rng: spoiled_text(rng, "Europe/Berlin\n"),
        reads_file("place", lambda path: LastTimeZone(path).read()),
        share=0.3,
    ),
    Target(
        "project",
        _json(_PROJECT),
        calls(lambda text: decode(text.encode("utf-8", "surrogatepass"), Path("x"))),
        (AppError,),
        works_at_most=200,
        base=20_000,
        share=0.2,
    ),
    Target("schedule", _json(_SCHEDULE), calls(decode_schedule), DECODE_ERRORS, base=10_000, share=0.3),
    Target("damaged-schedule", _json(_SCHEDULE), calls(salvage_schedule), base=40_000, works_at_most=300, share=0.2),
    Target(
        "preset",
        _toml(_text_of("resources/relays/srs.toml", "resources/relays/janus.toml")),
        reads_file("srs.toml", load_preset),
        (StorageError,),
        base=20_000,
        share=0.2,
    ),
    Target(
        "card-theme",
        _toml(_text_of("resources/cards/paper.toml")),
        reads_file("paper.toml", load_card_theme, ROOT / "resources" / "cards"),
        (StorageError,),
        share=0.05,
        **_LONG,
    ),
    Target(
        "market",
        _toml(_text_of("resources/markets/NL.toml")),
        reads_file("NL.toml", _market, ROOT / "resources" / "markets"),
        (StorageError,),
        share=0.05,
        **_LONG,
    ),
    Target("phrases", _toml(['[a]\nen = "x"\nde = "y"\n']), reads_file("phrases.toml", load_phrases), (StorageError,), share=0.3),
    Target(
        "notices",
        _toml(['[code."a.b"]\ntext = "x {y}"\nhelp = "z"\n']),
        reads_file("a.toml", lambda path: Wordings.load(path.parent).codes),
        (AppError,),
        share=0.3,
    ),
    Target(
        "plugin-manifest",
        _toml(_text_of("plugins/order_folder/plugin.toml")),
        reads_file("plugin.toml", _manifest),
        (ManifestError,),
        base=20_000,
        share=0.2,
    ),
    Target(
        "festival-rules",
        _toml(_text_of("resources/calendar/festivals/lunar.toml")),
        reads_file("x.toml", _rules),
        (StorageError,),
        share=0.03,
        **_LONG,
    ),
    Target(
        "draw-permits",
        _toml(_text_of("resources/calendar/permits.toml")),
        reads_file("permits.toml", _permits),
        (StorageError,),
        share=0.05,
        **_LONG,
    ),
)
