"""A show from elsewhere makes no connection without consent; a show made here needs none."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.air.contact import ContactKind
from app.domain.program.editing import pin_relay, publish_also, put_relay
from app.domain.program.output import IceServer, Relay
from app.domain.program.project import Project, starter_project
from app.domain.program.scene import Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.domain.show import Show
from app.storage.paths import RESOURCES
from app.storage.presets import load_presets
from app.storage.project_file import encode
from app.storage.show_file import write_new
from tests.support.studio_desk import REAL, MemoryKeyring, StudioDesk, paths_in
from tests.support.whip_server import WhipServer

PRESETS = load_presets(RESOURCES / "relays")


@pytest.fixture
async def attacker() -> AsyncIterator[WhipServer]:
    server = WhipServer()
    await server.start()
    yield server
    await server.aclose()


def requests_to(server: WhipServer) -> list[tuple[str, str]]:
    return [(request.method, request.authorization) for request in server.seen]


def attack_project(server: WhipServer) -> Project:
    """Return a project whose relays have ids of stored secrets and whose sources are on the attacker's server."""
    base = server.url.partition("/whip")[0]
    sources = (
        Source("film", "Film", SourceKind.MEDIA, {"location": f"{base}/film.m3u8"}),
        Source("cam", "Camera", SourceKind.CAMERA, {"device": f"{base}/camera.mjpg"}),
        Source("share", "Picture", SourceKind.IMAGE, {"file": r"\\evil.example\share\picture.png"}),
        Source("tone", "Tone", SourceKind.TONE),
    )
    scene = Scene("scene-1", "Scene", tuple(Layer(f"layer-{source.id}", source.id) for source in sources[:3]))
    relays = tuple(Relay(name, name, server.url) for name in ("turn", "relay-1", "embedded"))
    preset = Relay("preset", "By its preset", "", preset="mediamtx", values={"server": base, "path": "show"})
    helper = Relay("helper", "Helper", server.url, ice_servers=(IceServer("turn:evil.example:3478", "u", "p"),))
    return replace(
        starter_project(camera=None, microphone=False),
        scenes=(scene,),
        sources=sources,
        strips=(),
        relays=(*relays, preset, helper),
        relay_id="turn",
        also_relay_ids=("relay-1", "helper"),
    )


def save_show(project: Project, folder: Path, name: str = "gift.tradewind") -> Path:
    write_new(folder / name, Show(project))
    return folder / name


def keyring_with_secrets() -> MemoryKeyring:
    keyring = MemoryKeyring()
    for name in ("turn", "relay-1", "embedded"):
        keyring.set_password("tradewind", name, f"secret of {name}")
    return keyring


@pytest.mark.parametrize("text", [False, True])
async def test_opening_an_attackers_show_makes_no_connection(tmp_path: Path, attacker: WhipServer, text: bool) -> None:
    path = tmp_path / "gift.tradewind"
    path.write_bytes(encode(attack_project(attacker))) if text else write_new(path, Show(attack_project(attacker)))
    async with StudioDesk(tmp_path, keyring=keyring_with_secrets(), path=path, commands=REAL, presets=PRESETS) as desk:
        await desk.attached()
        studio = desk.studio
        pending = {(contact.kind, contact.subject) for contact in studio.connections.pending()}
        assert {(ContactKind.SOURCE, "film"), (ContactKind.SOURCE, "cam"), (ContactKind.SOURCE, "share")} <= pending
        assert {(ContactKind.RELAY, "turn"), (ContactKind.RELAY, "relay-1"), (ContactKind.HELPER, "helper")} <= pending
        assert [target.relay.id for target in studio.broadcast.watched] == ["embedded"]
        assert studio.broadcast.main_relay().id == "embedded", "the pinned relay has no consent"
        await desk.until(lambda: studio.embedded.running)
        studio.broadcast.go_live()
        await desk.until(
            lambda: studio.engine.stats is not None and any(target.state.value == "live" for target in studio.engine.stats.targets)
        )
        assert [relay.id for relay in studio.broadcast.live_targets] == ["embedded"]
        assert studio.engine.stats is not None
        assert {"film", "cam", "share"}.isdisjoint(source.source_id for source in studio.engine.stats.sources), (
            "sources without consent do not run"
        )
        studio.broadcast.stop_live()
    assert requests_to(attacker) == []


