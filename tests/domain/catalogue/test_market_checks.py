"""Words, numbers and colours are found where a reader would find them, in every kind of script, and nowhere else."""

from dataclasses import replace

import pytest

from app.domain.base.money import Money
from app.domain.catalogue.market import ClaimRule, Level, Market, Phrase, Taboo, TabooKind
from app.domain.catalogue.market_checks import RuleBook

PLAIN = Market("US", {}, ("en", "es"), "USD", ())


def book(*matches: str, languages: tuple[str, ...] = ("en",), host: str = "zh-Hans") -> RuleBook:
    """One market that takes these words amiss."""
    return RuleBook([replace(PLAIN, languages=languages, phrases=(Phrase(matches, reason={"en": "x"}),))], host)


@pytest.mark.parametrize(
    ("match", "text", "found"),
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
        ("완치", "완치를 약속", ["완치"]),  # Korean puts particles behind a word
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
def test_words_are_found_as_their_script_writes_them(match: str, text: str, found: list[str]) -> None:
    assert [hit.text for hit in book(match).hits(text, "en")] == found


def test_the_wider_of_two_finds_counts_and_others_of_another_kind_stay() -> None:
    market = replace(
        PLAIN,
        phrases=(Phrase(("hurry",), reason={"en": "a"}), Phrase(("hurry up now", "up now"), reason={"en": "b"})),
        claims=(ClaimRule(("now",), {"en": "c"}),),
    )
    hits = RuleBook([market], "zh").hits("so hurry up now", "en")
    assert [(hit.text, type(hit.rule)) for hit in hits] == [("hurry up now", Phrase), ("now", ClaimRule)]
    assert [(hit.start, hit.end) for hit in hits] == [(3, 15), (12, 15)]


def test_one_rule_of_several_markets_is_one_hit() -> None:
    rule = Phrase(("hurry",), reason={"en": "a"})
    markets = [replace(PLAIN, id=name, phrases=(replace(rule),)) for name in ("US", "GB")]
    (hit,) = RuleBook([*markets, replace(PLAIN, id="FR", languages=("fr",), phrases=(rule,))], "zh").hits("hurry", "en")
    assert hit.markets == ("US", "GB")


def test_the_hosts_language_is_heard_everywhere_and_a_region_does_not_matter() -> None:
    rules = book("promo", languages=("pt-BR",), host="pt")
    assert [hit.markets for hit in rules.hits("promo", "pt-PT")] == [("US",)]
    assert book("promo", languages=("pt-BR",), host="en").hits("promo", "pt")
    assert book("promo", languages=("pt-BR",), host="en").hits("promo", "en")
    assert book("promo", languages=("pt-BR",), host="en").hits("promo", "fr") == ()


def test_words_that_stay_the_same_are_read_once_and_changed_ones_again() -> None:
    rules = book("hurry")
    words = {"en": "hurry", "es": "hurry"}
    first = rules.hits_in(words)
    assert [language for language, _ in first] == ["en"]
    assert rules.hits_in(words) is first
    assert rules.hits_in({"en": "slowly"}) == ()


@pytest.mark.parametrize(
    ("number", "price", "found"),
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
def test_numbers_in_prices(number: str, price: Money, found: bool) -> None:
    market = replace(PLAIN, taboos=(Taboo(TabooKind.NUMBER, (number,), {"en": "x"}, Level.INFO),))
    rules = RuleBook([market], "zh")
    assert bool(rules.price_hits(price, "US")) is found
    assert rules.price_hits(price, "GB") == ()


def test_numbers_in_units_stand_by_themselves() -> None:
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
    ("colour", "found"),
    [("#800080", True), ("#7a0a86", True), ("#800080cc", True), ("#9b59b6", False), ("#204060", False), ("purple", False), ("", False)],
)
def test_shades_of_one_name_are_the_same_colour(colour: str, found: bool) -> None:
    market = replace(PLAIN, taboos=(Taboo(TabooKind.COLOUR, ("#800080",), {"en": "x"}),))
    assert bool(RuleBook([market], "zh").colour_hits(colour)) is found


def test_a_book_without_rules_finds_nothing() -> None:
    empty = RuleBook([], "en")
    assert empty.hits("anything at all, 抢购", "en") == ()
    assert empty.hits_in({}) == ()
    assert empty.hits("", "en") == ()
    assert RuleBook([replace(PLAIN, phrases=(Phrase((" ", "")),))], "en").hits("a b", "en") == ()


@pytest.mark.parametrize(
    ("text", "found"),
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
def test_a_word_that_only_has_the_same_signs_is_another_word(text: str, found: list[str]) -> None:
    rules = [
        Phrase(("有机", "有機"), reason={"en": "a"}, unless=("有机会", "没有机", "有機会")),
        Phrase(("美白",), reason={"en": "b"}, unless=("精美白",)),
        Phrase(("枪",), reason={"en": "c"}, unless=("筋膜枪",)),
    ]
    rulebook = RuleBook([replace(PLAIN, languages=("zh-Hans",), phrases=tuple(rules))], "en")
    assert [hit.text for hit in rulebook.hits(text, "zh-Hans")] == found
