"""Converts decoded frames of any pixel format, colour space, size, pixel aspect and orientation into the program's planes."""

from functools import cache
from typing import NamedTuple, cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from app.domain.base.errors import AppError, Value
from app.media.capture.colour import PROGRAM_COLOUR_SPACE, ColourConverter, ColourSpace, Matrix, Range
from app.media.capture.orientation import UPRIGHT, Orientation, orient_plane
from app.media.capture.tone_map import HdrConverter, Transfer
from app.media.frame_pool import BLACK_Y, NEUTRAL_CHROMA, FramePool, Planes
from app.media.ports import Plane

_MATRICES = {
    1: Matrix.BT709,
    4: Matrix.FCC,
    5: Matrix.BT601,  # BT.470BG, as in JPEG files
    6: Matrix.BT601,  # SMPTE 170M
    7: Matrix.SMPTE240M,
    9: Matrix.BT2020,
    10: Matrix.BT2020,
}
_HD_LINES = 720  # without a declared matrix, frames of at least this height are BT.709, smaller ones BT.601
_FULL = 2  # AVCOL_RANGE_JPEG
_PLANAR = frozenset({"yuv420p", "yuvj420p"})
_SETTINGS_MATRIX = {"bt601": Matrix.BT601, "bt709": Matrix.BT709}
_SETTINGS_RANGE = {"limited": Range.LIMITED, "full": Range.FULL}
_HDR = {transfer.value: transfer for transfer in Transfer}
_OPAQUE = 255
_MOST_SIDE = 8192  # of a frame that is stretched to square pixels


class FramePlanes(NamedTuple):
    """Planes with even sides in the program's colour space; premultiplied if there is alpha."""

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None


def rows_of(plane: VideoPlane) -> Plane:
    """The bytes of a frame's plane as (lines, bytes per line), without a copy; line padding is included."""
    return np.frombuffer(cast("npt.NDArray[np.uint8]", plane), np.uint8).reshape(-1, plane.line_size)


def colour_space_of(frame: av.VideoFrame, matrix: Matrix | None, range_: Range | None) -> ColourSpace:
    """The colour space that the frame declares, or a guess if it declares none; an explicit matrix or range overrides both."""
    guess = Matrix.BT709 if frame.height >= _HD_LINES else Matrix.BT601
    full = frame.color_range == _FULL or frame.format.name.startswith("yuvj")
    return ColourSpace(matrix or _MATRICES.get(frame.colorspace, guess), range_ or (Range.FULL if full else Range.LIMITED))


@cache
def carries_alpha(format_name: str) -> bool:
    """Whether pixels of this format carry alpha (palettes of GIF and PNG may)."""
    return format_name == "pal8" or any(component.is_alpha for component in av.VideoFormat(format_name).components)