async def test_after_consent_the_relay_is_reached_without_any_secret(tmp_path: Path, attacker: WhipServer) -> None:
    path = save_show(attack_project(attacker), tmp_path)
    async with StudioDesk(tmp_path, keyring=keyring_with_secrets(), path=path, commands=REAL, presets=PRESETS) as desk:
        await desk.attached()
        studio = desk.studio
        studio.relays.answer_connections({contact.origin: contact.subject != "helper" for contact in studio.connections.contacts()})
        studio.relays.answer_connections(
            {contact.origin: True for contact in studio.connections.contacts() if contact.kind is ContactKind.RELAY}
        )
        studio.broadcast.go_live()
        await desk.until(lambda: any(method == "POST" for method, _ in requests_to(attacker)))
        assert {target.relay.id for target in studio.broadcast.watched} >= {"turn", "relay-1", "preset"}
        assert "helper" not in {target.relay.id for target in studio.broadcast.watched}, "its TURN server has no consent"
        studio.broadcast.stop_live()
    assert {token for _, token in requests_to(attacker)} == {""}


async def test_answers_are_remembered_when_the_file_moves(tmp_path: Path) -> None:
    mine = Relay("a", "A", "https://a.example/whip")
    path = save_show(
        replace(starter_project(camera=None, microphone=False), relays=(mine, replace(mine, id="b", whip_url="https://b.example/"))),
        tmp_path,
    )
    async with StudioDesk(tmp_path, path=path) as desk:
        desk.studio.relays.answer_connections({"https://a.example:443": True, "https://b.example:443": False})
        await desk.studio.autosave.wait_written()
    moved = tmp_path / "elsewhere.tradewind"
    shutil.move(path, moved)
    async with StudioDesk(tmp_path, path=moved) as desk:
        assert desk.studio.connections.pending() == ()
        assert [relay.name for relay in desk.studio.document.project.relays if desk.studio.connections.allows_relay(relay)] == ["A"]
    other = save_show(replace(starter_project(camera=None, microphone=False), relays=(mine,)), tmp_path, "other.tradewind")
    async with StudioDesk(tmp_path, path=other) as desk:
        assert [contact.origin for contact in desk.studio.connections.pending()] == ["https://a.example:443"], "another show asks again"


async def test_a_show_changed_elsewhere_asks_about_its_new_relay(tmp_path: Path) -> None:
    path = tmp_path / "mine.tradewind"
    async with StudioDesk(tmp_path) as desk:
        desk.studio.document.edit("Add", lambda project: put_relay(project, Relay("a", "A", "https://a.example/whip")))
        assert desk.studio.connections.pending() == (), "addresses typed by the user need no consent"
        assert desk.studio.files.save_as(path)
    async with StudioDesk(tmp_path, path=path) as desk:
        assert desk.studio.connections.pending() == ()
        changed = pin_relay(put_relay(desk.studio.document.project, Relay("z", "Z", "https://z.example/whip")), "z")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE parts SET data = ? WHERE name = 'project'", (encode(changed).decode(),))
    async with StudioDesk(tmp_path, path=path) as desk:
        assert [contact.origin for contact in desk.studio.connections.pending()] == ["https://z.example:443"]
        assert desk.studio.broadcast.main_relay().id == "a"


async def test_no_content_of_a_file_can_fake_consent(tmp_path: Path) -> None:
    """Tries files with a known identity and with other contents of the identity field."""
    async with StudioDesk(tmp_path) as desk:
        desk.studio.document.edit("Add", lambda project: put_relay(project, Relay("a", "A", "https://a.example/whip")))
        assert desk.studio.files.save_as(tmp_path / "mine.tradewind")
    known_identity = next(iter(json.loads(paths_in(tmp_path).consents.read_text())))
    for number, identity in enumerate((known_identity, "", "made here", "../../x", "0" * 32, "é" * 32)):
        path = save_show(
            replace(starter_project(camera=None, microphone=False), relays=(Relay("z", "Z", "https://z.example/whip"),)),
            tmp_path,
            f"gift-{number}.tradewind",
        )
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('id', ?)", (identity,))
        async with StudioDesk(tmp_path, path=path) as desk:
            assert [contact.origin for contact in desk.studio.connections.pending()] == ["https://z.example:443"], identity


