"""Damages a sample of each kind of file: its reader raises only declared errors or ignores the file."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.base.errors import AppError
from app.link import registration
from app.plugin.manifest import ManifestError, read_manifest
from app.storage.calendar_tables import load_days_off, load_festival_rules, load_permits
from app.storage.card_themes import load_card_theme, load_card_themes
from app.storage.consents import Consents
from app.storage.files import MAX_BYTES, StorageError
from app.storage.last_time_zone import LastTimeZone
from app.storage.markets import load_markets, load_markets_by_id
from app.storage.phrases import load_phrases
from app.storage.plugin_settings import PluginSettingsFile
from app.storage.presets import load_preset, load_presets
from app.storage.project_file import load
from app.storage.recents import Recents
from app.storage.sample_show import load_sample_show
from app.storage.settings import SettingsFile
from app.storage.table_profiles import load_table_profiles
from app.storage.wording import Wordings
from app.ui.kit.language import load_table
from tests.support.source_trees import ROOT

RESOURCES = ROOT / "resources"
SAMPLES = Path(__file__).parent / "samples"
REGISTRATION = b'{"pid": 7, "address": "/run/x", "authkey": "AAAA", "host_pid": 0}'


@dataclass(frozen=True)
class Reader:
    """`file` is a path below a temporary folder, and `content` is a valid sample to damage. `read` reads the folder and may raise `raises`.
    `resources` is a folder that the reader needs."""

    file: str
    content: bytes
    read: Callable[[Path], object]
    raises: tuple[type[Exception], ...] = ()
    resources: Path | None = None


def bundled(name: str) -> bytes:
    return (RESOURCES / name).read_bytes()


READERS: Mapping[str, Reader] = {
    "preset": Reader("srs.toml", bundled("relays/srs.toml"), lambda home: load_preset(home / "srs.toml"), (StorageError,)),
    "card theme": Reader(
        "paper.toml", bundled("cards/paper.toml"), lambda home: load_card_theme(home / "paper.toml"), (StorageError,), RESOURCES / "cards"
    ),
    "market": Reader(
        "NL.toml", bundled("markets/NL.toml"), lambda home: load_markets_by_id(home, ["NL"]), (StorageError,), RESOURCES / "markets"
    ),
    "phrases": Reader("p.toml", bundled("phrases/cards.toml"), lambda home: load_phrases(home / "p.toml"), (StorageError,)),
    "notices": Reader("plugin.toml", bundled("notices/plugin.toml"), Wordings.load, (AppError,)),
    "festivals": Reader(
        "festivals/lunar.toml", bundled("calendar/festivals/lunar.toml"), load_festival_rules, (StorageError,), RESOURCES / "calendar"
    ),
    "permits": Reader("permits.toml", bundled("calendar/permits.toml"), load_permits, (StorageError,)),
    "days off": Reader("days_off.toml", bundled("calendar/days_off.toml"), load_days_off, (StorageError,)),
    "shop exports": Reader(
        "shopify.toml", next((RESOURCES / "table_profiles").glob("shopify*.toml")).read_bytes(), load_table_profiles, (StorageError,)
    ),
    "sample show": Reader(
        "show.toml",
        bundled("sample_show/show.toml"),
        lambda home: load_sample_show(home, RESOURCES / "markets", "en"),
        (StorageError,),
        RESOURCES / "sample_show",
    ),
    "project": Reader("x", (SAMPLES / "version-1.tradewind").read_bytes(), lambda home: load(home / "x"), (StorageError,)),
    "settings": Reader(
        "s.json", b'{"version": 1, "values": {"theme": "dark", "new_fps": 30}}', lambda home: SettingsFile(home / "s.json").load()
    ),
    "recents": Reader("r.json", b'["/a/b.tradewind", "relative"]', lambda home: Recents(home / "r.json").paths()),
    "plugins": Reader(
        "p.json",
        b'{"a": {"enabled": true, "settings": {"x": 1}}}',
        lambda home: (PluginSettingsFile(home / "p.json").enabled(), PluginSettingsFile(home / "p.json").values("a")),
    ),
    "time zone": Reader("place", b"Europe/Berlin\n", lambda home: LastTimeZone(home / "place").read()),
    "consents": Reader("c.json", b'{"show": {"https://x.example": true}}', lambda home: Consents(home / "c.json").answers("show")),
    "manifest": Reader("plugin.toml", (ROOT / "plugins/order_folder/plugin.toml").read_bytes(), read_manifest, (ManifestError,)),
    "engine": Reader("engine.json", REGISTRATION, registration.read),
    "translations": Reader("zh_CN.json", bundled("locale/zh_CN.json")[:3000] + b"}}", lambda home: load_table(home, "zh_CN")),
}
WRONG = (b"5", b'"x"', b"[]", b"{}", b"nan", b"1e400", b"-9223372036854775809", b"true", b"[[[{a = []}]]]", b'"\\u0000"', b"1979-05-27")
VALUE = re.compile(rb"(?m)^([\w.\"-]+ = ).+$|(?<=: )[^,{}\[\]]+")


def damaged_variants(content: bytes) -> Iterator[bytes]:
    """Yield the content truncated, with flipped bits, deeply nested, of other types, and with each value replaced."""
    yield from (b"", b"\0" * 200, b"\xff\xfe" + content, b"[" * 50_000, b"x = " + b"[" * 50_000, b"null", b"[]", b'"x"', b"7", b"[[x]]")
    yield from (content[: len(content) * part // 12] for part in range(1, 12))
    for place in range(0, len(content), max(1, len(content) // 25)):
        yield content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
    places = list(VALUE.finditer(content))
    for number, found in enumerate(places[:: max(1, len(places) // 60)]):
        yield content[: found.start()] + (found[1] or b"") + WRONG[number % len(WRONG)] + content[found.end() :]


def install(reader: Reader, home: Path) -> Path:
    """Write the undamaged sample and the resources that its reader needs; return the sample's path."""
    if reader.resources is not None:
        shutil.copytree(reader.resources, home, dirs_exist_ok=True)
    file = home / reader.file
    file.parent.mkdir(parents=True, exist_ok=True)
    (home / "plugin.py").touch()
    file.write_bytes(reader.content)
    return file


