"""What goes wrong between a frame and its packet."""

from app.domain.base.errors import AppError


class EncodeError(AppError):
    """An encoder cannot be opened or refused a frame; `data` has `encoder` and `reason`."""
