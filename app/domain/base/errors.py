"""The base class of every error that Tradewind raises on purpose."""

from collections.abc import Mapping

Value = bool | int | float | str


class AppError(Exception):
    """A failure with a stable code and values; the window or the command line turns it into words.

    `code` is dotted and stable ("project.unreadable"); `data` holds the values of the sentence about it (path, name, reason).
    """

    def __init__(self, code: str, **data: Value) -> None:
        super().__init__(code)
        self.code = code
        self.data: Mapping[str, Value] = data

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value!r}" for key, value in self.data.items())
        return f"{self.code} ({details})" if details else self.code


class FieldError(AppError):
    """A value does not fit the declared field; `data` has `field` and `reason`."""


class StateError(AppError):
    """A move that the state table does not allow; `data` has `machine`, `old` and `new`."""
