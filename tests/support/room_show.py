"""A small show for the viewer page, as a desk sends it to the board."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import cv2
import numpy as np

from app.domain.room.tokens import host_token
from tests.support.relays import ROOM_KEY
from tests.support.room import RoomSocket

Json = Any

MARKETS: Sequence[Json] = (
    {
        "id": "US",
        "name": {"en": "United States", "zh": "美国", "ar": "الولايات المتحدة"},
        "languages": ["en", "es"],
        "currency": "USD",
        "urgency": True,
        "payments": ["card", "paypal", "apple_pay"],
    },
    {
        "id": "GB",
        "name": {"en": "United Kingdom"},
        "languages": ["en"],
        "currency": "GBP",
        "urgency": False,
        "payments": ["card", "klarna"],
    },
    {
        "id": "SA",
        "name": {"en": "Saudi Arabia", "ar": "السعودية"},
        "languages": ["ar"],
        "currency": "SAR",
        "urgency": True,
        "payments": ["mada", "cod", "tabby"],
    },
    {
        "id": "TH",
        "name": {"en": "Thailand", "th": "ไทย"},
        "languages": ["th"],
        "currency": "THB",
        "urgency": True,
        "payments": ["promptpay", "cod", "card"],
    },
    {
        "id": "SG",
        "name": {"en": "Singapore", "zh": "新加坡"},
        "languages": ["zh", "en"],
        "currency": "SGD",
        "urgency": True,
        "payments": ["paynow", "card"],
    },
    {
        "id": "JP",
        "name": {"ja": "日本", "en": "Japan"},
        "languages": ["ja"],
        "currency": "JPY",
        "urgency": True,
        "payments": ["card", "konbini"],
    },
)
_RATES: Mapping[str, tuple[str, float]] = {
    "US": ("USD", 100),
    "GB": ("GBP", 79),
    "SA": ("SAR", 375),
    "TH": ("THB", 3600),
    "SG": ("SGD", 134),
    "JP": ("JPY", 150),
}
_GOODS: Sequence[tuple[str, Mapping[str, str], float, float | None, int | None]] = (
    (
        "lamp",
        {
            "en": "Harbour reading lamp",
            "zh": "海港阅读灯",
            "ar": "مصباح القراءة هاربر",
            "th": "โคมไฟอ่านหนังสือฮาร์เบอร์",
            "ja": "ハーバー読書灯",
        },
        39,
        52,
        48,
    ),
    ("mug", {"en": "Double-wall travel mug", "zh": "双层随行杯", "ar": "كوب السفر مزدوج الجدار", "th": "แก้วเดินทางผนังสองชั้น"}, 18, None, 120),
    (
        "scarf",
        {"en": "Merino scarf, two-sided weave in river blue and warm sand", "zh": "双面美利奴羊毛围巾", "ar": "وشاح من صوف الميرينو"},
        64,
        80,
        7,
    ),
    ("knife", {"en": "Folding kitchen knife"}, 29, None, 0),
    ("bag", {"en": "Roll-top day pack", "zh": "卷口双肩包", "th": "เป้สะพายม้วนปาก"}, 75, None, 33),
    ("soap", {"en": "Olive soap, set of three", "zh": "橄榄皂三块装", "ar": "صابون زيتون، ثلاث قطع"}, 12, 15, None),
)


def picture(hue: int, size: int = 640) -> bytes:
    """Return a picture in one colour as JPEG."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    hsv = np.zeros((size, size, 3), np.uint8)
    hsv[..., 0] = hue
    hsv[..., 1] = (70 + 60 * y).astype(np.uint8)
    hsv[..., 2] = (235 - 90 * y - 30 * np.abs(x - 0.5)).astype(np.uint8)
    image = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    cv2.ellipse(image, (size // 2, size * 4 // 5), (size // 3, size // 16), 0, 0, 360, (40, 40, 50), -1, cv2.LINE_AA)
    cv2.rectangle(image, (size * 2 // 5, size // 4), (size * 3 // 5, size * 4 // 5), (245, 245, 250), -1, cv2.LINE_AA)
    cv2.circle(image, (size // 2, size // 4), size // 6, (250, 250, 255), -1, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", image)[1])


def product(place: int, picture_id: str) -> Json:
    name_id, name, dollars, was, left = _GOODS[place]

    def minor(amount: float, rate: float) -> int:
        return int(amount * rate) // 10 * 10 - (1 if rate < 1000 and rate != 150 else 0)

    return {
        "id": name_id,
        "name": name,
        "points": [
            {
                "id": "1",
                "keyword": {"en": "Warm light", "zh": "暖光", "ar": "ضوء دافئ", "th": "แสงอบอุ่น"},
                "text": {"en": "Reads like paper, wakes nobody.", "zh": "像纸一样好读，不打扰家人。", "ar": "يقرأ كالورق ولا يوقظ أحدًا."},
            },
            {
                "id": "2",
                "keyword": {"en": "Recycled aluminium", "zh": "再生铝"},
                "text": {"en": "Nine tenths of it were something else before."},
            },
            {
                "id": "3",
                "keyword": {"en": "Five-year warranty", "zh": "五年保修", "ar": "ضمان خمس سنوات", "th": "รับประกันห้าปี"},
                "text": {"en": "Send us a photo, we send the part."},
            },
        ],
        "prices": [
            {
                "market": market,
                "minor": minor(dollars, rate),
                "currency": currency,
                "was": None if was is None else minor(was, rate),
                "saving": 0 if was is None else (minor(was, rate) - minor(dollars, rate)) * 100 // minor(was, rate),
            }
            for market, (currency, rate) in _RATES.items()
            if not (name_id == "soap" and market == "JP")
        ],
        "unit": {"en": "piece"},
        "left": left,
        "pictures": [picture_id],
        "links": {"": f"https://shop.example/{name_id}", "GB": f"https://shop.example/uk/{name_id}"},
        "delivery": [
            {"market": market, "from": 3, "to": 5 + place, "freight": {"minor": 0 if place % 2 else 499, "currency": currency}}
            for market, (currency, _) in _RATES.items()
        ],
        "returnable": {market: market != "TH" for market in _RATES},
        "return_rule": {
            "en": "Thirty days, unused, in its box.",
            "zh": "三十天内，未使用且包装完好可退。",
            "ar": "خلال ثلاثين يومًا، غير مستعمل وفي علبته.",
        },
        "size_chart": [["Size", "Chest", "Length"], ["S", "88–92", "66"], ["M", "94–98", "69"], ["L", "100–106", "72"]]
        if name_id in ("scarf", "bag")
        else [],
        "faq": [
            {
                "question": {"en": "Does it need a special bulb?", "zh": "需要专用灯泡吗？"},
                "answer": {"en": "No, the light is built in and lasts 25,000 hours.", "zh": "不需要，内置光源可用两万五千小时。"},
            },
            {"question": {"en": "Which plug comes with it?"}, "answer": {"en": "The one of your country."}},
        ],
    }


async def put_picture(client: aiohttp.ClientSession, content: bytes) -> str:
    """Upload a picture to the room; returns its id."""
    name = hashlib.sha256(content).hexdigest()[:32]
    headers = {"Authorization": f"Bearer {host_token(ROOM_KEY)}"}
    async with client.put(f"/room/live/pictures/{name}", data=io.BytesIO(content), headers=headers) as response:
        assert response.status == 204, await response.text()
    return name


async def put_show(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    """Put markets, six products with pictures, and the list on the board."""
    await host.send(t="put", key="show", value={"title": "Evening market", "markets": list(MARKETS), "host_language": "en"})
    for place, goods in enumerate(_GOODS):
        name = await put_picture(client, picture(place * 28 + 8))
        await host.send(t="put", key=f"product/{goods[0]}", value=product(place, name))
    await host.send(t="put", key="list", value=[goods[0] for goods in _GOODS])


async def put_extras(host: RoomSocket, now_ms: int) -> None:
    """Put everything else on the board that a page can show at the same time."""
    await host.send(t="put", key="pinned", value={"product": "lamp", "at_ms": now_ms})
    words = {"en": "Free delivery tonight", "zh": "今晚包邮", "ar": "توصيل مجاني الليلة", "th": "คืนนี้ส่งฟรี"}
    await host.send(t="put", key="card", value={"id": "free", "words": words, "product": None})
    codes = [f"HARBOUR-{number:03}" for number in range(20)]
    expires_ms = now_ms + 9 * 60_000
    await host.send(t="coupon", id="spring", codes=codes, expires_ms=expires_ms, claimed={})
    title = {"en": "For everything tonight", "zh": "今晚全场可用", "ar": "لكل شيء الليلة", "th": "ใช้ได้ทุกชิ้นคืนนี้"}
    coupon = {"id": "spring", "title": title, "product": "", "percent": 20, "stock": 20, "left": 20, "expires_ms": expires_ms}
    await host.send(t="put", key="coupon", value=coupon)
    text = {"en": "Lamp at this price", "zh": "此价格剩余时间", "ar": "المصباح بهذا السعر"}
    await host.send(t="put", key="countdown", value={"ends_ms": now_ms + 5 * 60_000, "text": text})
    disclosure = {
        one["id"]: {
            "text": {"en": "Paid partnership with Harbour Goods", "ar": "شراكة مدفوعة مع هاربر", "zh": "与 Harbour Goods 的付费合作"}
        }
        for one in MARKETS
    }
    await host.send(t="put", key="disclosure", value={"markets": disclosure})
    ticker = {
        "en": "Next up: the merino scarf · Want a closer look? Request a close-up",
        "zh": "接下来：美利奴围巾 · 想看细节就点“想看细节”",
        "ar": "التالي: وشاح الميرينو · اطلب رؤيته عن قرب",
        "th": "ถัดไป: ผ้าพันคอเมอริโน",
    }
    await host.send(t="put", key="ticker", value=ticker)
