"""Cards in five languages, a product picture, and pixels of drawn cards."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import segno
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QLinearGradient, QPainter

from app.domain.program.output import Canvas
from app.domain.selling.card import (
    Card,
    CardKind,
    CardPicture,
    CountdownOverlay,
    DisclosureBadge,
    KeywordOverlay,
    LowerThird,
    ProductCard,
    QrCard,
    Ticker,
)
from app.domain.selling.card_theme import CardTheme
from app.storage.card_themes import load_card_themes
from app.storage.paths import RESOURCES

Pixels = npt.NDArray[np.uint8]

WIDE, TALL, SQUARE = Canvas(1280, 720, 30), Canvas(720, 1280, 30), Canvas(1080, 1080, 30)
WATCH_URL = "https://tradewind.example/watch/live"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts on the cards of one language."""

    product: ProductCard
    keyword: KeywordOverlay
    name: str
    role: str
    countdown: str
    ticker: tuple[str, ...]
    badge: str
    qr: str


def product_picture(width: int = 900, height: int = 900, file_type: str = "PNG") -> bytes:
    """Return a green flask on a pale background."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = QLinearGradient(0, 0, 0, height)
    ground.setColorAt(0, QColor("#f3ece2"))
    ground.setColorAt(1, QColor("#d9c9b4"))
    painter.fillRect(0, 0, width, height, ground)
    painter.setBrush(QColor(0, 0, 0, 40))
    painter.drawEllipse(QPointF(width / 2, height * 0.86), width * 0.3, height * 0.035)
    for box, colours in (
        (QRectF(0.33, 0.3, 0.34, 0.56), ("#2c6e63", "#5fb3a1", "#17443d")),
        (QRectF(0.4, 0.14, 0.2, 0.17), ("#333333", "#777777", "#1c1c1c")),
        (QRectF(0.33, 0.5, 0.34, 0.16), ("#f7f1e6", "#ffffff", "#e6dccb")),
    ):
        there = QRectF(box.x() * width, box.y() * height, box.width() * width, box.height() * height)
        shade = QLinearGradient(there.topLeft(), there.topRight())
        for place, colour in zip((0.0, 0.35, 1.0), colours, strict=True):
            shade.setColorAt(place, QColor(colour))
        painter.setBrush(shade)
        painter.drawRoundedRect(there, width * 0.03, width * 0.03)
    painter.end()
    return encoded(image, file_type)


def encoded(image: QImage, file_type: str) -> bytes:
    """The bytes of a picture file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(file_type.encode())).write(image)
    return bytes(buffer.data().data())


def _product(name: str, price: str, was: str, left: str, keywords: str, delivery: str, saving: str, language: str) -> ProductCard:
    return ProductCard(name, price, was, left, tuple(keywords.split("|")), delivery, saving, b"", language)


