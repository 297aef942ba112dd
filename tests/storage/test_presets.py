from pathlib import Path

import pytest

from app.domain.air.preset import TokenNeed
from app.domain.program.output import VideoCodec
from app.storage.paths import RESOURCES
from app.storage.presets import PresetError, load_preset, load_presets

PRESET = """
title = "Own relay"
whip_url = "{+address}/whip"
token = "required"

[[fields]]
key = "address"
type = "text"
default = ""
title = "Address"

[limits]
codecs = ["h264", "vp8"]

[quirks]
keep_query = false
"""


def test_the_bundled_presets_load_with_the_generic_one_first() -> None:
    presets = load_presets(RESOURCES / "relays")
    assert presets[0].id == "generic"
    assert len(presets) >= 10
    assert [preset.title for preset in presets[1:]] == sorted((preset.title for preset in presets[1:]), key=str.casefold)


def test_a_preset_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(PRESET)
    (preset,) = load_presets(tmp_path)
    assert (preset.id, preset.title, preset.token) == ("own", "Own relay", TokenNeed.REQUIRED)
    assert preset.limits.codecs == (VideoCodec.H264, VideoCodec.VP8)
    assert not preset.quirks.keep_query
    assert preset.fields[0].key == "address"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title =", "titel ="),
        ('"required"', '"always"'),
        ("[limits]", "[limits"),
        ('title = "Own relay"', 'id = "other"\ntitle = "x"'),
        ("false", '"no"'),
    ],
)
def test_a_broken_preset_is_reported(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(PRESET.replace(old, new, 1))
    with pytest.raises(PresetError) as raised:
        load_preset(path)
    assert raised.value.data["path"] == str(path)
    assert raised.value.data["reason"]
