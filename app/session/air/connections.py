"""What the open show may connect to. What the user types on this computer is agreed to; what came in a file is asked first."""

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
    """What is known of the show that is open."""

    @property
    def made_here(self) -> bool:
        """Whether it began empty on this computer, rather than with a file."""

    @property
    def identity(self) -> str:
        """By what its file is known again, "" while there is nothing of the kind."""

    def identify(self) -> str:
        """As `identity`; a file that has none is given one."""


class Connections:
    """Answers by origin, for the show that is open. `changed` tells that something may connect, or wants to, that did not before.

    `relay_contacts` gives the servers of a relay whose address is made. `trusted`: nothing is asked (the command line asked already).
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
        """The show's technical side has changed."""
        before = self._origins()
        self._project = project
        if self._document.editing:
            self._allow_new(before)
        if self._origins() != before:
            self.changed.emit()

    def is_running(self, relay_ids: Iterable[str], withheld: Iterable[str]) -> None:
        """An engine runs this show already: what it reaches was agreed to when it began."""
        kept_back, live = set(withheld), set(relay_ids)
        reached = [contact for contact in source_contacts(self._project) if contact.subject not in kept_back]
        for relay in self._project.relays:
            if relay.id in live:
                reached += self._relay_contacts(relay)
        self.answer({contact.origin: True for contact in reached})

    # What may be reached ----------------------------------------------------------------------------------------------------

    def contacts(self) -> tuple[Contact, ...]:
        """Everybody whom the show wants to reach."""
        relays = (contact for relay in self._project.relays for contact in self._relay_contacts(relay))
        return (*relays, *source_contacts(self._project))

    def pending(self) -> tuple[Contact, ...]:
        """Those about whom nothing was said yet."""
        return () if self._trusted else tuple(contact for contact in self.contacts() if contact.origin not in self._answers)

    def allows(self, origin: str) -> bool:
        """Whether this server may be reached."""
        return self._trusted or self._answers.get(origin, False)

    def answer_for(self, origin: str) -> bool | None:
        """What the user said; None = nothing yet."""
        return True if self._trusted else self._answers.get(origin)

    def allows_relay(self, relay: Relay) -> bool:
        """Whether all servers of a relay may be reached."""
        return all(self.allows(contact.origin) for contact in self._relay_contacts(relay))

    def allows_source(self, source: Source) -> bool:
        """Whether a source may read from where it does; files and devices of this computer always may."""
        contact = source_contact(source)
        return contact is None or self.allows(contact.origin)

    def withheld(self) -> tuple[str, ...]:
        """The sources that must not run, by id."""
        return tuple(source.id for source in self._project.sources if not self.allows_source(source))

    def answer(self, answers: Mapping[str, bool]) -> None:
        """What the user says, by origin; remembered for this show."""
        if all(self._answers.get(origin) is answer for origin, answer in answers.items()):
            return
        self._answers.update(answers)
        self._remember()
        self.changed.emit()

    def _keep(self) -> None:
        """Put down what was answered before the show had a file."""
        if self._answers and (not self._kept_as or self._kept_as != self._file.identity):
            self._remember()

    def _remember(self) -> None:
        if identity := self._file.identify():
            self._kept_as = identity
            self._consents.keep(identity, self._answers)

    def _origins(self) -> frozenset[str]:
        return frozenset(contact.origin for contact in self.contacts())

    def _allow_new(self, before: Iterable[str]) -> None:
        if new := self._origins() - frozenset(before):
            self._answers.update(dict.fromkeys(new, True))
            self._remember()
