"""Currencies as people write them: ISO 4217 codes, and signs, some of which mean several currencies."""

from collections.abc import Mapping

_ISO_4217 = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD
XCG XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_ISO_4217.split())

# The likeliest first. Keys are lower case.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "euro": ("EUR",),
    "£": ("GBP",),
    "₹": ("INR",),
    "rs": ("INR", "PKR", "LKR", "NPR"),
    "rs.": ("INR", "PKR", "LKR", "NPR"),
    "₩": ("KRW",),
    "원": ("KRW",),
    "₫": ("VND",),
    "đ": ("VND",),
    "vnđ": ("VND",),
    "฿": ("THB",),
    "บาท": ("THB",),
    "₱": ("PHP",),
    "₺": ("TRY",),
    "₽": ("RUB",),
    "₪": ("ILS",),
    "₴": ("UAH",),
    "₦": ("NGN",),
    "rm": ("MYR",),
    "rp": ("IDR",),
    "rp.": ("IDR",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "r": ("ZAR",),
    "r$": ("BRL",),
    "us$": ("USD",),
    "u$s": ("USD",),
    "a$": ("AUD",),
    "au$": ("AUD",),
    "c$": ("CAD",),
    "ca$": ("CAD",),
    "nz$": ("NZD",),
    "hk$": ("HKD",),
    "s$": ("SGD",),
    "sg$": ("SGD",),
    "nt$": ("TWD",),
    "mx$": ("MXN",),
    "cn¥": ("CNY",),
    "jp¥": ("JPY",),
    "rmb": ("CNY",),
    "人民币": ("CNY",),
    "人民幣": ("CNY",),
    "元": ("CNY", "TWD", "HKD"),
    "円": ("JPY",),
    "美元": ("USD",),
    "欧元": ("EUR",),
    "د.إ": ("AED",),
    "ر.س": ("SAR",),
    "ج.م": ("EGP",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "SEK", "NOK", "ISK"),
    "$": ("USD", "CAD", "AUD", "MXN", "SGD", "HKD", "TWD", "NZD", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "￥": ("CNY", "JPY"),
}


def meant_by(written: str) -> tuple[str, ...]:
    """The currencies that a code or a sign may mean, the likeliest first; () = neither."""
    bare = written.strip()
    if bare.upper() in CODES:
        return (bare.upper(),)
    return SIGNS.get(bare.lower().replace(" ", ""), ())
