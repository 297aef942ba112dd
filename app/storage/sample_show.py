"""The sample show that a newcomer finds: what it sells and says, and its pictures. Its scenes are the caller's."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from app.domain.market import Market
from app.domain.product import Product
from app.domain.project import Project
from app.domain.rundown import Segment
from app.domain.show import Coupon, Desk, KeywordCard, Show, check_show
from app.domain.words import pick
from app.storage.files import StorageError, read_file
from app.storage.markets import load_chosen
from app.storage.pictures import make_picture

PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Sample:
    """`pictures` are the files' bytes by the ids under which the products name them."""

    desk: Desk
    markets: tuple[Market, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    cards: tuple[KeywordCard, ...]
    coupons: tuple[Coupon, ...]
    pictures: Mapping[str, bytes]

    def show(self, project: Project) -> Show:
        """The whole show with these scenes; raises ShowError when they do not go together."""
        made = Show(project, self.desk, self.markets, self.products, self.segments, self.cards, self.coupons)
        check_show(made)
        return made


@dataclass(frozen=True, slots=True)
class _Written:
    """show.toml as it stands: markets and pictures by the names of their files."""

    desk: Desk
    markets: tuple[str, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    cards: tuple[KeywordCard, ...]
    coupons: tuple[Coupon, ...]


def load_sample(folder: Path, markets: Path, language: str) -> Sample:
    """The sample show in a folder for a host of this language, with the profiles of its markets from another folder; raises StorageError
    naming file and place."""
    path = folder / "show.toml"
    try:
        table: dict[str, Any] = tomllib.loads(read_file(path).decode("utf-8"))
        written = msgspec.convert(_in_language(table, language), _Written)
    except (ValueError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise StorageError("sample.broken", path=str(path), reason=str(error)) from error
    names = dict.fromkeys(name for product in written.products for name in product.pictures)
    pictures = {name: make_picture(read_file(folder / PICTURES / name), 0) for name in names}
    return Sample(
        desk=replace(written.desk, host_language=language),
        markets=load_chosen(markets, written.markets),
        products=tuple(replace(one, pictures=tuple(pictures[name].id for name in one.pictures)) for one in written.products),
        segments=written.segments,
        cards=written.cards,
        coupons=written.coupons,
        pictures={picture.id: picture.content for picture in pictures.values()},
    )


def _in_language(table: dict[str, Any], language: str) -> dict[str, Any]:
    """What a segment has in one language only, picked from the words in the file."""
    segments = []
    for segment in table.get("segments", []):
        picked = {key: pick(segment[key], (language,))[0] for key in ("title", "host") if isinstance(segment.get(key), dict)}
        segments.append({**segment, **picked})
    return {**table, "segments": segments}
