"""`tradewind doctor`: checks this machine and reports in plain words what prevents going on air."""

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

# One script each that buyers' names and comments may use, from Qt's list.
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
    """GOOD; NOTE = works, with a limitation; PROBLEM = prevents going on air."""

    GOOD = "good"
    NOTE = "note"
    PROBLEM = "problem"


MARKS = {CheckLevel.GOOD: "ok  ", CheckLevel.NOTE: "note", CheckLevel.PROBLEM: "FAIL"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line for the user; `cure` says what to do, "" = nothing."""

    area: str
    level: CheckLevel
    text: str
    cure: str = ""


def _names(devices: tuple[Device, ...]) -> str:
    return ", ".join(device.name for device in devices)


def devices() -> list[CheckResult]:
    """Cameras, microphones and monitors that the engine would find."""
    found = find_devices(SoundHost())
    rows = (
        ("camera", found.cameras, "no camera found: the test card is shown instead", "Connect one, and close other apps that use it."),
        ("microphone", found.microphones, "no microphone found: a tone is sent instead", "Connect one and allow access to it."),
        ("screen", found.monitors, "no display found: the window can't open, but `tradewind broadcast` works", ""),
    )
    return [
        CheckResult(area, CheckLevel.GOOD, _names(present)) if present else CheckResult(area, CheckLevel.NOTE, missing, cure)
        for area, present, missing, cure in rows
    ]


def _encodes(config: EncoderConfig) -> str:
    """ "" if the encoder turned a frame into a packet, else the reason."""
    try:
        encoder = FFmpegEncoder(config, EncoderSettings(CANVAS, KBPS, KBPS, CANVAS.fps * 2, H264Profile.BASELINE))
        packets = [one for frame in noisy_frames(CANVAS.width, CANVAS.height, 2) for one in encoder.encode(frame, keyframe=False)]
    except EncodeError as error:
        return str(error.data.get("reason", error.code))
    return "" if packets else "it returned no packet"


def encoders() -> list[CheckResult]:
    """Encoders that really produce packets, and the time that x264 needs per frame."""
    findings = []
    for config, title in ((x264_config(SpeedPreset.SUPERFAST, H264Profile.BASELINE), "H.264 (x264)"), (vp8_config(CANVAS), "VP8")):
        if reason := _encodes(config):
            findings.append(CheckResult("encoder", CheckLevel.PROBLEM, f"{title} does not work: {reason}", "Reinstall Tradewind."))
        else:
            findings.append(CheckResult("encoder", CheckLevel.GOOD, f"{title} works"))
    try:
        silence = np.zeros((PACKET_SAMPLES, 2), np.float32)
        OpusEncoder(AudioSettings()).encode(silence, 0, 0)
        findings.append(CheckResult("encoder", CheckLevel.GOOD, "Opus works"))
    except SoundEncodeError as error:
        findings.append(CheckResult("encoder", CheckLevel.PROBLEM, f"Opus does not work: {error}", "Reinstall Tradewind."))
    budget_ms = 1000 / CANVAS.fps
    cost = cost_ms(SpeedPreset.SUPERFAST, CANVAS, H264Profile.BASELINE, KBPS)
    text = f"x264 needs {cost:.0f} ms per {CANVAS.width}×{CANVAS.height} frame; the limit is {budget_ms:.0f} ms"
    if cost > budget_ms:
        findings.append(CheckResult("encoder", CheckLevel.NOTE, text, "Use a smaller size, a lower frame rate or a hardware encoder."))
    else:
        findings.append(CheckResult("encoder", CheckLevel.GOOD, text))
    return findings + _hardware()


def _hardware() -> list[CheckResult]:
    likely = [choice for choice in HARDWARE if plausible(choice)]
    if not likely:
        return [CheckResult("encoder", CheckLevel.NOTE, "no hardware encoder: x264 encodes on the CPU")]
    prober = HardwareProber()
    done = threading.Event()
    prober.ask(likely, CANVAS, H264Profile.BASELINE, KBPS, done.set)
    done.wait(15 * len(likely))
    findings = [
        CheckResult("encoder", CheckLevel.NOTE, f"{choice.value} is installed but does not work: {reason}")
        if (reason := prober.failure(choice))
        else CheckResult("encoder", CheckLevel.GOOD, f"{choice.value} works")
        for choice in likely
    ]
    prober.close()
    return findings


async def _two_peers() -> str:
    """ "" if two peers on this machine connect as they would over the network, else the reason."""

    def ignore(*_: object) -> None:
        """Ignores what the peers send each other."""

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
    """Addresses of this machine, whether encrypted media gets through, and whether the built-in relay's port is free."""
    reachable = [address for address in host_addresses() if not is_loopback(address)]
    findings = [
        CheckResult("network", CheckLevel.GOOD, "addresses of this computer: " + ", ".join(reachable))
        if reachable
        else CheckResult("network", CheckLevel.NOTE, "no network: only this computer can watch", "Connect to a network.")
    ]
    if reason := asyncio.run(_two_peers()):
        cure = "A firewall may block UDP. Allow it for Tradewind."
        findings.append(CheckResult("network", CheckLevel.PROBLEM, f"media can't pass through this computer's network: {reason}", cure))
    else:
        findings.append(CheckResult("network", CheckLevel.GOOD, "encrypted media gets through (ICE, DTLS-SRTP)"))
    port = int(FIELDS["relay_port"].default)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
            findings.append(CheckResult("network", CheckLevel.GOOD, f"port {port} is free for the built-in relay"))
        except OSError:
            note = f"port {port} is in use (perhaps by Tradewind itself): the built-in relay will use another one"
            findings.append(CheckResult("network", CheckLevel.NOTE, note))
    return findings


def fonts() -> list[CheckResult]:
    """Scripts without a font."""
    application = make_offscreen_application()
    missing = [name for script, name in _SCRIPTS if not QFontDatabase.families(script)]
    application.shutdown()
    if not missing:
        return [CheckResult("fonts", CheckLevel.GOOD, "every script has a font")]
    cure = "Install the Noto fonts (Debian: fonts-noto-core, fonts-noto-cjk)."
    return [CheckResult("fonts", CheckLevel.NOTE, "no font for " + ", ".join(missing) + ": these characters show as boxes", cure)]


def machine(paths: Paths) -> list[CheckResult]:
    """The operating system, and the folders that Tradewind writes to."""
    cores, memory_mb = psutil.cpu_count() or 1, psutil.virtual_memory().available // MB
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {cores} cores, {memory_mb} MB free"
    findings = [CheckResult("machine", CheckLevel.GOOD, system)]
    if memory_mb < LEAST_MEMORY_MB:
        findings.append(CheckResult("machine", CheckLevel.NOTE, f"only {memory_mb} MB of memory free", "Close other apps."))
    if cores < 2:
        findings.append(CheckResult("machine", CheckLevel.NOTE, "only one CPU core: use 640×360", ""))
    try:
        paths.make()
        findings.append(CheckResult("machine", CheckLevel.GOOD, f"folders are writable ({paths.state})"))
    except AppError as error:
        text = f"a folder is not writable: {error}"
        findings.append(CheckResult("machine", CheckLevel.PROBLEM, text, "Set TRADEWIND_HOME to a writable folder."))
    return findings


def run(arguments: argparse.Namespace) -> int:
    """Print the results. Returns 0 if nothing prevents going on air, else 1."""
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
        sys.stdout.write(
            "\nReady to go on air.\n" if not problems else f"\nNot ready to go on air. Problems: {len(problems)} (see FAIL above).\n"
        )
    return 1 if problems else 0


def _show(findings: list[CheckResult]) -> None:
    for finding in findings:
        sys.stdout.write(f"{MARKS[finding.level]}  {finding.area:<11} {finding.text}\n")
        if finding.cure:
            sys.stdout.write(f"{'':<18}→ {finding.cure}\n")
    sys.stdout.flush()
