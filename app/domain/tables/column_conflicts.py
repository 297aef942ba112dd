"""Two columns for the same thing: a question asks which one counts, so that the first does not win by accident."""

from collections.abc import Callable, Collection

from app.domain.tables.table import Matching, Table, Use
from app.domain.tables.table_questions import LEAVE_OUT, Answers, TableChoice, TableQuestion, leave_out

Same = Callable[[Use], Use]  # the default use, spelled out


def column_cells(table: Table, index: int, most: int = 60) -> list[str]:
    """The first filled cells of a column."""
    found: list[str] = []
    for row in table.rows:
        if row[index].strip():
            found.append(row[index].strip())
            if len(found) == most:
                break
    return found


def conflicts(matching: Matching, same: Same, several: Collection[str]) -> dict[Use, list[int]]:
    """The columns of each use that has more than one; fields in `several` may have many."""
    found: dict[Use, list[int]] = {}
    for index, use in enumerate(matching):
        if use is not None and use.field not in several:
            found.setdefault(same(use), []).append(index)
    return {use: columns for use, columns in found.items() if len(columns) > 1}


def without_empty(table: Table, matching: Matching, same: Same, several: Collection[str]) -> Matching:
    """Drops empty columns for a use if another column for it has cells."""
    left = set[int]()
    for columns in conflicts(matching, same, several).values():
        empty = {index for index in columns if not column_cells(table, index, 1)}
        left |= empty if len(empty) < len(columns) else set(columns[1:])
    return tuple(None if index in left else use for index, use in enumerate(matching))


def decided(
    table: Table, matching: Matching, same: Same, several: Collection[str], answers: Answers
) -> tuple[Matching, list[TableQuestion]]:
    """The matching with the chosen column of each use, and the open questions. Columns in an unanswered question are left out."""
    kept, questions = list(matching), list[TableQuestion]()
    for use, columns in conflicts(matching, same, several).items():
        key = f"column:{use.field}:{use.of}"
        choices = [
            TableChoice(
                str(index), "ask.this_column", {"column": table.header[index], "text": next(iter(column_cells(table, index, 1)), "")[:60]}
            )
            for index in columns
        ]
        questions.append(TableQuestion(key, "ask.two_columns", {"text": use.field, "of": use.of}, (*choices, leave_out())))
        chosen = answers.get(key, LEAVE_OUT)
        for index in columns:
            if str(index) != chosen:
                kept[index] = None
    return tuple(kept), questions
