"""Session descriptions (RFC 8866, 8829, 8843) for WHIP and WHEP, read leniently and written strictly.

Answers in the field put the bundle's transport in the session, the first section or each section. So reading collects it from all of
them: a Description has one transport, and its sections have none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

MAX_BYTES = 64 * 1024  # ten times the longest description seen from a browser
MAX_SECTIONS = 32
MAX_CANDIDATES = 64
MAX_FEEDBACK = 32  # lines per format
MAX_FINGERPRINTS = 16
MAX_DIGITS = 10  # of the largest number in a description
MAX_HOST = 255
MAX_FOUNDATION = 64
UFRAG_LENGTHS = range(4, 257)  # RFC 8839
PWD_LENGTHS = range(22, 257)


class SdpError(ValueError):
    """An unusable description; the text says why."""


class Direction(Enum):
    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class Setup(Enum):
    """Who starts DTLS: the active side is the client."""

    ACTPASS = "actpass"
    ACTIVE = "active"
    PASSIVE = "passive"


@dataclass(frozen=True, slots=True)
class IceCandidate:
    """One candidate. `host` may be a name (mDNS or DNS) in descriptions from others."""

    foundation: str
    component: int
    protocol: str
    priority: int
    host: str
    port: int
    type: str
    related_host: str = ""
    related_port: int = 0
    tcp_type: str = ""

    def render(self) -> str:
        text = f"{self.foundation} {self.component} {self.protocol} {self.priority} {self.host} {self.port} typ {self.type}"
        if self.related_host:
            text += f" raddr {self.related_host} rport {self.related_port}"
        return f"{text} tcptype {self.tcp_type}" if self.tcp_type else text


@dataclass(frozen=True, slots=True)
class TransportDescription:
    """How to reach one side of the bundle. `fingerprints`: (lower-case algorithm, value) pairs."""

    ice_ufrag: str
    ice_pwd: str
    fingerprints: tuple[tuple[str, str], ...]
    setup: Setup = Setup.ACTPASS
    candidates: tuple[IceCandidate, ...] = ()
    ice_lite: bool = False


LocalTransport = TransportDescription
RemoteTransport = TransportDescription


@dataclass(frozen=True, slots=True)
class PayloadFormat:
    """One rtpmap with its fmtp and feedback."""

    payload_type: int
    name: str
    clock_hz: int
    channels: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)
    feedback: tuple[str, ...] = ()

    def render_parameters(self) -> str:
        return ";".join(f"{key}={value}" if value else key for key, value in self.parameters.items())


@dataclass(frozen=True, slots=True)
class HeaderExtension:
    id: int
    uri: str


@dataclass(frozen=True, slots=True)
class MediaSection:
    """One m-section. `ssrcs`: cname by source, "" = not given; `groups`: (semantics, sources)."""

    kind: str
    mid: str
    direction: Direction
    formats: tuple[PayloadFormat, ...]
    extensions: tuple[HeaderExtension, ...] = ()
    ssrcs: Mapping[int, str] = field(default_factory=dict)
    groups: tuple[tuple[str, tuple[int, ...]], ...] = ()
    msid: str = ""
    rejected: bool = False
    protocol: str = "UDP/TLS/RTP/SAVPF"
    rtcp_mux: bool = True

    def format(self, payload_type: int) -> PayloadFormat | None:
        """The format of a payload type."""
        return next((found for found in self.formats if found.payload_type == payload_type), None)

    def named(self, name: str) -> tuple[PayloadFormat, ...]:
        """The formats of a codec, in order of preference. The case of `name` does not matter."""
        return tuple(found for found in self.formats if found.name.lower() == name.lower())

    def rtx_of(self, payload_type: int) -> int | None:
        """The payload type under which `payload_type` is retransmitted."""
        wanted = str(payload_type)
        return next((found.payload_type for found in self.named("rtx") if found.parameters.get("apt") == wanted), None)

    def extension_id(self, uri: str) -> int | None:
        """The id agreed for a header extension."""
        return next((extension.id for extension in self.extensions if extension.uri == uri), None)


@dataclass(frozen=True, slots=True)
class Description:
    """An offer or an answer. `bundle`: the mids of the BUNDLE group."""

    transport: TransportDescription
    media: tuple[MediaSection, ...]
    bundle: tuple[str, ...] = ()

    def first(self, kind: str) -> MediaSection | None:
        """The first section of "audio" or "video" that was not rejected."""
        return next((section for section in self.media if section.kind == kind and not section.rejected), None)


# --- reading


@dataclass(slots=True)
class _Lines:
    """The attributes of one section or of the session: values in order, by name."""

    media: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        return self.attributes.get(name, [])

    def one(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def has(self, name: str) -> bool:
        return name in self.attributes


def _split(text: str) -> list[_Lines]:
    if len(text) > MAX_BYTES:
        raise SdpError(f"longer than {MAX_BYTES} bytes")
    parts = [_Lines()]
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n") if line.strip()]
    if not lines or not lines[0].startswith("v="):
        raise SdpError("does not begin with v=")
    for line in lines:
        if line.startswith("m="):
            parts.append(_Lines(line[2:]))
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            parts[-1].attributes.setdefault(name.strip(), []).append(value.strip())
    if len(parts) - 1 > MAX_SECTIONS:
        raise SdpError(f"more than {MAX_SECTIONS} sections")
    return parts


def _number(text: str, limit: int = 0xFFFFFFFF) -> int | None:
    """A decimal number of at most `limit`; None for anything else, such as digits of other scripts and longer numbers."""
    if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS:
        return None
    number = int(text)
    return number if number <= limit else None


def _integer(text: str, what: str, limit: int = 0xFFFFFFFF) -> int:
    number = _number(text, limit)
    if number is None:
        raise SdpError(f"{what} is not a number: {text[:40]!r}")
    return number


def parse_candidate(text: str) -> IceCandidate:
    """A candidate attribute's value, with or without the leading "candidate:"; raises SdpError."""
    words = text.removeprefix("candidate:").split()
    if len(words) < 8 or words[6] != "typ" or len(words[0]) > MAX_FOUNDATION or len(words[4]) > MAX_HOST:
        raise SdpError(f"malformed candidate: {text[:80]!r}")
    pairs = dict(zip(words[8::2], words[9::2], strict=False))
    return IceCandidate(
        foundation=words[0],
        component=_integer(words[1], "candidate component", 256),
        protocol=words[2].lower(),
        priority=_integer(words[3], "candidate priority"),
        host=words[4],
        port=_integer(words[5], "candidate port", 65535),
        type=words[7],
        related_host=pairs.get("raddr", ""),
        related_port=_integer(pairs.get("rport", "0"), "candidate rport", 65535),
        tcp_type=pairs.get("tcptype", ""),
    )


