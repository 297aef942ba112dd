"""Decoded frames of any pixel format, coding, size and rotation become the programme's planes."""

from typing import NamedTuple, cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from app.domain.errors import Value
from app.media.capture.colour import PROGRAMME, Coding, Matrix, Range, ToProgramme, planes_of_rgba
from app.media.picture_pool import PicturePool, Planes
from app.media.ports import Plane

_MATRICES = {
    1: Matrix.BT709,
    4: Matrix.FCC,
    5: Matrix.BT601,  # BT.470BG, what JPEG files say
    6: Matrix.BT601,  # SMPTE 170M
    7: Matrix.SMPTE240M,
    9: Matrix.BT2020,
    10: Matrix.BT2020,
}
_HD_LINES = 720  # what carries no word about its matrix is BT.709 from here on, BT.601 below
_FULL = 2  # AVCOL_RANGE_JPEG
_WITH_ALPHA = frozenset({"pal8", "rgba", "bgra", "argb", "abgr", "ya8", "ya16be", "ya16le"})
_PLANAR = frozenset({"yuv420p", "yuvj420p"})
_SETTINGS_MATRIX = {"bt601": Matrix.BT601, "bt709": Matrix.BT709}
_SETTINGS_RANGE = {"limited": Range.LIMITED, "full": Range.FULL}
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


class PicturePlanes(NamedTuple):
    """Even-sized planes in the programme's coding; premultiplied where there is alpha."""

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None


def rows_of(plane: VideoPlane) -> Plane:
    """The bytes of a frame's plane as (lines, bytes a line), without copying; padding at the line's end included."""
    return np.frombuffer(cast(npt.NDArray[np.uint8], plane), np.uint8).reshape(-1, plane.line_size)


def coding_of(frame: av.VideoFrame, matrix: Matrix | None, range_: Range | None) -> Coding:
    """What the frame says about its coding, or the rule of thumb where it says nothing; a matrix or range given wins."""
    guess = Matrix.BT709 if frame.height >= _HD_LINES else Matrix.BT601
    full = frame.color_range == _FULL or frame.format.name.startswith("yuvj")
    return Coding(matrix or _MATRICES.get(frame.colorspace, guess), range_ or (Range.FULL if full else Range.LIMITED))


def has_alpha(frame: av.VideoFrame) -> bool:
    """Whether the pixel format carries alpha (palettes of GIF and PNG may)."""
    name = frame.format.name
    return (
        name.startswith("yuva") or name == "pal8" or name in {"rgba", "bgra", "argb", "abgr", "ya8", "ya16be", "ya16le"} or "rgba64" in name
    )


def rgba_of(frame: av.VideoFrame, reformatter: VideoReformatter) -> Plane:
    """Straight RGBA pixels of any frame, (height, width, 4)."""
    coding = coding_of(frame, None, None)
    matrix = Colorspace.ITU709 if coding.matrix is Matrix.BT709 else Colorspace.ITU601
    source_range = ColorRange.JPEG if coding.range is Range.FULL or frame.format.is_rgb else ColorRange.MPEG
    converted = reformatter.reformat(
        frame,
        format="rgba",
        src_colorspace=matrix,
        dst_colorspace=matrix,
        src_color_range=source_range,
        dst_color_range=ColorRange.JPEG,
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT,
    )
    return rows_of(converted.planes[0])[: frame.height, : frame.width * 4].reshape(frame.height, frame.width, 4)


