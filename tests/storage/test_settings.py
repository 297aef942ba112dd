import dataclasses
import json
import logging
from pathlib import Path

import pytest

from app.domain.base.errors import FieldError, Value
from app.domain.base.notice import Severity
from app.domain.base.schema import checked
from app.domain.program.output import AudioSettings, Canvas, IceServer, Output, VideoSettings
from app.storage.settings import FIELDS, FIELDS_BY_GROUP, GROUPS, Settings, SettingsFile, ice_servers, output_from_settings, with_setting


def test_every_setting_is_declared_once_with_a_title_and_a_valid_default() -> None:
    assert list(FIELDS) == [field.name for field in dataclasses.fields(Settings)]
    assert [declared for group in GROUPS for declared in FIELDS_BY_GROUP[group]] == list(FIELDS.values())
    for key, declared in FIELDS.items():
        assert declared.key == key
        assert declared.title
        assert checked(declared, declared.default) == getattr(Settings(), key)


def test_settings_survive_saving_and_loading(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    assert file.load() == (Settings(), ())
    chosen = with_setting(with_setting(Settings(), "language", "zh_CN"), "relay_port", 9000)
    file.save(chosen)
    assert SettingsFile(tmp_path / "settings.json").load() == (chosen, ())
    assert json.loads((tmp_path / "settings.json").read_text())["values"] == {"language": "zh_CN", "relay_port": 9000}


@pytest.mark.parametrize(("key", "value"), [("theme", "pink"), ("relay_port", 70000), ("backup_every_min", "often"), ("no_such", 1)])
def test_an_invalid_value_is_refused(key: str, value: Value) -> None:
    with pytest.raises(FieldError) as raised:
        with_setting(Settings(), key, value)
    assert raised.value.data["field"] == key


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"values": 3}', b'{"values": [1]}', b"[" * 100_000, b"null"])
def test_a_broken_file_is_moved_aside_on_loading(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    settings, notices = SettingsFile(path).load()
    assert settings == Settings()
    assert [(notice.severity, notice.code) for notice in notices] == [(Severity.WARNING, "settings.broken")]
    assert (tmp_path / "settings.json.broken").read_bytes() == content
    assert not path.exists()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_one_bad_value_does_not_affect_the_others(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 1, "values": {"theme": "light", "backup_every_min": -4, "new_fps": [30]}}))
    settings, notices = SettingsFile(path).load()
    assert settings == with_setting(Settings(), "theme", "light")
    assert [(notice.code, notice.data["title"], notice.data["default"]) for notice in notices] == [
        ("settings.value", "Back up the show every", "10"),
        ("settings.value", "Frame rate of new shows", "30"),
    ]


def test_settings_of_other_versions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"version": 7, "values": {"theme": "light", "hologram": {"depth": 3}}}))
    file = SettingsFile(path)
    settings, notices = file.load()
    assert notices == ()
    file.save(with_setting(settings, "language", "en"))
    assert json.loads(path.read_text())["values"] == {"hologram": {"depth": 3}, "theme": "light", "language": "en"}


def test_an_unreadable_file_is_reported_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    settings, notices = SettingsFile(tmp_path / "settings.json").load()
    assert settings == Settings()
    assert [notice.code for notice in notices] == ["settings.unreadable"]


def test_a_new_show_starts_with_the_chosen_output() -> None:
    assert output_from_settings(Settings()) == Output()
    chosen = dataclasses.replace(Settings(), new_size="1080x1920", new_fps=60, new_video_kbps=6000, new_audio_kbps=160)
    assert output_from_settings(chosen) == Output(Canvas(1080, 1920, 60), VideoSettings(bitrate_kbps=6000), AudioSettings(bitrate_kbps=160))


def test_ice_servers_are_read_one_per_line() -> None:
    assert ice_servers(Settings(), "") == ()
    chosen = dataclasses.replace(
        Settings(),
        stun_servers="stun.example.test:3478\n\n stun:other.example.test \n",
        turn_server="turns:turn.example.test:443?transport=tcp",
        turn_username="shop",
    )
    assert ice_servers(chosen, "pass") == (
        IceServer("stun:stun.example.test:3478"),
        IceServer("stun:other.example.test"),
        IceServer("turns:turn.example.test:443?transport=tcp", "shop", "pass"),
    )