async def test_edits_and_undo_neither_ask_nor_allow_pending_servers(tmp_path: Path) -> None:
    foreign_relay = Relay("z", "Z", "https://z.example/whip")
    path = save_show(replace(starter_project(camera=None, microphone=False), relays=(foreign_relay,)), tmp_path)
    async with StudioDesk(tmp_path, path=path) as desk:
        studio = desk.studio
        studio.document.edit("Rename", lambda project: put_relay(project, replace(foreign_relay, name="Mine now")))
        studio.document.edit("Also", lambda project: publish_also(project, ("z",)))
        assert [contact.subject for contact in studio.connections.pending()] == ["z"]
        studio.document.edit("Add", lambda project: put_relay(project, Relay("a", "A", "https://a.example/whip")))
        studio.document.undo()
        studio.document.redo()
        assert [contact.subject for contact in studio.connections.pending()] == ["z"]
        assert studio.connections.allows("https://a.example:443")


async def test_a_token_of_an_earlier_version_moves_only_with_consent(tmp_path: Path) -> None:
    keyring = keyring_with_secrets()
    relays = tuple(Relay(name, name, f"https://{name}.example/whip") for name in ("relay-1", "turn"))
    path = save_show(replace(starter_project(camera=None, microphone=False), relays=relays), tmp_path)
    async with StudioDesk(tmp_path, keyring=keyring, path=path) as desk:
        await desk.attached()
        studio = desk.studio
        await desk.until(lambda: studio.relays.has_older_token(relays[0]))
        assert not studio.relays.has_older_token(relays[1]), "the TURN password belongs to no relay"
        studio.relays.answer_connections({contact.origin: True for contact in studio.connections.contacts()})
        await desk.until(lambda: len(studio.broadcast.watched) == 3)
        assert [target.token for target in studio.broadcast.watched[1:]] == ["", ""]
        studio.relays.answer_connections({}, tokens_of=relays)
        await desk.until(lambda: studio.relays.token_of("relay-1") == "secret of relay-1")
        assert studio.relays.token_of("turn") == ""
    assert ("tradewind", "relay-1") not in keyring.kept and ("tradewind", "turn") in keyring.kept


async def test_a_damaged_consent_file_means_asking_again(tmp_path: Path) -> None:
    path = save_show(replace(starter_project(camera=None, microphone=False), relays=(Relay("a", "A", "https://a.example/"),)), tmp_path)
    for content in (b"{", b"[1]", b'{"x": 1}', b"\xff\xfe", b'{"x": {"https://a.example:443": "yes"}}', b"[" * 100_000):
        paths_in(tmp_path).consents.write_bytes(content)
        async with StudioDesk(tmp_path, path=path) as desk:
            assert len(desk.studio.connections.pending()) == 1
            desk.studio.relays.answer_connections({"https://a.example:443": True})
            assert desk.studio.connections.pending() == ()
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM meta")


async def test_a_desk_that_finds_a_live_engine_keeps_its_connections_allowed(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.document.edit("Add", lambda project: pin_relay(put_relay(project, Relay("a", "A", "https://a.example/whip")), "a"))
        desk.studio.broadcast.go_live()
        await desk.notice("paper.live", ids="a")
        desk.keep_engine = True
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        await desk.until(lambda: [relay.id for relay in desk.studio.broadcast.live_targets] == ["a"])
        assert desk.studio.connections.allows("https://a.example:443") and desk.studio.broadcast.main_relay().id == "a"
        assert not [one for one in desk.heard if one.code == "paper.live" and one.data["ids"] != "a"], "the show stayed on its relay"
        desk.studio.broadcast.stop_live()


async def test_opening_a_show_without_connections_does_not_change_its_file(tmp_path: Path) -> None:
    path = save_show(starter_project(camera=None, microphone=False), tmp_path)
    async with StudioDesk(tmp_path, path=path) as desk:
        assert desk.studio.connections.pending() == ()
        await desk.studio.autosave.wait_written()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM meta").fetchone()[0] == 0
    assert not paths_in(tmp_path).consents.exists()
