"""A preset for a kind of relay: its fields, how its addresses are made from them, its limits and quirks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import quote, urlsplit

from app.domain.base.errors import FieldError, Value
from app.domain.base.schema import Field, completed
from app.domain.program.output import Quirks, VideoCodec

# RFC 6570, levels 1 and 2: {key} is percent-encoded, {+key} goes in as typed (a whole address or a path).
_EXPRESSION = re.compile(r"\{(\+?)([a-z][a-z0-9_]*)\}")


class TokenNeed(Enum):
    """Whether the relay wants a bearer token."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"  # the secret is in the address, or there is none


@dataclass(frozen=True, slots=True)
class PresetLimits:
    """The relay's limits; 0 = no limit, or none known. Sizes are for landscape video."""

    max_width: int = 0
    max_height: int = 0
    max_fps: int = 0
    max_bitrate_kbps: int = 0
    max_audio_kbps: int = 0
    max_gop_s: float = 0.0
    codecs: tuple[VideoCodec, ...] = (VideoCodec.H264,)


@dataclass(frozen=True, slots=True)
class RelayPreset:
    """One kind of relay; a file of resources/relays. Titles, `summary` and `help` are English; the window translates them.

    `whip_url` and `watch_url` are templates with the keys of `fields`; an empty `watch_url` means that the page's address does not follow
    from the fields. `unverified` names what was taken from documents and not tested with the relay.
    """

    id: str
    title: str
    whip_url: str
    summary: str = ""
    watch_url: str = ""
    fields: tuple[Field, ...] = ()
    token: TokenNeed = TokenNeed.OPTIONAL
    token_title: str = ""
    limits: PresetLimits = PresetLimits()
    quirks: Quirks = Quirks()
    help: tuple[str, ...] = ()  # one paragraph each
    docs: str = ""
    unverified: tuple[str, ...] = field(default_factory=tuple)


def placeholders(template: str) -> tuple[str, ...]:
    """The keys that a template names, in order."""
    return tuple(match.group(2) for match in _EXPRESSION.finditer(template))


def _expanded(template: str, values: Mapping[str, Value]) -> str:
    def value_of(match: re.Match[str]) -> str:
        text = str(values[match.group(2)]).strip()
        return text.rstrip("/") if match.group(1) else quote(text, safe="")

    return _EXPRESSION.sub(value_of, template)


def _check_address(url: str, template: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # "[" without "]", a port that is not a number
        usable = False
    if not usable or any(character.isspace() for character in url):
        raise FieldError("field.invalid", field=placeholders(template)[0] if placeholders(template) else "whip_url", reason="address")


def resolve(preset: RelayPreset, values: Mapping[str, Value]) -> tuple[str, str, Quirks]:
    """(WHIP address, viewer address or "", quirks with the limits) for the values that the user typed.

    Raises FieldError (`field`, `reason`: "empty", "address" or one of `checked`) when a field cannot make an address.
    """
    known = completed(preset.fields, values)
    for key in placeholders(preset.whip_url):
        if not str(known[key]).strip():
            raise FieldError("field.invalid", field=key, reason="empty")
    whip_url = _expanded(preset.whip_url, known)
    _check_address(whip_url, preset.whip_url)
    watch_url = ""
    if all(str(known[key]).strip() for key in placeholders(preset.watch_url)):
        watch_url = _expanded(preset.watch_url, known)
    limits = preset.limits
    quirks = replace(
        preset.quirks,
        max_bitrate_kbps=limits.max_bitrate_kbps,
        max_gop_s=limits.max_gop_s,
        max_height=limits.max_height,
    )
    return whip_url, watch_url, quirks
