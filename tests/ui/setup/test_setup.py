"""Tests the show setup dialog: markets, host, keyword cards and coupons."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLineEdit, QListWidgetItem, QPlainTextEdit, QPushButton, QWidget

from app.domain.catalogue.market import DisclosureMode, Framing, Level, TabooKind
from app.domain.show import market_by_id
from app.session.studio import Studio
from app.ui.selling.keywords import CouponDialog, KeywordDialog
from app.ui.setup.market_rules import ClaimDialog, PhraseDialog, TabooDialog
from app.ui.setup.setup import SetupDialog
from app.ui.shell.main_window import MainWindow
from tests.support.selling_show import selling_show
from tests.ui.shell.test_keyboard import controls, named, round_trip

SMALL_SCREEN_PX = 700  # 768 without the title bar and taskbar


@pytest.fixture
def selling(studio: Studio, window: MainWindow) -> MainWindow:
    template = selling_show()
    segments = tuple(replace(segment, scene_id="") for segment in template.segments)
    studio.document.edit_show("Fill", lambda show: replace(template, project=show.project, segments=segments))
    return window


@pytest.fixture
def setup(selling: MainWindow) -> Iterator[SetupDialog]:
    dialog = SetupDialog(selling.context, selling)
    dialog.show()
    QApplication.processEvents()
    yield dialog
    dialog.reject()
    dialog.deleteLater()


def row_of(dialog: SetupDialog, market_id: str) -> QListWidgetItem:
    rows = (dialog.list.item(index) for index in range(dialog.list.count()))
    return next(row for row in rows if row.data(Qt.ItemDataRole.UserRole) == market_id)


def button(dialog: QWidget, text: str) -> QPushButton:
    return next(button for button in dialog.findChildren(QPushButton) if button.text() == text)


def select(box: QComboBox, value: object) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def market_ids(studio: Studio) -> list[str]:
    return [market.id for market in studio.document.show.markets]


# --- markets ------------------------------------------------------------------------------------------------------------


def test_a_market_is_found_ticked_and_unticked_and_its_prices_are_kept(studio: Studio, setup: SetupDialog) -> None:
    before = studio.document.show
    QTest.keyClicks(setup.search, "bra")
    visible = [index for index in range(setup.list.count()) if not setup.list.item(index).isHidden()]
    assert [setup.list.item(index).text() for index in visible] == ["Brazil · BRL"]
    setup.list.setCurrentRow(visible[0])
    setup.list.setFocus()
    QTest.keyClick(setup.list, Qt.Key.Key_Space)
    assert market_ids(studio) == ["US", "DE", "BR"]
    assert market_by_id(studio.document.show, "BR").currency == "BRL"
    row_of(setup, "DE").setCheckState(Qt.CheckState.Unchecked)
    assert market_ids(studio) == ["US", "BR"]
    assert studio.document.show.products == before.products, "a removed market's prices are kept in case it returns"
    setup.undo.click()
    setup.undo.click()
    assert studio.document.show.markets == before.markets
    assert row_of(setup, "BR").checkState() is Qt.CheckState.Unchecked
    assert row_of(setup, "DE").checkState() is Qt.CheckState.Checked


def test_an_edited_market_is_marked_and_can_be_reset(studio: Studio, setup: SetupDialog) -> None:
    row_of(setup, "BR").setCheckState(Qt.CheckState.Checked)
    shipped = market_by_id(studio.document.show, "BR")
    page = setup.page
    assert not page.reset.isVisible()
    select(page.frame, Framing.SUSTAINABILITY.value)
    select(page.mode, DisclosureMode.PERIODIC.value)
    page.every.setValue(7)
    page.urgency.click()
    changed = market_by_id(studio.document.show, "BR")
    assert (changed.frame, changed.disclosure.mode, changed.disclosure.every_s) == (Framing.SUSTAINABILITY, DisclosureMode.PERIODIC, 420)
    assert changed.urgency is not shipped.urgency
    assert page.state.text() == "edited"
    page.reset.click()
    assert market_by_id(studio.document.show, "BR") == shipped
    assert page.frame.currentData() == shipped.frame.value
    studio.document.undo()
    assert market_by_id(studio.document.show, "BR") == changed
    assert page.frame.currentData() == Framing.SUSTAINABILITY.value


def test_languages_are_entered_as_tags_and_invalid_input_is_marked_and_rejected(studio: Studio, setup: SetupDialog) -> None:
    setup.list.setCurrentItem(row_of(setup, "DE"))
    line = setup.page.languages
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "de; tr,en")
    studio.document.edit_show("Elsewhere", lambda show: replace(show, presentation=replace(show.presentation, card_theme="night")))
    assert line.text() == "de; tr,en", "typed text stays when something else changes the show"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert market_by_id(studio.document.show, "DE").languages == ("de", "tr", "en")
    assert line.text() == "de, tr, en"
    line.selectAll()
    QTest.keyClicks(line, "German!")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert market_by_id(studio.document.show, "DE").languages == ("de", "tr", "en")
    assert line.property("invalid") is True
    assert setup.isVisible(), "Enter in a field does not close the dialog"


def test_the_user_can_change_the_disclosure_text(studio: Studio, setup: SetupDialog) -> None:
    setup.list.setCurrentItem(row_of(setup, "DE"))
    field = setup.page.disclosure_text.findChild(QLineEdit)
    assert field is not None
    assert field.text() == "Werbung"
    field.end(False)
    QTest.keyClicks(field, " von uns")
    assert market_by_id(studio.document.show, "DE").disclosure.text == {"de": "Werbung von uns"}


def test_a_market_that_is_not_selected_is_read_only(setup: SetupDialog) -> None:
    setup.list.setCurrentItem(row_of(setup, "JP"))
    page = setup.page
    assert page.name.text() == "Japan"
    assert not any(editor.isEnabled() for editor in (page.languages, page.frame, page.urgency, page.mode, page.every, page.buying))
    assert "select it" in page.state.text()


def save_form(setup: SetupDialog, form: type[QDialog], matches: str, title: str = "", *words: str) -> QDialog:
    """Fill the open form with matches and, below a title, English and Chinese texts; press Save."""
    dialog = next(dialog for dialog in setup.findChildren(form) if dialog.isVisible())
    field = next(field for field in dialog.findChildren(QPlainTextEdit) if field.accessibleName().startswith("Words to find"))
    field.setPlainText(matches)
    named = [field for field in dialog.findChildren(QPlainTextEdit) if field.accessibleName().startswith(f"{title} · ")]
    for one, text in zip(named, words, strict=False):
        one.setPlainText(text)
    button(dialog, "Save").click()
    return dialog


def test_a_taboo_has_a_reason_in_two_languages_and_a_level_and_can_be_undone(studio: Studio, setup: SetupDialog) -> None:
    setup.list.setCurrentItem(row_of(setup, "DE"))
    page = setup.page
    page.taboos.add_button.click()
    refused = save_form(setup, TabooDialog, "")
    assert refused.isVisible(), "a rule without words to find is rejected"
    dialog = setup.findChild(TabooDialog)
    assert isinstance(dialog, TabooDialog)
    select(dialog.kind, TabooKind.COLOUR.value)
    save_form(setup, TabooDialog, "white")
    assert dialog.isVisible(), "a colour must be a hex code"
    select(dialog.weight, Level.BLOCK.value)
    save_form(setup, TabooDialog, "#ffffff\n#FFFFF0\n#ffffff", "Why", "Mourning", "服丧")
    rule = market_by_id(studio.document.show, "DE").taboos[-1]
    assert (rule.kind, rule.matches, rule.level) == (TabooKind.COLOUR, ("#ffffff", "#FFFFF0"), Level.BLOCK)
    assert rule.reason == {"en": "Mourning", "zh-Hans": "服丧"}
    assert page.state.text() == "edited"
    assert studio.document.undo_title == "Add rule"
    page.taboos.list.setCurrentRow(len(market_by_id(studio.document.show, "DE").taboos) - 1)
    QTest.keyClick(page.taboos.list, Qt.Key.Key_Return)
    again = next(dialog for dialog in setup.findChildren(TabooDialog) if dialog.isVisible())
    QTest.keyClick(again, Qt.Key.Key_Escape)
    assert market_by_id(studio.document.show, "DE").taboos[-1] is rule, "Escape changes nothing"
    QTest.keyClick(page.taboos.list, Qt.Key.Key_Delete)
    assert rule not in market_by_id(studio.document.show, "DE").taboos
    setup.undo.click()
    assert market_by_id(studio.document.show, "DE").taboos[-1] == rule
    setup.undo.click()
    assert rule not in market_by_id(studio.document.show, "DE").taboos


def test_phrases_and_claims_are_edited_in_place(studio: Studio, setup: SetupDialog) -> None:
    row_of(setup, "BR").setCheckState(Qt.CheckState.Checked)
    setup.list.setCurrentItem(row_of(setup, "BR"))
    before = market_by_id(studio.document.show, "BR")
    page = setup.page
    assert [page.phrases.list.count(), page.claims.list.count()] == [len(before.phrases), len(before.claims)]
    page.phrases.list.setCurrentRow(1)
    page.phrases.open_button.click()
    save_form(setup, PhraseDialog, "mortals only", "Say instead", "for everybody")
    phrases = market_by_id(studio.document.show, "BR").phrases
    assert (phrases[1].matches, phrases[1].instead["en"]) == (("mortals only",), "for everybody")
    assert (phrases[0], phrases[2:]) == (before.phrases[0], before.phrases[2:])
    page.claims.list.setCurrentRow(0)
    page.claims.open_button.click()
    claim = setup.findChild(ClaimDialog)
    assert isinstance(claim, ClaimDialog)
    select(claim.weight, Level.INFO.value)
    save_form(setup, ClaimDialog, "\n".join(before.claims[0].matches))
    assert market_by_id(studio.document.show, "BR").claims[0] == replace(before.claims[0], level=Level.INFO)
    page.reset.click()
    assert market_by_id(studio.document.show, "BR") == before
    setup.list.setCurrentItem(row_of(setup, "JP"))
    page.phrases.list.setCurrentRow(0)
    assert not any(button.isEnabled() for button in (page.phrases.add_button, page.phrases.open_button, page.phrases.remove_button))


def test_host_language_market_theme_and_lines_belong_to_the_show(studio: Studio, setup: SetupDialog) -> None:
    setup.tabs.setCurrentIndex(1)
    QApplication.processEvents()
    select(setup.host, "ar")
    select(setup.picture, "DE")
    themes = [setup.theme.itemData(index) for index in range(setup.theme.count())]
    select(setup.theme, themes[-1])
    presentation = studio.document.show.presentation
    assert (presentation.host_language, presentation.market_id, presentation.card_theme) == ("ar", "DE", themes[-1])
    assert setup.lines["lower_third"].title.text() == "Lower third · German", "the title names the language"
    text = next(field for field in setup.lines["lower_third"].findChildren(QPlainTextEdit) if field.isVisible())
    text.setFocus()
    QTest.keyClicks(text, "Mei")
    QTest.keyClick(text, Qt.Key.Key_Return)
    QTest.keyClicks(text, "Hangzhou")
    assert studio.document.show.presentation.lower_third["de"] == "Mei\nHangzhou"
    assert studio.document.show.presentation.lower_third["en"] == "Mei\nMaker", "other languages are unchanged"
    setup.undo.click()
    assert "de" not in studio.document.show.presentation.lower_third


# --- keyword cards and coupons ------------------------------------------------------------------------------------------


def line_of(dialog: QWidget, title: str) -> QLineEdit:
    return next(line for line in dialog.findChildren(QLineEdit) if line.accessibleName() == title)


def test_a_keyword_card_is_added_in_two_languages_edited_and_removed(studio: Studio, selling: MainWindow) -> None:
    before = studio.document.show.cards
    dialog = KeywordDialog(selling.context, "", selling)
    dialog.show()
    QTest.keyClicks(line_of(dialog, "English"), "Ships today")
    QTest.keyClicks(line_of(dialog, "Deutsch"), "Versand heute")
    assert studio.document.show.cards == before, "nothing changes before the card is saved"
    QTest.keyClick(line_of(dialog, "Deutsch"), Qt.Key.Key_Return)
    card = studio.document.show.cards[-1]
    assert card.words == {"en": "Ships today", "de": "Versand heute"}
    assert not dialog.isVisible()
    again = KeywordDialog(selling.context, card.id, selling)
    again.show()
    line = line_of(again, "English")
    line.selectAll()
    QTest.keyClicks(line, "Ships now")
    QTest.keyClick(again, Qt.Key.Key_Escape)
    assert studio.document.show.cards[-1] == card, "Escape changes nothing"
    again.show()
    button(again, "Save").click()
    assert studio.document.show.cards[-1].words["en"] == "Ships now"
    last = KeywordDialog(selling.context, card.id, selling)
    button(last, "Remove").click()
    assert studio.document.show.cards == before
    for opened in (dialog, again, last):
        opened.deleteLater()


def test_a_coupon_has_a_title_a_product_a_discount_and_unique_codes(studio: Studio, selling: MainWindow) -> None:
    dialog = CouponDialog(selling.context, "", selling)
    dialog.show()
    QTest.keyClicks(line_of(dialog, "English"), "Ten off")
    dialog.product.setFocus()
    QTest.keyClicks(dialog.product, "moo")
    QTest.keyClick(dialog.product, Qt.Key.Key_Return)
    dialog.percent.setValue(15)
    dialog.minutes.setValue(45)
    dialog.codes.setPlainText("AAA-1\nBBB-2\n\nAAA-1\n  CCC-3 ")
    assert (dialog.stock.value(), dialog.stock.isEnabled()) == (3, False)
    button(dialog, "Save").click()
    coupon = studio.document.show.coupons[-1]
    assert coupon.title == {"en": "Ten off"}
    assert (coupon.product_id, coupon.percent, coupon.expires_in_s) == ("moon", 15.0, 2700)
    assert (coupon.codes, coupon.stock) == (("AAA-1", "BBB-2", "CCC-3"), 3)
    again = CouponDialog(selling.context, coupon.id, selling)
    assert again.product.text() == "moon 灯"
    assert again.findChild(QPlainTextEdit) is not None
    again.codes.clear()
    again.stock.setValue(20)
    button(again, "Save").click()
    assert (studio.document.show.coupons[-1].codes, studio.document.show.coupons[-1].stock) == ((), 20)
    studio.document.undo()
    assert studio.document.show.coupons[-1] == coupon
    for opened in (dialog, again):
        opened.deleteLater()


def test_tab_reaches_every_control_and_the_dialogs_fit_a_small_screen(selling: MainWindow, setup: SetupDialog) -> None:
    for dialog in (setup, KeywordDialog(selling.context, "", selling), CouponDialog(selling.context, "", selling)):
        assert dialog.height() <= SMALL_SCREEN_PX, dialog.windowTitle()
        assert dialog.minimumSizeHint().height() <= SMALL_SCREEN_PX, dialog.windowTitle()
        dialog.resize(900, 1500)
        dialog.show()
        QApplication.processEvents()
        reached = {id(widget) for widget in round_trip(dialog)}
        assert not [named(widget) for widget in controls(dialog) if id(widget) not in reached], dialog.windowTitle()
        if dialog is not setup:
            dialog.reject()
            dialog.deleteLater()
