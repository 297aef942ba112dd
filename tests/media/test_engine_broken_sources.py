"""A show with every broken file goes on air: each source affects only itself, in the visible scene and in the others."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.program.mixing import Strip
from app.domain.program.output import Canvas, EncoderChoice, Output, SpeedPreset, VideoSettings
from app.domain.program.project import Project
from app.domain.program.scene import Box, Layer, Scene
from app.domain.program.source import Source, SourceKind
from tests.media.samples import SAMPLES
from tests.support.engine import EngineBench
from tests.support.publishing import target

FRAMES = (".png", ".gif", ".webp", ".jpg")


def broken() -> list[Source]:
    """Every sample as an image and as a film, and a camera and a screen that do not exist."""
    made = []
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix in FRAMES:
            made.append(Source(f"i-{path.name}", path.name, SourceKind.IMAGE, {"file": str(path)}))
        made.append(Source(f"m-{path.name}", path.name, SourceKind.MEDIA, {"location": str(path)}))
    made.append(Source("camera", "Camera", SourceKind.CAMERA, {"device": "0000:0000:gone"}))
    made.append(Source("screen", "Screen", SourceKind.SCREEN, {"monitor": 16}))
    return made


def show(sources: list[Source], *, shown: bool) -> Project:
    card = Source("card", "Card", SourceKind.TEST_CARD)
    tiles = tuple(
        Layer(f"l{number}", source.id, Box(number % 6 / 6, number // 6 / 6, 1 / 6, 1 / 6)) for number, source in enumerate(sources)
    )
    first, second = (Layer("l", "card"), *tiles) if shown else (Layer("l", "card"),), tiles
    return Project(
        "Show",
        scenes=(Scene("one", "One", first), Scene("two", "Two", second)),
        sources=(card, *sources),
        strips=tuple(Strip(source.id) for source in sources if source.kind is SourceKind.MEDIA),
        output=Output(Canvas(320, 180, 30), VideoSettings(bitrate_kbps=1000, encoder=EncoderChoice.X264, preset=SpeedPreset.ULTRAFAST)),
        scene_id="one",
    )


@pytest.fixture
def bench() -> Iterator[EngineBench]:
    made = EngineBench()
    made.engine.start()
    yield made
    made.engine.close()


@pytest.mark.parametrize("shown", [True, False], ids=["shown", "not shown"])
def test_a_show_full_of_broken_sources_goes_on_air(bench: EngineBench, shown: bool) -> None:
    sources = broken()
    bench.engine.apply(show(sources, shown=shown))
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(60)
    wrong = {"i-half.jpg": "image.cut_off", "m-no-media-bytes.mp4": "media.nothing", "camera": "camera.missing"}
    bench.wait_until(lambda: set(wrong.items()) <= {(notice.subject, notice.code) for notice in bench.notices}, timeout_s=60)
    bench.collected.wait_for_video(len(bench.collected.video()) + 30)
    assert "source.failed" not in {notice.code for notice in bench.notices}  # every error is expected
    alive = {one.source_id: one.alive for one in bench.engine.stats().sources}
    assert [alive[source_id] for source_id in wrong] == [False] * 3
    assert all(
        alive[source_id] for source_id in ("card", "i-1x9000.png", "i-675-frames.gif", "m-unknown-video-codec.mp4", "m-latin1-tag.mp3")
    )
    bench.engine.apply(replace(show([], shown=False)))
    bench.wait_until(lambda: [one.source_id for one in bench.engine.stats().sources] == ["card"])
