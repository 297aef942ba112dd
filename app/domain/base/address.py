"""Addresses that people type or files contain: their origin, and how to show them without the secrets in them."""

import base64
import hashlib
import ipaddress
import re
from urllib.parse import unquote, urlsplit

DEFAULT_PORTS = {
    "http": 80,
    "https": 443,
    "rtsp": 554,
    "rtsps": 322,
    "rtmp": 1935,
    "rtmps": 443,
    "srt": 0,
    "udp": 0,
    "rtp": 0,
    "stun": 3478,
    "stuns": 5349,
    "turn": 3478,
    "turns": 5349,
}
# The protocols that a source may read from; no other is tried.
MEDIA_SCHEMES = frozenset({"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ICE = re.compile(r"(stuns?|turns?):(?://)?([^?]*)", re.IGNORECASE)
_HOST = re.compile(r"[^\s\\%@<>\"'`{}|^]+")
_UNCLEAR = re.compile(r"[\s\\\x00-\x20]")
_BROKEN = re.compile(r"[\t\r\n]")
# A single letter may be the rest of a partly copied protocol; "C:/" is a drive.
_USER_INFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://+|[A-Za-z][A-Za-z0-9+.-]+:/*)[^/?#]*@")
_BEARER = re.compile(r"^(?:authorization\s*:\s*)?bearer\b[\s:]*", re.IGNORECASE)
_BASIC = re.compile(r"^basic\s+(\S+)$", re.IGNORECASE)
# Python's IDNA turns ß into "ss" and ς into "σ" and drops joiners; today's HTTP clients ask for another name, which someone else may own.
_OWN_LETTERS = re.compile("[ßς]")
_JOINERS = re.compile("[\u200c\u200d]")
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0e-\x1f\x7f]")


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, is this computer. IPv4 mapped into IPv6 counts as IPv4."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        parsed = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def is_unencrypted(url: str) -> bool:
    """Whether data sent to this address travels unencrypted: HTTP without TLS, to another computer."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return parts.scheme.lower() == "http" and bool(host) and not is_loopback(host)


def is_network_path(location: str) -> bool:
    r"""Whether this is a path on another computer: \\server\share, or the same with slashes, which Windows accepts too."""
    return location.strip()[:2] in ("\\\\", "//", "\\/", "/\\")


def scheme_of(location: str) -> str:
    """The protocol of an address in lower case, "" for a path. A single letter is a drive."""
    match = _SCHEME.match(location.strip())
    return match[1].lower() if match is not None and len(match[1]) > 1 else ""


def origin_of(address: str) -> str:
    r"""Scheme, host and port ("https://relay.example:443"), "" when the address is invalid.

    Two addresses with the same origin lead to the same server on the same computer. An ambiguous address (with a backslash or a space in
    its host) has no origin. A path on another computer has one: "smb://server".
    """
    address = address.strip()
    if is_network_path(address):
        server = re.split(r"[\\/]+", address.lstrip("\\/"), maxsplit=1)[0].lower()
        return f"smb://{server}" if server else ""
    ice = _ICE.fullmatch(address.partition("?")[0])
    if ice is not None:
        scheme, address = ice[1].lower(), f"{ice[1].lower()}://{ice[2]}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # "[" without "]", a port that is not a number
        return ""
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or _UNCLEAR.search(parts.netloc) or _BROKEN.search(address):
        return ""
    if not host or not _HOST.fullmatch(parts.netloc.rpartition("@")[2]):
        return ""
    if (name := _host_name(host)) is None or port == 0:
        return ""
    port = port or DEFAULT_PORTS[scheme]
    return f"{scheme}://{f'[{name}]' if ':' in name else name}" + (f":{port}" if port else "")


def _host_name(host: str) -> str | None:
    """The host name for a DNS query; None when it is invalid."""
    host = host.rstrip(".").lower()
    if host.isascii():
        return host or None
    if _JOINERS.search(host):
        return None
    if _OWN_LETTERS.search(host):
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return None


def without_credentials(address: str) -> str:
    """The address without its user name and password."""
    return _USER_INFO.sub(r"\1", address.strip())


def split_credentials(address: str) -> tuple[str, str]:
    """(the address without user name and password, the same as a token: "Basic …", "" when there were none)."""
    clean = without_credentials(address)
    if clean == address.strip():
        return clean, ""
    try:
        parts = urlsplit(address.strip())
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return clean, ""
    pair = f"{unquote(user)}:{unquote(password)}".encode("utf-8", "surrogatepass")
    return clean, f"Basic {base64.b64encode(pair).decode('ascii')}" if user or password else ""


def shown_address(address: str) -> str:
    """The address for notices, logs and lists: no user name, no password, and nothing after "?" or "#", where keys often are."""
    clean = without_credentials(address)
    if not scheme_of(clean):
        return clean[:300]
    return re.split(r"[?#]", clean, maxsplit=1)[0][:300]


def clean_token(text: str) -> str:
    """A token without what copying added: spaces, line breaks, invisible characters, "Bearer "."""
    text = _UNSEEN.sub("", text).strip()
    text = _BEARER.sub("", text)
    if (basic := _BASIC.match(text)) is not None:
        return f"Basic {basic[1]}"
    return "".join(text.split())


def authorization(token: str) -> str:
    """The Authorization header for a token."""
    return token if token.startswith("Basic ") else f"Bearer {token}"


def relay_secret(whip_url: str) -> str:
    """The keyring name of the token for this address, "" for an invalid address.

    It begins with the origin, so that a token never goes to another one. A digest of the rest of the address follows (which may itself
    contain a key), because one server may have several streams, each with its own token.
    """
    clean = without_credentials(whip_url)
    if not (origin := origin_of(clean)):
        return ""
    try:
        parts = urlsplit(clean)
    except ValueError:  # a path on another computer also has an origin, and its name may be anything
        return ""
    digest = hashlib.sha256(f"{parts.path or '/'}?{parts.query}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"relay {origin} {digest[:16]}"


def turn_secret(server: str) -> str:
    """The keyring name of the password for this TURN server, "" for an invalid address."""
    origin = origin_of(server)
    return f"turn {origin}" if origin else ""
