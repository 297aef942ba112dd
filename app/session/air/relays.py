"""The relays that the show can go to: the project's and the embedded one, with their tokens, quirks and distances."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.air.contact import Contact, relay_contacts
from app.domain.air.preset import RelayPreset, resolve
from app.domain.base.address import is_unencrypted, relay_secret, split_credentials, turn_secret, without_credentials
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.output import EMBEDDED_RELAY_ID, IceServer, Quirks, Relay, Target
from app.domain.program.stats import RelayProbe
from app.session.air.connections import Connections
from app.session.air.embedded_relay import EmbeddedRelay
from app.session.air.relay_choice import choose_relay
from app.session.air.secret_book import SecretBook
from app.session.base.settings_store import SettingsStore
from app.session.document.document import Document
from app.storage import settings as declared
from app.storage.secrets import Secrets
from app.storage.settings import TURN_SECRET

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # the old ids; today's secret names contain spaces, so no id can match them


class Relays:
    """Knows every relay and makes Targets of them. A token belongs to the address it was entered for, whatever the relay is called.

    `changed` is emitted when relays, tokens, the embedded relay or the relays found on the network change.
    """

    def __init__(
        self,
        *,
        document: Document,
        settings: SettingsStore,
        connections: Connections,
        secrets: Secrets,
        presets: Sequence[RelayPreset],
        embedded: EmbeddedRelay,
        notify: Callable[[Notice], None],
    ) -> None:
        self.changed: Signal[[]] = Signal()
        self.probes_changed: Signal[[tuple[RelayProbe, ...]]] = Signal()
        self.probes: tuple[RelayProbe, ...] = ()
        self.discovered: tuple[Relay, ...] = ()
        self.presets = tuple(presets)
        self._document = document
        self._settings = settings
        self._connections = connections
        self._embedded = embedded
        self._notify = notify
        self.secrets = SecretBook(secrets, notify=notify, changed=self.changed.emit)
        self._presets: Mapping[str, RelayPreset] = {preset.id: preset for preset in presets}
        self._told: set[str] = set()
        embedded.changed.connect(self.changed.emit)

    async def aclose(self) -> None:
        """Finish writing to the keyring."""
        await self.secrets.aclose()

    # Which relays there are ---------------------------------------------------------------------------------------------------

    @property
    def all(self) -> tuple[Relay, ...]:
        """The embedded relay and the project's, in the order of the picker."""
        return (self._embedded.relay, *self._document.project.relays)

    def reachable(self) -> tuple[Relay, ...]:
        """The relays that may be connected to."""
        embedded, *others = self.all
        return (embedded, *(relay for relay in others if self._connections.allows_relay(relay)))

    def chosen(self) -> Relay:
        """Where Go Live would go now; never to a relay that the user has not agreed to."""
        probes = {probe.relay_id: probe for probe in self.probes}
        return choose_relay(self.reachable(), probes, self._document.project.relay_id)

    def set_probes(self, probes: tuple[RelayProbe, ...]) -> None:
        """The engine measured the relays."""
        self.probes = probes
        self.probes_changed.emit(probes)

    def set_discovered(self, relays: Iterable[Relay]) -> None:
        """The network announces these relays now; call this on the loop's thread."""
        self.discovered = tuple(relays)
        self.changed.emit()

    def answer_connections(self, answers: Mapping[str, bool], tokens_of: Iterable[Relay] = ()) -> None:
        """Apply the user's answers about servers that the show wants to reach, by origin. The tokens that earlier versions stored for
        `tokens_of` may go to the addresses of these relays."""
        for relay in tokens_of:
            self._adopt_token(relay)
        self._connections.answer(answers)

    # Secrets ------------------------------------------------------------------------------------------------------------------

    def token_of(self, relay_id: str) -> str:
        """The relay's token; "" when it has none or the keyring has not answered yet."""
        relay = next((relay for relay in self.all if relay.id == relay_id), None)
        if relay is None:
            return ""
        return self._embedded.key if relay_id == EMBEDDED_RELAY_ID else self.secrets.get(relay_secret(self.address_of(relay)))

    def set_token(self, relay_id: str, token: str) -> None:
        """Use this token at the relay's address from now on and store it in the keyring for that address; "" forgets it."""
        for relay in self._document.project.relays:
            if relay.id == relay_id:
                self.secrets.set(relay_secret(self.address_of(relay)), token)

    @property
    def turn_password(self) -> str:
        """The TURN server's password; "" when there is none or the keyring has not answered yet."""
        return self.secrets.get(self._turn_secret())

    def set_turn_password(self, password: str) -> None:
        """Use this password at the TURN server of the settings from now on and store it in the keyring for that server."""
        self.secrets.set(self._turn_secret(), password)

    def ice_servers(self) -> tuple[IceServer, ...]:
        """The ICE servers of the settings, with their password."""
        return declared.ice_servers(self._settings.value, self.turn_password)

    def _turn_secret(self) -> str:
        return turn_secret(declared.turn_address(self._settings.value))

    def learn_secrets(self) -> None:
        """Ask the keyring, once each, for what the TURN server and the reachable relays need.

        Earlier versions stored the password under a name alone.
        """
        self.secrets.learn(self._turn_secret(), older=TURN_SECRET)
        for relay in filter(self._connections.allows_relay, self._document.project.relays):
            self.secrets.learn(relay_secret(self.address_of(relay)))

    def knows(self, targets: Iterable[Target]) -> bool:
        """Whether the keyring has answered for all of these: a relay would refuse us without the token."""
        return all(
            target.relay.id == EMBEDDED_RELAY_ID or bool(target.token) or self.secrets.knows(relay_secret(target.relay.whip_url))
            for target in targets
        )

    def has_older_token(self, relay: Relay) -> bool:
        """Whether an earlier version stored a token under the relay's id alone; False while the keyring has not answered."""
        return _ID.fullmatch(relay.id) is not None and relay.id != TURN_SECRET and self.secrets.has_older(relay.id)

    def _adopt_token(self, relay: Relay) -> None:
        """Bind the token that an earlier version stored under the relay's id to its address; the user has agreed."""
        if _ID.fullmatch(relay.id) and relay.id != TURN_SECRET:
            self.secrets.adopt(relay_secret(self.address_of(relay)), relay.id)

    # Targets ------------------------------------------------------------------------------------------------------------------

    def address_of(self, relay: Relay) -> str:
        """The relay's WHIP address, made by its preset if the user typed none; without a user name in it."""
        return without_credentials(self._resolved(relay)[0].whip_url)

    def page_of(self, relay: Relay) -> str:
        """The page on which people watch this relay, without a user name in it; "" when none is known."""
        return without_credentials(self._resolved(relay)[0].watch_url)

    def target(self, relay: Relay, *, token: str | None = None) -> Target:
        """The relay with its token and the quirks of its preset; a relay that its preset cannot resolve is used as typed.

        `token` replaces the stored one.
        """
        if relay.id == EMBEDDED_RELAY_ID:  # its page's address changes with the network, which is no reason to publish again
            return Target(replace(relay, watch_url=""), self._embedded.key)
        resolved, quirks = self._resolved(relay, tell=True)
        whip_url, own = split_credentials(resolved.whip_url)
        servers = (*relay.ice_servers, *self.ice_servers())
        resolved = replace(resolved, whip_url=whip_url, watch_url=without_credentials(resolved.watch_url), ice_servers=servers)
        kept = self.secrets.get(relay_secret(whip_url)) if token is None else token
        return Target(resolved, kept or own, quirks)

    def warn_unencrypted(self, targets: Iterable[Target]) -> None:
        """Warn once per address that the token and the media travel unencrypted."""
        for target in targets:
            address = target.relay.whip_url
            if target.token and is_unencrypted(address) and address not in self._told:
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
    """The relay with the addresses that its preset makes, and its quirks; raises FieldError when the preset cannot make any."""
    preset = presets.get(relay.preset)
    if preset is None:
        return relay, Quirks()
    whip_url, watch_url, quirks = resolve(preset, {**_typed(preset, relay), **relay.values})
    return replace(relay, whip_url=relay.whip_url or whip_url, watch_url=relay.watch_url or watch_url), quirks


def contacts_by(presets: Iterable[RelayPreset]) -> Callable[[Relay], tuple[Contact, ...]]:
    """A function that gives the servers of a relay, whose address these presets may make."""
    known = {preset.id: preset for preset in presets}

    def contacts_of(relay: Relay) -> tuple[Contact, ...]:
        try:
            return relay_contacts(addressed(relay, known)[0])
        except AppError:
            return relay_contacts(relay)

    return contacts_of


def _typed(preset: RelayPreset, relay: Relay) -> dict[str, str]:
    """The typed address as a value of the preset's address field, if it has one."""
    return {"whip_url": relay.whip_url} if any(field.key == "whip_url" for field in preset.fields) else {}
