"""The microphones for people to choose from."""

from app.domain.device import Device
from app.media.sound.portaudio import SoundHost


def microphones(host: SoundHost) -> tuple[Device, ...]:
    """The sound inputs as of now, the system's default marked; newly plugged ones are seen unless something is being recorded."""
    host.rescan()
    return tuple(Device(found.identity, found.name, default=found.default) for found in host.inputs())
