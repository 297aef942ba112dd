"""Flash and beep: what the sender reports tell a viewer's player to show together was captured together."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

from app.domain.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from app.media.capture import test_code
from app.media.capture.test_card import FLASH
from app.transport.rtcp import SenderReport
from app.transport.rtp import parse_header, payload_of
from tests.support.tradewind import Tradewind
from tests.support.watcher import Watcher

NTP_EPOCH_S = 2_208_988_800
MOST_MS = 20.0
WRAP = 2**32


def wall_s(report: SenderReport, timestamp: int, clock_hz: int) -> float:
    """The sender's wall clock, in seconds since 1970, at which a timestamp was captured."""
    past = (timestamp - report.rtp_timestamp + WRAP // 2) % WRAP - WRAP // 2
    return report.ntp / 2**32 - NTP_EPOCH_S + past / clock_hz


def pictures(watcher: Watcher) -> Iterator[tuple[int, int, bool]]:
    """(RTP timestamp, burnt-in capture time in ms, whether it flashes) of each decoded picture."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    stamps = list(dict.fromkeys(parse_header(packet).timestamp for packet in watcher.video))
    for stamp, unit in zip(stamps[:-1], watcher.frames()[:-1], strict=False):
        packet = av.Packet(unit)
        for frame in decoder.decode(packet):
            luma = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
            code = test_code.read(luma)
            if code is not None:
                rows = luma[int(FLASH[0] * luma.shape[0]) + 8 : int(FLASH[1] * luma.shape[0]) - 8]
                yield stamp, code[1], bool(rows.mean() > 128)


def beeps(watcher: Watcher) -> Iterator[float]:
    """RTP timestamps at which a beep begins."""
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


async def test_flash_and_beep_are_in_step(tmp_path: Path) -> None:
    words = ("broadcast", "--embedded", "--listen", "127.0.0.1:0", "--size", "640x360")
    async with Tradewind(tmp_path / "home", *words) as run:
        watcher = await Watcher((await run.line("Watch:")).replace("/watch/", "/whep/")).start()
        await watcher.until(lambda: len({report.ssrc for report in watcher.reports}) == 2 and len(watcher.audio) > 300, 30)
        await watcher.stop()
        offset_s = time.time() - time.monotonic()
        assert await run.end() == 0
    of_video = next(report for report in reversed(watcher.reports) if report.ssrc == parse_header(watcher.video[-1]).ssrc)
    of_audio = next(report for report in reversed(watcher.reports) if report.ssrc == parse_header(watcher.audio[-1]).ssrc)
    seen = list(pictures(watcher))
    assert any(flashes for _, _, flashes in seen)
    picture_late_ms = median(
        (wall_s(of_video, stamp, VIDEO_CLOCK_HZ) * 1000 - burnt_ms + WRAP / 2) % WRAP - WRAP / 2 for stamp, burnt_ms, _ in seen
    )
    heard = [wall_s(of_audio, round(stamp), AUDIO_CLOCK_HZ) - offset_s for stamp in beeps(watcher)][1:]
    assert len(heard) >= 3
    sound_late_ms = median((at - round(at)) * 1000 for at in heard)
    assert abs(picture_late_ms - sound_late_ms) <= MOST_MS, (picture_late_ms, sound_late_ms)
    print(f"picture {picture_late_ms:.1f} ms, sound {sound_late_ms:.1f} ms after their capture by the sender's reports")
