import pytest

from app.domain.base.errors import FieldError
from app.domain.base.schema import FieldType, completed
from app.domain.program.source import KINDS, Source, SourceKind, settings_of


def test_every_kind_is_declared_once_and_has_video_or_sound() -> None:
    assert set(KINDS) == set(SourceKind)
    for kind, declaration in KINDS.items():
        assert declaration.kind is kind
        assert declaration.has_video or declaration.has_sound
        keys = [declared.key for declared in declaration.fields]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("kind", list(SourceKind))
def test_a_kinds_defaults_are_valid(kind: SourceKind) -> None:
    declared = KINDS[kind].fields
    assert completed(declared, {}) == {field.key: field.default for field in declared}
    for field in declared:
        assert field.title
        assert bool(field.choices) == (field.type is FieldType.CHOICE)


def test_a_bad_setting_names_the_source_and_the_field() -> None:
    with pytest.raises(FieldError) as raised:
        settings_of(Source("c", "Front camera", SourceKind.CAMERA, {"fps": 0}))
    assert raised.value.data["source"] == "Front camera"
    assert raised.value.data["field"] == "fps"
    assert raised.value.data["reason"] == "minimum"
