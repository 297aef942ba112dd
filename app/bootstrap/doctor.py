"""`tradewind doctor`: looks at this machine and says in plain words what stands in the way of going on air."""

import argparse
import asyncio
import json
import platform
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import psutil
from PySide6.QtGui import QFontDatabase

from app.bootstrap.logs import start_logging
from app.domain.base.address import is_loopback
from app.domain.base.errors import AppError
from app.domain.program.device import Device
from app.domain.program.output import AudioSettings, Canvas, H264Profile, SpeedPreset
from app.media.devices import find_devices
from app.media.encode.encoder_configs import HARDWARE, vp8_config, x264_config
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncoderConfig, EncoderSettings, FFmpegEncoder
from app.media.encode.preset_chooser import cost_ms, noisy_frames
from app.media.encode.probe import HardwareProber, plausible
from app.media.sound.opus import PACKET_SAMPLES, OpusEncoder, SoundEncodeError
from app.media.sound.portaudio import SoundHost
from app.overlay.offscreen import make_offscreen_application
from app.storage.paths import Paths, find_paths
from app.storage.settings import FIELDS
from app.transport.addresses import host_addresses
from app.transport.errors import TransportError
from app.transport.peer import Peer

CANVAS = Canvas()
KBPS = 2500
LEAST_MEMORY_MB = 800  # the three processes need about half of it
MB = 1024 * 1024

# One script each that buyers' names and comments come in, by Qt's own list.
_SCRIPTS: tuple[tuple[QFontDatabase.WritingSystem, str], ...] = (
    (QFontDatabase.WritingSystem.Latin, "Latin"),
    (QFontDatabase.WritingSystem.SimplifiedChinese, "Simplified Chinese"),
    (QFontDatabase.WritingSystem.TraditionalChinese, "Traditional Chinese"),
    (QFontDatabase.WritingSystem.Japanese, "Japanese"),
    (QFontDatabase.WritingSystem.Korean, "Korean"),
    (QFontDatabase.WritingSystem.Arabic, "Arabic"),
    (QFontDatabase.WritingSystem.Devanagari, "Hindi (Devanagari)"),
    (QFontDatabase.WritingSystem.Thai, "Thai"),
    (QFontDatabase.WritingSystem.Vietnamese, "Vietnamese"),
    (QFontDatabase.WritingSystem.Cyrillic, "Cyrillic"),
)


class CheckLevel(Enum):
    """GOOD; NOTE = works, but know this; PROBLEM = stands in the way of going on air."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


MARKS = {CheckLevel.GOOD: "ok  ", CheckLevel.NOTE: "note", CheckLevel.PROBLEM: "FAIL"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line for a person; `cure` says what to do and is empty where nothing is."""

    area: str
    level: CheckLevel
    text: str
    cure: str = ""


def _names(devices: tuple[Device, ...]) -> str:
    return ", ".join(device.name for device in devices)


def devices() -> list[CheckResult]:
    """Cameras, microphones and monitors as the engine would find them."""
    found = find_devices(SoundHost())
    rows = (
        ("camera", found.cameras, "no camera was found: the test card is shown instead", "Plug one in, and close programs that use it."),
        ("microphone", found.microphones, "no microphone was found: a tone is sent instead", "Plug one in and allow its use."),
        ("screen", found.monitors, "no screen was found: the window cannot open, `tradewind broadcast` works", ""),
    )
    return [
        CheckResult(area, CheckLevel.GOOD, _names(present)) if present else CheckResult(area, CheckLevel.NOTE, missing, cure)
        for area, present, missing, cure in rows
    ]


def _encodes(config: EncoderConfig) -> str:
    """ "" when a frame came out as a packet, else the reason."""
    try:
        encoder = FFmpegEncoder(config, EncoderSettings(CANVAS, KBPS, KBPS, CANVAS.fps * 2, H264Profile.BASELINE))
        packets = [one for frame in noisy_frames(CANVAS.width, CANVAS.height, 2) for one in encoder.encode(frame, keyframe=False)]
    except EncodeError as error:
        return str(error.data.get("reason", error.code))
    return "" if packets else "it gave no packet"


def encoders() -> list[CheckResult]:
    """Encoders that really put a packet out, and what the one for every machine costs here."""
    findings = []
    for config, title in ((x264_config(SpeedPreset.SUPERFAST, H264Profile.BASELINE), "H.264 (x264)"), (vp8_config(CANVAS), "VP8")):
        if reason := _encodes(config):
            findings.append(CheckResult("encoder", CheckLevel.PROBLEM, f"{title} does not work: {reason}", "Install the program again."))
        else:
            findings.append(CheckResult("encoder", CheckLevel.GOOD, f"{title} works"))
    try:
        silence = np.zeros((PACKET_SAMPLES, 2), np.float32)
        OpusEncoder(AudioSettings()).encode(silence, 0, 0)
        findings.append(CheckResult("encoder", CheckLevel.GOOD, "Opus sound works"))
    except SoundEncodeError as error:
        findings.append(CheckResult("encoder", CheckLevel.PROBLEM, f"Opus sound does not work: {error}", "Install the program again."))
    budget_ms = 1000 / CANVAS.fps
    cost = cost_ms(SpeedPreset.SUPERFAST, CANVAS, H264Profile.BASELINE, KBPS)
    text = f"a frame of {CANVAS.width}×{CANVAS.height} costs x264 {cost:.0f} ms of the {budget_ms:.0f} ms it has"
    if cost > budget_ms:
        findings.append(CheckResult("encoder", CheckLevel.NOTE, text, "Use a smaller size, a lower frame rate or a hardware encoder."))
    else:
        findings.append(CheckResult("encoder", CheckLevel.GOOD, text))
    return findings + _hardware()


