"""The ring between a writer and a reader: order, bounds, losses, and two real threads."""

import threading

import numpy as np
import pytest

from app.media.sample_ring import SampleRing
from app.media.sound.sound_feed import SoundFeed
from tests.support.sounds import stereo

LEAST_BLOCKS, MOST_BLOCKS = 4_000, 34_000  # the numbers of 480 frames each stay exact in 32 bits
WHOLE_ENOUGH = 20


def counting(first: int, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return stereo(np.arange(first, first + count))


def test_frames_come_out_as_they_went_in_across_the_ring_boundary() -> None:
    ring = SampleRing(100, 2)
    for first in range(0, 140, 35):
        ring.write(counting(first, 35), first * 10)
    out = np.zeros((60, 2), np.float32)
    assert ring.copy(75, out)
    assert np.array_equal(out, counting(75, 60))


def test_the_oldest_frames_are_overwritten_and_read_as_silence() -> None:
    ring = SampleRing(100, 2)
    ring.write(counting(1, 90), 0)
    ring.write(counting(91, 90), 1)
    assert ring.valid_from() == 80
    out = np.ones((40, 2), np.float32)
    assert ring.copy(60, out)
    assert not out[:20].any()
    assert np.array_equal(out[20:], counting(81, 20))


def test_of_a_block_longer_than_the_ring_the_newest_frames_stay() -> None:
    ring = SampleRing(100, 2)
    ring.write(counting(0, 250), 0)
    out = np.zeros((100, 2), np.float32)
    assert ring.copy(150, out)
    assert np.array_equal(out, counting(150, 100))


def test_frames_not_yet_written_are_silence() -> None:
    ring = SampleRing(100, 2)
    ring.write(counting(1, 10), 0)
    out = np.ones((20, 2), np.float32)
    ring.copy(0, out)
    assert np.array_equal(out[:10], counting(1, 10))
    assert not out[10:].any()


def test_capture_times_stay_with_their_blocks_and_old_ones_expire() -> None:
    ring = SampleRing(100, 2)
    for number in range(2000):
        ring.write(counting(0, 3), number * 7)
    assert ring.stamp(1999) == (1999 * 3, 1999 * 7)
    assert ring.stamp(2000) is None
    assert ring.stamp(0) is None
    oldest = ring.oldest_stamp()
    assert ring.stamp(oldest) == (oldest * 3, oldest * 7)


def test_a_flushed_feed_is_silent_until_the_next_push() -> None:
    feed = SoundFeed()
    feed.push(counting(1, 100), 0)
    feed.flush()
    feed.push(counting(500, 10), 1)
    out = np.ones((110, 2), np.float32)
    feed.ring.copy(0, out)
    assert not out[:100].any()
    assert np.array_equal(out[100:], counting(500, 10))


def test_a_mono_block_fills_both_channels() -> None:
    ring = SampleRing(100, 2)
    ring.write(np.arange(5, dtype=np.float32)[:, None], 0)
    out = np.zeros((5, 2), np.float32)
    ring.copy(0, out)
    assert np.array_equal(out, counting(0, 5))


@pytest.mark.parametrize("block", [7, 480])
def test_a_concurrent_reader_never_sees_torn_frames(block: int) -> None:
    ring = SampleRing(4 * block, 2)
    done, enough = threading.Event(), threading.Event()

    def write() -> None:
        for number in range(1, MOST_BLOCKS):
            if number > LEAST_BLOCKS and enough.is_set():
                break
            ring.write(counting(number * block, block), number)
        done.set()

    ring.write(counting(0, block), 0)
    writer = threading.Thread(target=write, name="writer")
    writer.start()
    out = np.zeros((block, 2), np.float32)
    whole = 0
    while not done.is_set():
        frame = max(0, ring.head - 4 * block)
        if ring.copy(frame, out):
            # what was overwritten before the copy is silence; the rest must be exactly the requested frames
            begin = int(np.argmax(out[:, 0] > 0)) if out.any() else block
            assert np.array_equal(out[begin:, 0], np.arange(frame + begin, frame + block, dtype=np.float32))
            whole += begin <= 1
            if whole >= WHOLE_ENOUGH:  # however the machine schedules the two threads
                enough.set()
    writer.join()
    assert whole >= WHOLE_ENOUGH
