import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.domain.base.errors import AppError
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.program.project import starter_project
from app.domain.program.scene import Box, Fit
from app.domain.program.source import SourceKind
from app.storage.files import StorageError, backup_path
from app.storage.migrations import CURRENT_VERSION, MIGRATIONS, from_1_to_2, migrate_document
from app.storage.project_file import ProjectFileError, encode, load, save
from tests.support.shows import full_show

SAMPLES = Path(__file__).parent / "samples"


def save_changed(path: Path, change: Callable[[Any], object]) -> Path:
    """Save a show, change its JSON and return its path."""
    save(path, full_show())
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return path


def test_a_show_survives_saving_and_loading(tmp_path: Path) -> None:
    path = tmp_path / "Frühling 春.tradewind"
    save(path, full_show())
    assert load(path) == full_show()


def test_the_file_is_readable_text(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    save(path, full_show())
    text = path.read_text()
    document = json.loads(text)
    assert list(document) == ["format", "version", "project"]
    assert '"fit": "cover"' in text
    assert "春季特卖 🎉" in text
    assert text.endswith("}\n")


def test_the_previous_save_is_kept_as_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    for name in ("first", "second", "third"):
        save(path, full_show(name))
    assert load(path).name == "third"
    assert load(backup_path(path)).name == "second"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["show.tradewind", "show.tradewind.bak"]


def test_an_older_show_opens_and_is_saved_in_the_current_version(tmp_path: Path) -> None:
    show = load(SAMPLES / "version-1.tradewind")
    assert (show.name, show.relay_id, show.output.canvas.fps, show.output.audio.bitrate_kbps) == ("Autumn market", "relay-1", 25, 128)
    assert [source.kind for source in show.sources] == [SourceKind.CAMERA, SourceKind.TEXT, SourceKind.MICROPHONE]
    assert [layer.fit for layer in show.scenes[0].layers] == [Fit.COVER, Fit.CONTAIN]
    assert show.scenes[0].layers[1].box == Box(0.7, 0.8, 0.25, 0.1)
    save(tmp_path / "new", show)
    assert json.loads((tmp_path / "new").read_text())["version"] == CURRENT_VERSION
    assert load(tmp_path / "new") == show


def test_every_version_has_a_migration_and_migrations_do_not_change_their_input() -> None:
    assert sorted(MIGRATIONS) == list(range(1, CURRENT_VERSION))
    old = {"version": 1, "name": "Autumn market"}
    assert from_1_to_2(old) == {"format": "tradewind-show", "version": 2, "project": {"name": "Autumn market"}}
    assert old == {"version": 1, "name": "Autumn market"}
    assert migrate_document(old)["version"] == CURRENT_VERSION


def set_at(*keys: str | int, value: object) -> Callable[[Any], object]:
    def change(document: Any) -> None:
        inner = document["project"]
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value

    return change


WRONG_VALUES: list[tuple[Callable[[Any], object], str, str]] = [
    (set_at("scenes", 1, "layers", 2, "opacity", value="half"), "$.scenes[1].layers[2].opacity", "Expected `float`, got `str`"),
    (set_at("sources", 0, "kind", value="hologram"), "$.sources[0].kind", "Invalid enum value 'hologram'"),
    (set_at("output", "canvas", "fps", value=29.97), "$.output.canvas.fps", "Expected `int`, got `float`"),
    (set_at("scenes", value={}), "$.scenes", "Expected `array`, got `object`"),
    (lambda document: document["project"]["scenes"][0].pop("id"), "$.scenes[0]", "Object missing required field `id`"),
    (lambda document: document["project"].pop("name"), "$", "Object missing required field `name`"),
    (lambda document: document.pop("project"), "$", "Object missing required field `project`"),
    (lambda document: document.update(project=[]), "$", "Expected `object`, got `array`"),
]


@pytest.mark.parametrize(("change", "location", "reason"), WRONG_VALUES)
def test_a_wrong_value_is_reported_with_its_location(tmp_path: Path, change: Callable[[Any], object], location: str, reason: str) -> None:
    with pytest.raises(ProjectFileError) as raised:
        load(save_changed(tmp_path / "show", change))
    data = raised.value.data
    assert (raised.value.code, data["place"], data["reason"]) == ("project_file.value", location, reason)
    assert data["path"] == str(tmp_path / "show")


def test_a_file_of_a_newer_version_is_refused_and_left_unchanged(tmp_path: Path) -> None:
    path = save_changed(tmp_path / "show", lambda document: document.update(version=CURRENT_VERSION + 1, project={"new": True}))
    before = path.read_bytes()
    with pytest.raises(ProjectFileError) as raised:
        load(path)
    assert raised.value.code == "project_file.newer"
    assert (raised.value.data["version"], raised.value.data["known"]) == (CURRENT_VERSION + 1, CURRENT_VERSION)
    assert path.read_bytes() == before


def test_a_contradiction_in_a_show_is_reported(tmp_path: Path) -> None:
    for change, code in (
        (set_at("scenes", 0, "layers", 0, "source_id", value="gone"), "project.no_source"),
        (set_at("scenes", value=[]), "project.no_scenes"),
        (set_at("output", "canvas", "width", value=721), "project.canvas"),
        (set_at("sources", 0, "settings", "fps", value=-1), "field.invalid"),
        (set_at("scenes", 0, "layers", 0, "opacity", value=1e9), "project.out_of_bounds"),
    ):
        with pytest.raises(ProjectFileError) as raised:
            load(save_changed(tmp_path / "show", change))
        assert raised.value.code == code
        assert raised.value.data["path"] == str(tmp_path / "show")


def test_a_show_with_a_missing_relay_still_opens(tmp_path: Path) -> None:
    show = load(save_changed(tmp_path / "show", set_at("relays", value=[])))
    assert (show.relay_id, show.also_relay_ids) == ("", ("embedded",))


BROKEN: list[tuple[bytes, str]] = [
    (b"", "project_file.empty"),
    (b"\0" * 4096, "project_file.empty"),
    (b" \n", "project_file.empty"),
    (b"[1, 2]", "project_file.not_a_show"),
    (b"{}", "project_file.not_a_show"),
    (b'{"version": "1"}', "project_file.not_a_show"),
    (b'{"version": true}', "project_file.not_a_show"),
    (b'{"version": 0}', "project_file.not_a_show"),
    (b'{"version": 9, "format": "other"}', "project_file.not_a_show"),
    (b'{"version": 2, "format": "tradewind-show", "project": {"name": NaN}}', "project_file.damaged"),
    (b'{"version": 2, "format": "tradewind-show", "project": {"name": ' + b"9" * 5000 + b"}}", "project_file.damaged"),
    (b'{"version": 2,, "format": ""}', "project_file.damaged"),
    (b"[" * 200_000, "project_file.damaged"),
    (b"\x89PNG\r\n\x1a\n\0\0", "project_file.not_text"),
]


@pytest.mark.parametrize(("content", "code"), BROKEN)
def test_a_file_that_is_not_a_show_is_reported(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "show"
    path.write_bytes(content)
    with pytest.raises(ProjectFileError) as raised:
        load(path)
    assert raised.value.code == code
    assert path.read_bytes() == content


def test_a_show_truncated_at_any_byte_is_refused_with_the_backups_path(tmp_path: Path) -> None:
    path = tmp_path / "show"
    save(path, starter_project(camera=None, microphone=False))
    save(path, starter_project(camera=None, microphone=True))
    whole = path.read_bytes()
    codes = set()
    for length in range(len(whole.rstrip())):
        path.write_bytes(whole[:length])
        with pytest.raises(ProjectFileError) as raised:
            load(path)
        assert raised.value.data["backup"] == str(backup_path(path))
        codes.add(raised.value.code)
    assert codes == {"project_file.empty", "project_file.cut_off", "project_file.damaged"}
    assert load(backup_path(path)) == starter_project(camera=None, microphone=False)


def test_a_syntax_error_is_reported_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "show"
    path.write_text('{\n  "format": "tradewind-show",\n  "version" 2\n}')
    with pytest.raises(ProjectFileError) as raised:
        load(path)
    assert (raised.value.data["line"], raised.value.data["column"]) == (3, 13)


def test_the_error_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as missing:
        load(tmp_path / "none")
    with pytest.raises(StorageError) as folder:
        load(tmp_path)
    assert (missing.value.code, folder.value.code) == ("file.missing", "file.folder")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    with pytest.raises(StorageError) as huge:
        load(tmp_path / "huge")
    assert huge.value.code == "file.too_large"


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_opens(tmp_path: Path) -> None:
    path = tmp_path / "show"
    path.write_bytes(b"\xef\xbb\xbf" + encode(full_show()).replace(b"\n", b"\r\n"))
    assert load(path) == full_show()


def test_damaged_values_only_raise_our_errors(tmp_path: Path) -> None:
    """Each value of a real show, replaced by each kind of JSON value, opens or is refused with one of our errors."""
    path = tmp_path / "show"
    document = json.loads(encode(full_show()))
    places: list[tuple[Any, Any]] = []

    def collect(node: Any) -> None:
        for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
            places.append((node, key))
            if isinstance(value, dict | list):
                collect(value)

    collect(document)
    outcomes = {"opened": 0, "refused": 0}
    for node, key in places[:: max(1, len(places) // 150)]:
        original = node[key]
        replacements: tuple[Any, ...] = (None, "", [], {}, -1, 10**30, 1e300)
        for value in replacements:
            node[key] = value
            path.write_text(json.dumps(document))
            try:
                load(path)
                outcomes["opened"] += 1
            except AppError:
                outcomes["refused"] += 1
        node[key] = original
    assert min(outcomes.values()) > 50
    assert os.listdir(tmp_path) == ["show"]


def test_a_relay_with_the_embedded_relays_id_gets_a_new_id(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    project = replace(
        starter_project(camera=None, microphone=False), relays=(Relay(EMBEDDED_RELAY_ID, "Mine", "https://evil.example/whip"),)
    )
    path.write_bytes(encode(project))
    (relay,) = load(path).relays
    assert relay.id != EMBEDDED_RELAY_ID and relay.whip_url == "https://evil.example/whip"
