"""The Viewers panel: the host shows and hides cards and coupons."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.bootstrap.window import host_language
from app.domain.event import EventKind
from app.domain.selling.on_screen import OnScreenKind
from app.session.studio import Studio
from app.storage.settings import Settings
from app.ui.selling.keywords import CouponDialog, KeywordDialog
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.selling_show import selling_show


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_750_000_000_000_000_000)


@pytest.fixture
def window(shell: Shell, studio: Studio) -> MainWindow:
    """The window with a selling show and the Viewers panel in front."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    shell.window.docks["offer"].raise_()
    QApplication.processEvents()
    return shell.window


def visible_texts(parent: QWidget) -> list[str]:
    """The texts of the visible labels."""
    for _ in range(2):
        QApplication.processEvents()
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible() and label.text()]


def button(parent: QWidget, text: str, index: int = 0) -> QPushButton:
    """The visible button with this text; `index` selects among several."""
    for _ in range(2):
        QApplication.processEvents()
    found = [button for button in parent.findChildren(QPushButton) if button.text() == text and button.isVisible()]
    return found[index]


def test_keyword_cards_are_shown_one_at_a_time(studio: Studio, window: MainWindow) -> None:
    panel, selling = window.offer, studio.control.selling
    button(panel, "1  Free delivery").click()
    assert selling.shown.card is not None
    assert selling.shown.card.id == "free"
    assert button(panel, "1  Free delivery").isChecked()
    studio.actions.run("card.2")
    assert not button(panel, "1  Free delivery").isChecked()
    assert button(panel, "2  30 days").isChecked()
    button(panel, "2  30 days").click()
    assert selling.shown.card is None


def test_pinning_a_product_does_not_renumber_keyword_cards(studio: Studio, window: MainWindow) -> None:
    studio.control.selling.pin("sun")
    assert window.offer.pinned.text() == "sun 灯"
    assert button(window.offer, "1  Free delivery").isVisible()
    assert button(window.offer, "3  随日光而转").isVisible()
    button(window.offer, "Unpin").click()
    assert studio.control.selling.shown.pinned_id == ""
    assert window.offer.pinned.text() == "Nothing pinned"
    assert button(window.offer, "1  Free delivery").isVisible()


def test_disclosure_rows_keep_their_order(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    studio.control.runner.start()
    before = list(window.offer._disclosure_rows)
    assert before == ["US", "DE"]
    for seconds in (5, 40, 600):
        clock.pass_ms(seconds * 1000)
        studio.control.disclosures.show_now("US")
        window.offer._read_disclosures()
        assert list(window.offer._disclosure_rows) == before


def test_a_coupon_is_sent_and_ended(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    panel, selling = window.offer, studio.control.selling
    button(panel.coupons, "Send").click()
    drop = selling.shown.drop
    assert drop is not None
    assert drop.coupon_id == "ten"
    assert "3 left · 1:00" in visible_texts(panel.coupons)
    studio.log.append(EventKind.COUPON_CLAIMED, coupon="ten", code="AAA", viewer="v")
    clock.pass_ms(20_000)
    panel.on_tick()
    assert "2 left · 0:40" in visible_texts(panel.coupons)
    button(panel.coupons, "End").click()
    assert selling.shown.drop is None
    assert "1 claimed" in visible_texts(panel.coupons)
    button(panel.coupons, "Send").click()
    clock.pass_ms(61_000)
    selling.tick(studio.control.now_ms())
    panel.on_tick()
    assert selling.shown.drop is None
    assert "2 left · 0:00" not in visible_texts(panel.coupons)


def test_buttons_toggle_lasting_cards(studio: Studio, window: MainWindow) -> None:
    for text, kind in (("Lower third", OnScreenKind.LOWER_THIRD), ("Ticker", OnScreenKind.TICKER), ("QR code", OnScreenKind.CODE)):
        button(window.offer, text).click()
        assert kind in studio.control.selling.shown.lasting
        assert button(window.offer, text).isChecked()
        button(window.offer, text).click()
        assert kind not in studio.control.selling.shown.lasting


def test_disclosures_are_shown_by_market(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    panel = window.offer
    studio.control.disclosures.automatic = False
    studio.control.runner.start()
    panel.on_tick()
    read = visible_texts(panel.disclosures)
    assert {"美国", "Germany"} <= set(read)
    assert "now" in read
    first = button(panel.disclosures, "Show", 0)
    panel.on_tick()
    assert button(panel.disclosures, "Show", 0) is first, "a new button each second would lose clicks and focus"
    button(panel.disclosures, "Show", 0).click()
    button(panel.disclosures, "Show", 0).click()
    assert set(studio.control.disclosures.active) == {"US", "DE"}
    read = visible_texts(panel.disclosures)  # the program shows one market's disclosure
    assert (read.count("on screen"), read.count("on the viewer page only")) == (1, 1)
    button(panel.disclosures, "Hide", 0).click()
    assert len(studio.control.disclosures.active) == 1
    clock.pass_ms(11_000)
    studio.control.disclosures.tick(studio.control.now_ms())
    assert set(studio.control.disclosures.active) <= {"DE"}, "a ten-second disclosure ended automatically"


async def test_the_panel_shows_viewers_likes_requests_and_orders(studio: Studio, window: MainWindow) -> None:
    summary = studio.control.viewers.summary
    summary.set_viewers(1234)
    studio.log.append(EventKind.LIKED, count=7, viewer="v")
    studio.log.append(EventKind.DETAIL_ASKED, product="sun", viewer="v")
    summary.add(studio.log.events())
    window.offer.on_room_changed()
    assert {name: label.text() for name, label in window.offer.figures.items()} == {
        "viewers": "1,234",
        "likes": "7",
        "asked": "1",
        "orders": "0",
    }


def test_empty_sections_explain_their_purpose(studio: Studio, window: MainWindow) -> None:
    studio.document.edit_show("Empty", lambda show: replace(show, cards=(), coupons=()))
    assert any("A few words that viewers read in their own language" in text for text in visible_texts(window.offer.cards))
    assert any("Each viewer can claim one code" in text for text in visible_texts(window.offer.coupons))


async def test_new_cards_have_fields_for_the_show_and_window_languages(studio: Studio, window: MainWindow) -> None:
    studio.settings.change("language", "zh_CN")
    for dialog in (KeywordDialog(window.context, "", window), CouponDialog(window.context, "", window)):
        assert "zh-Hans" in dialog.languages.fields
        more = dialog.languages.more
        assert more.findData("zh-Hans") < 0
        more.activated.emit(more.findData("ja"))
        assert list(dialog.languages.fields)[-1] == "ja"
        assert more.findData("ja") < 0, "a language with a field is not offered again"
        dialog.languages.fields["ja"].edited.emit({"ja": "送料無料"})
        assert dialog.languages.words == {"ja": "送料無料"}
        dialog.deleteLater()


def test_a_new_show_uses_the_window_language() -> None:
    for window_language, show_language in (("zh_CN", "zh-Hans"), ("en", "en")):
        assert host_language(Settings(language=window_language)) == show_language
