"""Flash and beep: what sender reports synchronise for a viewer's player was captured at the same time."""

import time
from pathlib import Path
from statistics import median

from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from app.media.capture import frame_code
from app.media.capture.test_card import FLASH
from tests.support.lip_sync import WRAP, beeps, decoded_frames, report_of, wall_s
from tests.support.tradewind import Tradewind
from tests.support.watcher import Watcher

MOST_MS = 20.0


async def test_flash_and_beep_are_in_sync(tmp_path: Path) -> None:
    words = ("broadcast", "--embedded", "--listen", "127.0.0.1:0", "--size", "640x360")
    async with Tradewind(tmp_path / "home", *words) as run:
        watcher = await Watcher((await run.line("Watch:")).replace("/watch/", "/whep/")).start()
        await watcher.until(lambda: len({report.ssrc for report in watcher.reports}) == 2 and len(watcher.audio) > 300, 30)
        await watcher.stop()
        offset_s = time.time() - time.monotonic()
        assert await run.end() == 0
    of_video, of_audio = report_of(watcher, watcher.video), report_of(watcher, watcher.audio)
    lumas = list(decoded_frames(watcher))
    assert any(luma[int(FLASH[0] * len(luma)) + 8 : int(FLASH[1] * len(luma)) - 8].mean() > 128 for _, luma in lumas), (
        "the test card must flash"
    )
    seen = [(stamp, code[1]) for stamp, luma in lumas if (code := frame_code.read(luma)) is not None]
    video_late_ms = median(
        (wall_s(of_video, stamp, VIDEO_CLOCK_HZ) * 1000 - burnt_ms + WRAP / 2) % WRAP - WRAP / 2 for stamp, burnt_ms in seen
    )
    heard = [wall_s(of_audio, round(stamp), AUDIO_CLOCK_HZ) - offset_s for stamp in beeps(watcher)][1:]
    assert len(heard) >= 3
    sound_late_ms = median((at - round(at)) * 1000 for at in heard)
    assert abs(video_late_ms - sound_late_ms) <= MOST_MS, (video_late_ms, sound_late_ms)
    print(f"video {video_late_ms:.1f} ms, sound {sound_late_ms:.1f} ms after their capture by the sender's reports")