LANGUAGES: Mapping[str, Texts] = {
    "en": Texts(
        _product(
            "Alpine thermos bottle, 750 ml",
            "$24.90",
            "$34.90",
            "Only 12 left",
            "Keeps hot 24 h|Leak-proof|BPA-free",
            "Free delivery in 3–5 days",
            "−29%",
            "en",
        ),
        KeywordOverlay("Keeps hot for 24 hours", "en", "Caliente durante 24 horas", "es"),
        "Maya Lindqvist",
        "Host · Outdoor & travel",
        "Offer ends in",
        ("Free delivery over $50", "New: travel sets from 3 pieces 🎁", "Questions? Ask in the chat"),
        "Advertisement",
        "Scan to buy",
    ),
    "zh": Texts(
        _product(
            "高山保温杯 750 毫升 316 不锈钢",
            "¥169.00",
            "¥239.00",
            "仅剩 12 件",
            "24 小时保温|不漏水|食品级材质",
            "3–5 天免费送达",
            "立省 29%",
            "zh",
        ),
        KeywordOverlay("24 小时长效保温", "zh", "Keeps hot for 24 hours", "en"),
        "林美雅",
        "主播 · 户外与旅行",
        "优惠倒计时",
        ("满 199 元免运费", "新品：旅行三件套 🎁", "有问题？请在聊天中提问"),
        "广告",
        "扫码购买",
    ),
    "ar": Texts(
        _product(
            "قارورة حرارية جبلية ٧٥٠ مل",
            "٨٩٫٠٠ د.إ.",
            "١٢٩٫٠٠ د.إ.",
            "بقي ١٢ قطعة فقط",
            "حرارة ٢٤ ساعة|لا تسرّب|خالية من BPA",
            "توصيل مجاني خلال ٣–٥ أيام",
            "خصم ٢٩٪",
            "ar",
        ),
        KeywordOverlay("تحفظ الحرارة ٢٤ ساعة", "ar", "Keeps hot for 24 hours", "en"),
        "ليلى حداد",
        "مقدمة البرنامج · السفر",
        "ينتهي العرض خلال",
        ("توصيل مجاني للطلبات فوق ٢٠٠ درهم", "جديد: طقم السفر 🎁", "اسألونا في الدردشة"),
        "إعلان مدفوع",
        "امسح للشراء",
    ),
    "th": Texts(
        _product(
            "กระติกน้ำเก็บความร้อนอัลไพน์ 750 มล.",
            "฿890",
            "฿1,290",
            "เหลือเพียง 12 ชิ้น",
            "เก็บร้อน 24 ชม.|ไม่รั่วซึม|ปลอดสาร BPA",
            "ส่งฟรีภายใน 3–5 วัน",
            "ลด 29%",
            "th",
        ),
        KeywordOverlay("เก็บความร้อนได้นาน 24 ชั่วโมง", "th", "Keeps hot for 24 hours", "en"),
        "มายา ศรีสุข",
        "พิธีกร · ท่องเที่ยว",
        "ข้อเสนอสิ้นสุดใน",
        ("ส่งฟรีเมื่อซื้อครบ ฿999", "ใหม่: ชุดเดินทาง 🎁", "มีคำถาม? พิมพ์ในแชตได้เลย"),
        "โฆษณา",
        "สแกนเพื่อซื้อ",
    ),
    "hi": Texts(
        _product(
            "अल्पाइन थर्मस बोतल, 750 मिली",
            "₹1,999",
            "₹2,799",
            "केवल 12 शेष",
            "24 घंटे गरम|रिसाव-रोधी|BPA मुक्त",
            "3–5 दिन में मुफ़्त डिलीवरी",
            "29% की छूट",
            "hi",
        ),
        KeywordOverlay("24 घंटे तक गरम रखे", "hi", "تحفظ الحرارة ٢٤ ساعة", "ar"),
        "माया शर्मा",
        "होस्ट · यात्रा और आउटडोर",
        "ऑफ़र समाप्त होने में",
        ("₹999 से ऊपर मुफ़्त डिलीवरी", "नया: यात्रा सेट 🎁", "सवाल? चैट में पूछें"),
        "विज्ञापन",
        "खरीदने के लिए स्कैन करें",
    ),
}


def themes() -> tuple[CardTheme, ...]:
    """Return the bundled themes."""
    return load_card_themes(RESOURCES / "cards")


def qr_modules(text: str = WATCH_URL) -> tuple[tuple[bool, ...], ...]:
    return tuple(tuple(bool(module) for module in row) for row in segno.make(text, error="m").matrix)


def cards(language: str, picture: bytes = b"") -> dict[CardKind, Card]:
    """Return one card of each kind."""
    texts = LANGUAGES[language]
    product = texts.product
    return {
        CardKind.PRODUCT: ProductCard(
            product.name,
            product.price,
            product.was,
            product.left,
            product.keywords,
            product.delivery,
            product.saving,
            picture,
            language,
        ),
        CardKind.KEYWORD: texts.keyword,
        CardKind.LOWER_THIRD: LowerThird(texts.name, texts.role, language),
        CardKind.COUNTDOWN: CountdownOverlay(754, texts.countdown, language),
        CardKind.TICKER: Ticker(texts.ticker, language),
        CardKind.BADGE: DisclosureBadge(texts.badge, language),
        CardKind.QR: QrCard(qr_modules(), texts.qr, "tradewind.example", language),
    }


def pixels(picture: CardPicture) -> Pixels:
    """Return the picture as (height, width, 4), straight RGBA."""
    assert len(picture.rgba) == 4 * picture.width * picture.height
    return np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)
