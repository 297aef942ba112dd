"""Finds a market's unwelcome words, numbers and colours in every script, without false hits."""

from dataclasses import replace

import pytest

from app.domain.base.money import Money
from app.domain.catalogue.market import ClaimRule, Level, Market, Phrase, Taboo, TabooKind
from app.domain.catalogue.market_checks import RuleBook

PLAIN = Market("US", {}, ("en", "es"), "USD", ())


def rule_book_for(*matches: str, languages: tuple[str, ...] = ("en",), host: str = "zh-Hans") -> RuleBook:
    """Return the rules of one market with these unwelcome phrases."""
    return RuleBook([replace(PLAIN, languages=languages, phrases=(Phrase(matches, reason={"en": "x"}),))], host)


@pytest.mark.parametrize(
    ("match", "text", "expected"),
    [
        ("heal", "They HEAL.", ["HEAL"]),
        ("heal", "wealth, healing, unheal", []),
        ("heal", "heal", ["heal"]),
        ("heal", "heal_all heal-all", ["heal"]),
        ("3-2-1 link", "now 3–2–1 link!", ["3–2–1 link"]),
        ("don't miss it", "Don’t miss it", ["Don’t miss it"]),
        ("with your left hand", "with your left hand", ["with your left hand"]),
        ("with your left hand", "your left handbag", []),
        ("with your left hand", "forthwith your left hand", []),
        ("#1", "the #1 tea", ["#1"]),
        ("no. 1", "No. 1 tea", ["No. 1"]),
        ("no. 1", "casino. 1 tea", []),
        ("100% safe", "100% safe", ["100% safe"]),
        ("100% safe", "100% safety", []),
        ("👌", "fine👌thanks", ["👌"]),
        ("抢", "赶紧抢购", ["抢"]),
        ("ｓａｌｅ", "sale", ["sale"]),
        ("sale", "ＳＡＬＥ now", ["ＳＡＬＥ"]),
        ("今だけ", "ただ今だけのお値段", ["今だけ"]),
        ("รักษาโรค", "ชานี้รักษาโรคได้", ["รักษาโรค"]),
        ("완치", "완치를 약속", ["완치"]),  # Korean appends particles to words
        ("علاج", "هذا علاج", ["علاج"]),
        ("علاج", "بالعلاج والعلاج للعلاج", ["علاج", "علاج", "علاج"]),
        ("علاج", "علاجات", []),
        ("خذ وقتك الآن", "خذ وقتك الآن", ["خذ وقتك الآن"]),
        ("इलाज", "यह इलाज है", ["इलाज"]),
        ("इलाज", "इलाजी", []),
        ("date prisa", "¡Date prisa!", ["Date prisa"]),
        ("エコ", "エコーのかかるマイク", []),
        ("エコ", "エコノミーサイズ、デコレコエコ", []),
        ("エコ", "エコ素材の袋。エコ、エコ・バッグ", ["エコ", "エコ", "エコ"]),
        ("エコ", "ｴｺ袋", ["ｴｺ"]),
        ("オーガニック", "オーガニックコットン", ["オーガニック"]),
        ("ラストチャンス", "ブラストチャンス", []),
        ("かう", "かうぅ", []),
        ("国", "国々", []),
        ("미백", "취미백서", []),
        ("미백", "미백크림 100%미백", ["미백", "미백"]),
        ("국화", "한국화 전시", []),
        ("친환경", "비건친환경제품", ["친환경"]),
        ("ฮาลาล", "ฮาลาลา", []),
        ("ฮาลาล", "อาหารฮาลาลแท้", ["ฮาลาล"]),
        ("กา", "เกาะ กาน้ำ", ["กา"]),  # เกาะ is an island, กาน้ำ a kettle
        ("มา", "ม้า มามา", ["มา", "มา"]),
        ("រក", "រកា", []),
    ],
)
def test_words_are_found_by_the_rules_of_their_script(match: str, text: str, expected: list[str]) -> None:
    assert [hit.text for hit in rule_book_for(match).hits(text, "en")] == expected


def test_the_longer_of_two_overlapping_hits_of_one_kind_wins() -> None:
    market = replace(
        PLAIN,
        phrases=(Phrase(("hurry",), reason={"en": "a"}), Phrase(("hurry up now", "up now"), reason={"en": "b"})),
        claims=(ClaimRule(("now",), {"en": "c"}),),
    )
    hits = RuleBook([market], "zh").hits("so hurry up now", "en")
    assert [(hit.text, type(hit.rule)) for hit in hits] == [("hurry up now", Phrase), ("now", ClaimRule)]
    assert [(hit.start, hit.end) for hit in hits] == [(3, 15), (12, 15)]


