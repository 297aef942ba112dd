"""Tags of readers and codes of packages name the same languages."""

import pytest

from app.domain.translation.language_codes import code_of, normal_tag, tag_of


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("zh-Hans", "zh"),
        ("zh-CN", "zh"),
        ("zh", "zh"),
        ("zh-TW", "zt"),
        ("zh-Hant-HK", "zt"),
        ("pt-BR", "pb"),
        ("pt_PT", "pt"),
        ("es-MX", "es"),
    ],
)
def test_a_tag_has_its_package_code(tag: str, code: str) -> None:
    assert code_of(tag) == code
    assert tag_of(code) == normal_tag(tag)


def test_a_code_comes_back_from_its_tag() -> None:
    assert all(code_of(tag_of(code)) == code for code in ("en", "zh", "zt", "pb", "pt", "th", "ms"))
