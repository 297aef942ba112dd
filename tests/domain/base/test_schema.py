import pytest

from app.domain.base.errors import FieldError, Value
from app.domain.base.schema import Choice, Field, FieldType, checked, completed, defaults, parse_colour

FPS = Field("fps", FieldType.INTEGER, 30, "Frame rate", minimum=1, maximum=120)
LEVEL = Field("level", FieldType.NUMBER, -20.0, "Level", minimum=-90, maximum=0)
LOOP = Field("loop", FieldType.FLAG, True, "Loop")
ALIGN = Field("align", FieldType.CHOICE, "start", "Alignment", choices=(Choice("start", "Start"), Choice("end", "End")))
COLOUR = Field("colour", FieldType.COLOUR, "#ffffffff", "Colour")
TEXT = Field("text", FieldType.TEXT, "", "Text")


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [(FPS, 1, 1), (FPS, 120, 120), (LEVEL, -3, -3.0), (LOOP, False, False), (ALIGN, "end", "end"), (COLOUR, "#102030", "#102030")],
)
def test_a_valid_value_is_converted_to_the_fields_type(field: Field, value: Value, expected: Value) -> None:
    assert checked(field, value) == expected
    assert type(checked(field, value)) is type(expected)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (FPS, 0, "minimum"),
        (FPS, 121, "maximum"),
        (FPS, 30.0, "type"),
        (FPS, True, "type"),
        (LEVEL, "loud", "type"),
        (LOOP, 1, "type"),
        (ALIGN, "middle", "choice"),
        (COLOUR, "ffffff", "colour"),
        (COLOUR, "#fff", "colour"),
        (COLOUR, "#gggggg", "colour"),
        (TEXT, 7, "type"),
    ],
)
def test_an_invalid_value_is_refused_with_the_reason(field: Field, value: Value, reason: str) -> None:
    with pytest.raises(FieldError) as raised:
        checked(field, value)
    assert (raised.value.data["field"], raised.value.data["reason"]) == (field.key, reason)


def test_a_colour_without_alpha_is_opaque() -> None:
    assert parse_colour("c", "#102030") == (16, 32, 48, 255)
    assert parse_colour("c", "#10203040") == (16, 32, 48, 64)


def test_completing_adds_defaults_and_drops_undeclared_keys() -> None:
    assert completed((FPS, LOOP), {"fps": 25, "other": 1}) == {"fps": 25, "loop": True}
    assert defaults((FPS, LOOP)) == {"fps": 30, "loop": True}