def _parameters(text: str) -> dict[str, str]:
    """fmtp parameters. Some relays put spaces around the semicolons."""
    found: dict[str, str] = {}
    for item in text.split(";"):
        key, _, value = item.strip().partition("=")
        if key:
            found[key.strip()] = value.strip()
    return found


_STATIC: Mapping[int, tuple[str, int, int]] = {0: ("PCMU", 8000, 1), 8: ("PCMA", 8000, 1), 9: ("G722", 8000, 1)}


def _by_payload_type(values: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values:
        payload_type, _, rest = value.partition(" ")
        found.setdefault(payload_type, []).append(rest.strip())
    return found


def _formats(part: _Lines, payload_types: list[str]) -> tuple[PayloadFormat, ...]:
    maps = _by_payload_type(part.all("rtpmap"))
    parameters = _by_payload_type(part.all("fmtp"))
    feedback = _by_payload_type(part.all("rtcp-fb"))
    formats: dict[int, PayloadFormat] = {}
    for text in payload_types:
        number = _integer(text, "payload type", 127)
        if number in formats:  # a list that repeats a number must not make a larger description
            continue
        if text in maps:
            name, _, rest = maps[text][0].partition("/")
            clock, _, channels = rest.partition("/")
            entry = (name.strip(), _integer(clock.strip(), "clock rate"), _integer(channels, "channels") if channels else 0)
        elif number in _STATIC:
            entry = _STATIC[number]
        else:
            continue
        merged = {key: value for line in parameters.get(text, ()) for key, value in _parameters(line).items()}
        wanted = (*feedback.get(text, ())[:MAX_FEEDBACK], *feedback.get("*", ())[:MAX_FEEDBACK])
        formats[number] = PayloadFormat(number, *entry, merged, wanted)
    return tuple(formats.values())


def _extensions(part: _Lines) -> tuple[HeaderExtension, ...]:
    """Header extensions, without the direction after the id and the attributes after the URI."""
    found = []
    for value in part.all("extmap"):
        identifier, _, rest = value.partition(" ")
        number = _number(identifier.partition("/")[0], 255)
        words = rest.split(maxsplit=1)
        if words and number:
            found.append(HeaderExtension(number, words[0]))
    return tuple(found)


def _sources(part: _Lines) -> tuple[dict[int, str], tuple[tuple[str, tuple[int, ...]], ...]]:
    """Sources and their groups. An ssrc line needs no attribute, and an attribute no value."""
    names: dict[int, str] = {}
    for value in part.all("ssrc"):
        source, _, attribute = value.partition(" ")
        if (number := _number(source)) is not None:
            key, _, cname = attribute.partition(":")
            names.setdefault(number, "")
            if key == "cname":
                names[number] = cname
    groups = []
    for value in part.all("ssrc-group"):
        semantics, *words = value.split() or [""]
        numbers = [number for word in words if (number := _number(word)) is not None]
        if numbers and len(numbers) == len(words):
            groups.append((semantics, tuple(numbers)))
    return names, tuple(groups)


def _section(part: _Lines, session: _Lines, index: int) -> MediaSection:
    words = part.media.split()
    if len(words) < 3:
        raise SdpError(f"malformed section: m={part.media[:80]!r}")
    kind, port, protocol, *payload_types = words
    rejected = _integer(port.partition("/")[0], "port", 65535) == 0 and not part.has("bundle-only")
    direction = next(
        (found for where in (part, session) for found in Direction if where.has(found.value)),
        Direction.SENDRECV,
    )
    names, groups = _sources(part)
    rtp = "RTP" in protocol
    return MediaSection(
        kind=kind,
        mid=part.one("mid") or str(index),
        direction=direction,
        formats=_formats(part, payload_types) if rtp else (),
        extensions=_extensions(part),
        ssrcs=names,
        groups=groups,
        msid=part.one("msid") or "",
        rejected=rejected,
        protocol=protocol,
        rtcp_mux=part.has("rtcp-mux") or part.has("rtcp-mux-only"),
    )


def _fingerprints(parts: list[_Lines]) -> tuple[tuple[str, str], ...]:
    for part in parts:
        found = []
        for value in part.all("fingerprint")[:MAX_FINGERPRINTS]:
            algorithm, _, digest = value.partition(" ")
            found.append((algorithm.lower(), digest.strip().upper()))
        if found:
            return tuple(found)
    raise SdpError("no fingerprint")


def _usefulness(candidate: IceCandidate) -> tuple[bool, int]:
    return candidate.protocol == "udp", candidate.priority


def _candidates(parts: list[_Lines]) -> tuple[IceCandidate, ...]:
    """The candidates of the bundle's component, once each. Beyond MAX_CANDIDATES the best stay: UDP first, then by priority.

    Malformed ones are left out, because one good one is enough.
    """
    found: dict[tuple[str, int, str], IceCandidate] = {}
    for part in parts:
        for value in part.all("candidate"):
            try:
                candidate = parse_candidate(value)
            except SdpError:
                continue
            if candidate.component == 1:
                found.setdefault((candidate.host, candidate.port, candidate.protocol), candidate)
    if len(found) <= MAX_CANDIDATES:
        return tuple(found.values())
    return tuple(sorted(found.values(), key=_usefulness, reverse=True)[:MAX_CANDIDATES])


def _transport(session: _Lines, sections: list[_Lines]) -> TransportDescription:
    parts = [*sections, session]
    ufrag = next((value for part in parts if (value := part.one("ice-ufrag"))), None)
    pwd = next((value for part in parts if (value := part.one("ice-pwd"))), None)
    if not ufrag or not pwd:
        raise SdpError("no ice-ufrag or ice-pwd")
    if len(ufrag) not in UFRAG_LENGTHS or len(pwd) not in PWD_LENGTHS:
        raise SdpError("ice-ufrag or ice-pwd is shorter or longer than allowed")
    setup = next((value for part in parts if (value := part.one("setup"))), Setup.ACTPASS.value)
    if setup not in {known.value for known in Setup}:
        raise SdpError(f"setup is {setup[:20]!r}")
    return TransportDescription(
        ice_ufrag=ufrag,
        ice_pwd=pwd,
        fingerprints=_fingerprints(parts),
        setup=Setup(setup),
        candidates=_candidates(parts),
        ice_lite=any(part.has("ice-lite") for part in parts),
    )


def parse(text: str) -> Description:
    """Read an offer or an answer; raises SdpError with the reason."""
    session, *parts = _split(text)
    media = tuple(_section(part, session, index) for index, part in enumerate(parts))
    if not media:
        raise SdpError("no media section")
    live = [part for part, section in zip(parts, media, strict=True) if not section.rejected]
    if not live:
        raise SdpError("every media section is rejected")
    bundle = next((tuple(value.split()[1:]) for value in session.all("group") if value.startswith("BUNDLE")), ())
    return Description(_transport(session, live), media, bundle)


# --- writing


def _render_transport(transport: TransportDescription) -> list[str]:
    lines = [f"a=ice-ufrag:{transport.ice_ufrag}", f"a=ice-pwd:{transport.ice_pwd}"]
    lines += [f"a=fingerprint:{algorithm} {digest}" for algorithm, digest in transport.fingerprints]
    return [*lines, f"a=setup:{transport.setup.value}"]


def _render_section(section: MediaSection, transport: TransportDescription, *, first: bool, offer: bool) -> list[str]:
    nothing = "webrtc-datachannel" if "SCTP" in section.protocol else "0"
    payload_types = " ".join(str(format_.payload_type) for format_ in section.formats) or nothing
    port = 0 if section.rejected else 9
    lines = [f"m={section.kind} {port} {section.protocol} {payload_types}", "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}"]
    if section.rejected:
        return [*lines, "a=inactive"]
    lines += _render_transport(transport)
    lines += [f"a={section.direction.value}", "a=rtcp-mux"]
    if offer:
        lines.append("a=rtcp-mux-only")
    lines.append("a=rtcp-rsize")
    lines += [f"a=extmap:{extension.id} {extension.uri}" for extension in section.extensions]
    for format_ in section.formats:
        channels = f"/{format_.channels}" if format_.channels > 1 else ""
        lines.append(f"a=rtpmap:{format_.payload_type} {format_.name}/{format_.clock_hz}{channels}")
        lines += [f"a=rtcp-fb:{format_.payload_type} {feedback}" for feedback in format_.feedback]
        if format_.parameters:
            lines.append(f"a=fmtp:{format_.payload_type} {format_.render_parameters()}")
    if section.msid:
        lines.append(f"a=msid:{section.msid}")
    lines += [f"a=ssrc-group:{semantics} {' '.join(map(str, sources))}" for semantics, sources in section.groups]
    lines += [f"a=ssrc:{ssrc} cname:{name}" for ssrc, name in section.ssrcs.items()]
    if first:
        lines += [f"a=candidate:{candidate.render()}" for candidate in transport.candidates]
        lines.append("a=end-of-candidates")
    return lines


def render(description: Description, *, offer: bool, session_id: int = 1) -> str:
    """The description as text. All candidates are in the first live section of the bundle, followed by their end mark."""
    lines = ["v=0", f"o=- {session_id} 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    live = [section.mid for section in description.media if not section.rejected]
    lines.append(f"a=group:BUNDLE {' '.join(live)}")
    lines += ["a=extmap-allow-mixed", "a=msid-semantic: WMS *"]
    lines += ["a=ice-lite"] if description.transport.ice_lite else []
    for section in description.media:
        lines += _render_section(section, description.transport, first=bool(live) and section.mid == live[0], offer=offer)
    return "\r\n".join(lines) + "\r\n"
