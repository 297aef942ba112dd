"""What a question is about, in the languages of shoppers, so that one answer serves all who ask the same."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.chat.chat_history import ChatLine


class Topic(Enum):
    PRICE = "price"
    DISCOUNT = "discount"
    DELIVERY = "delivery"
    SIZE = "size"
    COLOUR = "colour"
    STOCK = "stock"
    MATERIAL = "material"
    RETURNS = "returns"
    PAYMENT = "payment"
    OTHER = "other"


# Parts of words that name a topic; of two topics in one question, the first of this table counts. Scripts without spaces are in the
# second half of each entry and match anywhere.
_WORDS: Mapping[Topic, tuple[str, str]] = {
    Topic.RETURNS: (
        r"returns?|refunds?|warranty|devol\w*|reembols\w*|troca|garant[ií]a|remboursement|retour(?:ner)?|r[uü]ckgabe|garantie|retur|"
        r"đổi trả|bảo hành|возврат|гарантия|iade",
        "退货|退貨|退款|保修|质保|返品|返金|保証|반품|환불|คืนสินค้า|คืนเงิน|ประกัน|إرجاع|استرجاع|ضمان|वापसी|रिफंड",
    ),
    Topic.PAYMENT: (
        r"pay(?:ment|pal)?|cash on delivery|cod|installments?|pix|boleto|cart[aã]o|parcel\w*|tarjeta|pago|contra entrega|carte|paiement|"
        r"zahl\w*|klarna|bayar|trả góp|thanh toán|оплат\w*|карт(?:а|ой)|[oö]deme|taksit|pagamento",
        "付款|支付|分期|货到付款|支払|代引|결제|카드|ชำระ|ปลายทาง|โอน|الدفع|دفع|भुगतान|सीओडी",
    ),
    Topic.DISCOUNT: (
        r"discounts?|coupons?|vouchers?|cupom|desconto|descuento|cup[oó]n|promo\w*|remise|r[eé]duction|rabatt|gutschein|diskon|"
        r"giảm giá|mã giảm|"
        r"скидк\w*|купон|промокод|indirim|sconto|nego|cheaper|kurang",
        "优惠|優惠|折扣|打折|便宜|券|割引|クーポン|安く|할인|쿠폰|ส่วนลด|คูปอง|ลด|خصم|كوبون|छूट|कूपन",
    ),
    Topic.DELIVERY: (
        r"ship(?:ping|s|ped)?|deliver\w*|arrive\w*|postage|frete|entrega\w*|envi[oa]\w*|env[ií]\w*|llega\w*|livr\w*|exp[eé]di\w*|"
        r"versand|liefer\w*|"
        r"ongkir|kirim|dikirim|sampai|giao|vận chuyển|доставк\w*|kargo|spedi\w*|consegna|hantar",
        "发货|發貨|寄到|邮费|郵費|运费|運費|包邮|包郵|几天到|送料|発送|届く|届き|배송|언제 와|ส่ง|ค่าส่ง|شحن|توصيل|يوصل|डिलीवरी|शिपिंग",
    ),
    Topic.PRICE: (
        r"how much|price|cost|quanto|qnto?|qto|pre[cç]o|valor|cu[aá]nto|precio|cuesta|combien|prix|was kostet|preis|wie ?viel|"
        r"harga(?:nya)?|berapa|brp|"
        r"giá|bao nhiêu|сколько|цена|стоит|ne kadar|fiyat\w*|ka[cç] (?:tl|lira)|prezzo|costa",
        "多少钱|多少錢|几钱|幾錢|价格|價格|怎么卖|いくら|値段|얼마|가격|เท่าไหร่|เท่าไร|กี่บาท|ราคา|كم|بكم|السعر|سعر|कितने|दाम|कीमत",
    ),
    Topic.SIZE: (
        r"sizes?|fits?|cm|inch(?:es)?|tamanhos?|talla|taille|gr[oö][sß]{1,2}e|ukuran|cỡ|размер\w*|beden|taglia|saiz|xs|xx?l|big|"
        r"small|large",
        "尺码|尺碼|尺寸|多大|码|サイズ|사이즈|치수|ไซซ์|ไซส์|ขนาด|مقاس|حجم|साइज",
    ),
    Topic.COLOUR: (
        r"colou?rs?|cor(?:es)?|color(?:es)?|couleurs?|farben?|warna|màu|цвет\w*|renk\w*|colore|red|black|white|blue|pink|rojo|"
        r"preto|noir|hitam|rosa",
        "颜色|顏色|黑色|红色|白色|色|カラー|색|สี|لون|रंग",
    ),
    Topic.STOCK: (
        r"in stock|stock|restock|available|left|sold out|dispon[ií]\w*|estoque|agotad\w*|esgotad\w*|rupture|verf[uü]gbar|ready|"
        r"habis|còn hàng|hết hàng|"
        r"наличи\w*|stokta|esaurito|quedan",
        "有货|有貨|现货|現貨|库存|庫存|还有吗|補貨|补货|在庫|売り切れ|재고|품절|มีของ|หมด|متوفر|متاح|स्टॉक",
    ),
    Topic.MATERIAL: (
        r"materials?|leather|cotton|silk|made of|material|couro|algod[aã]o|cuero|cuir|coton|leder|baumwolle|bahan|kulit|chất liệu|da thật|"
        r"материал|кожа|kuma[sş]|deri|pelle|original|authentic|real",
        "材质|材質|面料|真皮|纯棉|正品|素材|本革|소재|가죽|วัสดุ|ผ้า|หนัง|ของแท้|خامة|جلد|قماش|أصلي|कपड़ा|असली",
    ),
}
_PATTERNS = {topic: re.compile(rf"\b(?:{spaced})(?!\w)|{unspaced}") for topic, (spaced, unspaced) in _WORDS.items()}


def topic_of(text: str) -> Topic:
    """What a message asks about; OTHER if no known word says so."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return next((topic for topic, pattern in _PATTERNS.items() if pattern.search(plain)), Topic.OTHER)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Open questions about the same topic, oldest first, with the languages that their authors' pages declare."""

    topic: Topic
    lines: tuple[ChatLine, ...]

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(line.message.language for line in self.lines if line.message.language)


def open_question_groups(lines: Iterable[ChatLine]) -> tuple[QuestionGroup, ...]:
    """The unanswered questions by topic, the most asked first. A question of unknown topic is a group of its own."""
    groups: dict[tuple[Topic, str], list[ChatLine]] = {}
    for line in lines:
        if line.open_question:
            topic = topic_of(line.message.text)
            groups.setdefault((topic, line.key if topic is Topic.OTHER else ""), []).append(line)
    found = (QuestionGroup(topic, tuple(asked)) for (topic, _), asked in groups.items())
    return tuple(sorted(found, key=lambda group: -len(group.lines)))
