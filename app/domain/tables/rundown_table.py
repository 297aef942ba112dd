"""Reads a rundown from a table, and writes it as one."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from app.domain.base.folding import folded
from app.domain.base.localized_text import with_text
from app.domain.catalogue.sku import sku_key
from app.domain.rundown.rundown import Act, Cue, Segment
from app.domain.show import PLANNED_S_BOUNDS, Show, languages_of
from app.domain.show_editing import new_id
from app.domain.tables import cells
from app.domain.tables.column_names import guess_use, own_use, without_doubles
from app.domain.tables.column_words import RUNDOWN_WORDS
from app.domain.tables.product_columns import ROLE_WORDS
from app.domain.tables.table import CellError, Fault, Matching, Table, Use, harmless, lines_of, plain, texts_of

ACT_WORDS: Mapping[Act, Sequence[str]] = {
    Act.OPEN: ("open", "opening", "1", "开场", "第一幕", "apertura", "inicio", "ouverture", "debut", "eroffnung", "anfang"),
    Act.MIDDLE: ("middle", "main", "2", "中段", "主体", "第二幕", "medio", "milieu", "mitte"),
    Act.END: ("end", "close", "closing", "3", "收尾", "结尾", "第三幕", "cierre", "final", "fin", "ende", "schluss"),
}
SAMPLE_ROWS = 60
IN_LANGUAGES = frozenset({"cues", "script"})


@dataclass(frozen=True, slots=True)
class RundownPlan:
    """The segments in the table, in its order, without rows that have a fault."""

    segments: tuple[Segment, ...]
    left_out: int
    faults: tuple[Fault, ...]


class _Names:
    """The names by which rows refer to products and scenes, in both directions."""

    def __init__(self, show: Show) -> None:
        self._products = {folded(text): product.id for product in reversed(show.products) for text in product.name.values() if text}
        self._skus = {sku_key(product.sku): product.id for product in reversed(show.products) if product.sku}
        self._products.update({product.id: product.id for product in show.products})
        self._scenes = {folded(scene.name): scene.id for scene in reversed(show.project.scenes)}
        self._scenes.update({scene.id: scene.id for scene in show.project.scenes})
        self._product_names = {product.id: product.sku or product.id for product in show.products}
        self._scene_names = {scene.id: scene.name for scene in show.project.scenes}
        self.language = show.presentation.host_language

    def product(self, text: str) -> str:
        """The product of a name; raises CellError if the show has none."""
        found = self._products.get(text) or self._skus.get(sku_key(text)) or self._products.get(folded(text))
        if found is None:
            raise CellError("table.no_product", text=text)
        return found

    def scene(self, text: str) -> str:
        """The scene of a name; raises CellError if the show has none."""
        found = self._scenes.get(text) or self._scenes.get(folded(text))
        if found is None:
            raise CellError("table.no_scene", text=text)
        return found

    def product_name(self, product_id: str) -> str:
        return self._product_names.get(product_id, product_id)

    def scene_name(self, scene_id: str) -> str:
        return self._scene_names.get(scene_id, scene_id)


Get = Callable[[Segment, str, _Names], str]
Put = Callable[[Segment, str, str, _Names], Segment]


def _text(name: str) -> tuple[Get, Put]:
    return lambda segment, _, __: str(getattr(segment, name)), lambda segment, _, text, __: replace(segment, **{name: text})


def _flag(name: str) -> tuple[Get, Put]:
    return (
        lambda segment, _, __: "yes" if getattr(segment, name) else "",
        lambda segment, _, text, __: replace(segment, **{name: cells.flag_of(text)}),
    )


def _product(name: str) -> tuple[Get, Put]:
    return (
        lambda segment, _, names: names.product_name(getattr(segment, name)),
        lambda segment, _, text, names: replace(segment, **{name: names.product(text)}),
    )


def _planned(segment: Segment, _: str, text: str, __: _Names) -> Segment:
    seconds = cells.seconds_of(text)
    if not PLANNED_S_BOUNDS[0] <= seconds <= PLANNED_S_BOUNDS[1]:
        raise CellError("table.length", text=text)
    return replace(segment, planned_s=seconds)


def _get_cues(segment: Segment, tag: str, _: _Names) -> str:
    texts = [cue.text.get(tag, "") for cue in segment.cues]
    return lines_of(texts) if any(texts) else ""


def _put_cues(segment: Segment, tag: str, text: str, names: _Names) -> Segment:
    cues = list(segment.cues)
    for number, line in enumerate(texts_of(text)):
        if number == len(cues):
            cues.append(Cue(new_id(), {}))
        cues[number] = replace(cues[number], text=with_text(cues[number].text, tag or names.language, line))
    return replace(segment, cues=tuple(cues))


def _put_script(segment: Segment, tag: str, text: str, names: _Names) -> Segment:
    return replace(segment, script=with_text(segment.script, tag or names.language, text))


COLUMNS: Mapping[str, tuple[Get, Put]] = {
    "id": (lambda segment, _, __: segment.id, lambda segment, _, text, __: segment),
    "title": _text("title"),
    "act": (
        lambda segment, _, __: segment.act.value,
        lambda segment, _, text, __: replace(segment, act=cells.choice_of(text, ACT_WORDS)),
    ),
    "minutes": (lambda segment, _, __: cells.seconds_text(segment.planned_s), _planned),
    "product": _product("product_id"),
    "role": (
        lambda segment, _, __: segment.role.value if segment.role is not None else "",
        lambda segment, _, text, __: replace(segment, role=cells.choice_of(text, ROLE_WORDS)),
    ),
    "backup": _product("backup_id"),
    "cues": (_get_cues, _put_cues),
    "scene": (
        lambda segment, _, names: names.scene_name(segment.scene_id),
        lambda segment, _, text, names: replace(segment, scene_id=names.scene(text)),
    ),
    "host": _text("host"),
    "interpreter": _text("interpreter"),
    "needs_interpreter": _flag("needs_interpreter"),
    "share_moment": _flag("share_moment"),
    "countdown": _flag("countdown"),
    "draw": _text("draw"),
    "script": (lambda segment, tag, _: segment.script.get(tag, ""), _put_script),
    "note": _text("note"),
}


def match_rundown(table: Table, show: Show) -> Matching:
    """The likely use of each column."""
    languages = languages_of(show)
    return without_doubles(
        own_use(heading, COLUMNS)
        or guess_use(
            heading,
            RUNDOWN_WORDS,
            languages=languages,
            in_languages=IN_LANGUAGES,
            fits=lambda field, index=index: _fits(field, [row[index] for row in table.rows[:SAMPLE_ROWS]]),  # type: ignore[misc]
        )
        for index, heading in enumerate(table.header)
    )


def _fits(field: str, column: Sequence[str]) -> bool:
    """Whether cells look like this field: minutes have to be a duration."""
    filled = [text for cell in column if (text := plain(cell).strip())]
    if field != "minutes" or not filled:
        return True
    good = 0
    for text in filled:
        with suppress(CellError):
            good += PLANNED_S_BOUNDS[0] <= cells.seconds_of(text) <= PLANNED_S_BOUNDS[1]
    return good * 5 >= len(filled) * 4


def plan_rundown(table: Table, matching: Matching, show: Show) -> RundownPlan:
    """The segments of the table: known ones, by id, with the table's changes; the others are new."""
    columns = [(index, use) for index, use in enumerate(matching[: len(table.header)]) if use is not None and use.field in COLUMNS]
    names = _Names(show)
    known = {segment.id: segment for segment in show.segments}
    segments: dict[str, Segment] = {}
    faults: list[Fault] = []
    left_out = 0
    for number, row in enumerate(table.rows):
        filled = [(index, use, text) for index, use in columns if (text := plain(row[index])).strip()]
        if not filled:
            continue
        line, wrong = table.first_line + number, list[Fault]()
        segment_id = next((text.strip() for _, use, text in filled if use.field == "id"), "") or new_id()
        segment = known.get(segment_id, Segment(segment_id, ""))
        for index, use, text in filled:
            try:
                segment = COLUMNS[use.field][1](segment, use.of, text, names)
            except CellError as error:
                wrong.append(Fault(line, table.header[index], error.code, error.data))
        if not wrong and not segment.title.strip():
            segment = replace(segment, title=_title(segment, show))
        if not wrong and not segment.title:
            wrong.append(Fault(line, "", "table.no_title"))
        if not wrong and segment.id in segments:
            wrong.append(Fault(line, "", "table.twice", {"text": segment.id}))
        faults += wrong
        left_out += bool(wrong)
        if not wrong:
            segments[segment.id] = segment
    return RundownPlan(tuple(segments.values()), left_out, tuple(faults))


def _title(segment: Segment, show: Show) -> str:
    return next((text for product in show.products if product.id == segment.product_id for text in product.name.values()), "")


def rundown_table(show: Show, name: str = "") -> Table:
    """The whole rundown; empty columns are left out."""
    names = _Names(show)
    tags = dict.fromkeys(languages_of(show))
    tags.update(
        dict.fromkeys(tag for segment in show.segments for words in (segment.script, *(cue.text for cue in segment.cues)) for tag in words)
    )
    uses = [Use(field, of) for field in COLUMNS for of in (tags if field in IN_LANGUAGES else ("",))]
    uses = [use for use in uses if use.field in ("id", "title", "minutes") or any(_cell(segment, use, names) for segment in show.segments)]
    header = tuple(f"{use.field.replace('_', ' ')} [{use.of}]" if use.of else use.field.replace("_", " ") for use in uses)
    return Table(name, header, tuple(tuple(harmless(_cell(segment, use, names)) for use in uses) for segment in show.segments))


def _cell(segment: Segment, use: Use, names: _Names) -> str:
    return COLUMNS[use.field][0](segment, use.of, names)
