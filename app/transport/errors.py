"""What can go wrong on the way to a relay."""

from app.domain.broadcast import Step
from app.domain.errors import AppError, Value


class TransportError(AppError):
    """A failure that names its step; `data` always has `step` and `detail` (the other side's or the system's own words)."""

    def __init__(self, code: str, step: Step, *, detail: str = "", **data: Value) -> None:
        super().__init__(code, step=step.value, detail=detail, **data)
        self.step = step
        self.detail = detail
