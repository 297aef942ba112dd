"""Amounts of money: whole minor units and a currency, never a float."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from app.domain.base.errors import AppError

_NO_MINOR = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_KNOWN = frozenset(
    re.findall(
        "[A-Z]{3}",
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP "
        "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS "
        "INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU "
        "MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK "
        "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UZS VED VES VND VUV WST "
        "XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ",
    )
)  # ISO 4217, including currencies withdrawn within the last year

MOST_MINOR = 10**15  # a larger number is not an amount of money


class MoneyError(AppError):
    """An amount that cannot be read, or two currencies in one sum; `data` names it."""


def minor_digits(currency: str) -> int:
    """How many decimals the currency has (ISO 4217)."""
    if currency in _NO_MINOR:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def is_currency(code: str) -> bool:
    """Whether this has the form of an ISO 4217 code."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def is_known_currency(code: str) -> bool:
    """Whether the currency is in use; codes from files are checked with this."""
    return code in _KNOWN


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` counts the currency's smallest units: 1999 USD is 19.99, 1999 JPY is 1,999."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not is_currency(self.currency):
            raise MoneyError("money.currency", currency=self.currency)

    @property
    def amount(self) -> Decimal:
        """In whole units of the currency."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def _same(self, other: "Money") -> None:
        if other.currency != self.currency:
            raise MoneyError("money.currencies", one=self.currency, other=other.currency)

    def share(self, percent: float) -> "Money":
        """A percentage of the amount, rounded to the nearest minor unit (half to even)."""
        exact = Decimal(self.minor) * Decimal(str(percent)) / 100
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), self.currency)


def parse_amount(text: str, currency: str, *, decimal: str = "") -> Money:
    """Parses "19.99", "19,99", "1 299,00" or "1.299,00"; raises MoneyError for anything else, or for too many decimals.

    `decimal` is the decimal mark of this text. If it is unknown (""), a single mark followed by three digits is a thousands separator,
    unless the currency has three decimals or only a zero precedes it.
    """
    digits = "".join(text.split()).replace("\u00a0", "").replace("\u202f", "").replace("'", "").replace("−", "-")
    point = digits.rfind(decimal) if decimal else max(digits.rfind("."), digits.rfind(","))
    if decimal and digits.count(decimal) > 1:
        raise MoneyError("money.amount", text=text)
    if point >= 0:
        whole, part = digits[:point], digits[point + 1 :]
        both = "." in digits and "," in digits
        if not decimal and len(part) == 3 and not both and minor_digits(currency) != 3 and whole.lstrip("+-") not in ("", "0"):
            whole, part = whole + part, ""
        digits = whole.replace(".", "").replace(",", "") + ("." + part if part else "")
    elif decimal:
        digits = digits.replace(".", "").replace(",", "")
    try:
        scaled = Decimal(digits).scaleb(minor_digits(currency))
    except InvalidOperation as error:
        raise MoneyError("money.amount", text=text) from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= MOST_MINOR:
        raise MoneyError("money.amount", text=text)
    return Money(int(scaled), currency)
