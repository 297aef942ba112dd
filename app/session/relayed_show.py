"""The open show on its way to relays: which there are, what they are told, and whether one of them has the program."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from app.domain.air.preset import RelayPreset
from app.domain.base.address import turn_secret, without_credentials
from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.notice import Notice
from app.domain.base.signal import Signal
from app.domain.base.state import StateCell
from app.domain.program.broadcast import AirState, BroadcastState
from app.domain.program.command import Command, TryRelay
from app.domain.program.output import EMBEDDED_RELAY_ID, IceServer, Relay, Target
from app.domain.program.stats import RelayProbe
from app.domain.program.trial import RelayTrial
from app.domain.show import Show
from app.session.air.embedded_relay import EmbeddedRelay, RelaySetting
from app.session.air.on_air import OnAir
from app.session.air.relay_book import RelayBook, contacts_by
from app.session.air.secret_book import SecretBook
from app.session.base.processes import Spawn
from app.session.document.show_keeper import Post
from app.session.open_show import OpenShow
from app.session.room.room_socket import RoomAddress
from app.storage import settings as declared
from app.storage.paths import Paths
from app.storage.secrets import Secrets
from app.storage.settings import TURN_SECRET, Settings


def relay_setting(settings: Settings) -> RelaySetting:
    return RelaySetting(lan=settings.relay_lan, port=settings.relay_port, stream=settings.relay_stream or "live")


class RelayedShow(OpenShow):
    """The part of the Studio that knows relays. `settings` must be there before; `send` reaches the engine, if there is one."""

    settings: Settings

    def __init__(
        self,
        *,
        paths: Paths,
        clock: Clock,
        new_show: Callable[[], Show],
        notify: Callable[[Notice], None],
        post: Post,
        presets: Sequence[RelayPreset],
        secrets: Secrets,
        spawn: Spawn,
        send: Callable[[Command], None],
        trusted: bool,
    ) -> None:
        contacts_of = contacts_by(presets)
        super().__init__(paths=paths, clock=clock, new_show=new_show, notify=notify, post=post, contacts_of=contacts_of, trusted=trusted)
        self.relays_changed: Signal[[]] = Signal()  # relays, tokens, the watch address, its viewers, or what was found in the network
        self.probes: tuple[RelayProbe, ...] = ()
        self.discovered: tuple[Relay, ...] = ()
        self.presets = tuple(presets)
        self.relay_tried: Signal[[RelayTrial]] = Signal()
        self._send = send
        self._running = False  # whether the engine is to be told of changes
        self._embedded = EmbeddedRelay(
            runtime=paths.runtime,
            state=paths.state,
            setting=relay_setting(self.settings),
            spawn=spawn,
            notify=notify,
            changed=self._on_relays_changed,
        )
        self._secrets = SecretBook(secrets, notify=notify, changed=self._on_relays_changed)
        self._book = RelayBook(
            secrets=self._secrets,
            presets=presets,
            embedded=lambda: (self._embedded.relay, self._embedded.key),
            allows=self.connections.allows_relay,
            notify=notify,
        )
        self._on_air = OnAir(self._book, send)
        self.broadcast: StateCell[BroadcastState] = self._on_air.broadcast
        self.air: StateCell[AirState] = self._on_air.air
        self._clock = clock

    # On air -----------------------------------------------------------------------------------------------------------------

    def on_air_s(self) -> float:
        """For how long the show is on air: from the moment that a relay took it, whatever happened to the engine since."""
        since_ns = self._on_air.since_ns
        return (self._clock.monotonic_ns() - since_ns) / NS_PER_S if since_ns else 0.0

    def use_built_in_meanwhile(self) -> None:
        """Publish to the built-in relay as well until the show ends, because the chosen relay does not take it."""
        self._on_air.meanwhile = self._on_air.wanted
        self._on_relays_changed()

    @property
    def lacks_viewers(self) -> bool:
        """Whether the show is wanted, no relay has it, and the built-in one could."""
        failed = self.air.value in (AirState.FAILED, AirState.RECONNECTING)
        return failed and self._embedded.running and EMBEDDED_RELAY_ID not in self._on_air.live_relay_ids

    @property
    def watch_page(self) -> str:
        """Where viewers see the program now; else where they will, as far as that is known."""
        main = self.nearest()
        others = [relay for relay in self.live_targets if relay.id != main.id]
        having = [relay for relay in (main, *others) if self._on_air.has_program(relay.id)]
        pages = (self._page_of(relay) for relay in (*having, main))
        return next((page for page in pages if page), "")

    def _page_of(self, relay: Relay) -> str:
        return without_credentials(self._book.page_of(relay))

    def go_live(self) -> None:
        """Publish to `nearest()` and to those that are also published to; ignored unless idle."""
        self._sync()
        self._on_air.go_live(self.project, self.probes, self._ice_servers())
        self.relays_changed.emit()

    def stop_live(self) -> None:
        """Leave the relays; ignored when not on air."""
        self._on_air.stop_live()
        self.relays_changed.emit()

    # Relays ---------------------------------------------------------------------------------------------------------------

    @property
    def relays(self) -> tuple[Relay, ...]:
        """The embedded relay first, then the project's."""
        return self._book.relays(self.project)

    @property
    def live_targets(self) -> tuple[Relay, ...]:
        """The relays that are published to now."""
        return tuple(relay for relay in self.relays if relay.id in self._on_air.live_relay_ids)

    @property
    def watched_targets(self) -> tuple[Target, ...]:
        """All relays as the engine knows them: addresses made by their presets, quirks, tokens."""
        return self._on_air.watched

    @property
    def watch_address(self) -> str:
        """The embedded relay's page, as a phone in this network opens it."""
        return self._embedded.watch_address

    @property
    def room_address(self) -> RoomAddress | None:
        """The embedded relay's room, None while it does not run."""
        return self._embedded.room

    @property
    def relay_running(self) -> bool:
        """Whether the embedded relay can be reached."""
        return self._embedded.running

    @property
    def viewers(self) -> int:
        """How many watch through the embedded relay now; other relays do not tell."""
        return self._embedded.viewers

    def nearest(self) -> Relay:
        """Where the program goes, or would go at Go Live: the pinned relay, else the only one configured, else the nearest
        that was measured, else the embedded one."""
        return self._on_air.main(self.project, self.probes)

    def address_of(self, relay: Relay) -> str:
        """The relay's WHIP address as its preset makes it."""
        return self._book.address_of(relay)

    def token_of(self, relay_id: str) -> str:
        """The relay's token; "" when it has none or the keyring has not answered yet."""
        relay = next((relay for relay in self.relays if relay.id == relay_id), None)
        return self._book.token_of(relay) if relay is not None else ""

    def set_token(self, relay_id: str, token: str) -> None:
        """Use this token at the relay's address from now on and keep it in the keyring for that address."""
        for relay in self.project.relays:
            if relay.id == relay_id:
                self._book.set_token(relay, token)

    def has_older_token(self, relay: Relay) -> bool:
        """Whether an earlier version kept a token for this relay by its id alone; False while the keyring has not answered."""
        return self._book.has_older_token(relay)

    def answer_connections(self, answers: Mapping[str, bool], tokens_of: Iterable[Relay] = ()) -> None:
        """What the user says to servers that the show wants to reach, by origin. The tokens that earlier versions kept for `tokens_of` may
        go to the addresses of these relays."""
        for relay in tokens_of:
            self._book.adopt_token(relay)
        self.connections.answer(answers)

    @property
    def turn_password(self) -> str:
        """The TURN server's password; "" when there is none or the keyring has not answered yet."""
        return self._secrets.get(self._turn_secret())

    def set_turn_password(self, password: str) -> None:
        """Use this password at the TURN server of the settings from now on and keep it in the keyring for that server."""
        self._secrets.set(self._turn_secret(), password)

    def set_discovered(self, relays: Iterable[Relay]) -> None:
        """What the network announces now; on the loop's thread."""
        self.discovered = tuple(relays)
        self.relays_changed.emit()

    def try_relay(self, relay: Relay, token: str) -> bool:
        """Try out a relay as it was typed, with this token; `relay_tried` tells what came of it. False: the show is on air there, and a
        second connection may end the first."""
        target = self._book.target(relay, self._ice_servers(), token=token)
        live = {self._book.address_of(one) for one in self.live_targets} if self._on_air.wanted else set()
        if target.relay.whip_url in live:
            return False
        self._send(TryRelay(target))
        return True

    # Keeping in step --------------------------------------------------------------------------------------------------------

    def _sync(self) -> None:
        """Tell the engine what it does not know yet."""
        self._refresh_relays()

    def _refresh_relays(self) -> None:
        self._on_air.refresh(self.project, self.probes, self._ice_servers(), probe_every_s=self.settings.probe_every_s)

    def _on_relays_changed(self) -> None:
        if self._running:
            self._refresh_relays()
        self.relays_changed.emit()

    def _ice_servers(self) -> tuple[IceServer, ...]:
        return declared.ice_servers(self.settings, self.turn_password)

    def _turn_secret(self) -> str:
        return turn_secret(declared.turn_address(self.settings))

    def _learn_secrets(self) -> None:
        """Ask the keyring for what the relays and the TURN server want. Earlier versions kept the password under a name alone."""
        self._secrets.learn(self._turn_secret(), older=TURN_SECRET)
        self._book.learn_tokens(self.project.relays)