class FrameConverter:
    """Converts frames of one stream; 8-bit planar BT.709 limited passes through without a copy. For one thread.

    `matrix` and `range` as in a source's settings: "auto" believes the frame.
    """

    def __init__(self, matrix: Value = "auto", range_: Value = "auto") -> None:
        self._matrix = _SETTINGS_MATRIX.get(str(matrix))
        self._range = _SETTINGS_RANGE.get(str(range_))
        self._reformatter = VideoReformatter()
        self._to_programme: dict[Coding, ToProgramme] = {}
        self._pools: dict[tuple[int, int], PicturePool] = {}

    def convert(self, frame: av.VideoFrame, *, rotation: int = 0, mirror: bool = False, opaque: bool = False) -> PicturePlanes:
        """The frame's planes, turned counter-clockwise by `rotation` (a multiple of 90) and then mirrored.

        `opaque`: what stands in the place of alpha means nothing.
        """
        if has_alpha(frame) and not opaque:
            rgba = rgba_of(frame, self._reformatter)
            rgba = np.ascontiguousarray(rgba[: frame.height // 2 * 2, : frame.width // 2 * 2])
            return self._turned(PicturePlanes(*planes_of_rgba(rgba)), rotation, mirror)
        planar, coding = self._planar(frame)
        y, u, v = (rows_of(plane) for plane in planar.planes)
        width, height = planar.width // 2 * 2, planar.height // 2 * 2
        planes = PicturePlanes(y[:height, :width], u[: height // 2, : width // 2], v[: height // 2, : width // 2])
        return self._turned(self._coded(planes, coding), rotation, mirror)

    def convert_planes(self, planes: PicturePlanes, coding: Coding, *, mirror: bool = False) -> PicturePlanes:
        """The same for planes that came some other way."""
        return self._turned(self._coded(planes, coding), 0, mirror)

    def _planar(self, frame: av.VideoFrame) -> tuple[av.VideoFrame, Coding]:
        """8-bit 4:2:0 in planes, and the coding that its numbers have."""
        name = frame.format.name
        if frame.format.is_rgb:
            return self._of_rgb(frame), PROGRAMME
        coding = coding_of(frame, self._matrix, self._range)
        if name in _PLANAR:
            return frame, coding
        # Same matrix and range on both sides: swscale then moves samples and leaves their meaning alone.
        range_ = ColorRange.JPEG if name.startswith("yuvj") else ColorRange.MPEG
        planar = self._reformatter.reformat(
            frame,
            format="yuvj420p" if name.startswith("yuvj") else "yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=range_,
            dst_color_range=range_,
            interpolation=Interpolation.BILINEAR,
            threads=1,
        )
        return planar, coding

    def _of_rgb(self, frame: av.VideoFrame) -> av.VideoFrame:
        return self._reformatter.reformat(
            frame,
            format="yuv420p",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,
            threads=1,
        )

    def _coded(self, planes: PicturePlanes, coding: Coding) -> PicturePlanes:
        if coding == PROGRAMME:
            return planes
        converter = self._to_programme.get(coding)
        if converter is None:
            converter = self._to_programme[coding] = ToProgramme(coding)
        out = self._take(planes.y.shape[1], planes.y.shape[0])
        converter.convert(planes.y, planes.u, planes.v, out.y, out.u, out.v)
        return PicturePlanes(out.y, out.u, out.v)

    def _turned(self, planes: PicturePlanes, rotation: int, mirror: bool) -> PicturePlanes:
        turn = _TURNS.get(rotation % 360)
        if turn is None and not mirror:
            return planes
        height, width = planes.y.shape
        out = self._take(height, width) if rotation % 180 else self._take(width, height)
        alpha = planes.alpha
        for source, target in ((planes.y, out.y), (planes.u, out.u), (planes.v, out.v)):
            if turn is not None:
                cv2.rotate(source, turn, dst=target)
            if mirror:
                cv2.flip(target if turn is not None else source, 1, dst=target)
        if alpha is not None:
            alpha = cast(Plane, cv2.rotate(alpha, turn)) if turn is not None else alpha
            alpha = cast(Plane, cv2.flip(alpha, 1)) if mirror else alpha
        return PicturePlanes(out.y, out.u, out.v, alpha)

    def _take(self, width: int, height: int) -> Planes:
        pool = self._pools.get((width, height))
        if pool is None:
            if len(self._pools) >= 4:  # a stream that changes its size keeps no old sizes
                self._pools.clear()
            pool = self._pools[(width, height)] = PicturePool(width, height)
        return pool.take()
