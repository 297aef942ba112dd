"""Texts of the checklist before a show."""

from collections.abc import Mapping

from app.domain.base.errors import Value
from app.session.planning.show_checklist import CheckItem, CheckKind, CheckState
from app.ui.kit.language import tr

Values = Mapping[str, Value]


def check_text(item: CheckItem, values: Values) -> str:
    """The line of an item; `values` is its data, formatted for the window."""
    if item.kind is CheckKind.RELAY:
        return _relay(item.state, values)
    if item.kind is CheckKind.RUN_OF_SHOW and not values["segments"]:
        return tr("Ready", "The rundown is empty")
    if item.kind is CheckKind.INTERPRETER and not values.get("names"):
        return tr("Ready", "The rundown needs an interpreter")
    good, bad = _both(values)[item.kind]
    return good if item.state is CheckState.GOOD else bad


def _both(values: Values) -> Mapping[CheckKind, tuple[str, str]]:
    """The texts by kind: good, then not good."""
    names, products, count = values.get("names", ""), values.get("products", ""), values.get("count", 0)
    minutes, planned = values.get("minutes", 0), values.get("planned", 0)
    waiting = tr("Ready", "Viewers who set a reminder: {count}", count=count)
    against = tr("Ready", "This time has a conflict") if count == 1 else tr("Ready", "This time has {count} conflicts", count=count)
    return {
        CheckKind.CAMERA: (tr("Ready", "Cameras connected"), tr("Ready", "Camera not found: {names}", names=names)),
        CheckKind.MICROPHONE: (tr("Ready", "Microphones connected"), tr("Ready", "Microphone not found: {names}", names=names)),
        CheckKind.RUN_OF_SHOW: (
            tr("Ready", "Rundown: {minutes} of {planned} min", minutes=minutes, planned=planned),
            tr("Ready", "The rundown is {minutes} min, the show {planned} min", minutes=minutes, planned=planned),
        ),
        CheckKind.PRODUCTS: (
            tr("Ready", "Products confirmed"),
            tr("Ready", "Products not confirmed by the partner: {count}", count=products),
        ),
        CheckKind.STOCK: (tr("Ready", "In stock"), tr("Ready", "Products out of stock: {count}", count=products)),
        CheckKind.MATERIAL: (tr("Ready", "Pictures complete"), tr("Ready", "Products without a picture: {count}", count=products)),
        CheckKind.LANGUAGES: (
            tr("Ready", "All translations complete"),
            tr("Ready", "Missing translations: {languages}", languages=values.get("languages", "")),
        ),
        CheckKind.INTERPRETER: (
            tr("Ready", "Interpreter: {names}", names=names),
            tr("Ready", "Interpreter not confirmed: {names}", names=names),
        ),
        CheckKind.PERMITS: (
            tr("Ready", "Prize draw permits ready"),
            tr("Ready", "Prize draw permit missing: {markets}", markets=values.get("markets", "")),
        ),
        CheckKind.PLAN: (tr("Ready", "No conflicts"), against),
        CheckKind.RESERVATIONS: (waiting, waiting),
    }


def _relay(state: CheckState, values: Values) -> str:
    relay, delay = values.get("relay", ""), values.get("delay_ms", "–")
    if state is CheckState.UNKNOWN:
        return tr("Ready", "Connection to {relay}: testing…", relay=relay)
    if state is CheckState.BLOCK:
        return tr("Ready", "Can’t reach {relay}", relay=relay)
    if state is CheckState.MISSING:
        return tr("Ready", "Weak connection to {relay}: {delay} ms", relay=relay, delay=delay)
    return tr("Ready", "Connection to {relay}: {delay} ms", relay=relay, delay=delay)
