"""The devices of this machine, as the engine finds them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """`id` is stable over restarts and re-plugging as far as the system allows; `name` is for people; `detail` may be empty."""

    id: str
    name: str
    detail: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class Devices:
    cameras: tuple[Device, ...] = ()
    microphones: tuple[Device, ...] = ()
    monitors: tuple[Device, ...] = ()