def test_a_rule_shared_by_markets_gives_one_hit() -> None:
    rule = Phrase(("hurry",), reason={"en": "a"})
    markets = [replace(PLAIN, id=name, phrases=(replace(rule),)) for name in ("US", "GB")]
    (hit,) = RuleBook([*markets, replace(PLAIN, id="FR", languages=("fr",), phrases=(rule,))], "zh").hits("hurry", "en")
    assert hit.markets == ("US", "GB")


def test_the_hosts_language_counts_in_every_market_whatever_its_region() -> None:
    rules = rule_book_for("promo", languages=("pt-BR",), host="pt")
    assert [hit.markets for hit in rules.hits("promo", "pt-PT")] == [("US",)]
    assert rule_book_for("promo", languages=("pt-BR",), host="en").hits("promo", "pt")
    assert rule_book_for("promo", languages=("pt-BR",), host="en").hits("promo", "en")
    assert rule_book_for("promo", languages=("pt-BR",), host="en").hits("promo", "fr") == ()


def test_texts_are_checked_again_only_if_they_change() -> None:
    rules = rule_book_for("hurry")
    texts = {"en": "hurry", "es": "hurry"}
    first = rules.hits_in(texts)
    assert [language for language, _ in first] == ["en"]
    assert rules.hits_in(texts) is first
    assert rules.hits_in({"en": "slowly"}) == ()


@pytest.mark.parametrize(
    ("number", "price", "expected"),
    [
        ("4", Money(4, "JPY"), True),
        ("4", Money(44, "JPY"), True),
        ("4", Money(4400, "JPY"), True),
        ("4", Money(444, "USD"), True),
        ("4", Money(450, "JPY"), False),
        ("4", Money(1400, "JPY"), False),
        ("4", Money(0, "JPY"), False),
        ("13", Money(1300, "USD"), True),
        ("13", Money(1399, "USD"), True),
        ("13", Money(1300, "JPY"), False),
        ("13", Money(11300, "USD"), False),
        ("13", Money(13000, "KWD"), True),
    ],
)
def test_taboo_numbers_are_found_in_prices(number: str, price: Money, expected: bool) -> None:
    market = replace(PLAIN, taboos=(Taboo(TabooKind.NUMBER, (number,), {"en": "x"}, Level.INFO),))
    rules = RuleBook([market], "zh")
    assert bool(rules.price_hits(price, "US")) is expected
    assert rules.price_hits(price, "GB") == ()


def test_taboo_numbers_in_units_must_be_whole_numbers() -> None:
    market = replace(PLAIN, taboos=(Taboo(TabooKind.NUMBER, ("4",), {"en": "x"}, Level.INFO),))
    rules = RuleBook([market], "zh")
    assert [rules.count_hits(text, "zh") != () for text in ("set of 4", "4件套", "14 pieces", "0.4 l", "forty")] == [
        True,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#800080", True), ("#7a0a86", True), ("#800080cc", True), ("#9b59b6", False), ("#204060", False), ("purple", False), ("", False)],
)
def test_similar_shades_count_as_the_same_colour(colour: str, expected: bool) -> None:
    market = replace(PLAIN, taboos=(Taboo(TabooKind.COLOUR, ("#800080",), {"en": "x"}),))
    assert bool(RuleBook([market], "zh").colour_hits(colour)) is expected


def test_a_rule_book_without_rules_finds_nothing() -> None:
    empty = RuleBook([], "en")
    assert empty.hits("anything at all, 抢购", "en") == ()
    assert empty.hits_in({}) == ()
    assert empty.hits("", "en") == ()
    assert RuleBook([replace(PLAIN, phrases=(Phrase((" ", "")),))], "en").hits("a b", "en") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有机会来直播间", []),
        ("没有机器味的有机棉", ["有机"]),
        ("有机有机会", ["有机"]),
        ("含有机质", ["有机"]),
        ("精美白瓷", []),
        ("美白精华", ["美白"]),
        ("精美白瓷，美白精华", ["美白"]),
        ("筋膜枪", []),
        ("枪", ["枪"]),
        ("有機会があれば有機野菜", ["有機"]),
    ],
)
def test_characters_inside_a_longer_word_are_not_a_hit(text: str, expected: list[str]) -> None:
    rules = [
        Phrase(("有机", "有機"), reason={"en": "a"}, unless=("有机会", "没有机", "有機会")),
        Phrase(("美白",), reason={"en": "b"}, unless=("精美白",)),
        Phrase(("枪",), reason={"en": "c"}, unless=("筋膜枪",)),
    ]
    rulebook = RuleBook([replace(PLAIN, languages=("zh-Hans",), phrases=tuple(rules))], "en")
    assert [hit.text for hit in rulebook.hits(text, "zh-Hans")] == expected
