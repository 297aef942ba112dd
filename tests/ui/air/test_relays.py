"""Relays that the network announces, the on-air button's words and viewers, and the TURN password."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit

from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.editing import pin_relay, put_relay
from app.domain.program.output import Relay
from app.domain.program.source import SourceKind
from app.domain.program.stats import EngineStats, FrameCounts, Percentiles, TargetStats, VideoStats
from app.session.studio import Studio
from app.ui.air.relay import RelayDialog
from app.ui.kit.labels import ElidedLabel, tip
from app.ui.setup.guide import Guide
from app.ui.setup.settings import SettingsPages
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from app.ui.shell.status import encoder
from tests.support.desk_window import setting_groups
from tests.support.whip_server import WhipServer
from tests.ui.air.test_on_air import until

LEFT = Qt.MouseButton.LeftButton
FOUND = Relay("lan-192.0.2.7-8787-live", "Stall 7 · live", "http://192.0.2.7:8787/whip/live", "http://192.0.2.7:8787/watch/live")


async def test_a_relay_of_the_network_is_one_click_and_its_key_away(studio: Studio, window: MainWindow) -> None:
    await studio.start()
    titles = [one for one in window.relays.findChildren(QLabel) if one.text() == "Found on this network"]
    assert titles[0].isHidden(), "nothing is announced"
    studio.relays.set_discovered([FOUND])
    assert not titles[0].isHidden()
    QTest.mouseClick(window.relays.found[FOUND.id].add_button, LEFT)
    dialog = window.findChild(RelayDialog)
    assert dialog is not None
    assert dialog.name.text() == "Stall 7 · live"
    assert dialog.focusWidget() is dialog.token, "the key is all that is missing"
    QTest.keyClicks(dialog.token, "the-key")
    dialog.save()
    (relay,) = studio.document.project.relays
    assert (relay.whip_url, relay.watch_url) == (FOUND.whip_url, FOUND.watch_url)
    assert studio.relays.token_of(relay.id) == "the-key"
    assert window.relays.found == {}, "what is in the show is not offered again"
    studio.relays.set_discovered([])
    assert titles[0].isHidden()


def test_another_kind_of_relay_keeps_what_was_typed_and_forgets_the_old_kind_s_defaults(studio: Studio, window: MainWindow) -> None:
    dialog = RelayDialog(window.context, None, window)

    def line(key: str) -> QLineEdit:
        assert dialog.form is not None
        found = dialog.form.editor(key).focusProxy()
        assert isinstance(found, QLineEdit)
        return found

    dialog.kind.setCurrentIndex(dialog.kind.findData("agora-gateway"))
    dialog.kind.setCurrentIndex(dialog.kind.findData("srs"))
    assert line("server").text() == "http://localhost:1985", "Agora's address means nothing to SRS"
    QTest.keyClicks(line("server"), "/mine")
    dialog.kind.setCurrentIndex(dialog.kind.findData("ovenmediaengine"))
    assert line("server").text() == "http://localhost:1985/mine"
    dialog.deleteLater()


async def test_the_turn_password_goes_to_the_keyring(studio: Studio, window: MainWindow) -> None:
    await studio.start()
    pages = SettingsPages(window.context, setting_groups())
    assert not pages.turn_password.isEnabled(), "it is kept for a server, and there is none"
    studio.settings.change("turn_server", "turn.example")
    assert pages.turn_password.isEnabled()
    pages.turn_password.setText("secret")
    pages.turn_password.editingFinished.emit()
    assert studio.relays.turn_password == "secret"
    assert "secret" not in repr(studio.settings.value)
    again = SettingsPages(window.context, setting_groups())
    assert again.turn_password.text() == "secret"
    assert again.turn_password.echoMode() is again.turn_password.EchoMode.Password
    for made in (pages, again):
        made.deleteLater()


def stats_of(state: BroadcastState, target: TargetState = TargetState.LIVE, encode_ms: float = 5.0) -> EngineStats:
    """One second of engine figures with one relay."""
    video = VideoStats("libx264", "veryfast", 2500, 2400.0, Percentiles(encode_ms, encode_ms, encode_ms, encode_ms))
    return EngineStats(
        2_000_000_000,
        state,
        1_000_000_000,
        "scene",
        FrameCounts(),
        Percentiles(),
        Percentiles(),
        video,
        (TargetStats("embedded", target),),
        (),
        0,
        0,
        0,
    )


async def test_a_relay_that_cannot_be_reached_is_never_said_to_be_on_air(studio: Studio, window: MainWindow) -> None:
    """One click switches to the built-in relay; then viewers see something at the shown address."""
    studio.settings.change("confirm_stop_live", False)
    studio.document.edit(
        "Add", lambda project: pin_relay(put_relay(project, Relay("far", "Far", "http://127.0.0.1:9/whip", "https://far.example/")), "far")
    )
    said: list[str] = []
    window.bridge.notice.connect(lambda notice: said.append(notice.code))
    await studio.start()
    await until(lambda: window.live.button.isEnabled() and studio.embedded.running)
    assert window.live.watch_address() == "https://far.example/"
    QTest.mouseClick(window.live.button, LEFT)
    await until(lambda: window.live.button.text() == "Off air")
    assert window.status.figures["air"].text() == "Off air" and window.status.figures["air"].property("level") == "error"
    assert window.windowTitle().startswith("Off air")
    assert studio.broadcast.on_air_s() == 0.0 and "target.live" not in said and "run.not_started" not in said
    assert not window.live.meanwhile.isHidden()
    QTest.mouseClick(window.live.meanwhile_button, LEFT)
    await until(lambda: window.live.button.text().startswith("On air"))
    assert window.live.meanwhile.isHidden() and window.status.figures["air"].property("level") == "air"
    assert window.live.watch_address() == studio.embedded.watch_address, "where viewers see something"
    assert window.windowTitle().startswith("On air")
    QTest.mouseClick(window.live.button, LEFT)
    await until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    assert window.live.watch_address() == "https://far.example/", "the next show tries the chosen relay again, and it alone"


def test_the_encoder_is_amber_from_three_fifths_of_a_frame_and_red_from_a_whole_one() -> None:
    live = BroadcastState.LIVE
    levels = [encoder(stats_of(live, encode_ms=share * 1000 / 30), 30).level for share in (0.5, 0.7, 0.95, 1.05)]
    assert levels == ["", "warning", "warning", "error"]
    assert encoder(stats_of(BroadcastState.IDLE, encode_ms=50), 30).level == "", "nobody waits for these pictures"


def test_a_long_name_is_cut_short_and_told_by_its_tooltip(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.TONE)
    name = "The very long name of a microphone at the far end of the hall"
    window.sources.list.renamed.emit(f"sound:{studio.document.project.sources[-1].id}", name)
    shown = window.mixer.strips[studio.document.project.sources[-1].id].name
    assert isinstance(shown, ElidedLabel)
    shown.grab()
    assert shown.shown().endswith("…") and name.startswith(shown.shown()[:-1])
    assert shown.toolTip() == name


async def test_the_guide_leads_on_air_and_leaves_nothing_behind(shell: Shell, studio: Studio) -> None:
    window = shell.window
    studio.settings.change("confirm_stop_live", False)
    await studio.start()
    await until(lambda: window.live.button.isEnabled() and studio.embedded.running)
    window.show_guide()
    guide = window.findChild(Guide)
    assert guide is not None
    for _ in range(3):
        QTest.mouseClick(guide.next_button, LEFT)
    go = next(one for one in guide.findChildren(QAbstractButton) if one.text() == "Go live" and one.isVisible())
    QTest.mouseClick(go, LEFT)
    await until(lambda: go.text().startswith("On air"))
    assert window.live.note.text() == "End show"
    assert window.live.viewers.text() == f"{studio.embedded.viewers} watching"
    QTest.mouseClick(go, LEFT)
    await until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    QTest.mouseClick(guide.next_button, LEFT)
    await until(lambda: window.findChild(Guide) is None)
    window.sources.add(SourceKind.COLOUR)  # a part of the guide that still listened would raise
    await until(lambda: studio.engine.stats is not None and studio.engine.stats.state is BroadcastState.IDLE)


def test_a_name_that_looks_like_a_tag_is_shown_unchanged(window: MainWindow) -> None:
    shown = ElidedLabel('<img src="file:///etc/hosts"> & Söhne')
    shown.resize(40, 20)
    shown.grab()
    assert shown.toolTip() == "<span>&lt;img src=&quot;file:///etc/hosts&quot;&gt; &amp; Söhne</span>"
    assert tip("R & D") == "R & D"


async def test_a_relay_is_tried_out_before_it_is_saved(studio: Studio, window: MainWindow) -> None:
    """With the real engine: a real relay, and a port without a listener."""
    server = WhipServer(token="let-me-in")
    await server.start()
    try:
        await studio.start()
        await until(window.live.button.isEnabled)
        dialog = RelayDialog(window.context, None, window)
        dialog.show()
        dialog.test()
        assert "is required" in dialog._error.text() and dialog.outcome.isHidden(), "there is nothing to try"

        async def outcome(address: str, token: str) -> str:
            dialog._values["whip_url"] = address
            dialog.token.setText(token)
            QTest.mouseClick(dialog.test_button, LEFT)
            assert not dialog.test_button.isEnabled()
            await until(dialog.test_button.isEnabled)
            return f"{dialog.outcome.headline.text()} {dialog.outcome.detail.text()}"

        assert (await outcome(server.url, "Bearer let-me-in\n")).startswith("Test passed. It answered within")
        assert dialog.outcome.headline.property("level") == "good"
        wrong = await outcome(server.url, "not-this-one")
        assert wrong.startswith("Test failed.") and "wrong stream key" in wrong and "not-this-one" not in wrong
        nobody = await outcome("http://127.0.0.1:9/whip", "")
        assert "Can't reach" in nobody and dialog.outcome.headline.property("level") == "error"
        assert studio.document.project.relays == () and studio.relays.token_of("relay") == "", "a trial saves nothing"
        dialog.deleteLater()
    finally:
        await server.aclose()
