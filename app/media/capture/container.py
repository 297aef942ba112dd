"""Opens media files and addresses with FFmpeg, within limits on what they may lead to."""

from pathlib import Path

import av
from av.container import InputContainer

from app.domain.base.address import MEDIA_SCHEMES, scheme_of, shown_address
from app.domain.base.errors import AppError
from app.media.source_guard import reason_of

_OPEN_S = 5.0
_READ_S = 2.0
# What FFmpeg may use for an address, including the segments of HLS and DASH playlists: never a local file.
_NETWORK_PROTOCOLS = "http,https,httpproxy,tcp,tls,udp,rtp,srtp,rtmp,rtmps,rtmpt,rtmpe,srt,crypto,data"
_FILE_PROTOCOLS = "file,data"
# Files that only list other files and addresses: one from a stranger would make us read what its author likes.
_LISTS = frozenset(
    {"hls", "concat", "dash", "imf", "sdp", "rtsp", "sap", "webm_dash_manifest", "lavfi", "image2", "avisynth", "vapoursynth"}
)


def _limits(location: str) -> dict[str, str]:
    """FFmpeg options that keep a file off the network, and an address away from local files.

    Raises AppError("media.protocol") for an address whose protocol sources may not use.
    """
    scheme = scheme_of(location)
    if scheme in MEDIA_SCHEMES:
        return {"protocol_whitelist": _NETWORK_PROTOCOLS}
    if scheme and not Path(location).exists():  # "12:30.mp4" is a file name
        raise AppError("media.protocol", location=shown_address(location), protocol=scheme)
    return {"protocol_whitelist": _FILE_PROTOCOLS, "format_whitelist": ",".join(sorted(av.formats_available - _LISTS))}


def open_container(location: str, options: dict[str, str] | None = None) -> InputContainer:
    """Open a file or address for reading. Raises AppError("media.missing", "media.protocol" or "media.unreadable")."""
    # a path stays a path, whatever FFmpeg would make of it
    opened = location if scheme_of(location) in MEDIA_SCHEMES else f"file:{location}"
    try:
        # Titles and names are not shown; an old text encoding in them must not stop playback.
        return av.open(opened, "r", options={**(options or {}), **_limits(location)}, timeout=(_OPEN_S, _READ_S), metadata_errors="replace")
    except FileNotFoundError as error:
        raise AppError("media.missing", location=shown_address(location)) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise AppError("media.unreadable", location=shown_address(location), reason=reason_of(error)) from error