def _hardware() -> list[CheckResult]:
    likely = [choice for choice in HARDWARE if plausible(choice)]
    if not likely:
        return [CheckResult("encoder", CheckLevel.NOTE, "no hardware encoder here: x264 does the work on the processor")]
    prober = HardwareProber()
    done = threading.Event()
    prober.ask(likely, CANVAS, H264Profile.BASELINE, KBPS, done.set)
    done.wait(15 * len(likely))
    findings = [
        CheckResult("encoder", CheckLevel.NOTE, f"{choice.value} is there but does not work: {reason}")
        if (reason := prober.failure(choice))
        else CheckResult("encoder", CheckLevel.GOOD, f"{choice.value} works")
        for choice in likely
    ]
    prober.close()
    return findings


async def _two_peers() -> str:
    """ "" when two ends on this machine reach each other as they would over the network, else the reason."""

    def ignore(*_: object) -> None:
        """What the ends say to each other is not looked at."""

    ends = [Peer(controlling=first, addresses=host_addresses, on_rtp=ignore, on_rtcp=ignore, on_closed=ignore) for first in (True, False)]
    try:
        offer, answer = [await end.gather() for end in ends]
        await asyncio.gather(ends[0].connect(answer), ends[1].connect(offer))
    except (TransportError, OSError) as error:
        return str(error)
    finally:
        for end in ends:
            await end.aclose()
    return ""


def network() -> list[CheckResult]:
    """Addresses of this machine, whether encrypted media passes, and whether the built-in relay's port is free."""
    reachable = [address for address in host_addresses() if not is_loopback(address)]
    findings = [
        CheckResult("network", CheckLevel.GOOD, "addresses of this computer: " + ", ".join(reachable))
        if reachable
        else CheckResult("network", CheckLevel.NOTE, "no network: only this computer can watch", "Connect a cable or a wireless network.")
    ]
    if reason := asyncio.run(_two_peers()):
        cure = "A firewall may block UDP for this program: allow it."
        findings.append(CheckResult("network", CheckLevel.PROBLEM, f"media does not pass over this computer's own network: {reason}", cure))
    else:
        findings.append(CheckResult("network", CheckLevel.GOOD, "encrypted media passes (ICE, DTLS-SRTP)"))
    port = int(FIELDS["relay_port"].default)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
            findings.append(CheckResult("network", CheckLevel.GOOD, f"port {port} is free for the built-in relay"))
        except OSError:
            note = f"port {port} is in use (perhaps by Tradewind itself): the built-in relay takes another one"
            findings.append(CheckResult("network", CheckLevel.NOTE, note))
    return findings


def fonts() -> list[CheckResult]:
    """Scripts that have a font."""
    application = make_offscreen_application()
    missing = [name for script, name in _SCRIPTS if not QFontDatabase.families(script)]
    application.shutdown()
    if not missing:
        return [CheckResult("fonts", CheckLevel.GOOD, "every script in use has a font")]
    cure = "Install the Noto fonts (Debian: fonts-noto-core, fonts-noto-cjk)."
    return [CheckResult("fonts", CheckLevel.NOTE, "no font for " + ", ".join(missing) + ": such names show as boxes", cure)]


def machine(paths: Paths) -> list[CheckResult]:
    """The system itself, and the folders that the program writes to."""
    cores, memory_mb = psutil.cpu_count() or 1, psutil.virtual_memory().available // MB
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {cores} cores, {memory_mb} MB free"
    findings = [CheckResult("machine", CheckLevel.GOOD, system)]
    if memory_mb < LEAST_MEMORY_MB:
        findings.append(CheckResult("machine", CheckLevel.NOTE, f"only {memory_mb} MB of memory are free", "Close other programs."))
    if cores < 2:
        findings.append(CheckResult("machine", CheckLevel.NOTE, "one core alone: use 640×360", ""))
    try:
        paths.make()
        findings.append(CheckResult("machine", CheckLevel.GOOD, f"folders can be written ({paths.state})"))
    except AppError as error:
        text = f"a folder cannot be written: {error}"
        findings.append(CheckResult("machine", CheckLevel.PROBLEM, text, "Set TRADEWIND_HOME to a folder that can be."))
    return findings


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 0 when nothing is in the way, else 1."""
    paths = find_paths()
    looks: tuple[Callable[[], list[CheckResult]], ...] = (lambda: machine(paths), devices, encoders, network, fonts)
    findings: list[CheckResult] = []
    for number, look in enumerate(looks):
        found = look()
        if number == 0 and all(finding.level is not CheckLevel.PROBLEM for finding in found):
            start_logging(paths.logs, "doctor", verbose=arguments.verbose)
        findings += found
        if not arguments.json:
            _show(found)
    problems = [finding for finding in findings if finding.level is CheckLevel.PROBLEM]
    if arguments.json:
        rows = [{"area": row.area, "level": row.level.value, "text": row.text, "cure": row.cure} for row in findings]
        sys.stdout.write(json.dumps({"ready": not problems, "findings": rows}, indent=2) + "\n")
    else:
        sys.stdout.write("\nReady to go on air.\n" if not problems else f"\n{len(problems)} in the way of going on air: see FAIL above.\n")
    return 1 if problems else 0


def _show(findings: list[CheckResult]) -> None:
    for finding in findings:
        sys.stdout.write(f"{MARKS[finding.level]}  {finding.area:<11} {finding.text}\n")
        if finding.cure:
            sys.stdout.write(f"{'':<18}→ {finding.cure}\n")
    sys.stdout.flush()
