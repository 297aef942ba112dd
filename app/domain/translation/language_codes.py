"""The codes that Argos Translate's packages use, and our BCP 47 tags."""

from collections.abc import Mapping

from app.domain.base.localized_text import primary

_TAG_OF: Mapping[str, str] = {"zh": "zh-Hans", "zt": "zh-Hant", "pb": "pt-BR", "nb": "nb"}
_CODE_OF: Mapping[str, str] = {tag: code for code, tag in _TAG_OF.items()}
_TRADITIONAL = ("hant", "tw", "hk", "mo")


def tag_of(code: str) -> str:
    """The BCP 47 tag of a package's code: "pt-BR" of "pb"."""
    return _TAG_OF.get(code, code)


def code_of(tag: str) -> str:
    """The package code of a BCP 47 tag: "pb" of "pt-BR", "zt" of "zh-TW", "es" of "es-MX"."""
    return _CODE_OF.get(normal_tag(tag), primary(tag))


def normal_tag(tag: str) -> str:
    """The tag that names the same written language for translation: "zh-Hant" of "zh-TW", "es" of "es-MX"; "pt-BR" stays."""
    language, *rest = tag.replace("_", "-").lower().split("-")
    if language == "zh":
        return "zh-Hant" if any(part in _TRADITIONAL for part in rest) else "zh-Hans"
    if language == "pt":
        return "pt-BR" if "br" in rest else "pt"
    return language
