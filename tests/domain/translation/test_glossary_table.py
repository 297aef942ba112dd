"""A glossary goes into a table and comes back."""

import pytest

from app.domain.translation.glossary import GlossaryEntry
from app.domain.translation.glossary_table import HEADER, RowProblem, SkippedRow, glossary_rows, read_glossary

ENTRIES = (
    GlossaryEntry("Lumière"),
    GlossaryEntry("box", "礼盒", "en", "zh-Hans"),
    GlossaryEntry("box", "caixa", "en", "pt-BR"),
    GlossaryEntry("包邮", "free shipping", "zh-Hans", "en"),
)


def test_what_is_written_is_read() -> None:
    rows = glossary_rows(ENTRIES)
    assert rows[0] == HEADER
    assert read_glossary(rows) == (ENTRIES, ())


def test_columns_are_found_by_name_in_any_order() -> None:
    rows = [
        ["译文", "备注", "目标语言", "词条", "源语言"],
        ["礼盒", "x", "zh_CN", "box", "en-US"],
        ["", "", "", "", ""],
        ["", "", "*", "Aura", ""],
    ]
    assert read_glossary(rows) == ((GlossaryEntry("box", "礼盒", "en", "zh-Hans"), GlossaryEntry("Aura")), ())


def test_a_table_without_heading_has_the_usual_order() -> None:
    assert read_glossary([["box", "en", "es", "caja"], ["Aura"]]) == ((GlossaryEntry("box", "caja", "en", "es"), GlossaryEntry("Aura")), ())


@pytest.mark.parametrize(
    ("row", "problem", "value"),
    [
        (["", "en", "es", "caja"], RowProblem.NO_TERM, ""),
        (["!?", "en", "es", "caja"], RowProblem.NO_TERM, "!?"),
        (["x" * 121, "", "", ""], RowProblem.TERM_TOO_LONG, "x" * 121),
        (["box", "english!", "es", "caja"], RowProblem.UNKNOWN_LANGUAGE, "english!"),
        (["box", "en", "español", "caja"], RowProblem.UNKNOWN_LANGUAGE, "español"),
        (["LUMIÈRE", "", "", "y"], RowProblem.DUPLICATE, "LUMIÈRE"),
    ],
)
def test_a_wrong_row_is_left_out_and_named(row: list[str], problem: RowProblem, value: str) -> None:
    entries, skipped = read_glossary([*glossary_rows(ENTRIES), row])
    assert entries == ENTRIES
    assert skipped == (SkippedRow(6, problem, value),)


def test_an_empty_table_has_no_entries() -> None:
    assert read_glossary([]) == ((), ())
    assert read_glossary([HEADER]) == ((), ())
