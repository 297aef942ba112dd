"""The relays that this show can go to: those of the project and the embedded one, with their tokens, quirks and distances."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.air.contact import Contact, relay_contacts
from app.domain.air.preset import RelayPreset, resolve
from app.domain.base.address import is_in_clear, relay_secret, split_credentials, without_credentials
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.program.output import EMBEDDED_RELAY_ID, IceServer, Quirks, Relay, Target
from app.domain.program.project import Project
from app.domain.program.stats import RelayProbe
from app.session.air.relay_choice import choose_relay
from app.session.air.secret_book import SecretBook
from app.storage.settings import TURN_SECRET

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what ids were; the names of today hold blanks, and cannot be asked for by an id


class RelayBook:
    """Knows every relay and makes Targets of them. A token belongs to the address it was entered for, whatever a relay is called."""

    def __init__(
        self,
        *,
        secrets: SecretBook,
        presets: Sequence[RelayPreset],
        embedded: Callable[[], tuple[Relay, str]],
        allows: Callable[[Relay], bool],
        notify: Callable[[Notice], None],
    ) -> None:
        self._secrets = secrets
        self._allows = allows
        self._presets: Mapping[str, RelayPreset] = {preset.id: preset for preset in presets}
        self._embedded = embedded
        self._notify = notify
        self._told: set[str] = set()

    def relays(self, project: Project) -> tuple[Relay, ...]:
        """The embedded relay and the project's, in the order of the picker."""
        return (self._embedded()[0], *project.relays)

    def reachable(self, project: Project) -> tuple[Relay, ...]:
        """Those of them that may be connected to."""
        embedded, *others = self.relays(project)
        return (embedded, *(relay for relay in others if self._allows(relay)))

    def chosen(self, project: Project, probes: Iterable[RelayProbe]) -> Relay:
        """Where Go Live would go now; never to a relay that the user has not agreed to."""
        return choose_relay(self.reachable(project), {probe.relay_id: probe for probe in probes}, project.relay_id)

    def token_of(self, relay: Relay) -> str:
        """The token as far as it is known; "" while the keyring has not answered."""
        if relay.id == EMBEDDED_RELAY_ID:
            return self._embedded()[1]
        return self._secrets.get(relay_secret(self.address_of(relay)))

    def set_token(self, relay: Relay, token: str) -> None:
        """Use a token at this relay's address from now on and keep it in the keyring; "" forgets it."""
        self._secrets.set(relay_secret(self.address_of(relay)), token)

    def knows(self, targets: Iterable[Target]) -> bool:
        """Whether the keyring has answered for all of these: going there without the token would be refused."""
        return all(
            target.relay.id == EMBEDDED_RELAY_ID or bool(target.token) or self._secrets.knows(relay_secret(target.relay.whip_url))
            for target in targets
        )

    def learn_tokens(self, relays: Iterable[Relay]) -> None:
        """Ask the keyring for the tokens of these, once each, as far as they may be connected to."""
        for relay in filter(self._allows, relays):
            self._secrets.learn(relay_secret(self.address_of(relay)))

    def has_older_token(self, relay: Relay) -> bool:
        """Whether an earlier version kept a token under the relay's id alone, as far as the keyring has said."""
        return _ID.fullmatch(relay.id) is not None and relay.id != TURN_SECRET and self._secrets.has_older(relay.id)

    def adopt_token(self, relay: Relay) -> None:
        """Bind the token that an earlier version kept under the relay's id to its address; the user has agreed to that."""
        if _ID.fullmatch(relay.id) and relay.id != TURN_SECRET:
            self._secrets.adopt(relay_secret(self.address_of(relay)), relay.id)

    def address_of(self, relay: Relay) -> str:
        """The relay's WHIP address, made by its preset where the user typed none; without a user name in it."""
        return without_credentials(self._resolved(relay)[0].whip_url)

    def page_of(self, relay: Relay) -> str:
        """The page on which people watch this relay, "" when none is known."""
        return self._resolved(relay)[0].watch_url

    def target(self, relay: Relay, ice_servers: Sequence[IceServer], *, token: str | None = None) -> Target:
        """The relay with its token and what its preset knows; a relay that the preset cannot make sense of goes as it was typed.

        `token`: this one instead of what is kept.
        """
        if relay.id == EMBEDDED_RELAY_ID:  # its page's address follows the network; that is no reason to publish anew
            return Target(replace(relay, watch_url=""), self._embedded()[1])
        resolved, quirks = self._resolved(relay, tell=True)
        whip_url, own = split_credentials(resolved.whip_url)
        servers = (*relay.ice_servers, *ice_servers)
        resolved = replace(resolved, whip_url=whip_url, watch_url=without_credentials(resolved.watch_url), ice_servers=servers)
        kept = self._secrets.get(relay_secret(whip_url)) if token is None else token
        return Target(resolved, kept or own, quirks)

    def tell_in_clear(self, targets: Iterable[Target]) -> None:
        """Say once of each address that what goes there, the token first of all, can be read on the way."""
        for target in targets:
            address = target.relay.whip_url
            if target.token and is_in_clear(address) and address not in self._told:
                self._told.add(address)
                self._notify(Notice(Severity.WARNING, "relay.in_clear", {"relay": target.relay.name}, subject=target.relay.id))

    def _resolved(self, relay: Relay, *, tell: bool = False) -> tuple[Relay, Quirks]:
        try:
            return addressed(relay, self._presets)
        except AppError as error:
            if tell and not relay.whip_url and relay.id not in self._told:
                self._told.add(relay.id)
                self._notify(Notice(Severity.WARNING, "relay.fields", {"relay": relay.name, **error.data}, subject=relay.id))
            return relay, self._presets[relay.preset].quirks


def addressed(relay: Relay, presets: Mapping[str, RelayPreset]) -> tuple[Relay, Quirks]:
    """The relay with the addresses that its preset makes, and what the preset knows; raises FieldError where it cannot make any."""
    preset = presets.get(relay.preset)
    if preset is None:
        return relay, Quirks()
    whip_url, watch_url, quirks = resolve(preset, {**_typed(preset, relay), **relay.values})
    return replace(relay, whip_url=relay.whip_url or whip_url, watch_url=relay.watch_url or watch_url), quirks


def contacts_by(presets: Iterable[RelayPreset]) -> Callable[[Relay], tuple[Contact, ...]]:
    """What gives the servers of a relay, whose address these presets may make."""
    known = {preset.id: preset for preset in presets}

    def contacts_of(relay: Relay) -> tuple[Contact, ...]:
        try:
            return relay_contacts(addressed(relay, known)[0])
        except AppError:
            return relay_contacts(relay)

    return contacts_of


def _typed(preset: RelayPreset, relay: Relay) -> dict[str, str]:
    """A relay that was entered as a bare address fills the field that takes one."""
    return {"whip_url": relay.whip_url} if any(field.key == "whip_url" for field in preset.fields) else {}
