"""Relays, tokens, the nearest relay, and changes while live."""

from dataclasses import replace
from pathlib import Path

from app.domain.base.address import relay_secret, turn_secret, without_credentials
from app.domain.base.notice import Notice
from app.domain.program.broadcast import BroadcastState
from app.domain.program.editing import pin_relay, publish_also, put_relay, remove_relay
from app.domain.program.output import Relay
from app.storage.presets import load_presets
from tests.support.studio_desk import MemoryKeyring, StudioDesk

PARIS = Relay("paris", "Paris", "https://paris.example/whip", "https://paris.example/watch")
TOKYO = Relay("tokyo", "Tokyo", "https://tokyo.example/whip")


def engine_relays(desk: StudioDesk) -> dict[str, tuple[str, str]]:
    """Return (address, token) of each relay that the engine has."""
    return {target.relay.id: (target.relay.whip_url, target.token) for target in desk.studio.broadcast.watched}


async def test_the_only_relay_is_used_with_its_token_from_the_keyring(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    keyring.set_password("tradewind", relay_secret(PARIS.whip_url), "from the keyring")
    async with StudioDesk(tmp_path, keyring=keyring) as desk:
        await desk.attached()
        assert [relay.id for relay in desk.studio.relays.all] == ["embedded"]
        desk.studio.document.edit("Add relay", lambda project: put_relay(project, PARIS))
        assert desk.studio.broadcast.main_relay().id == "paris"
        desk.studio.broadcast.go_live()
        await desk.notice("paper.live", ids="paris", tokens="from the keyring")
        assert [relay.name for relay in desk.studio.broadcast.live_targets] == ["Paris"]


async def test_an_unencrypted_relay_gives_one_warning(tmp_path: Path) -> None:
    notices: list[Notice] = []
    async with StudioDesk(tmp_path) as desk:
        desk.studio.notices.connect(notices.append)
        await desk.attached()
        for relay in (PARIS, replace(PARIS, id="lan", name="Lan", whip_url="http://192.168.1.9:8787/whip/live")):
            desk.studio.document.edit("Add", lambda project, relay=relay: pin_relay(put_relay(project, relay), relay.id))  # type: ignore[misc]
            desk.studio.relays.set_token(relay.id, "secret")
            for _ in range(2):
                desk.forget()
                desk.studio.broadcast.go_live()
                await desk.notice("paper.live", ids=relay.id, tokens="secret")
                desk.studio.broadcast.stop_live()
                await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.IDLE)
        assert [notice.data["relay"] for notice in notices if notice.code == "relay.in_clear"] == ["Lan"]