def try_to_read(reader: Reader, home: Path) -> bool:
    """Return whether the file was read; undeclared errors propagate."""
    try:
        reader.read(home)
    except reader.raises:
        return False
    return True


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_a_damaged_file_raises_what_its_reader_declares(tmp_path: Path, reader: Reader) -> None:
    file = install(reader, tmp_path)
    assert try_to_read(reader, tmp_path), "the undamaged file must be readable"
    refused = 0
    for content in damaged_variants(reader.content):
        file.write_bytes(content)
        refused += not try_to_read(reader, tmp_path)
    assert refused > 5 or not reader.raises


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_folders_and_oversized_files_are_refused_before_reading(tmp_path: Path, reader: Reader) -> None:
    file = install(reader, tmp_path)
    os.truncate(file, MAX_BYTES * 100)  # a sparse file, which uses no disk space
    assert not (try_to_read(reader, tmp_path) and reader.raises)
    file.unlink(missing_ok=True)
    file.mkdir()
    try_to_read(reader, tmp_path)
    file.rmdir()
    try_to_read(reader, tmp_path)


@pytest.mark.parametrize(
    ("folder", "name", "load_all"),
    [
        ("relays", "srs.toml", load_presets),
        ("cards", "paper.toml", load_card_themes),
        ("markets", "NL.toml", load_markets),
        ("table_profiles", "shopify.toml", load_table_profiles),
    ],
)
def test_a_broken_file_is_reported_and_skipped(
    tmp_path: Path, folder: str, name: str, load_all: Callable[[Path, Callable[[StorageError], None]], tuple[object, ...]]
) -> None:
    shutil.copytree(RESOURCES / folder, tmp_path, dirs_exist_ok=True)
    errors: list[StorageError] = []
    whole = load_all(tmp_path, errors.append)
    assert errors == []
    (tmp_path / name).write_bytes(b"x = " + b"[" * 50_000)
    assert len(load_all(tmp_path, errors.append)) == len(whole) - 1
    assert [Path(str(error.data["path"])).name for error in errors] == [name]
    with pytest.raises(StorageError):
        load_all(tmp_path, None)  # type: ignore[arg-type]


def test_the_depth_of_base_themes_is_limited(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"t{number}.toml").write_text(f'base = "t{number + 1}"')
    with pytest.raises(StorageError) as raised:
        load_card_theme(tmp_path / "t0.toml")
    assert "levels of base themes" in str(raised.value.data["reason"])
