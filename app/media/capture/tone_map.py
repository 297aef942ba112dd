"""Converts HLG and PQ films (HDR) to BT.709: diffuse white becomes white, brighter values roll off below it."""

from enum import Enum
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from app.media.capture.colour import PROGRAM_COLOUR_SPACE, ColourSpace, rgb_to_yuv
from app.media.ports import Plane

Reals = npt.NDArray[np.float64]


class Transfer(Enum):
    """The transfer curves that need tone mapping; the value is FFmpeg's AVColorTransferCharacteristic."""

    PQ = 16
    HLG = 18


_WHITE_NITS = 203.0  # diffuse white of both, from ITU-R BT.2408
_PEAK_NITS = 1000.0
_KNEE = 0.9  # of diffuse white: darker values keep their light, brighter ones up to the peak share the rest
_DISPLAY_GAMMA = 2.4  # BT.1886
_BT2020_TO_BT709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
_BT2020_LUMA = np.array([0.2627, 0.6780, 0.0593])
# Steps of luma and of each chroma in the chroma table: every second code value where the eye is most sensitive.
_LUMA_STEPS, _CHROMA_STEPS = 32, 128


def _pq_light(signal: Reals) -> Reals:
    """Nits of PQ code values 0..1 (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    root = np.power(np.clip(signal, 0.0, 1.0), 1 / m2)
    return np.asarray(10_000.0 * np.power(np.maximum(root - c1, 0.0) / (c2 - c3 * root), 1 / m1))


def _hlg_light(signal: Reals) -> Reals:
    """Nits of HLG code values 0..1 on a 1,000-nit display (ITU-R BT.2100), (…, 3)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    clipped = np.clip(signal, 0.0, 1.0)
    scene = np.where(clipped <= 0.5, clipped**2 / 3.0, (np.exp((clipped - c) / a) + b) / 12.0)
    luminance = (scene @ _BT2020_LUMA)[..., None]
    return np.asarray(_PEAK_NITS * np.power(np.maximum(luminance, 1e-9), 0.2) * scene)


def _rolled_off(light: Reals) -> Reals:
    """Light relative to diffuse white, brought below 1: linear up to the knee, then flatter and flatter up to the peak."""
    room, most = 1.0 - _KNEE, _PEAK_NITS / _WHITE_NITS - _KNEE
    over = np.clip(light - _KNEE, 0.0, most) / most
    sharp = most / room  # the curve leaves the knee with the slope below it
    rolled = _KNEE + room * over * sharp / (1.0 + over * (sharp - 1.0))
    return np.asarray(np.where(light <= _KNEE, light, rolled))


def to_program(yuv: Reals, colour_space: ColourSpace, transfer: Transfer) -> Reals:
    """The program's code values for an HDR film's code values, both (…, 3); exact and slow."""
    matrix, offset = rgb_to_yuv(colour_space)
    signal = (yuv - offset) @ np.linalg.inv(matrix).T / 255.0
    light = (_pq_light(signal) if transfer is Transfer.PQ else _hlg_light(signal)) / _WHITE_NITS
    colour = np.maximum(light @ _BT2020_TO_BT709.T, 0.0)
    brightest = np.maximum(colour.max(axis=-1, keepdims=True), 1e-9)
    colour = np.clip(colour * (_rolled_off(brightest) / brightest), 0.0, 1.0)  # the same factor for all three keeps the hue
    out_matrix, out_offset = rgb_to_yuv(PROGRAM_COLOUR_SPACE)
    return np.asarray(np.power(colour, 1 / _DISPLAY_GAMMA) * 255.0 @ out_matrix.T + out_offset)


def _code_values(values: Reals) -> Plane:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


class _Tables:
    """Lookup tables for a film's planes: luma of greys; and by luma and chroma, both chroma values and the difference of luma from the
    grey."""

    def __init__(self, colour_space: ColourSpace, transfer: Transfer) -> None:
        greys = np.stack([np.arange(256.0), np.full(256, 128.0), np.full(256, 128.0)], axis=-1)
        self.luma: Plane = _code_values(to_program(greys, colour_space, transfer)[:, 0])
        luma = (np.arange(_LUMA_STEPS) + 0.5) * (256 / _LUMA_STEPS)
        chroma = np.arange(_CHROMA_STEPS) * (256 / _CHROMA_STEPS)
        grid = np.stack(np.meshgrid(luma, chroma, chroma, indexing="ij"), axis=-1).reshape(-1, 3)
        found = to_program(grid, colour_space, transfer)
        grey = np.interp(grid[:, 0], np.arange(256.0), self.luma.astype(np.float64))
        self.more: Plane = _code_values(found[:, 0] - grey + 128.0)
        self.u: Plane = _code_values(found[:, 1])
        self.v: Plane = _code_values(found[:, 2])


@cache
def _tables(colour_space: ColourSpace, transfer: Transfer) -> _Tables:
    return _Tables(colour_space, transfer)


class HdrConverter:
    """Converts I420 planes of an HDR film: luma by one table at full size, corrected by chroma at its own size.

    The correction is enlarged smoothly to avoid steps. For one thread.
    """

    def __init__(self, colour_space: ColourSpace, transfer: Transfer) -> None:
        self._tables = _tables(colour_space, transfer)

    def convert(self, y: Plane, u: Plane, v: Plane, out_y: Plane, out_u: Plane, out_v: Plane) -> None:
        """Write y, u and v in the program's colour space into the out planes (same shapes, separate memory)."""
        tables = self._tables
        small = np.asarray(cv2.resize(y, (u.shape[1], u.shape[0]), interpolation=cv2.INTER_AREA))
        step = 256 // _CHROMA_STEPS
        index = (small // (256 // _LUMA_STEPS)).astype(np.uint32) * _CHROMA_STEPS
        index = (index + u // step) * _CHROMA_STEPS + v // step
        np.take(tables.u, index, out=out_u, mode="clip")
        np.take(tables.v, index, out=out_v, mode="clip")
        more = cv2.resize(np.take(tables.more, index), (y.shape[1], y.shape[0]), interpolation=cv2.INTER_LINEAR)
        cv2.LUT(y, tables.luma, dst=out_y)
        cv2.addWeighted(out_y, 1.0, more, 1.0, -128.0, dst=out_y)
