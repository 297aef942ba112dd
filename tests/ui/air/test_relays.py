"""Tests discovered relays, the relay dialog, the live button, encoder warnings and the TURN password."""

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


async def test_a_discovered_relay_needs_one_click_and_its_stream_key(studio: Studio, window: MainWindow) -> None:
    await studio.start()
    titles = [label for label in window.relays.findChildren(QLabel) if label.text() == "Found on this network"]
    assert titles[0].isHidden(), "nothing is announced"
    studio.relays.set_discovered([FOUND])
    assert not titles[0].isHidden()
    QTest.mouseClick(window.relays.found[FOUND.id].add_button, LEFT)
    dialog = window.findChild(RelayDialog)
    assert dialog is not None
    assert dialog.name.text() == "Stall 7 · live"
    assert dialog.focusWidget() is dialog.token, "only the stream key is missing"
    QTest.keyClicks(dialog.token, "the-key")
    dialog.save()
    (relay,) = studio.document.project.relays
    assert (relay.whip_url, relay.watch_url) == (FOUND.whip_url, FOUND.watch_url)
    assert studio.relays.token_of(relay.id) == "the-key"
    assert window.relays.found == {}, "a relay in the show is not offered again"
    studio.relays.set_discovered([])
    assert titles[0].isHidden()


def test_changing_the_relay_kind_keeps_typed_text_and_replaces_defaults(studio: Studio, window: MainWindow) -> None:
    dialog = RelayDialog(window.context, None, window)

    def field(key: str) -> QLineEdit:
        assert dialog.form is not None
        found = dialog.form.editor(key).focusProxy()
        assert isinstance(found, QLineEdit)
        return found

    dialog.kind.setCurrentIndex(dialog.kind.findData("agora-gateway"))
    dialog.kind.setCurrentIndex(dialog.kind.findData("srs"))
    assert field("server").text() == "http://localhost:1985", "SRS gets its own default, not Agora's"
    QTest.keyClicks(field("server"), "/mine")
    dialog.kind.setCurrentIndex(dialog.kind.findData("ovenmediaengine"))
    assert field("server").text() == "http://localhost:1985/mine"
    dialog.deleteLater()


def test_an_invalid_field_says_what_it_needs(window: MainWindow) -> None:
    problems = []
    for preset, values in (
        ("generic", {"whip_url": ""}),
        ("generic", {"whip_url": "no address"}),
        ("agora-gateway", {"server": "moon"}),
    ):
        dialog = RelayDialog(window.context, Relay("r1", "Mine", "", preset=preset, values=values), window)
        dialog.save()
        assert dialog.result() == 0
        problems += [line.text() for line in dialog.findChildren(QLabel) if line.objectName() == "error" and line.text()]
    assert problems == [
        "WHIP address is required.",
        "WHIP address: Enter a valid address starting with https://",
        "Region: Choose one from the list.",
    ]


async def test_the_turn_password_goes_to_the_keyring(studio: Studio, window: MainWindow) -> None:
    await studio.start()
    pages = SettingsPages(window.context, setting_groups())
    assert not pages.turn_password.isEnabled(), "a password needs a server"
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


async def test_an_unreachable_relay_is_never_shown_as_on_air(studio: Studio, window: MainWindow) -> None:
    """One click switches to the built-in relay, and the window shows the link where viewers can watch."""
    studio.settings.change("confirm_stop_live", False)
    studio.document.edit(
        "Add", lambda project: pin_relay(put_relay(project, Relay("far", "Far", "http://127.0.0.1:9/whip", "https://far.example/")), "far")
    )
    codes: list[str] = []
    window.bridge.notice.connect(lambda notice: codes.append(notice.code))
    await studio.start()
    await until(lambda: window.live.button.isEnabled() and studio.embedded.running)
    assert window.live.watch_address() == "https://far.example/"
    QTest.mouseClick(window.live.button, LEFT)
    await until(lambda: window.live.button.text() == "Off air")
    assert window.status.figures["air"].text() == "Off air" and window.status.figures["air"].property("level") == "error"
    assert window.windowTitle().startswith("Off air")
    assert studio.broadcast.on_air_s() == 0.0 and "target.live" not in codes and "run.not_started" not in codes
    assert not window.live.meanwhile.isHidden()
    QTest.mouseClick(window.live.meanwhile_button, LEFT)
    await until(lambda: window.live.button.text().startswith("On air"))
    assert window.live.meanwhile.isHidden() and window.status.figures["air"].property("level") == "air"
    assert window.live.watch_address() == studio.embedded.watch_address, "the link where viewers can watch"
    assert window.windowTitle().startswith("On air")
    QTest.mouseClick(window.live.button, LEFT)
    await until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    assert window.live.watch_address() == "https://far.example/", "the next show uses only the selected relay again"


