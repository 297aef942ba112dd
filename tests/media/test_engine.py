"""The whole engine: from a document to packets that a viewer can decode."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.domain.program.broadcast import BroadcastState
from app.domain.program.mixing import Strip
from app.domain.program.output import Canvas, EncoderChoice, Output, SpeedPreset, VideoSettings
from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from app.domain.program.preview import LATEST_OFFSET, SEQUENCE
from app.domain.program.project import Project
from app.domain.program.scene import Box, Fit, Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.domain.program.transition import CUT, Transition, TransitionKind
from app.media.capture.colour import program_yuv
from app.media.capture.frame_code import read
from app.media.capture.test_card import BAR_COLOURS, BARS
from tests.support.engine import EngineBench
from tests.support.frames import LateFlashes
from tests.support.packets import PacketCollector, decoded, heard, planes_of
from tests.support.publishing import target

VIDEO = VideoSettings(bitrate_kbps=4000, encoder=EncoderChoice.X264, preset=SpeedPreset.SUPERFAST)
OUTPUT = Output(Canvas(320, 180, 30), VIDEO)
RED, BLUE = "#ff0000ff", "#0000ffff"
CARD = Source("card", "Card", SourceKind.TEST_CARD)
TONE = Source("tone", "Tone", SourceKind.TONE, {"frequency_hz": 1000.0, "level_db": -12.0})
FLASH_AND_BEEP = Source("tone", "Tone", SourceKind.TONE, {"beep": True})


def colour(source_id: str, value: str) -> Source:
    return Source(source_id, source_id, SourceKind.COLOUR, {"colour": value})


def full(source_id: str) -> Layer:
    return Layer(f"layer-{source_id}", source_id, fit=Fit.STRETCH)


SHOW = Project(
    "Show",
    scenes=(
        Scene("one", "One", (full("card"),)),
        Scene("red", "Red", (full("red"),)),
        Scene("blue", "Blue", (full("blue"),)),
    ),
    sources=(CARD, TONE, colour("red", RED), colour("blue", BLUE)),
    strips=(Strip("tone"),),
    output=OUTPUT,
    scene_id="one",
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    made = EngineBench(tmp_path / "preview")
    made.engine.start()
    yield made
    made.engine.close()


def test_a_viewer_sees_and_hears_the_document(bench: EngineBench) -> None:
    bench.engine.apply(SHOW)
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(45)
    bench.collected.wait_for(lambda packets: sum(packet.codec.value == "opus" for packet in packets) > 60)
    bench.engine.stop_live()
    video, audio = bench.collected.video(), bench.collected.audio()
    frames = decoded(video)
    assert len(frames) == len(video)
    for stream, rate in ((video, VIDEO_CLOCK_HZ), (audio, AUDIO_CLOCK_HZ)):
        assert all(a.pts < b.pts for a, b in pairwise(stream))
        for packet in stream:  # pts and capture time are on one line, so sender reports keep both streams in sync
            apart_ns = (packet.pts - stream[0].pts) * NS_PER_S // rate - (packet.capture_ns - stream[0].capture_ns)
            assert abs(apart_ns) < 25 * NS_PER_MS
    codes = [read(planes_of(frame)[0]) for frame in frames]
    numbers = [code[0] for code in codes if code is not None]
    assert len(numbers) == len(frames)
    assert all(a <= b for a, b in pairwise(numbers))  # a late tick may come so close to the next one that both show the same card
    assert len(set(numbers)) > len(numbers) // 2
    y, u, v = planes_of(frames[-1])
    row = int((BARS[0] + BARS[1]) / 2 * 180)
    for number, rgb in enumerate(BAR_COLOURS):
        column = 320 * number // 8 + 20
        found = (y[row, column], u[row // 2, column // 2], v[row // 2, column // 2])
        assert tuple(int(level) for level in found) == pytest.approx(program_yuv(*rgb), abs=2)
    sound = heard(audio)[-24_000:, 0]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.argmax(spectrum) * AUDIO_CLOCK_HZ / len(sound) == pytest.approx(1000, abs=4)
    assert 20 * math.log10(float(np.sqrt(np.mean(sound**2))) * math.sqrt(2)) == pytest.approx(-12, abs=1.5)


def beeps_after_flashes_ms(collected: PacketCollector, *, row: int, column: int) -> list[float]:
    """How much later than the flash in that pixel the beep of the same second is stamped."""
    video, audio = collected.video(), collected.audio()
    lit = [planes_of(frame)[0][row, column] > 150 for frame in decoded(video)]
    flashes = [video[number].capture_ns for number in range(1, len(lit)) if lit[number] and not lit[number - 1]]
    sound = np.abs(heard(audio)[:, 0])
    loud = sound > sound.max() / 4
    starts = [number for number in np.flatnonzero(loud) if not loud[max(0, number - 4800) : number].any()]
    beeps = [audio[number // 960].capture_ns + number % 960 * NS_PER_S // AUDIO_CLOCK_HZ for number in starts]
    nearest = [min((abs(beep - flash), beep - flash) for beep in beeps)[1] for flash in flashes]
    return [apart / NS_PER_MS for apart in nearest if abs(apart) < 300 * NS_PER_MS]


def test_flash_and_beep_leave_with_the_same_capture_time(bench: EngineBench) -> None:
    show = replace(SHOW, sources=(CARD, FLASH_AND_BEEP, *SHOW.sources[2:]))
    bench.engine.apply(show)
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(30 * 3)
    bench.engine.stop_live()
    apart = beeps_after_flashes_ms(bench.collected, row=126, column=160)
    assert len(apart) >= 2
    # A flash starts with the first frame of a second: up to a frame after the beep, never much before it.
    assert all(-1000 / 30 - 20 < ms < 20 for ms in apart)


def test_sound_waits_for_late_frames(bench: EngineBench) -> None:
    camera = Source("camera", "Camera", SourceKind.MEDIA)
    scene = Scene("one", "One", (full("card"), full("camera")))
    bench.engine.apply(replace(SHOW, scenes=(scene,), sources=(CARD, camera, FLASH_AND_BEEP), strips=(Strip("tone"),)))
    bench.replace_frames("camera", LateFlashes("camera", late_ns=120 * NS_PER_MS))
    bench.wait_until(lambda: bench.audio_delay_ms() > 100)
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(30 * 3)
    bench.engine.stop_live()
    apart = beeps_after_flashes_ms(bench.collected, row=90, column=160)
    assert len(apart) >= 2
    assert abs(median(apart)) < 20  # one flash may be in a frame that a busy machine composed late
    assert all(abs(ms) < 55 for ms in apart)
    bench.engine.apply(SHOW)  # the card alone has no age
    bench.wait_until(lambda: bench.audio_delay_ms() == 0)


def test_unchanged_parts_are_not_touched(bench: EngineBench) -> None:
    bench.engine.apply(SHOW)
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(5)
    parts = bench.running_parts()
    one, *others = SHOW.scenes
    moved = replace(one, layers=(replace(one.layers[0], box=Box(0.1, 0.1, 0.5, 0.5), opacity=0.5),))
    changed = replace(SHOW, scenes=(moved, *others), strips=(Strip("tone", gain_db=-6.0),), name="Renamed")
    bench.engine.apply(changed)
    bench.engine.apply(replace(changed, sources=(CARD, replace(TONE, name="Another name"), *SHOW.sources[2:])))
    bench.engine.apply(replace(changed, output=Output(OUTPUT.canvas, replace(VIDEO, bitrate_kbps=1500))))
    bench.collected.wait_for_video(15)
    assert bench.running_parts() == parts
    assert sum(packet.keyframe for packet in bench.collected.video()) == 1
    assert bench.engine.stats().video.target_kbps == 1500
    assert bench.notices == []


def test_a_changed_setting_applies_in_place_and_a_changed_kind_does_not(bench: EngineBench) -> None:
    bench.engine.apply(replace(SHOW, scene_id="red"))
    bench.engine.go_live([target()])
    bench.wait_for_colour(RED)
    parts = bench.running_parts()
    bench.engine.apply(replace(SHOW, scene_id="red", sources=(CARD, TONE, colour("red", "#00ff00ff"), SHOW.sources[3])))
    bench.wait_for_colour("#00ff00ff")
    assert bench.running_parts() == parts
    bench.engine.apply(replace(SHOW, scene_id="red", sources=(CARD, TONE, replace(CARD, id="red"), SHOW.sources[3])))
    changed = {key for key, part in bench.running_parts().items() if parts.get(key) is not part}
    assert changed == {"red"}


def test_another_canvas_changes_the_frame_and_keeps_the_targets(bench: EngineBench) -> None:
    bench.engine.apply(SHOW)
    bench.engine.go_live([target("a"), target("b")])
    bench.collected.wait_for_video(5)
    frames = bench.engine.stats().frames
    bench.engine.apply(replace(SHOW, output=replace(OUTPUT, canvas=Canvas(180, 320, 25))))
    bench.wait_for_size(180, 320)
    packets = bench.collected.video()
    assert all(a.pts < b.pts for a, b in pairwise(packets))
    assert len(decoded(packets)) == len(packets)
    assert bench.publisher.asked == [("a", "b")]
    assert bench.engine.live_relay_ids == ("a", "b")
    after = bench.engine.stats().frames
    assert after.composed > frames.composed
    assert after.captured >= frames.captured


def test_scenes_cut_and_fade(bench: EngineBench) -> None:
    bench.engine.apply(replace(SHOW, scene_id="red"))
    bench.engine.go_live([target()])
    bench.wait_for_colour(RED)
    bench.engine.take("blue", Transition(TransitionKind.FADE, 400))
    assert bench.engine.project is not None
    assert bench.engine.project.scene_id == "blue"
    bench.wait_for_colour(BLUE)
    reds = bench.share_of_red()
    between = [share for share in reds if 0.1 < share < 0.9]
    assert len(between) >= 4  # 400 ms are twelve frames; a busy machine may drop some
    assert all(a >= b - 0.03 for a, b in pairwise(reds))
    assert bench.engine.stats().scene_id == "blue"
    bench.engine.take("red", CUT)
    bench.wait_for_colour(RED)
    assert [share for share in bench.share_of_red() if 0.1 < share < 0.9] == pytest.approx(between)


def test_an_interrupted_fade_continues_from_the_visible_frame(bench: EngineBench) -> None:
    bench.engine.apply(replace(SHOW, scene_id="red"))
    bench.engine.go_live([target()])
    bench.wait_for_colour(RED)
    bench.engine.take("blue", Transition(TransitionKind.FADE, 60_000))
    bench.collected.wait_for_video(len(bench.collected.video()) + 10)
    bench.engine.take("red", Transition(TransitionKind.FADE, 200))
    bench.collected.wait_for_video(len(bench.collected.video()) + 12)
    assert bench.share_of_red()[-1] > 0.97
    assert min(bench.share_of_red()) > 0.9  # after ten frames of a one-minute fade almost nothing has changed


def test_what_the_desk_draws_is_shown_and_survives_a_restart_of_the_program(bench: EngineBench) -> None:
    text = Source("text", "Text", SourceKind.TEXT, {"text": "Hello"})
    show = replace(SHOW, scenes=(Scene("text", "Text", (full("text"),)),), sources=(text, TONE), scene_id="text")
    bench.engine.apply(show)
    bench.engine.put_picture("text", 8, 8, bytes((255, 0, 0, 255)) * 64)
    bench.engine.go_live([target()])
    bench.wait_for_colour(RED)
    bench.engine.apply(replace(show, output=replace(OUTPUT, canvas=Canvas(180, 320, 30))))
    bench.wait_for_size(180, 320)
    bench.wait_for_colour(RED)
    bench.engine.put_picture("text", 8, 8, bytes(5))
    bench.engine.put_picture("nobody", 8, 8, bytes(256))
    assert [notice.code for notice in bench.notices] == ["picture.size"]


def test_without_targets_the_program_runs_and_nothing_is_encoded(bench: EngineBench) -> None:
    bench.engine.apply(SHOW)
    bench.wait_until(lambda: bench.engine.stats().frames.composed > 12)
    stats = bench.engine.stats()
    assert (stats.state, stats.frames.encoded, stats.live_since_ns) == (BroadcastState.IDLE, 0, 0)
    assert 0 < stats.frames.captured <= stats.frames.composed
    assert bench.collected.packets == []
    assert bench.engine.preview_path is not None
    assert SEQUENCE.unpack_from(bench.engine.preview_path.read_bytes(), LATEST_OFFSET)[0] == 0, "nobody reads the preview"
    bench.wait_until(lambda: bench.engine.meters().master.peak_db[0] > -15)
    assert [strip.source_id for strip in bench.engine.meters().strips] == ["tone"]


def test_the_counts_add_up_to_the_ticks_of_the_clock(bench: EngineBench) -> None:
    bench.engine.apply(SHOW)
    bench.engine.go_live([target()])
    first = bench.engine.stats()
    bench.collected.wait_for_video(60)
    stats = bench.engine.stats()
    frames = stats.frames
    ticks = frames.composed + frames.repeated + frames.skipped - first.frames.composed - first.frames.repeated - first.frames.skipped
    assert ticks == pytest.approx((stats.at_ns - first.at_ns) * 30 / NS_PER_S, abs=2)
    ticked = frames.composed + frames.repeated
    assert ticked - first.frames.composed - first.frames.repeated - 3 <= frames.encoded + frames.dropped <= ticked
    assert 0 < stats.late_run_ms.p50 <= stats.late_run_ms.p99 <= stats.late_run_ms.max
    assert stats.video.encode_ms.p50 > 0
    assert stats.video.encoder == "libx264"
    report = bench.engine.stats().late_run_ms  # of the same run a moment later: the maximum never falls
    assert 0 < report.p50 <= report.p95 <= report.p99 <= report.max
    assert report.max >= stats.late_run_ms.max
    assert stats.cpu_s > 0
    assert stats.rss_mb > 10


def test_going_live_and_leaving_moves_the_state_and_begins_with_a_key_frame(bench: EngineBench) -> None:
    bench.engine.apply(SHOW)
    bench.engine.stop_live()  # nothing to stop
    bench.engine.go_live([target("a")])
    bench.collected.wait_for_video(3)
    bench.engine.go_live([target("a"), target("b")])
    bench.publisher.lingering = True
    bench.engine.stop_live()
    assert bench.engine.state is BroadcastState.STOPPING
    bench.publisher.lingering = False
    bench.wait_until(lambda: bench.engine.state is BroadcastState.IDLE)
    assert bench.publisher.asked == [("a",), ("a", "b"), ()]
    assert bench.engine.live_relay_ids == ()
    bench.collected.clear()
    bench.engine.go_live([target("a")])
    bench.collected.wait_for_video(3)
    assert bench.collected.video()[0].keyframe
    bench.engine.stop_live()
    bench.engine.go_live([target("a")])  # the user changed their mind while leaving
    assert bench.engine.stats().state is BroadcastState.LIVE
    bench.engine.go_live([])
    bench.wait_until(lambda: bench.engine.state is BroadcastState.IDLE)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scenes": (), "scene_id": ""}, "project.no_scenes"),
        ({"scenes": (Scene("one", "One", (full("ghost"), full("card"))),)}, "project.no_source"),
        ({"sources": (CARD, TONE, colour("red", "reddish"), colour("blue", BLUE))}, "field.invalid"),
        ({"output": replace(OUTPUT, canvas=Canvas(321, 181, 30))}, "project.canvas"),
    ],
    ids=["no scenes", "unknown source", "bad setting", "odd canvas"],
)
def test_a_contradictory_document_is_reported_and_the_show_goes_on(bench: EngineBench, change: dict[str, object], code: str) -> None:
    bench.engine.apply(SHOW)
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(3)
    bench.engine.apply(replace(SHOW, **change))  # type: ignore[arg-type]
    bench.collected.wait_for_video(len(bench.collected.video()) + 10)
    assert code in [notice.code for notice in bench.notices]
    bench.notices.clear()
    bench.engine.apply(SHOW)
    bench.collected.wait_for_video(len(bench.collected.video()) + 3)
    assert bench.notices == []
    assert all(one.alive for one in bench.engine.stats().sources)


def test_an_unknown_scene_cannot_be_taken(bench: EngineBench) -> None:
    bench.engine.take("red", CUT)  # nothing runs before the first document
    bench.engine.apply(SHOW)
    bench.engine.take("nowhere", CUT)
    assert [notice.code for notice in bench.notices] == ["project.no_scene"]
    assert bench.engine.stats().scene_id == "one"


def test_closing_is_complete_and_can_be_repeated(tmp_path: Path) -> None:
    bench = EngineBench(tmp_path / "preview")
    bench.engine.close()
    bench.engine.start()
    bench.engine.start()
    bench.engine.apply(SHOW)
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(3)
    bench.engine.close()
    bench.engine.close()
    bench.engine.apply(SHOW)  # too late, but harmless
    assert not bench.publisher.running
    assert bench.publisher.asked[-1] == ()


def test_a_document_applied_before_the_start_is_not_lost() -> None:
    bench = EngineBench()
    bench.engine.apply(SHOW)
    bench.engine.start()
    bench.engine.go_live([target()])
    bench.collected.wait_for_video(2)
    bench.engine.close()


def test_relays_are_watched_and_devices_listed(bench: EngineBench) -> None:
    bench.engine.watch_relays([target("far"), target("near")], ["near"], 45.0)
    assert bench.publisher.watched_every_s == 45.0
    assert [probe.relay_id for probe in bench.engine.probes()] == ["far", "near"]
    devices = bench.engine.list_devices()
    assert all(device.id and device.name for device in (*devices.cameras, *devices.microphones, *devices.monitors))
