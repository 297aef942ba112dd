"""The servers that a show wants to connect to: those of its relays and its sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.domain.base.address import MEDIA_SCHEMES, is_network_path, origin_of, scheme_of, shown_address
from app.domain.program.output import Relay
from app.domain.program.project import Project
from app.domain.program.source import Source, SourceKind

_PLACES = {SourceKind.MEDIA: "location", SourceKind.CAMERA: "device", SourceKind.IMAGE: "file"}


class ContactKind(Enum):
    """RELAY takes the program, HELPER is a relay's STUN or TURN server, SOURCE delivers video or sound."""

    RELAY = "relay"
    HELPER = "helper"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Contact:
    """One server that the show wants to reach. `subject` is the relay's or source's id; `address` is safe to show."""

    kind: ContactKind
    subject: str
    name: str
    origin: str
    address: str


def _origin(address: str) -> str:
    """The origin of an address; an ambiguous address is its own origin, so that it needs consent too."""
    return origin_of(address) or shown_address(address)


def relay_contacts(relay: Relay) -> tuple[Contact, ...]:
    """The servers of a relay with a complete address."""
    found = [(ContactKind.HELPER, server.url) for server in relay.ice_servers]
    if relay.whip_url:
        found.insert(0, (ContactKind.RELAY, relay.whip_url))
    return tuple(Contact(kind, relay.id, relay.name, _origin(url), shown_address(url)) for kind, url in found)


def source_contact(source: Source) -> Contact | None:
    """The server that a source reads from; None for a file or a device of this computer."""
    place = _PLACES.get(source.kind)
    location = str(source.settings.get(place, "")).strip() if place is not None else ""
    if scheme_of(location) not in MEDIA_SCHEMES and not is_network_path(location):
        return None
    return Contact(ContactKind.SOURCE, source.id, source.name, _origin(location), shown_address(location))


def source_contacts(project: Project) -> tuple[Contact, ...]:
    """The servers of all sources, in project order."""
    return tuple(contact for source in project.sources if (contact := source_contact(source)) is not None)


def without_sources(project: Project, withheld: Sequence[str]) -> Project:
    """The project as it runs without these sources: their layers and strips stay, empty."""
    if not withheld:
        return project
    return replace(project, sources=tuple(source for source in project.sources if source.id not in withheld))
