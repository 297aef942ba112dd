"""Lists the cameras and monitors of this machine."""

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import mss
from cv2_enumerate_cameras import CameraInfo, enumerate_cameras
from mss.exception import ScreenShotError

from app.domain.program.device import Device

log = logging.getLogger(__name__)

# The backend that lists and opens cameras on each platform; on other platforms OpenCV chooses.
_BACKENDS = {"linux": cv2.CAP_V4L2, "win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
_BY_ID = Path("/dev/v4l/by-id")


@dataclass(frozen=True, slots=True)
class Camera:
    """`id` survives restarts and a change of USB port if the system has a stable name; `index` and `backend` open the camera now."""

    id: str
    name: str
    index: int
    backend: int
    path: str


def _lasting_names(folder: Path) -> dict[str, str]:
    """Device path → the stable name from udev (maker, model, serial number)."""
    if not folder.is_dir():
        return {}
    return {os.path.realpath(link): link.name for link in sorted(folder.iterdir(), reverse=True)}


def identified(infos: Sequence[CameraInfo], lasting: dict[str, str], *, paths_last: bool) -> tuple[Camera, ...]:
    """Cameras with their identities: the system's stable name, or USB ids and name, numbered if several are equal."""
    cameras: list[Camera] = []
    for info in sorted(infos, key=lambda info: info.index):
        path = info.path or ""
        identity = path if paths_last else lasting.get(path, "")
        if not identity:
            identity = f"{info.vid or 0:04x}:{info.pid or 0:04x}:{info.name}"
        twins = sum(camera.id.split("#")[0] == identity for camera in cameras)
        cameras.append(Camera(f"{identity}#{twins + 1}" if twins else identity, info.name or path, info.index, info.backend, path))
    return tuple(cameras)


def find_cameras() -> tuple[Camera, ...]:
    """Scan for cameras."""
    backend = _BACKENDS.get(sys.platform, cv2.CAP_ANY)
    try:
        found = enumerate_cameras(backend)
    except (OSError, RuntimeError, ValueError) as error:  # one is being unplugged right now, or its driver is faulty
        log.warning("cannot list the cameras: %s", error)
        return ()
    # Windows and macOS give a stable path with device and port; Linux numbers its nodes in order of appearance.
    return identified(found, _lasting_names(_BY_ID), paths_last=sys.platform in {"win32", "darwin"})


def cameras() -> tuple[Device, ...]:
    """The cameras to choose from; the first one is the default for an empty choice."""
    return tuple(
        Device(id=camera.id, name=camera.name, detail=camera.path, default=position == 0) for position, camera in enumerate(find_cameras())
    )


def monitors() -> tuple[Device, ...]:
    """The monitors by number, 0 = all of them; empty without a screen."""
    try:
        with mss.MSS() as screen:
            found = list(screen.monitors)
    except ScreenShotError as error:
        log.info("no screen to capture: %s", error)
        return ()
    return tuple(
        Device(
            id=str(number),
            name=str(monitor.get("name") or ""),
            detail=f"{monitor['width']} × {monitor['height']}",
            default=number == 1,
        )
        for number, monitor in enumerate(found)
    )
