"""Tests pictures in the form that the viewer page gets."""

import cv2
import numpy as np
import pytest

from app.domain.base.errors import AppError
from app.overlay.web_picture import shrink_picture


def _noise(width: int, height: int, channels: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (height, width, channels), np.uint8)


def _decoded(content: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return image


def test_a_photo_becomes_a_small_jpeg() -> None:
    photograph = bytes(cv2.imencode(".png", _noise(3000, 2000, 3))[1])
    content = shrink_picture(photograph, 1080)
    assert content[:3] == b"\xff\xd8\xff"
    assert _decoded(content).shape == (720, 1080, 3)
    assert len(content) < len(photograph) / 10


def test_a_transparent_picture_stays_transparent() -> None:
    cut_out = _noise(800, 1600, 4)
    cut_out[:, :, 3] = 255
    cut_out[:400, :, 3] = 0
    content = shrink_picture(bytes(cv2.imencode(".png", cut_out)[1]), 1080)
    assert (content[:4], content[8:12]) == (b"RIFF", b"WEBP")
    image = _decoded(content)
    assert image.shape == (1080, 540, 4)
    assert (int(image[10, 10, 3]), int(image[1000, 10, 3])) == (0, 255)


def test_a_small_picture_is_not_enlarged() -> None:
    small = bytes(cv2.imencode(".png", _noise(200, 100, 3))[1])
    assert _decoded(shrink_picture(small, 1080)).shape[:2] == (100, 200)


def test_a_file_that_is_not_a_picture_is_rejected() -> None:
    with pytest.raises(AppError) as refused:
        shrink_picture(b"\x89PNG\r\n\x1a\nnothing", 1080)
    assert refused.value.code == "picture.unreadable"
