"""The text of a workbook's cells as the spreadsheet shows it: percent, leading zeros, currencies, minutes typed as hours.

Digits are never rounded away: a price of 19.99 shown as 20 stays 19.99.
"""

import math
import re
from datetime import date, datetime, time, timedelta

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_.|\*.|(?P<clock>(?:AM/PM|A/P))|(?P<sign>.)', re.IGNORECASE | re.DOTALL
)
_CURRENCY = re.compile(r"\$(?P<sign>[^-]*)(?:-[0-9A-Fa-f]+)?$")
_PLAIN = ("", "general", "@")
MAX_FORMAT = 255  # longest format that is read


def cell_text(value: object, number_format: str | None) -> str:
    """The cell's text as the spreadsheet shows it; `value` as openpyxl reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    form = (number_format or "")[:MAX_FORMAT]
    if isinstance(value, int | float):
        return _number(value, form)
    if isinstance(value, datetime | time | timedelta):
        return _clock(value, form)
    return value.isoformat() if isinstance(value, date) else str(value)


def number_text(value: float) -> str:
    """All digits of a number, never in exponent form. Three decimals get a zero, so that they are not taken for thousands."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{value:.20f}".rstrip("0") if abs(value) < 1 else f"{value:.0f}"
    return text + "0" if re.search(r"\.\d{3}$", text) else text


def _section(form: str, value: float) -> str:
    """The section of the format that applies to the value's sign."""
    parts, depth = [""], False
    for sign in form:
        depth = depth ^ (sign == '"')
        if sign == ";" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    if value < 0 and len(parts) > 1 and parts[1]:
        return parts[1]
    return parts[2] if value == 0 and len(parts) > 2 and re.search("[0#?]", parts[2]) else parts[0]


def _number(value: float, form: str) -> str:
    if form.strip().lower() in _PLAIN or not math.isfinite(value):
        return number_text(value)
    section = _section(form, value)
    before, after, digits, percent = _pieces(section)
    if percent:
        return number_text(round(value * 100, 10)) + "%"
    zeros = len(re.match(r"[#?,]*(0*)", digits)[1]) if "." not in digits else digits.split(".")[0].count("0")  # type: ignore[index]
    text = number_text(abs(value))
    if "E" not in digits and "/" not in digits and zeros > 1 and value == int(value):
        text = text.zfill(zeros)
    sign = "-" if value < 0 else ""
    return f"{before}{sign}{text}{after}".strip()


def _pieces(section: str) -> tuple[str, str, str, bool]:
    """(text before the digits, text after them, digit placeholders, whether it is a percentage)."""
    before, after, digits, percent = "", "", "", False
    for found in _TOKEN.finditer(section):
        words = found["quoted"] or found["escaped"] or ""
        sign = found["sign"] or ""
        if found["bracket"] is not None:
            currency = _CURRENCY.match(found["bracket"])
            words = currency["sign"] if currency is not None else ""
        if sign == "%":
            percent = True
        elif sign and sign in "0#?.,E/":
            digits += sign
        elif sign and sign not in "()+-":
            words += sign
        if words and digits:
            after += words
        else:
            before += words
    return before, after, digits, percent


def _clock(value: datetime | time | timedelta, form: str) -> str:
    """A date and time as ISO; a duration or time of day with the parts in its format."""
    letters = "".join(found["sign"] or found["bracket"] or "" for found in _TOKEN.finditer(form)).lower()
    if isinstance(value, datetime) and (re.search("[yd]", letters) or not re.search("[hs]", letters)):
        midnight = value.time() == time() and not re.search("[hs]", letters)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    length = value.total_seconds() if isinstance(value, timedelta) else value.hour * 3600 + value.minute * 60 + value.second
    minutes, rest = divmod(max(0, round(length)), 60)
    if "h" not in letters and letters:
        return f"{minutes}:{rest:02}" if "s" in letters else str(minutes)
    if "s" in letters or not letters:
        return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}"