def test_encode_time_is_amber_from_three_fifths_of_a_frame_and_red_above_one_frame() -> None:
    live = BroadcastState.LIVE
    levels = [encoder(stats_of(live, encode_ms=share * 1000 / 30), 30).level for share in (0.5, 0.7, 0.95, 1.05)]
    assert levels == ["", "warning", "warning", "error"]
    assert encoder(stats_of(BroadcastState.IDLE, encode_ms=50), 30).level == "", "off air, slow encoding does no harm"


def test_a_long_name_is_elided_and_its_tooltip_is_complete(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.TONE)
    name = "The very long name of a microphone at the far end of the hall"
    window.sources.list.renamed.emit(f"sound:{studio.document.project.sources[-1].id}", name)
    label = window.mixer.strips[studio.document.project.sources[-1].id].name
    assert isinstance(label, ElidedLabel)
    label.grab()
    assert label.shown().endswith("…") and name.startswith(label.shown()[:-1])
    assert label.toolTip() == name


async def test_the_guide_goes_live_and_closes_completely(shell: Shell, studio: Studio) -> None:
    window = shell.window
    studio.settings.change("confirm_stop_live", False)
    await studio.start()
    await until(lambda: window.live.button.isEnabled() and studio.embedded.running)
    window.show_guide()
    guide = window.findChild(Guide)
    assert guide is not None
    for _ in range(3):
        QTest.mouseClick(guide.next_button, LEFT)
    go_live = next(button for button in guide.findChildren(QAbstractButton) if button.text() == "Go live" and button.isVisible())
    QTest.mouseClick(go_live, LEFT)
    await until(lambda: go_live.text().startswith("On air"))
    assert window.live.note.text() == "End show"
    assert window.live.viewers.text() == f"{studio.embedded.viewers} watching"
    QTest.mouseClick(go_live, LEFT)
    await until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    QTest.mouseClick(guide.next_button, LEFT)
    await until(lambda: window.findChild(Guide) is None)
    window.sources.add(SourceKind.COLOUR)  # a deleted part of the guide that still listens would raise
    await until(lambda: studio.engine.stats is not None and studio.engine.stats.state is BroadcastState.IDLE)


def test_a_name_that_looks_like_a_tag_is_shown_unchanged(window: MainWindow) -> None:
    label = ElidedLabel('<img src="file:///etc/hosts"> & Söhne')
    label.resize(40, 20)
    label.grab()
    assert label.toolTip() == "<span>&lt;img src=&quot;file:///etc/hosts&quot;&gt; &amp; Söhne</span>"
    assert tip("R & D") == "R & D"


async def test_a_relay_is_tested_before_it_is_saved(studio: Studio, window: MainWindow) -> None:
    """Uses the real engine with a real relay and with a port without a listener."""
    server = WhipServer(token="let-me-in")
    await server.start()
    try:
        await studio.start()
        await until(window.live.button.isEnabled)
        dialog = RelayDialog(window.context, None, window)
        dialog.show()
        dialog.test()
        assert "is required" in dialog._error.text() and dialog.outcome.isHidden(), "there is nothing to test"

        async def outcome(address: str, token: str) -> str:
            dialog._values["whip_url"] = address
            dialog.token.setText(token)
            QTest.mouseClick(dialog.test_button, LEFT)
            assert not dialog.test_button.isEnabled()
            await until(dialog.test_button.isEnabled)
            return f"{dialog.outcome.headline.text()} {dialog.outcome.detail.text()}"

        assert (await outcome(server.url, "Bearer let-me-in\n")).startswith("Test passed. It answered within")
        assert dialog.outcome.headline.property("level") == "good"
        rejected = await outcome(server.url, "not-this-one")
        assert rejected.startswith("Test failed.") and "wrong stream key" in rejected and "not-this-one" not in rejected
        unreachable = await outcome("http://127.0.0.1:9/whip", "")
        assert "Can’t reach" in unreachable and dialog.outcome.headline.property("level") == "error"
        assert studio.document.project.relays == () and studio.relays.token_of("relay") == "", "a test saves nothing"
        dialog.deleteLater()
    finally:
        await server.aclose()
