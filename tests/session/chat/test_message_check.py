"""A message that offends or claims too much in the reader's market is found before it is sent."""

from dataclasses import replace

from app.domain.catalogue.market import ClaimRule, Level, Market, Phrase
from app.domain.rundown.finding import Subject
from app.domain.show import Show
from app.session.chat.message_check import MessageCheck
from tests.support.selling_show import DE, US, selling_show

CURES = ClaimRule(("cures", "heilt", "治愈"), {"en": "Medical claims are forbidden."}, Level.BLOCK)
HURRY = Phrase(("hurry",), pressure=True)


def _show(us: Market = US, de: Market = DE) -> Show:
    return replace(selling_show(), markets=(us, de))


def test_a_claim_is_found_in_the_language_it_is_sent_in() -> None:
    check = MessageCheck(lambda: _show(de=replace(DE, claims=(CURES,))))
    (finding,) = check.findings({"zh-Hans": "很好用", "de": "Das heilt alles"}, "DE")
    assert (finding.code, finding.level, finding.subject, finding.language) == ("claim.forbidden", Level.BLOCK, Subject.MESSAGE, "de")
    assert finding.data["markets"] == "DE"


def test_another_market_has_other_rules() -> None:
    check = MessageCheck(lambda: _show(de=replace(DE, claims=(CURES,), phrases=(HURRY,))))
    texts = {"en": "Hurry, it cures!", "de": "Hurry, das heilt!"}
    assert check.findings(texts, "US") == ()
    assert {finding.code for finding in check.findings(texts)} == {"claim.forbidden", "phrase.pressure"}


def test_changed_rules_count_at_once() -> None:
    shows = [_show()]
    check = MessageCheck(lambda: shows[-1])
    assert check.findings({"de": "Das heilt"}, "DE") == ()
    shows.append(_show(de=replace(DE, claims=(CURES,))))
    assert len(check.findings({"de": "Das heilt"}, "DE")) == 1


def test_a_market_that_the_show_does_not_know_gets_the_rules_of_all() -> None:
    check = MessageCheck(lambda: _show(de=replace(DE, claims=(CURES,))))
    assert len(check.findings({"de": "Das heilt"}, "BR")) == 1
