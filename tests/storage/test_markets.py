"""Loads the bundled market profiles, and reports errors in broken ones."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from app.domain.base.localized_text import has
from app.domain.catalogue.market import Confidence, DisclosureMode, Framing, Level, Market, TabooKind
from app.domain.catalogue.market_checks import RuleBook, rules_of
from app.language.formats import territory_name
from app.storage.files import StorageError
from app.storage.markets import MarketError, load_markets, load_markets_by_id
from tests.support.source_trees import ROOT

FOLDER = ROOT / "resources" / "markets"
EXPECTED_MARKETS = set(
    [
        "US",
        "CA",
        "GB",
        "DE",
        "FR",
        "ES",
        "IT",
        "NL",
        "PL",
        "BR",
        "MX",
        "ID",
        "TH",
        "VN",
        "MY",
        "PH",
        "SG",
        "AE",
        "SA",
        "EG",
        "JP",
        "KR",
        "IN",
        "AU",
        "NG",
        "TR",
    ]
)


@pytest.fixture(scope="module")
def markets() -> dict[str, Market]:
    return {market.id: market for market in load_markets(FOLDER)}


def test_all_markets_load(markets: dict[str, Market]) -> None:
    assert set(markets) == EXPECTED_MARKETS


def test_names_exist_in_the_markets_languages(markets: dict[str, Market]) -> None:
    for market in markets.values():
        assert {"en", "zh-Hans"} <= set(market.name), market.id
        assert all(has(market.name, language) for language in market.languages[:1]), market.id
        assert territory_name(market.id, "en") != market.id
        for text in (market.buying, market.tone):
            assert {"en", "zh-Hans"} <= set(text), market.id


def test_every_disclosure_exists_in_the_markets_languages(markets: dict[str, Market]) -> None:
    for market in markets.values():
        assert set(market.languages) <= set(market.disclosure.text), market.id
        assert market.disclosure.source
    assert {market.id for market in markets.values() if market.disclosure.mode is DisclosureMode.CONTINUOUS} == {"DE", "FR", "IN"}
    american = markets["US"].disclosure
    assert (american.first_within_s, american.every_s, american.shown_s) == (30, 600, 10)


def test_every_fact_has_a_source_a_date_and_a_reason(markets: dict[str, Market]) -> None:
    for market in markets.values():
        assert market.source
        assert date.fromisoformat(market.reviewed_on) == date(2026, 11, 22)
        assert date.fromisoformat(market.expires_on) == date(2027, 11, 22)
        for rule in rules_of(market):
            assert {"en", "zh-Hans"} <= set(rule.reason), (market.id, rule.matches)
            assert rule.matches
            assert all(match.strip() for match in rule.matches)
        facts = [(rule.source, rule.confidence) for rule in market.taboos] + [(rule.source, rule.confidence) for rule in market.claims]
        assert all(source and (source != "general knowledge" or confidence is Confidence.LOW) for source, confidence in facts)


def test_taboo_numbers_and_colours_are_well_formed(markets: dict[str, Market]) -> None:
    for market in markets.values():
        for taboo in market.taboos:
            pattern = {TabooKind.NUMBER: r"\d+", TabooKind.COLOUR: r"#[0-9a-f]{6}"}.get(taboo.kind, r".*\S.*")
            assert all(re.fullmatch(pattern, match) for match in taboo.matches), (market.id, taboo)


def test_no_text_makes_legal_judgements() -> None:
    for folder in (FOLDER, ROOT / "resources" / "findings", ROOT / "resources" / "handbook"):
        for path in folder.rglob("*.toml"):
            assert not re.search(r"\b(il)?legal|\blawful|合法|违法|非法", path.read_text(encoding="utf-8"), re.IGNORECASE), path


def test_known_facts_are_in_the_profiles(markets: dict[str, Market]) -> None:
    tags = {"ID": "bargaining", "TH": "value", "SG": "brand", "US": "reviews", "DE": "reviews"}
    assert all(tag in markets[market].tags for market, tag in tags.items())
    assert not any(markets[market].urgency for market in ("US", "CA", "GB", "DE", "FR", "ES", "IT", "NL", "PL"))
    assert markets["AE"].frame is markets["SA"].frame is Framing.QUALITY
    assert markets["SA"].weekend == (5, 6)
    assert markets["AE"].weekend == (6, 7)
    assert all(market.prime_time == ("20:00", "23:00") for market in markets.values())
    for gulf_market in ("AE", "SA"):
        assert any(rule.kind is TabooKind.TOPIC and rule.level is Level.BLOCK for rule in markets[gulf_market].taboos)


@pytest.mark.parametrize(
    ("market", "language", "text", "kind"),
    [
        ("US", "zh-Hans", "家人们赶紧抢！", "phrase"),
        ("US", "zh-Hans", "好，三二一上链接", "phrase"),
        ("US", "en", "3-2-1 link!", "phrase"),
        ("US", "es", "¡Date prisa!", "phrase"),
        ("DE", "de", "Nur heute so günstig", "phrase"),
        ("FR", "fr", "Dépêchez-vous !", "phrase"),
        ("IT", "it", "Solo oggi", "phrase"),
        ("NL", "nl", "Alleen vandaag", "phrase"),
        ("PL", "pl", "Tylko dziś!", "phrase"),
        ("JP", "ja", "今だけのお値段です", "phrase"),
        ("AE", "ar", "قميص رخيص", "phrase"),
        ("AE", "zh-Hans", "这件佛像开光过", "taboo"),
        ("AE", "ar", "صورة المسجد الكبير", "taboo"),
        ("SA", "ar", "والقرآن", "taboo"),
        ("ID", "id", "Tas kulit babi", "taboo"),
        ("TH", "th", "ราชวงศ์จักรี", "taboo"),
        ("TR", "tr", "👌 harika", "taboo"),
        ("KR", "ko", "욱일기", "taboo"),
        ("KR", "ko", "완치를 약속", "claim"),
        ("US", "en", "It heals the skin", "claim"),
        ("US", "en", "Organic tea", "claim"),
        ("DE", "de", "umweltfreundlich hergestellt", "claim"),
        ("VN", "vi", "Trà này chữa bệnh", "claim"),
        ("IN", "hi", "यह इलाज है", "claim"),
        ("BR", "pt-BR", "o melhor do mundo", "claim"),
        ("MY", "ms", "produk halal", "claim"),
    ],
)
def test_taboo_phrases_are_found(markets: dict[str, Market], market: str, language: str, text: str, kind: str) -> None:
    kinds = {type(hit.rule).__name__ for hit in RuleBook([markets[market]], "zh-Hans").hits(text, language)}
    assert kinds == {{"phrase": "Phrase", "taboo": "Taboo", "claim": "ClaimRule"}[kind]}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "A healthy, wealthy household"),
        ("en", "The hamper is made of obvious care"),
        ("en", "Ask us anything before you buy"),
        ("en", "Thirteen ribs of bamboo, 1300 grams"),
        ("zh-Hans", "慢慢看，喜欢再带走；四川的茶"),
        ("es", "Se cuida con agua fría"),
        ("ar", "صُنع باليد بعناية، دينار واحد"),
        ("de", "Eine gute Wahl, es war einmal"),
        ("ja", "手で編んだ竹のかご"),
        ("fr", "Un tissu léger, vitement plié"),
    ],
)
def test_harmless_words_are_not_found(markets: dict[str, Market], language: str, text: str) -> None:
    assert RuleBook(list(markets.values()), "zh-Hans").hits(text, language) == ()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('currency = "USD"', 'currency = "dollars"', "currency"),
        ('currency = "USD"', "currency = 3", "currency"),
        ('currency = "USD"\n', "", "currency"),
        ('"en", "es"]', '"english"]', "languages"),
        ('"America/Denver"', '"Denver"', "zones"),
        ("weekend = [6, 7]", "weekend = [0]", "weekend"),
        ('"20:00"', '"8 pm"', "prime_time"),
        ('"2026-11-22"', '"22.11.2026"', "reviewed_on"),
        ('expires_on = "2027-11-22"', 'expires_on = "2025-11-22"', "expires_on"),
        ('frame = "quality"', 'frame = "cheap"', "frame"),
        ("urgency = false", "urgence = false", "urgence"),
        ("shown_s = 10", "shown_s = 1000", "disclosure"),
        ('mode = "periodic"', 'mode = "sometimes"', "disclosure.mode"),
        ("every_s = 600", "every = 600", "disclosure.every"),
        ('zh-Hans = "美国"', 'zh-Hans = " "', "name"),
        ('"home_phrases"', '"../US"', "include"),
        ("[name]", "[name", "(the file)"),
    ],
)
def test_a_broken_file_is_reported_with_its_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    shutil.copytree(FOLDER / "shared", tmp_path / "shared")
    text = (FOLDER / "US.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "US.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(MarketError) as raised:
        load_markets_by_id(path.parent, [path.stem])
    assert raised.value.data["path"] == str(path)
    assert raised.value.data["field"] == field
    assert raised.value.data["reason"]


def test_a_broken_shared_file_is_reported_with_its_own_path(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "m")
    shared = tmp_path / "m" / "shared" / "number_13.toml"
    shared.write_text('[[taboos]]\nkind = "digit"\nmatches = ["13"]\n[taboos.reason]\nen = "x"\n')
    with pytest.raises(MarketError) as raised:
        load_markets_by_id(tmp_path / "m", ["US"])
    assert (raised.value.data["path"], raised.value.data["field"]) == (str(shared), "taboos[0].kind")
    shared.write_text('currency = "USD"')
    with pytest.raises(MarketError) as raised:
        load_markets(tmp_path / "m")
    assert (raised.value.data["path"], raised.value.data["field"]) == (str(shared), "currency")
    shared.unlink()
    with pytest.raises(StorageError) as missing:
        load_markets_by_id(tmp_path / "m", ["US"])
    assert missing.value.code == "file.missing"


def test_a_file_whose_name_is_not_its_market_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "shared", tmp_path / "shared")
    shutil.copy(FOLDER / "US.toml", tmp_path / "america.toml")
    with pytest.raises(MarketError) as raised:
        load_markets_by_id(tmp_path, ["america"])
    assert raised.value.data["field"] == "id"
