"""Errors of video encoders."""

from app.domain.base.errors import AppError


class EncodeError(AppError):
    """An encoder does not open or refuses a frame; `data` has `encoder` and `reason`."""
