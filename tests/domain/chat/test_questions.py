"""Questions of shoppers are recognised in many languages, and remarks are not."""

import pytest

from app.domain.chat.questions import is_question


@pytest.mark.parametrize(
    "text",
    [
        "how much is it",
        "price pls",
        "is it real leather?",
        "qnt custa",
        "tem no tamanho M",
        "cuanto cuesta",
        "¿Hacen envíos a México?",
        "c'est combien",
        "was kostet das",
        "berapa kak",
        "ready kak",
        "giá bao nhiêu",
        "сколько стоит",
        "这个多少钱",
        "包邮吗",
        "送料無料？",
        "いくらですか",
        "얼마예요",
        "ราคาเท่าไหร่",
        "بكم هذا",
        "كم السعر",
        "السعر لو سمحت",
        "سعر الفستان",
        "سعره",
        "وكم الشحن",
        "هل المقاس كبير",
        "متوفرة باللون الأسود",
        "hi is it waterproof",
        "the red one, is this cotton",
        "price",
        "price is how much",
        "कितने का है",
        "fiyatı ne kadar",
    ],
)
def test_a_question_is_one(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "hello from Brazil",
        "lindo demais",
        "666",
        "我买了",
        "me encanta",
        "gracias",
        "kkkk",
        "❤️❤️",
        "ok",
        "thanks, arrived today",
        "สวยมาก",
        "素敵",
        "합니다",
        "السعر مناسب",
        "السعر جدا ممتاز",
        "السلام عليكم",
        "أهلا وسهلا",
        "شكرا لكم",
        "الشحن سريع",
        "غير متوفر",
        "this is it",
        "that is it for me",
        "that does it",
        "great price",
        "the price is good",
    ],
)
def test_a_remark_is_none(text: str) -> None:
    assert not is_question(text)
