"""The preset that this machine can afford."""

import threading

import pytest

from app.domain.program.output import Canvas, H264Profile, SpeedPreset
from app.media.encode.overload import OverloadDetector
from app.media.encode.preset_chooser import UNMEASURED_PRESET, PresetChooser, affordable_preset, cost_ms

VERY, SUPER, ULTRA = SpeedPreset.VERYFAST, SpeedPreset.SUPERFAST, SpeedPreset.ULTRAFAST
CANVAS = Canvas(320, 180, 30)


@pytest.mark.parametrize(
    ("very_ms", "super_ms", "fps", "threads", "expected"),
    [
        (10.0, 6.0, 30, 1, VERY),
        (20.0, 12.0, 30, 1, SUPER),
        (40.0, 20.0, 30, 1, ULTRA),
        (20.0, 12.0, 60, 1, ULTRA),
        (20.0, 12.0, 30, 2, VERY),  # two threads can do more
    ],
)
def test_the_slowest_preset_that_fits_the_frame_time_is_chosen(
    very_ms: float, super_ms: float, fps: int, threads: int, expected: SpeedPreset
) -> None:
    assert affordable_preset({VERY: very_ms, SUPER: super_ms}, fps=fps, threads=threads) is expected


def test_an_unmeasured_preset_is_not_chosen() -> None:
    assert affordable_preset({}, fps=30, threads=1) is ULTRA


def test_slower_presets_and_larger_frames_cost_more() -> None:
    small = cost_ms(ULTRA, CANVAS, H264Profile.BASELINE, 1000)
    large = cost_ms(VERY, Canvas(1280, 720, 30), H264Profile.BASELINE, 1000)
    assert 0 < small < large


def test_the_measurement_runs_in_the_background_and_is_remembered() -> None:
    chooser = PresetChooser()
    done = threading.Event()
    assert chooser.choose(CANVAS, H264Profile.BASELINE, 1000, 1, done.set) is UNMEASURED_PRESET  # at once, before anything is measured
    assert done.wait(20), "so small a frame can afford more than the default preset"
    assert chooser.choose(CANVAS, H264Profile.BASELINE, 1000, 1, done.clear) is VERY
    assert done.is_set()
    chooser.close(5.0)


def test_closing_ends_a_measurement_without_a_callback() -> None:
    chooser = PresetChooser()
    called = threading.Event()
    chooser.choose(Canvas(1920, 1080, 60), H264Profile.BASELINE, 6000, 2, called.set)
    chooser.close(20.0)
    assert not called.is_set()


def test_easing_chooses_faster_presets_until_there_are_none() -> None:
    chooser = PresetChooser()
    done = threading.Event()
    chooser.choose(CANVAS, H264Profile.BASELINE, 1000, 1, done.set)
    assert done.wait(20)
    eased = []
    while chooser.use_faster_preset(CANVAS, H264Profile.BASELINE, 1):
        eased.append(chooser.choose(CANVAS, H264Profile.BASELINE, 1000, 1, done.clear))
    assert eased == [SUPER, ULTRA]
    chooser.close(5.0)


def test_each_overloaded_stretch_is_reported_once() -> None:
    watch = OverloadDetector(window=10, share=0.2)
    told = []
    for encoded, dropped in ((5, 0), (9, 1), (17, 3), (22, 4), (25, 4), (32, 8)):
        told.append(watch.overloaded(encoded, dropped))
    # ten frames with one dropped: fine; ten with two: reported; then fewer than ten; then ten more with five dropped
    assert told == [False, False, True, False, False, True]
