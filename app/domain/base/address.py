"""Addresses typed by people or found in files: where they lead, and how they are shown without the secrets in them."""

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
# What a source may read from: a protocol that is not here is not even tried.
MEDIA_SCHEMES = frozenset({"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "srt", "udp", "rtp"})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ICE = re.compile(r"(stuns?|turns?):(?://)?([^?]*)", re.IGNORECASE)
_HOST = re.compile(r"[^\s\\%@<>\"'`{}|^]+")
_UNCLEAR = re.compile(r"[\s\\\x00-\x20]")
_BROKEN = re.compile(r"[\t\r\n]")
# One letter may be what is left of a protocol that was copied in part; "C:/" is a drive.
_USER_INFO = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://+|[A-Za-z][A-Za-z0-9+.-]+:/*)[^/?#]*@")
_BEARER = re.compile(r"^(?:authorization\s*:\s*)?bearer\b[\s:]*", re.IGNORECASE)
_BASIC = re.compile(r"^basic\s+(\S+)$", re.IGNORECASE)
# Python's IDNA makes "ss" of ß, "σ" of ς and nothing of joiners; HTTP clients of today ask for another name, which somebody else may own.
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


def is_in_clear(url: str) -> bool:
    """Whether what is sent to this address can be read on the way: HTTP without TLS, to another computer."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    return parts.scheme.lower() == "http" and bool(host) and not is_loopback(host)


def is_network_path(location: str) -> bool:
    r"""Whether this is a path on another computer: \\server\share, or the same with slashes, which Windows takes too."""
    return location.strip()[:2] in ("\\\\", "//", "\\/", "/\\")


def scheme_of(location: str) -> str:
    """The protocol of an address in small letters, "" for a path. A single letter is a drive."""
    match = _SCHEME.match(location.strip())
    return match[1].lower() if match is not None and len(match[1]) > 1 else ""


def origin_of(address: str) -> str:
    r"""Scheme, host and port as one word ("https://relay.example:443"), "" when the address leads nowhere.

    Two addresses with the same origin lead to the same program on the same computer. An address that one reader may understand otherwise
    than another (a backslash or a blank in its host) has no origin. A path on another computer has one: "smb://server".
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
    except ValueError:  # "[" without "]", a port that is no number
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
    """A host as name servers are asked for it; None when it cannot be one."""
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
    """The address without a user name and password in it."""
    return _USER_INFO.sub(r"\1", address.strip())


def split_credentials(address: str) -> tuple[str, str]:
    """(the address without user name and password, the token that says the same: "Basic …", "" when there were none)."""
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
    """The address as notices, logs and lists may show it: no user name, no password, and nothing behind "?" or "#", where keys stand."""
    clean = without_credentials(address)
    if not scheme_of(clean):
        return clean[:300]
    return re.split(r"[?#]", clean, maxsplit=1)[0][:300]


def clean_token(text: str) -> str:
    """A token as it was meant: what copying added (blanks, line breaks, signs that nobody sees, "Bearer ") is taken away."""
    text = _UNSEEN.sub("", text).strip()
    text = _BEARER.sub("", text)
    if (basic := _BASIC.match(text)) is not None:
        return f"Basic {basic[1]}"
    return "".join(text.split())


def authorization(token: str) -> str:
    """The Authorization header for a token."""
    return token if token.startswith("Basic ") else f"Bearer {token}"


def relay_secret(whip_url: str) -> str:
    """The name under which the token for this address is kept, "" for an address that leads nowhere.

    It begins with the origin, so that a token can never go to another one. The rest of the address follows as a digest (it may hold a key
    itself), because one server may carry several streams with a token each.
    """
    clean = without_credentials(whip_url)
    if not (origin := origin_of(clean)):
        return ""
    try:
        parts = urlsplit(clean)
    except ValueError:  # a path on another computer has an origin too, and its name may be anything
        return ""
    digest = hashlib.sha256(f"{parts.path or '/'}?{parts.query}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"relay {origin} {digest[:16]}"


def turn_secret(server: str) -> str:
    """The name under which the password for this TURN server is kept, "" for an address that leads nowhere."""
    origin = origin_of(server)
    return f"turn {origin}" if origin else ""
