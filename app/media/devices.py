"""Lists the cameras, microphones and monitors of this machine."""

from app.domain.program.device import Devices
from app.media.capture.devices import cameras, monitors
from app.media.sound.devices import microphones
from app.media.sound.portaudio import SoundHost


def find_devices(host: SoundHost) -> Devices:
    """Scan the system for devices; may take a second."""
    return Devices(cameras=cameras(), microphones=microphones(host), monitors=monitors())
