"""Which servers the open show may connect to: those typed on this computer may, those from a file need the user's consent."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from app.domain.air.contact import Contact, source_contact, source_contacts
from app.domain.base.signal import Signal
from app.domain.program.output import Relay
from app.domain.program.project import Project
from app.domain.program.source import Source
from app.session.document.document import Document
from app.storage.consents import Consents

log = logging.getLogger(__name__)


class OpenFile(Protocol):
    """The file of the open show."""

    @property
    def made_here(self) -> bool:
        """Whether the show began empty on this computer, not with a file."""

    @property
    def identity(self) -> str:
        """The identity stored in its file, "" while it has none."""

    def identify(self) -> str:
        """The identity; a file without one gets one."""


class Connections:
    """The user's answers by origin, for the open show. `changed` is emitted when the servers or the answers change.

    `relay_contacts` gives the servers of a relay. `trusted` allows everything (the command line asked already).
    """

    def __init__(
        self,
        consents: Consents,
        file: OpenFile,
        *,
        document: Document,
        relay_contacts: Callable[[Relay], tuple[Contact, ...]],
        trusted: bool = False,
    ) -> None:
        self.changed: Signal[[]] = Signal()
        self._consents = consents
        self._file = file
        self._relay_contacts = relay_contacts
        self._trusted = trusted
        self._document = document
        self._project = document.project
        self._answers: dict[str, bool] = {}
        self._kept_as = ""
        self._allow_new(())
        document.project_changed.connect(self._follow)
        document.changed.connect(self._keep)

    # The show ---------------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Another show is open."""
        self._project = self._document.project
        self._kept_as = "" if self._file.made_here else self._file.identity
        self._answers = self._consents.answers(self._kept_as)
        if self._file.made_here:
            self._allow_new(())
        self.changed.emit()

    def _follow(self, project: Project) -> None:
        """The project changed; servers that the user typed are allowed."""
        before = self._origins()
        self._project = project
        if self._document.editing:
            self._allow_new(before)
        if self._origins() != before:
            self.changed.emit()

    def allow_running(self, relay_ids: Iterable[str], withheld: Iterable[str]) -> None:
        """An engine runs this show already: the user agreed to what it reaches when it started."""
        kept_back, live = set(withheld), set(relay_ids)
        reached = [contact for contact in source_contacts(self._project) if contact.subject not in kept_back]
        for relay in self._project.relays:
            if relay.id in live:
                reached += self._relay_contacts(relay)
        self.answer({contact.origin: True for contact in reached})

    # Allowed servers --------------------------------------------------------------------------------------------------------

    def contacts(self) -> tuple[Contact, ...]:
        """All servers that the show wants to reach."""
        relays = (contact for relay in self._project.relays for contact in self._relay_contacts(relay))
        return (*relays, *source_contacts(self._project))

    def pending(self) -> tuple[Contact, ...]:
        """The servers that the user has not answered about."""
        return () if self._trusted else tuple(contact for contact in self.contacts() if contact.origin not in self._answers)

    def allows(self, origin: str) -> bool:
        """Whether the show may connect to this origin."""
        return self._trusted or self._answers.get(origin, False)

    def answer_for(self, origin: str) -> bool | None:
        """The user's answer; None = none yet."""
        return True if self._trusted else self._answers.get(origin)

    def allows_relay(self, relay: Relay) -> bool:
        """Whether the show may connect to all servers of a relay."""
        return all(self.allows(contact.origin) for contact in self._relay_contacts(relay))

    def allows_source(self, source: Source) -> bool:
        """Whether a source may run; files and devices of this computer always may."""
        contact = source_contact(source)
        return contact is None or self.allows(contact.origin)

    def withheld(self) -> tuple[str, ...]:
        """The ids of the sources that must not run."""
        return tuple(source.id for source in self._project.sources if not self.allows_source(source))

    def answer(self, answers: Mapping[str, bool]) -> None:
        """Store the user's answers by origin for this show."""
        if all(self._answers.get(origin) is answer for origin, answer in answers.items()):
            return
        self._answers.update(answers)
        self._remember()
        self.changed.emit()

    def _keep(self) -> None:
        """Store the answers that were given before the show had a file."""
        if self._answers and (not self._kept_as or self._kept_as != self._file.identity):
            self._remember()

    def _remember(self) -> None:
        if identity := self._file.identify():
            self._kept_as = identity
            self._consents.save(identity, self._answers)

    def _origins(self) -> frozenset[str]:
        return frozenset(contact.origin for contact in self.contacts())

    def _allow_new(self, before: Iterable[str]) -> None:
        if new := self._origins() - frozenset(before):
            self._answers.update(dict.fromkeys(new, True))
            self._remember()