async def test_a_token_only_goes_to_the_address_it_was_entered_for(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    async with StudioDesk(tmp_path, keyring=keyring) as desk:
        await desk.attached()
        desk.studio.document.edit("Add relay", lambda project: put_relay(project, PARIS))
        desk.studio.relays.set_token("paris", "mine")
        other_addresses = (
            "https://evil.example/whip",
            "http://paris.example/whip",
            "https://paris.example:8443/whip",
            "https://paris.example@evil/",
        )
        for address in other_addresses:
            moved = replace(PARIS, whip_url=address)
            desk.studio.document.edit("Move", lambda project, moved=moved: put_relay(project, moved))  # type: ignore[misc]
            assert desk.studio.relays.token_of("paris") == "", address
            await desk.until(lambda address=address: engine_relays(desk).get("paris", ("", ""))[0] == without_credentials(address))  # type: ignore[misc]
            assert all(token != "mine" for _, token in engine_relays(desk).values())
        desk.studio.document.edit("Back", lambda project: put_relay(project, replace(PARIS, whip_url="https://PARIS.example:443/whip")))
        assert desk.studio.relays.token_of("paris") == "mine"


async def test_a_relays_id_gives_no_access_to_secrets(tmp_path: Path) -> None:
    """Tries the ids under which earlier versions stored secrets, and the embedded relay's id."""
    keyring = MemoryKeyring()
    for name in ("turn", "paris", "relay-1"):
        keyring.set_password("tradewind", name, f"secret of {name}")
    async with StudioDesk(tmp_path, keyring=keyring, settings={"turn_server": "turn.example"}) as desk:
        await desk.attached()
        for name in ("turn", "relay-1"):
            stranger = Relay(name, "Stranger", f"https://evil.example/{name}")
            desk.studio.document.edit("Add", lambda project, stranger=stranger: put_relay(project, stranger))  # type: ignore[misc]
        await desk.until(lambda: desk.studio.relays.turn_password != "")
        await desk.until(lambda: {"turn", "relay-1"} <= set(engine_relays(desk)))
        assert (engine_relays(desk)["turn"][1], engine_relays(desk)["relay-1"][1]) == ("", "")
        assert desk.studio.relays.turn_password == "secret of turn", "the TURN server is the user's own setting, so its password is theirs"
    assert keyring.kept[("tradewind", turn_secret("turn:turn.example"))] == "secret of turn"
    assert ("tradewind", "turn") not in keyring.kept


async def test_another_turn_server_does_not_get_the_password(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, settings={"turn_server": "turn.example"}) as desk:
        await desk.attached()
        desk.studio.relays.set_turn_password("secret")
        desk.studio.settings.change("turn_server", "evil.example:3478")
        assert desk.studio.relays.turn_password == ""
        desk.studio.settings.change("turn_server", "turn:turn.example:3478?transport=tcp")
        assert desk.studio.relays.turn_password == "secret", "another transport of the same server"


async def test_credentials_in_a_relays_address_become_its_token(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.document.edit(
            "Add", lambda project: put_relay(project, replace(PARIS, whip_url="https://anna:sesame@paris.example/whip"))
        )
        await desk.until(lambda: "paris" in engine_relays(desk))
        assert engine_relays(desk)["paris"] == ("https://paris.example/whip", "Basic YW5uYTpzZXNhbWU=")
        assert "sesame" not in repr(desk.studio.broadcast.watched) and "YW5u" not in repr(desk.studio.broadcast.watched)


async def test_a_new_token_is_stored_and_used_at_once(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    async with StudioDesk(tmp_path, keyring=keyring) as desk:
        await desk.attached()
        desk.studio.document.edit("Add relay", lambda project: put_relay(project, PARIS))
        desk.studio.broadcast.go_live()
        await desk.notice("paper.live", ids="paris", tokens="")
        desk.studio.relays.set_token("paris", "new")
        await desk.notice("paper.live", ids="paris", tokens="new")
        desk.studio.relays.set_token("paris", "")
        await desk.until(lambda: [notice.data["tokens"] for notice in desk.heard if notice.code == "paper.live"] == ["", "new", ""])
    assert keyring.kept == {}


async def test_the_nearest_relay_is_measured_and_stays_while_live(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.document.edit("Add", lambda project: put_relay(put_relay(project, PARIS), TOKYO))
        await desk.until(lambda: {probe.relay_id for probe in desk.studio.relays.probes} >= {"paris", "tokyo"})
        assert desk.studio.broadcast.main_relay().id == "paris", "the paper engine measures later entries as farther"
        await desk.notice("paper.watching", ids="embedded paris tokyo", warm="paris")
        desk.studio.broadcast.go_live()
        await desk.notice("paper.live", ids="paris")
        moved = lambda project: replace(project, relays=(TOKYO, PARIS))  # noqa: E731
        desk.studio.document.edit("Reorder", moved)
        await desk.until(lambda: [probe.relay_id for probe in desk.studio.relays.probes] == ["embedded", "tokyo", "paris"])
        assert desk.studio.broadcast.main_relay().id == "paris", "a live show stays on its relay"
        desk.studio.document.edit("Pin", lambda project: pin_relay(project, "tokyo"))
        await desk.notice("paper.live", ids="tokyo")
        assert desk.studio.broadcast.main_relay().id == "tokyo"


async def test_relays_are_added_and_removed_while_live(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.document.edit("Add", lambda project: put_relay(put_relay(project, PARIS), TOKYO))
        desk.studio.document.edit("Pin", lambda project: pin_relay(project, "paris"))
        desk.studio.broadcast.go_live()
        await desk.notice("paper.live", ids="paris")
        desk.studio.document.edit("Also", lambda project: publish_also(project, ("embedded", "tokyo")))
        await desk.notice("paper.live", ids="paris embedded tokyo")
        desk.studio.document.edit("Remove", lambda project: remove_relay(project, "paris"))
        await desk.notice("paper.live", ids="tokyo embedded")
        desk.studio.broadcast.stop_live()
        await desk.notice("paper.stopped")
        await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.IDLE)
        assert desk.studio.broadcast.live_targets == ()


async def test_a_preset_builds_the_address_and_sets_quirks(tmp_path: Path) -> None:
    presets = load_presets(Path(__file__).parents[2] / "resources" / "relays")
    async with StudioDesk(tmp_path, presets=presets) as desk:
        await desk.attached()
        relay = Relay("box", "Box", "", preset="mediamtx", values={"server": "http://10.0.0.9:8889", "path": "shop"})
        empty = Relay("none", "Nothing typed", "", preset="generic")
        desk.studio.document.edit("Add", lambda project: put_relay(put_relay(project, relay), empty))
        notice = await desk.notice("relay.fields", relay="Nothing typed")
        assert notice.data["field"] == "whip_url"
        targets = {target.relay.id: target for target in desk.studio.broadcast.watched}
        assert targets["box"].relay.whip_url == "http://10.0.0.9:8889/shop/whip"
        assert targets["box"].quirks.media_within_ms == 2000 and targets["box"].quirks.max_gop_s == 2.0


async def test_discovered_relays_are_listed(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        changes: list[int] = []
        desk.studio.relays.changed.connect(lambda: changes.append(len(desk.studio.relays.discovered)))
        desk.studio.relays.set_discovered([TOKYO])
        assert desk.studio.relays.discovered == (TOKYO,) and 1 in changes


async def test_the_show_can_go_live_again_after_stopping(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        states: list[str] = []
        desk.studio.broadcast.state.changed.connect(lambda old, new: states.append(new.value))
        for _ in range(2):
            desk.studio.broadcast.go_live()
            desk.studio.broadcast.go_live()
            await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.LIVE)
            desk.studio.broadcast.stop_live()
            desk.studio.broadcast.stop_live()
            await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.IDLE)
        assert states == ["starting", "live", "stopping", "idle"] * 2


async def test_relays_are_measured_at_the_configured_interval(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        await desk.notice("paper.watching", every_s=30.0)
        desk.studio.settings.change("probe_every_s", 120)
        await desk.notice("paper.watching", every_s=120.0)
