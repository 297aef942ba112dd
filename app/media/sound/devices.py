"""Lists the microphones."""

import logging

from app.domain.program.device import Device
from app.media.sound.portaudio import SoundDeviceError, SoundHost

log = logging.getLogger(__name__)


def microphones(host: SoundHost) -> tuple[Device, ...]:
    """The current sound inputs, with the system's default marked. New devices are found unless something is being recorded."""
    try:
        host.rescan()
        return tuple(Device(found.identity, found.name, default=found.default) for found in host.inputs())
    except SoundDeviceError as error:
        log.warning("no sound inputs: %s", error)
        return ()
