"""Sources from a show file to a viewer: a microphone that is unplugged, and a file that loops."""

import asyncio
from itertools import pairwise
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest

from app.domain.program import editing
from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ
from app.domain.program.project import Project, starter_project
from app.domain.program.source import SourceKind
from app.storage import project_file
from tests.support import pulse
from tests.support.ear import Ear
from tests.support.lip_sync import beeps, decoded_frames, report_of, wall_s
from tests.support.sounds import sine, stereo
from tests.support.tradewind import Tradewind
from tests.support.watcher import Watcher

ON_AIR = ("--embedded", "--listen", "127.0.0.1:0")
MOST_SKEW_MS = 20.0
FPS = 25
FLASH_FRAMES = 2


def saved(folder: Path, project: Project) -> Path:
    path = folder / "a show.tradewind"
    project_file.save(path, editing.replace_canvas(project, width=640, height=360))
    return path


async def watching(run: Tradewind) -> Watcher:
    return await Watcher((await run.line("Watch:")).replace("/watch/", "/whep/")).start()


@pytest.mark.slow
@pytest.mark.skipif(bool(pulse.missing()), reason=pulse.missing())
async def test_a_microphone_is_heard_and_may_be_unplugged(tmp_path: Path) -> None:
    sound = tmp_path / "sound"
    sound.mkdir()
    show = saved(tmp_path, starter_project(camera=None, microphone=True))
    with pulse.running_pulse(sound) as system:
        plug = system.plug()
        player = system.play(stereo(sine(660, 60)))
        async with Tradewind(tmp_path / "home", "broadcast", str(show), *ON_AIR, environment=system.environment) as run:
            watcher = await watching(run)
            ear = Ear(watcher)
            await watcher.until(lambda: ear.hears(660), 20)
            await asyncio.to_thread(system.unplug, plug)
            await watcher.until(ear.hears_nothing, 20)
            seen = len(watcher.video)
            await watcher.until(lambda: len(watcher.video) > seen + 60)  # the show continues
            await run.complaint("error: Microphone: no audio from", within_s=20)
            await asyncio.to_thread(system.stop_playing, player)
            await asyncio.to_thread(system.plug)
            system.play(stereo(sine(880, 60)))
            await watcher.until(lambda: ear.hears(880), 30)
            await run.line("Microphone: “")
            await watcher.stop()
            assert watcher.closed == []
            assert await run.end() == 0


def flashing_file(path: Path) -> None:
    """Write two seconds of video; a white flash and a beep start together half a second into each second."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=AUDIO_CLOCK_HZ, layout="stereo")
        for number in range(2 * FPS):
            frame = av.VideoFrame(320, 180, "yuv420p")
            white = (number - FPS // 2 - 1) % FPS < FLASH_FRAMES
            for plane, value in zip(frame.planes, (235 if white else 40, 128, 128), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode())
        start = (FPS // 2 + 1) * AUDIO_CLOCK_HZ // FPS
        second = np.zeros(AUDIO_CLOCK_HZ, np.float32)
        second[start : start + AUDIO_CLOCK_HZ // 10] = sine(1000, 0.1)
        samples = stereo(np.tile(second, 2))
        for number in range(0, len(samples), 1024):
            block = np.ascontiguousarray(samples[number : number + 1024].T)
            sound = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            sound.sample_rate, sound.pts = AUDIO_CLOCK_HZ, number
            container.mux(audio.encode(sound))
        container.mux(audio.encode())


async def test_a_looped_file_is_in_sync_with_its_sound(tmp_path: Path) -> None:
    clip = tmp_path / "a clip.mp4"
    flashing_file(clip)
    project = starter_project(camera=str(clip), microphone=False)
    project = editing.remove_source(project, "sound")
    project = editing.add_source(project, "scene-1", SourceKind.MEDIA, "Clip", {"location": str(clip)})
    show = saved(tmp_path, editing.replace_canvas(project, fps=30))
    async with Tradewind(tmp_path / "home", "broadcast", str(show), *ON_AIR) as run:
        watcher = await watching(run)
        await watcher.until(lambda: len({report.ssrc for report in watcher.reports}) == 2 and len(watcher.audio) > 350, 30)
        await watcher.stop()
        assert await run.end() == 0
    assert run.warnings() == []
    of_video, of_audio = report_of(watcher, watcher.video), report_of(watcher, watcher.audio)
    seen = [(wall_s(of_video, stamp, VIDEO_CLOCK_HZ), luma[80:-80, 100:-100].mean() > 128) for stamp, luma in decoded_frames(watcher)]
    flashed = [after for (_, dark), (after, white) in pairwise(seen) if white and not dark]
    beeped = [wall_s(of_audio, round(stamp), AUDIO_CLOCK_HZ) for stamp in beeps(watcher)][1:]
    heard = [beep for beep in beeped if beep < seen[-1][0] - 0.1]  # video arrives later than audio: the last flash may be missing
    assert len(heard) >= 4, "the file must loop"
    skews_ms = [min((flash - beep for flash in flashed), key=abs) * 1000 for beep in heard]
    # a frame waits for the next tick of the program: half a tick on average
    print(f"flash after beep by {', '.join(f'{skew:.0f}' for skew in skews_ms)} ms")
    assert abs(median(skews_ms)) <= MOST_SKEW_MS + 500 / 30, skews_ms
    assert max(map(abs, skews_ms)) < 100, skews_ms
