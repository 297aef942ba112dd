"""How the amounts of a table's columns are written, judged from all their cells; and questions where the cells don't tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.base.currencies import meant_by
from app.domain.base.money import minor_digits
from app.domain.show import Show
from app.domain.tables import cells
from app.domain.tables.cell_numbers import CellFormat, Marks, marks_of
from app.domain.tables.column_names import currency_in
from app.domain.tables.table import CellError, Use
from app.domain.tables.table_questions import LEAVE_OUT, Answers, TableChoice, TableQuestion, leave_out


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column of money or units. `currency` is the expected currency, "" = any; `counts`: it holds whole things.

    `open`: the column names no market, so amounts in other currencies belong to other markets; `any_currency`: they are fine as they are.
    """

    index: int
    heading: str
    use: Use
    currency: str
    texts: Sequence[str]
    counts: bool = False
    open: bool = False
    any_currency: bool = False


@dataclass(slots=True)
class Readings:
    """`by_index` says how to read a column. Cells in `skipped` currencies are left out; those in `routed` ones are for another market.
    `assumed` are columns (index, currency) whose amounts name no currency."""

    by_index: dict[int, CellFormat] = field(default_factory=dict)
    skipped: dict[int, set[str]] = field(default_factory=dict)
    routed: dict[int, dict[str, str]] = field(default_factory=dict)
    questions: list[TableQuestion] = field(default_factory=list)
    assumed: list[tuple[int, str]] = field(default_factory=list)

    def of(self, index: int) -> CellFormat:
        return self.by_index.get(index, _PLAIN)

    def written(self, index: int, text: str, currency: str) -> str:
        """The currency of a cell, "" = none is written or was chosen."""
        return _currency_of(text, currency, self.of(index).signs)


_PLAIN = CellFormat()


def read_columns(columns: Sequence[AmountColumn], show: Show, answers: Answers) -> Readings:
    """Judge all cells of all columns of amounts."""
    readings = Readings()
    marks = {column.index: _marks(column) for column in columns}
    shared = {mark.decimal for mark in marks.values() if mark.decimal}
    for column in columns:
        decimal = _decimal(column, marks[column.index], shared, answers, readings.questions)
        signs = {} if column.counts else _signs(column, answers, readings)
        readings.by_index[column.index] = CellFormat(decimal, signs)
        if not column.counts:
            _ask_other_currencies(column, show, answers, readings)
    return readings


def _marks(column: AmountColumn) -> Marks:
    return marks_of(column.texts, fractions=None if column.counts else minor_digits(column.currency) if column.currency else 2)


def _decimal(column: AmountColumn, marks: Marks, shared: set[str], answers: Answers, questions: list[TableQuestion]) -> str:
    if marks.decimal or not marks.doubtful:
        return marks.decimal
    if len(shared) == 1:
        return next(iter(shared))
    text = marks.doubtful
    mark = "." if "." in text else ","
    whole, part = text.replace(mark, ""), text.replace(mark, ".")
    key = f"decimals:{column.index}"
    thousands = "," if mark == "." else "."
    choices = (TableChoice(thousands, "ask.is_number", {"number": whole}), TableChoice(mark, "ask.is_number", {"number": part}))
    questions.append(TableQuestion(key, "ask.decimals", {"text": text, "column": column.heading}, choices))
    return answers.get(key, "")


def _meant(text: str) -> tuple[str, ...]:
    try:
        return cells.written_currency(text)
    except CellError:
        return ()


def _currency_of(text: str, currency: str, signs: Mapping[str, str]) -> str:
    meant = _meant(text)
    if not meant:
        return ""
    return currency if currency in meant else meant[0] if len(meant) == 1 else signs.get(cells.currency_sign(text), "")


def _signs(column: AmountColumn, answers: Answers, readings: Readings) -> dict[str, str]:
    """The currencies of ambiguous signs in this column, from the answers."""
    signs: dict[str, str] = {}
    for sign, text in _first_of((cells.currency_sign(text), text) for text in column.texts):
        meant = meant_by(sign)
        if len(meant) < 2 or column.currency in meant or (column.any_currency and not column.currency):
            continue
        key = f"currency:{column.index}:{sign}"
        choices = tuple(TableChoice(code, "ask.currency_is", {"currency": code}) for code in meant)
        data = {"text": text, "sign": sign, "column": column.heading}
        readings.questions.append(TableQuestion(key, "ask.currency", data, (*choices, leave_out())))
        if answers.get(key, LEAVE_OUT) == LEAVE_OUT:
            readings.skipped.setdefault(column.index, set()).add("")
        else:
            signs[sign] = answers[key]
    return signs


def _ask_other_currencies(column: AmountColumn, show: Show, answers: Answers, readings: Readings) -> None:
    signs = readings.of(column.index).signs
    found = dict(_first_of((_currency_of(text, column.currency, signs), text) for text in column.texts if text))
    if column.currency and not column.use.of and not currency_in(column.heading) and any(not _meant(text) for text in column.texts if text):
        readings.assumed.append((column.index, column.currency))
    for code, text in found.items() if not column.any_currency else ():
        if not code or not column.currency or code == column.currency:
            continue
        paying = [market.id for market in show.markets if market.currency == code]
        if column.open and len(paying) == 1:
            readings.routed.setdefault(column.index, {})[code] = paying[0]
            continue
        key = f"other:{column.index}:{code}"
        choices = tuple(TableChoice(market, "ask.for_market", {"market": market}) for market in paying)
        data = {"text": text, "currency": code, "column": column.heading, "expected": column.currency}
        readings.questions.append(TableQuestion(key, "ask.other_currency", data, (*choices, leave_out())))
        if answers.get(key, LEAVE_OUT) == LEAVE_OUT:
            readings.skipped.setdefault(column.index, set()).add(code)
        else:
            readings.routed.setdefault(column.index, {})[code] = answers[key]


def _first_of(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first text for each key, in order."""
    found: dict[str, str] = {}
    for key, text in pairs:
        found.setdefault(key, text)
    return list(found.items())
