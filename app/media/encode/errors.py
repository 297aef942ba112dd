"""What goes wrong between a picture and its packet."""

from app.domain.base.errors import AppError


class EncodeError(AppError):
    """An encoder cannot be opened or refused a picture; `data` has `encoder` and `reason`."""
