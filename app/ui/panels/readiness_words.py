"""What has to be there before a show, in words."""

from collections.abc import Callable, Mapping

from app.domain.errors import Value
from app.session.pre_show import CheckItem, CheckKind, CheckState
from app.ui.language import tr

Values = Mapping[str, Value]


def check_words(item: CheckItem, values: Values) -> str:
    """One line; `values` are those of its data as the window's reader wants them."""
    return _WORDS[item.kind](item.state, values)


def _camera(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Cameras are there")
    return tr("Ready", "Camera is not there: {names}", names=values.get("names", ""))


def _microphone(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Microphones are there")
    return tr("Ready", "Microphone is not there: {names}", names=values.get("names", ""))


def _relay(state: CheckState, values: Values) -> str:
    relay = values.get("relay", "")
    if state is CheckState.UNKNOWN:
        return tr("Ready", "Network to {relay}: being measured", relay=relay)
    if state is CheckState.BLOCK:
        return tr("Ready", "{relay} cannot be reached", relay=relay)
    if state is CheckState.MISSING:
        return tr("Ready", "Network to {relay} is weak: {delay} ms", relay=relay, delay=values.get("delay_ms", "–"))
    return tr("Ready", "Network to {relay}: {delay} ms", relay=relay, delay=values.get("delay_ms", "–"))


def _run_of_show(state: CheckState, values: Values) -> str:
    if not values["segments"]:
        return tr("Ready", "The run of show is empty")
    words = {"minutes": values["minutes"], "planned": values["planned"]}
    if state is CheckState.GOOD:
        return tr("Ready", "Run of show: {minutes} of {planned} min", **words)
    return tr("Ready", "The run of show has {minutes} min, the show {planned}", **words)


def _products(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Products are confirmed")
    return tr("Ready", "{count} products to be confirmed by the partner", count=values.get("products", ""))


def _stock(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Stock is there")
    return tr("Ready", "{count} products are out of stock", count=values.get("products", ""))


def _material(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Pictures are there")
    return tr("Ready", "{count} products have no picture", count=values.get("products", ""))


def _languages(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "All is there in every language")
    return tr("Ready", "To be translated: {languages}", languages=values.get("languages", ""))


def _interpreter(state: CheckState, values: Values) -> str:
    names = values.get("names", "")
    if not names:
        return tr("Ready", "No interpreter, and the run of show needs one")
    if state is CheckState.GOOD:
        return tr("Ready", "Interpreter: {names}", names=names)
    return tr("Ready", "Interpreter to be confirmed: {names}", names=names)


def _permits(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Permits for the draw are there")
    return tr("Ready", "Permit for the draw: {markets}", markets=values.get("markets", ""))


def _plan(state: CheckState, values: Values) -> str:
    if state is CheckState.GOOD:
        return tr("Ready", "Nothing speaks against the hour")
    return tr("Ready", "Something speaks against the hour") if values.get("count") == 1 else _much(values)


def _much(values: Values) -> str:
    return tr("Ready", "{count} things speak against the hour", count=values.get("count", 0))


def _reservations(state: CheckState, values: Values) -> str:
    del state
    return tr("Ready", "{count} viewers wait for it", count=values.get("count", 0))


_WORDS: Mapping[CheckKind, Callable[[CheckState, Values], str]] = {
    CheckKind.CAMERA: _camera,
    CheckKind.MICROPHONE: _microphone,
    CheckKind.RELAY: _relay,
    CheckKind.RUN_OF_SHOW: _run_of_show,
    CheckKind.PRODUCTS: _products,
    CheckKind.STOCK: _stock,
    CheckKind.MATERIAL: _material,
    CheckKind.LANGUAGES: _languages,
    CheckKind.INTERPRETER: _interpreter,
    CheckKind.PERMITS: _permits,
    CheckKind.PLAN: _plan,
    CheckKind.RESERVATIONS: _reservations,
}
