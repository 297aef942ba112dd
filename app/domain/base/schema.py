"""Declared fields: type, default, bounds, title and help in one place, from which forms, checks and files are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from app.domain.base.errors import FieldError, Value


class FieldType(Enum):
    """How a value is stored and edited."""

    FLAG = "flag"  # bool
    INTEGER = "integer"  # int
    NUMBER = "number"  # float
    TEXT = "text"  # str, one line
    PARAGRAPH = "paragraph"  # str, many lines
    CHOICE = "choice"  # str, one of `choices`
    COLOUR = "colour"  # str, "#rrggbbaa"
    FILE = "file"  # str, a path or an address
    SECRET = "secret"  # str, kept in the keyring and never in a file
    FONT = "font"  # str, a family name, "" = the default
    CAMERA = "camera"  # str, stable identity of a camera, "" = the first
    MICROPHONE = "microphone"  # str, stable identity of a sound input, "" = the system's default
    MONITOR = "monitor"  # int, 1 = first monitor, 0 = all together


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a CHOICE field and its English title."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """One declared setting. `title`, `help` and choice titles are English; the window translates them."""

    key: str
    type: FieldType
    default: Value
    title: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    patterns: tuple[str, ...] = ()  # FILE: "*.png", …
    advanced: bool = False


_STORED_AS: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.FLAG: (bool,),
    FieldType.INTEGER: (int,),
    FieldType.MONITOR: (int,),
    FieldType.NUMBER: (int, float),
}


def checked(declared: Field, value: Value) -> Value:
    """`value` in the field's type; raises FieldError (`field`, `reason`: "type", "minimum", "maximum", "choice", "colour")."""
    wanted = _STORED_AS.get(declared.type, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise FieldError("field.invalid", field=declared.key, reason="type")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if declared.minimum is not None and value < declared.minimum:
            raise FieldError("field.invalid", field=declared.key, reason="minimum", limit=declared.minimum)
        if declared.maximum is not None and value > declared.maximum:
            raise FieldError("field.invalid", field=declared.key, reason="maximum", limit=declared.maximum)
    if declared.type is FieldType.CHOICE and value not in {choice.value for choice in declared.choices}:
        raise FieldError("field.invalid", field=declared.key, reason="choice")
    if declared.type is FieldType.COLOUR:
        parse_colour(declared.key, str(value))
    return float(value) if declared.type is FieldType.NUMBER else value


def parse_colour(key: str, text: str) -> tuple[int, int, int, int]:
    """(red, green, blue, alpha), each 0..255, of "#rrggbb" or "#rrggbbaa"; raises FieldError naming `key`."""
    digits = text.removeprefix("#")
    try:
        if not text.startswith("#") or len(digits) not in (6, 8):
            raise ValueError(text)
        red, green, blue, alpha = bytes.fromhex(digits.ljust(8, "f"))
    except ValueError as error:
        raise FieldError("field.invalid", field=key, reason="colour") from error
    return red, green, blue, alpha


def defaults(fields: Sequence[Field]) -> dict[str, Value]:
    """Each field's default by key."""
    return {declared.key: declared.default for declared in fields}


def completed(fields: Sequence[Field], values: Mapping[str, Value]) -> dict[str, Value]:
    """Checked values of all fields, with defaults where `values` has none; undeclared keys are dropped."""
    return {declared.key: checked(declared, values.get(declared.key, declared.default)) for declared in fields}
