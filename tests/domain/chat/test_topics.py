"""The same question in many languages is one topic."""

import pytest

from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import ChatMessage
from app.domain.chat.topics import Topic, open_question_groups, topic_of

ASKED = {
    Topic.PRICE: "how much is it|quanto custa?|cuánto cuesta|c'est combien|was kostet das|berapa kak|giá bao nhiêu vậy|"
    "这个多少钱|いくらですか|"
    "얼마예요|ราคาเท่าไหร่|بكم هذا|сколько стоит|fiyatı ne kadar|कितने का है",
    Topic.DELIVERY: "do you ship to Mexico?|entrega no Brasil?|¿hacen envíos a Chile?|vous livrez en Belgique ?|"
    "wie lange dauert der Versand|"
    "ongkir berapa|可以寄到墨西哥吗？|送料いくら|배송 얼마나 걸려요|ค่าส่งเท่าไหร่|доставка в Казахстан?",
    Topic.SIZE: "what size is this|tem tamanho M?|¿qué talla es?|尺码是多大|サイズは？|ไซซ์อะไร",
    Topic.COLOUR: "do you have it in red?|tem outra cor?|有黑色吗|ada warna lain?|มีสีอะไรบ้าง",
    Topic.DISCOUNT: "any discount?|tem cupom?|有优惠吗|割引ありますか|bisa nego kak|скидка есть?",
    Topic.RETURNS: "can I return it?|e se eu quiser devolver?|可以退货吗|返品できますか",
    Topic.PAYMENT: "can I pay with paypal?|aceita pix?|bisa cod?|可以分期吗",
    Topic.STOCK: "is it in stock?|还有现货吗|在庫ありますか|có còn hàng không",
    Topic.MATERIAL: "is it real leather?|é de couro?|是真皮吗|本革ですか",
    Topic.OTHER: "what's your name?|你叫什么|where are you from?",
}


@pytest.mark.parametrize("topic", ASKED)
def test_a_question_has_its_topic_in_every_language(topic: Topic) -> None:
    texts = ASKED[topic].split("|")
    assert {text: topic_of(text) for text in texts} == dict.fromkeys(texts, topic)


def _asked(number: int, text: str, *, language: str = "", question: bool = True, answered_ms: int | None = None) -> ChatLine:
    message = ChatMessage("page", str(number), "v", "V", text, number, language=language)
    return ChatLine(number, message, question=question, answered_ms=answered_ms)


def test_open_questions_are_grouped_across_languages() -> None:
    lines = [
        _asked(1, "é de couro?", language="pt"),
        _asked(2, "how much?", language="en"),
        _asked(3, "多少钱", language="zh-Hans"),
        _asked(4, "price?", answered_ms=9),
        _asked(5, "lovely", question=False),
        _asked(6, "quanto custa", language="pt"),
        _asked(7, "what's your name?"),
        _asked(8, "where are you from?"),
    ]
    groups = open_question_groups(lines)
    assert [(group.topic, [line.message.id for line in group.lines]) for group in groups] == [
        (Topic.PRICE, ["2", "3", "6"]),
        (Topic.MATERIAL, ["1"]),
        (Topic.OTHER, ["7"]),
        (Topic.OTHER, ["8"]),
    ]
    assert groups[0].languages == {"en", "zh-Hans", "pt"}
