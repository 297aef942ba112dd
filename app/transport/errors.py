"""Errors on the way to a relay."""

from app.domain.base.errors import AppError, Value
from app.domain.program.broadcast import Step


class TransportError(AppError):
    """A failure at one step. `data` always has `step` and `detail`: the message of the other side or the system.

    `refused`: the same try cannot succeed later. `retry_after_s`: the wait that the other side asked for, 0 = none.
    """

    def __init__(
        self, code: str, step: Step, *, detail: str = "", refused: bool = False, retry_after_s: float = 0.0, **data: Value
    ) -> None:
        super().__init__(code, step=step.value, detail=detail, **data)
        self.step = step
        self.detail = detail
        self.refused = refused
        self.retry_after_s = retry_after_s
