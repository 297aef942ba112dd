"""Texts of the tasks before a show or festival."""

from collections.abc import Mapping

from app.domain.base.errors import Value
from app.domain.planning.draw_permit import PermitNeed
from app.domain.planning.lead_tasks import Task
from app.domain.planning.schedule import TaskKind
from app.ui.kit.language import tr


def task_text(task: Task, values: Mapping[str, Value]) -> str:
    """The text of a task; `values` is its data, formatted for the window."""
    return {
        TaskKind.STOCK: _stock,
        TaskKind.TRANSLATION: _translation,
        TaskKind.PERMIT: _permit,
        TaskKind.CONFIRM_14: _confirm,
        TaskKind.CONFIRM_7: _confirm_again,
        TaskKind.INTERPRETER: _interpreter,
        TaskKind.MATERIAL: _material,
    }[task.kind](values)


def _stock(values: Mapping[str, Value]) -> str:
    if "products" in values:
        return tr("Tasks", "Restock products ({count})", count=values["products"])
    return tr("Tasks", "Stock up for these days")


def _translation(values: Mapping[str, Value]) -> str:
    return tr("Tasks", "Translate products ({count}): {languages}", count=values["products"], languages=values["languages"])


def _permit(values: Mapping[str, Value]) -> str:
    need, market = PermitNeed(str(values["need"])), values["market"]
    if need is PermitNeed.REQUIRED:
        return tr("Tasks", "Prize draw: get the permit for {market}", market=market)
    if need is PermitNeed.CONDITIONAL:
        return tr("Tasks", "Prize draw: {market} may require a permit", market=market)
    return tr("Tasks", "Prize draw: rules for {market} unknown, ask a lawyer", market=market)


def _confirm(values: Mapping[str, Value]) -> str:
    return tr("Tasks", "Ask the partner to confirm products ({count})", count=values["products"])


def _confirm_again(values: Mapping[str, Value]) -> str:
    without = values.get("without_backup", 0)
    if without:
        return tr("Tasks", "Confirm products again; heroes without a backup: {count}", count=without)
    return tr("Tasks", "Confirm products again")


def _interpreter(values: Mapping[str, Value]) -> str:
    if values.get("interpreter"):
        return tr("Tasks", "Confirm interpreter: {name}", name=values["interpreter"])
    return tr("Tasks", "Find an interpreter for the rundown")


def _material(values: Mapping[str, Value]) -> str:
    if "products" in values:
        return tr("Tasks", "Add pictures to products ({count})", count=values["products"])
    return tr("Tasks", "Prepare pictures and texts for these days")


def task_note(values: Mapping[str, Value]) -> str:
    """The note of a task: the rule and its source."""
    lines = [str(values.get("note", ""))]
    if values.get("source"):
        lines.append(tr("Tasks", "Source: {source}. Reviewed {day}.", source=values["source"], day=values.get("reviewed_on", "–")))
    return "\n".join(filter(None, lines))
