"""What has to be there before a show, in words."""

from collections.abc import Mapping

from app.domain.base.errors import Value
from app.session.planning.show_checklist import CheckItem, CheckKind, CheckState
from app.ui.kit.language import tr

Values = Mapping[str, Value]


def check_text(item: CheckItem, values: Values) -> str:
    """One line; `values` are those of its data as the window's reader wants them."""
    if item.kind is CheckKind.RELAY:
        return _relay(item.state, values)
    if item.kind is CheckKind.RUN_OF_SHOW and not values["segments"]:
        return tr("Ready", "The run of show is empty")
    if item.kind is CheckKind.INTERPRETER and not values.get("names"):
        return tr("Ready", "No interpreter, and the run of show needs one")
    good, bad = _both(values)[item.kind]
    return good if item.state is CheckState.GOOD else bad


def _both(values: Values) -> Mapping[CheckKind, tuple[str, str]]:
    """By kind what is said when it is good, and when it is not."""
    names, products, count = values.get("names", ""), values.get("products", ""), values.get("count", 0)
    minutes, planned = values.get("minutes", 0), values.get("planned", 0)
    waiting = tr("Ready", "{count} viewers wait for it", count=count)
    against = (
        tr("Ready", "Something speaks against the hour")
        if count == 1
        else tr("Ready", "{count} things speak against the hour", count=count)
    )
    return {
        CheckKind.CAMERA: (tr("Ready", "Cameras are there"), tr("Ready", "Camera is not there: {names}", names=names)),
        CheckKind.MICROPHONE: (tr("Ready", "Microphones are there"), tr("Ready", "Microphone is not there: {names}", names=names)),
        CheckKind.RUN_OF_SHOW: (
            tr("Ready", "Run of show: {minutes} of {planned} min", minutes=minutes, planned=planned),
            tr("Ready", "The run of show has {minutes} min, the show {planned}", minutes=minutes, planned=planned),
        ),
        CheckKind.PRODUCTS: (
            tr("Ready", "Products are confirmed"),
            tr("Ready", "{count} products to be confirmed by the partner", count=products),
        ),
        CheckKind.STOCK: (tr("Ready", "Stock is there"), tr("Ready", "{count} products are out of stock", count=products)),
        CheckKind.MATERIAL: (tr("Ready", "Pictures are there"), tr("Ready", "{count} products have no picture", count=products)),
        CheckKind.LANGUAGES: (
            tr("Ready", "All is there in every language"),
            tr("Ready", "To be translated: {languages}", languages=values.get("languages", "")),
        ),
        CheckKind.INTERPRETER: (
            tr("Ready", "Interpreter: {names}", names=names),
            tr("Ready", "Interpreter to be confirmed: {names}", names=names),
        ),
        CheckKind.PERMITS: (
            tr("Ready", "Permits for the draw are there"),
            tr("Ready", "Permit for the draw: {markets}", markets=values.get("markets", "")),
        ),
        CheckKind.PLAN: (tr("Ready", "Nothing speaks against the hour"), against),
        CheckKind.RESERVATIONS: (waiting, waiting),
    }


def _relay(state: CheckState, values: Values) -> str:
    relay, delay = values.get("relay", ""), values.get("delay_ms", "–")
    if state is CheckState.UNKNOWN:
        return tr("Ready", "Network to {relay}: being measured", relay=relay)
    if state is CheckState.BLOCK:
        return tr("Ready", "{relay} cannot be reached", relay=relay)
    if state is CheckState.MISSING:
        return tr("Ready", "Network to {relay} is weak: {delay} ms", relay=relay, delay=delay)
    return tr("Ready", "Network to {relay}: {delay} ms", relay=relay, delay=delay)
