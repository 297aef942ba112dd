"""The devices that the engine finds on this machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """`id` is stable across restarts and re-plugging if the system allows it; `name` is for people; `detail` may be empty."""

    id: str
    name: str
    detail: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class Devices:
    cameras: tuple[Device, ...] = ()
    microphones: tuple[Device, ...] = ()
    monitors: tuple[Device, ...] = ()
