"""The relays that this show can go to: those of the project and the embedded one, with their tokens, quirks and distances."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from app.domain.address import relay_secret, split_credentials, without_credentials
from app.domain.errors import AppError
from app.domain.notice import Notice, Severity
from app.domain.output import EMBEDDED_RELAY_ID, IceServer, Quirks, Relay, Target
from app.domain.preset import RelayPreset, resolve
from app.domain.project import Project
from app.domain.stats import RelayProbe
from app.session.relay_choice import choose_relay
from app.session.secret_book import SecretBook

log = logging.getLogger(__name__)


class RelayBook:
    """Knows every relay and makes Targets of them. A token belongs to the address it was entered for, whatever a relay is called."""

    def __init__(
        self,
        *,
        secrets: SecretBook,
        presets: Sequence[RelayPreset],
        embedded: Callable[[], tuple[Relay, str]],
        notify: Callable[[Notice], None],
    ) -> None:
        self._secrets = secrets
        self._presets: Mapping[str, RelayPreset] = {preset.id: preset for preset in presets}
        self._embedded = embedded
        self._notify = notify
        self._told: set[str] = set()

    def relays(self, project: Project) -> tuple[Relay, ...]:
        """The embedded relay and the project's, in the order of the picker."""
        return (self._embedded()[0], *project.relays)

    def chosen(self, project: Project, probes: Iterable[RelayProbe]) -> Relay:
        """Where Go Live would go now."""
        return choose_relay(self.relays(project), {probe.relay_id: probe for probe in probes}, project.relay_id)

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
        """Ask the keyring for the tokens of these, once each."""
        for relay in relays:
            self._secrets.learn(relay_secret(self.address_of(relay)))

    def address_of(self, relay: Relay) -> str:
        """The relay's WHIP address, made by its preset where the user typed none; without a user name in it."""
        return without_credentials(self._resolved(relay)[0].whip_url)

    def target(self, relay: Relay, ice_servers: Sequence[IceServer]) -> Target:
        """The relay with its token and what its preset knows; a relay that the preset cannot make sense of goes as it was typed."""
        if relay.id == EMBEDDED_RELAY_ID:  # its page's address follows the network; that is no reason to publish anew
            return Target(replace(relay, watch_url=""), self._embedded()[1])
        resolved, quirks = self._resolved(relay, tell=True)
        whip_url, own = split_credentials(resolved.whip_url)
        servers = (*relay.ice_servers, *ice_servers)
        resolved = replace(resolved, whip_url=whip_url, watch_url=without_credentials(resolved.watch_url), ice_servers=servers)
        return Target(resolved, self._secrets.get(relay_secret(whip_url)) or own, quirks)

    def _resolved(self, relay: Relay, *, tell: bool = False) -> tuple[Relay, Quirks]:
        preset = self._presets.get(relay.preset)
        if preset is None:
            return relay, Quirks()
        try:
            whip_url, watch_url, quirks = resolve(preset, {**_typed(preset, relay), **relay.values})
        except AppError as error:
            if tell and not relay.whip_url and relay.id not in self._told:
                self._told.add(relay.id)
                self._notify(Notice(Severity.WARNING, "relay.fields", {"relay": relay.name, **error.data}, subject=relay.id))
            return relay, preset.quirks
        return replace(relay, whip_url=relay.whip_url or whip_url, watch_url=relay.watch_url or watch_url), quirks


def _typed(preset: RelayPreset, relay: Relay) -> dict[str, str]:
    """A relay that was entered as a bare address fills the field that takes one."""
    return {"whip_url": relay.whip_url} if any(field.key == "whip_url" for field in preset.fields) else {}
