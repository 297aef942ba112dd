"""The relays that this show can go to: those of the project and the embedded one, with their tokens, quirks and distances."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from app.domain.errors import AppError
from app.domain.notice import Notice, Severity
from app.domain.output import EMBEDDED_RELAY_ID, IceServer, Quirks, Relay, Target
from app.domain.preset import RelayPreset, resolve
from app.domain.project import Project
from app.domain.stats import RelayProbe
from app.session.relay_choice import choose_relay
from app.storage.secrets import Secrets

log = logging.getLogger(__name__)


class RelayBook:
    """Knows every relay and makes Targets of them. The keyring is read on a thread of its own: it may take long or ask the user.

    `changed` is called when a token arrived or was set.
    """

    def __init__(
        self,
        *,
        secrets: Secrets,
        presets: Sequence[RelayPreset],
        embedded: Callable[[], tuple[Relay, str]],
        notify: Callable[[Notice], None],
        changed: Callable[[], None],
    ) -> None:
        self._secrets = secrets
        self._presets: Mapping[str, RelayPreset] = {preset.id: preset for preset in presets}
        self._embedded = embedded
        self._notify = notify
        self._changed = changed
        self._keyring = ThreadPoolExecutor(1, thread_name_prefix="keyring")
        self._tokens: dict[str, str] = {}
        self._asked: set[str] = set()
        self._reading: set[asyncio.Future[None]] = set()
        self._told: set[str] = set()

    async def aclose(self) -> None:
        """Let what is being written to the keyring arrive there."""
        await asyncio.gather(*self._reading)
        self._keyring.shutdown(wait=True)

    def relays(self, project: Project) -> tuple[Relay, ...]:
        """The embedded relay and the project's, in the order of the picker."""
        return (self._embedded()[0], *project.relays)

    def chosen(self, project: Project, probes: Iterable[RelayProbe]) -> Relay:
        """Where Go Live would go now."""
        return choose_relay(self.relays(project), {probe.relay_id: probe for probe in probes}, project.relay_id)

    def token_of(self, relay_id: str) -> str:
        """The token as far as it is known; "" while the keyring has not answered."""
        if relay_id == EMBEDDED_RELAY_ID:
            return self._embedded()[1]
        return self._tokens.get(relay_id, "")

    def set_token(self, relay_id: str, token: str) -> None:
        """Use a token from now on and keep it in the keyring; "" forgets it."""
        self._tokens[relay_id] = token
        self._asked.add(relay_id)
        self._run(lambda: self._secrets.set(relay_id, token))
        self._changed()

    def knows(self, targets: Iterable[Target]) -> bool:
        """Whether the keyring has answered for all of these: going there without the token would be refused."""
        return all(target.relay.id == EMBEDDED_RELAY_ID or target.relay.id in self._tokens for target in targets)

    def learn_tokens(self, relay_ids: Iterable[str]) -> None:
        """Ask the keyring for the tokens of these, once each."""
        for relay_id in relay_ids:
            if relay_id not in self._asked and relay_id != EMBEDDED_RELAY_ID:
                self._asked.add(relay_id)
                self._run(lambda relay_id=relay_id: self._learn(relay_id))  # type: ignore[misc]

    async def tokens_known(self) -> None:
        """Wait until the keyring has answered what was asked so far."""
        while self._reading:
            await asyncio.gather(*self._reading)

    def target(self, relay: Relay, ice_servers: Sequence[IceServer]) -> Target:
        """The relay with its token and what its preset knows; a relay that the preset cannot make sense of goes as it was typed."""
        if relay.id == EMBEDDED_RELAY_ID:  # its page's address follows the network; that is no reason to publish anew
            return Target(replace(relay, watch_url=""), self.token_of(relay.id))
        relay = replace(relay, ice_servers=(*relay.ice_servers, *ice_servers))
        preset = self._presets.get(relay.preset)
        if preset is None:
            return Target(relay, self.token_of(relay.id), Quirks())
        try:
            whip_url, watch_url, quirks = resolve(preset, {**_typed(preset, relay), **relay.values})
        except AppError as error:
            if not relay.whip_url and relay.id not in self._told:
                self._told.add(relay.id)
                self._notify(Notice(Severity.WARNING, "relay.fields", {"relay": relay.name, **error.data}, subject=relay.id))
            return Target(relay, self.token_of(relay.id), preset.quirks)
        relay = replace(relay, whip_url=relay.whip_url or whip_url, watch_url=relay.watch_url or watch_url)
        return Target(relay, self.token_of(relay.id), quirks)

    def _learn(self, relay_id: str) -> None:
        self._tokens.setdefault(relay_id, self._secrets.get(relay_id))

    def _run(self, job: Callable[[], None]) -> None:
        future = asyncio.get_running_loop().run_in_executor(self._keyring, job)
        self._reading.add(future)
        future.add_done_callback(self._answered)

    def _answered(self, future: asyncio.Future[None]) -> None:
        self._reading.discard(future)
        future.result()
        self._changed()


def _typed(preset: RelayPreset, relay: Relay) -> dict[str, str]:
    """A relay that was entered as a bare address fills the field that takes one."""
    return {"whip_url": relay.whip_url} if any(field.key == "whip_url" for field in preset.fields) else {}