class FrameConverter:
    """Converts the frames of one stream; 8-bit planar BT.709 limited range passes without a copy. For one thread.

    `matrix` and `range` are those of the source's settings: "auto" trusts the frame.
    """

    def __init__(self, matrix: Value = "auto", range_: Value = "auto") -> None:
        self._matrix = _SETTINGS_MATRIX.get(str(matrix))
        self._range = _SETTINGS_RANGE.get(str(range_))
        self._reformatter = VideoReformatter()
        self._to_program: dict[tuple[ColourSpace, int], ColourConverter | HdrConverter] = {}
        self._pools: dict[tuple[int, int], FramePool] = {}

    def convert(
        self, frame: av.VideoFrame, *, orientation: Orientation = UPRIGHT, aspect: float = 1.0, mirror: bool = False, opaque: bool = False
    ) -> FramePlanes:
        """The frame's planes with square pixels, oriented and then mirrored. Raises AppError("picture.format").

        `aspect`: pixel aspect ratio, width / height. `opaque`: ignore the alpha bytes.
        """
        try:
            planes = self._square(self._planes(frame, opaque), aspect)
            return self._oriented(planes, orientation.with_mirror() if mirror else orientation)
        except (av.FFmpegError, cv2.error, ValueError, LookupError) as error:
            raise AppError("picture.format", format=frame.format.name, width=frame.width, height=frame.height) from error

    def _planes(self, frame: av.VideoFrame, opaque: bool) -> FramePlanes:
        translucent = carries_alpha(frame.format.name) and not opaque
        planar, colour_space = self._planar(frame, translucent)
        width, height = max(2, planar.width // 2 * 2), max(2, planar.height // 2 * 2)
        y, u, v = (rows_of(plane) for plane in planar.planes[:3])
        planes = FramePlanes(y[:height, :width], u[: height // 2, : width // 2], v[: height // 2, : width // 2])
        coded = self._in_program_colours(planes, colour_space, frame.color_trc)
        if translucent:
            alpha = rows_of(planar.planes[3])[:height, :width]
            if int(alpha.min()) != _OPAQUE:
                return self._premultiplied(coded, np.ascontiguousarray(alpha))
        return coded

    def _planar(self, frame: av.VideoFrame, translucent: bool) -> tuple[av.VideoFrame, ColourSpace]:
        """8-bit planar 4:2:0, with alpha as a fourth plane if wanted, and its colour space."""
        name = frame.format.name
        if frame.format.is_rgb or name == "pal8":
            return self._of_rgb(frame, "yuva420p" if translucent else "yuv420p"), PROGRAM_COLOUR_SPACE
        colour_space = colour_space_of(frame, self._matrix, self._range)
        if name in _PLANAR or (translucent and name == "yuva420p"):
            return frame, colour_space
        # The same matrix and range on both sides: swscale then only moves samples and keeps their meaning.
        range_ = ColorRange.JPEG if name.startswith("yuvj") else ColorRange.MPEG
        planar = self._reformatter.reformat(
            frame,
            format="yuva420p" if translucent else ("yuvj420p" if name.startswith("yuvj") else "yuv420p"),
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=range_,
            dst_color_range=range_,
            interpolation=Interpolation.BILINEAR,
            threads=1,
        )
        return planar, colour_space

    def _of_rgb(self, frame: av.VideoFrame, format_: str) -> av.VideoFrame:
        return self._reformatter.reformat(
            frame,
            format=format_,
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )

    def _in_program_colours(self, planes: FramePlanes, colour_space: ColourSpace, transfer: int) -> FramePlanes:
        hdr = _HDR.get(transfer)
        if colour_space == PROGRAM_COLOUR_SPACE and hdr is None:
            return planes
        converter = self._to_program.get((colour_space, transfer))
        if converter is None:
            converter = HdrConverter(colour_space, hdr) if hdr is not None else ColourConverter(colour_space)
            self._to_program[colour_space, transfer] = converter
        out = self._take(planes.y.shape[1], planes.y.shape[0])
        converter.convert(planes.y, planes.u, planes.v, out.y, out.u, out.v)
        return FramePlanes(out.y, out.u, out.v)

    def _premultiplied(self, planes: FramePlanes, alpha: Plane) -> FramePlanes:
        """Straight planes premultiplied as in `Frame`."""
        height, width = planes.y.shape
        out = self._take(width, height)
        half = np.asarray(cv2.resize(alpha, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
        for plane, share, offset, target in (
            (planes.y, alpha, BLACK_Y, out.y),
            (planes.u, half, NEUTRAL_CHROMA, out.u),
            (planes.v, half, NEUTRAL_CHROMA, out.v),
        ):
            cv2.multiply(plane, share, dst=target, scale=1.0 / _OPAQUE)
            cv2.addWeighted(target, 1.0, share, -offset / _OPAQUE, offset, dst=target)
        return FramePlanes(out.y, out.u, out.v, alpha)

    def _square(self, planes: FramePlanes, aspect: float) -> FramePlanes:
        """The frame stretched to square pixels: wider or higher, never smaller."""
        height, width = planes.y.shape
        if aspect >= 1.0:
            width = min(_MOST_SIDE, round(width * aspect / 2) * 2)
        else:
            height = min(_MOST_SIDE, round(height / aspect / 2) * 2)
        if (height, width) == planes.y.shape:
            return planes
        out = self._take(width, height)
        for plane, target in ((planes.y, out.y), (planes.u, out.u), (planes.v, out.v)):
            cv2.resize(plane, (target.shape[1], target.shape[0]), dst=target, interpolation=cv2.INTER_LINEAR)
        alpha = planes.alpha
        if alpha is not None:
            alpha = np.asarray(cv2.resize(alpha, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
        return FramePlanes(out.y, out.u, out.v, alpha)

    def _oriented(self, planes: FramePlanes, orientation: Orientation) -> FramePlanes:
        if orientation == UPRIGHT:
            return planes
        height, width = planes.y.shape
        out = self._take(height, width) if orientation.transposed else self._take(width, height)
        for plane, target in ((planes.y, out.y), (planes.u, out.u), (planes.v, out.v)):
            orient_plane(plane, orientation, target)
        alpha = planes.alpha
        if alpha is not None:
            straight, alpha = alpha, np.empty(out.y.shape, np.uint8)
            orient_plane(straight, orientation, alpha)
        return FramePlanes(out.y, out.u, out.v, alpha)

    def _take(self, width: int, height: int) -> Planes:
        pool = self._pools.get((width, height))
        if pool is None:
            if len(self._pools) >= 4:  # a stream that changes its size needs no old sizes
                self._pools.clear()
            pool = self._pools[(width, height)] = FramePool(width, height)
        return pool.take()
