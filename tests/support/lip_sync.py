"""The frames, flashes and beeps that a watcher received, with their capture times on the sender's clock."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

from app.domain.program.packet import AUDIO_CLOCK_HZ
from app.transport.rtcp import SenderReport
from app.transport.rtp import parse_header, payload_of
from tests.support.watcher import Watcher

NTP_EPOCH_S = 2_208_988_800
WRAP = 2**32


def report_of(watcher: Watcher, packets: Sequence[bytes]) -> SenderReport:
    """Return the newest sender report of the track of these packets."""
    ssrc = parse_header(packets[-1]).ssrc
    return next(report for report in reversed(watcher.reports) if report.ssrc == ssrc)


def wall_s(report: SenderReport, timestamp: int, clock_hz: int) -> float:
    """Return when a timestamp was captured by the sender's wall clock, in seconds since 1970."""
    past = (timestamp - report.rtp_timestamp + WRAP // 2) % WRAP - WRAP // 2
    return report.ntp / 2**32 - NTP_EPOCH_S + past / clock_hz


def has_gaps(sequences: Sequence[int]) -> bool:
    """Return whether packets are missing: on a busy computer a watcher's socket drops some."""
    return any((after - before) % 65536 != 1 for before, after in pairwise(sequences))


def decoded_frames(watcher: Watcher) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """(RTP timestamp, luma) of each decoded frame."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    shown = False
    stamps = list(dict.fromkeys(parse_header(packet).timestamp for packet in watcher.video))
    for stamp, unit in zip(stamps[:-1], watcher.frames()[:-1], strict=False):
        try:
            frames = decoder.decode(av.Packet(unit))
        except av.error.InvalidDataError:
            # Nothing can be decoded before the first key frame, and a busy viewer may miss its first packets.
            assert not shown or has_gaps(watcher.sequences()), "a frame that came whole cannot be decoded"
            continue
        for frame in frames:
            shown = True
            yield stamp, np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def beeps(watcher: Watcher) -> Iterator[float]:
    """Return RTP timestamps at which a beep begins after at least half a second of silence."""
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.layout = AUDIO_CLOCK_HZ, "stereo"
    quiet = 0
    for raw in watcher.audio:
        header = parse_header(raw)
        for frame in decoder.decode(av.Packet(payload_of(raw, header))):
            sound = np.abs(np.asarray(frame.to_ndarray(), np.float32)).reshape(-1, 2).max(axis=1)
            scale = 32768 if "s16" in frame.format.name else 1
            for position in np.flatnonzero(sound > 0.02 * scale):
                at = header.timestamp + int(position)
                if at - quiet > AUDIO_CLOCK_HZ // 2:
                    yield float(at)
                quiet = at
