"""Recognises a question by its marks and by the words that shoppers ask with."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_MARKS = frozenset("?؟;՞፧⁇⁈")  # after NFKC, "？" is "?" and the Greek question mark is ";"
_GREEK = re.compile(r"[α-ωά-ώ]")
# Words that ask even without a mark, as chat is written. Those of scripts with spaces count as whole words only.
_WORDS: Mapping[str, str] = {
    "en": r"how (?:much|many|long|do|does|can|to|big|is)|what(?:'?s| is| size| colou?r)|which|where (?:is|can|do)|when (?:is|does|will)"
    r"|do you (?:have|ship)|(?<!this )(?<!that )is (?:it|this|there)|can (?:i|you|we)|(?<!that )does (?:it|this)"
    r"|(?<!good )(?<!great )(?<!nice )price(?! is (?:good|great|nice|fair|ok))|any discount",
    "es": r"cu[aá]nto|cu[aá]l|qu[eé] (?:talla|precio|color|medida)|d[oó]nde|cu[aá]ndo|tienen|hay (?:talla|en|m[aá]s)|hacen env[ií]os?"
    r"|precio|es original",
    "pt": r"quanto|qnt[o]?|qual|tem (?:em|no|na|tamanho|outra|desconto|frete)|onde|quando|faz(?:em)? entrega|pre[cç]o|qto"
    r"|entrega (?:em|no|na|para|pra)",
    "fr": r"combien|quelle?s?|c'?est combien|livrez|y a[- ]t[- ]il|avez[- ]vous|vous avez|prix|o[uù] (?:est|puis)|quand",
    "de": r"wie ?viel|was kostet|welche[rsn]?|gibt es|habt ihr|liefert ihr|versand nach|preis|wann|wo (?:ist|kann)",
    "it": r"quanto|quale|avete|spedite|prezzo|c'[eè]|dove|quando",
    "id": r"berapa|brp|ada (?:warna|ukuran|yang|diskon)|apakah|kapan|gimana|bisa (?:cod|kirim|dikirim|nego)|harga(?:nya)?|ready|cod",
    "vi": r"bao nhi[eê]u|gi[aá]|c[oó] (?:size|m[aà]u|ship|kh[oô]ng)|[oở] đ[aâ]u|khi n[aà]o|nh[uư] th[eế] n[aà]o|ko$|kh[oô]ng$",
    "ru": r"сколько|какой|какая|какие|есть ли|где|когда|доставка в|цена|можно ли",
    "ar": r"و?(?:كم|بكم|هل|متى|أين|وين)|و?(?:ال|بال)?سعر(?:ه|ها|كم)?(?! (?:جدا )?(?:مناسب|ممتاز|حلو|جيد|غالي|رخيص|جميل|رائع|معقول|مرتفع))"
    r"|(?:ال|لل)?شحن(?! (?:سريع|ممتاز))|(?<!غير )متوفرة?",
    "tr": r"ne kadar|ka[cç] (?:tl|lira|para)|var m[iı]|hangi|nerede|fiyat[iı]?|m[iıuü]$",
}
_UNSPACED = (
    "吗|嗎|呢$|多少|几钱|幾錢|怎么|怎麼|什么|什麼|哪里|哪裡|哪个|有没有|有沒有|能不能|可以.{0,8}吗|包邮|包郵|多久|尺码多|几天|是不是|求链接"
    "|いくら|何|どこ|いつ|ですか|ますか|ありますか|どれ|サイズは|送料"
    "|얼마|어디|언제|뭐|있나요|인가요|되나요|할까요|가격"
    "|เท่าไหร่|เท่าไร|กี่บาท|มีไหม|ไหม|มั้ย|มัย|ยังไง|ที่ไหน|เมื่อไหร่|หรือเปล่า|ราคา"
    "|कितन|क्या|कब|कहाँ|कौन|दाम"
)
_SPACED = re.compile(rf"\b(?:{'|'.join(_WORDS.values())})(?!\w)")
_WITHOUT_SPACES = re.compile(_UNSPACED)


@lru_cache(maxsize=512)  # two readings of the log ask about each message
def is_question(text: str) -> bool:
    """Whether the text asks something. Short chat lines count by their words, too: "qnt custa", "包邮吗"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if any(mark in plain for mark in _MARKS - {";"}) or (";" in plain and bool(_GREEK.search(plain))):
        return True
    return bool(_WITHOUT_SPACES.search(plain) or _SPACED.search(plain))
