"""The sample show that a newcomer finds: what it sells and says, and its pictures. Its scenes are the caller's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from app.domain.base.local_time import LocalTime
from app.domain.base.words import Words, pick
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Product
from app.domain.planning.party import Party
from app.domain.planning.schedule import Airing, Schedule, WhatsNew
from app.domain.program.project import Project
from app.domain.rundown.rundown import Segment
from app.domain.show import Coupon, KeywordCard, Presentation, Show, check_show
from app.storage.files import StorageError, read_file
from app.storage.markets import load_markets_by_id
from app.storage.parsing import parse_toml
from app.storage.show_pictures import make_picture

PICTURES = "pictures"
SOON = timedelta(days=2)  # the first show of the plan is not today: whoever opens the sample looks around first
WEEK = 7


@dataclass(frozen=True, slots=True)
class SampleShow:
    """`pictures` are the files' bytes by the ids under which the products name them."""

    presentation: Presentation
    markets: tuple[Market, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    cards: tuple[KeywordCard, ...]
    coupons: tuple[Coupon, ...]
    pictures: Mapping[str, bytes]
    schedule: Schedule

    def show(self, project: Project) -> Show:
        """The whole show with these scenes; raises ShowError when they do not go together."""
        parts = (self.presentation, self.markets, self.products, self.segments, self.cards, self.coupons, self.schedule)
        made = Show(project, *parts)
        check_show(made)
        return made


@dataclass(frozen=True, slots=True)
class _SampleAiring:
    """A series by its weekday (ISO) and hour: on which day it begins depends on the day on which the sample is opened."""

    id: str
    title: Words
    zone: str
    weekday: int
    hour: str
    minutes: int
    rule: str
    party_ids: tuple[str, ...]
    whats_new: WhatsNew

    def beginning(self, today: date, language: str) -> Airing:
        """On its next weekday, not at once."""
        day = today + SOON
        day += timedelta(days=(self.weekday - day.isoweekday()) % WEEK)
        return Airing(
            self.id,
            pick(self.title, (language,))[0],
            LocalTime(datetime.combine(day, time.fromisoformat(self.hour)), self.zone),
            self.minutes,
            self.rule,
            party_ids=self.party_ids,
            whats_new=self.whats_new,
            titles=self.title,
        )


@dataclass(frozen=True, slots=True)
class _Written:
    """show.toml as it stands: markets and pictures by the names of their files."""

    desk: Presentation
    markets: tuple[str, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    cards: tuple[KeywordCard, ...]
    coupons: tuple[Coupon, ...]
    parties: tuple[Party, ...]
    airings: tuple[_SampleAiring, ...]


def load_sample_show(folder: Path, markets: Path, language: str, today: date | None = None) -> SampleShow:
    """The sample show in a folder for a host of this language, with the profiles of its markets from another folder, its shows planned for
    the days after `today` (None = this day); raises StorageError naming file and place."""
    path = folder / "show.toml"
    try:
        table: dict[str, Any] = parse_toml(read_file(path))
        written = msgspec.convert(_in_language(table, language), _Written)
    except (ValueError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise StorageError("sample.broken", path=str(path), reason=str(error)) from error
    names = dict.fromkeys(name for product in written.products for name in product.pictures)
    pictures = {name: make_picture(read_file(folder / PICTURES / name), 0) for name in names}
    return SampleShow(
        presentation=replace(written.desk, host_language=language),
        markets=load_markets_by_id(markets, written.markets),
        products=tuple(replace(one, pictures=tuple(pictures[name].id for name in one.pictures)) for one in written.products),
        segments=written.segments,
        cards=written.cards,
        coupons=written.coupons,
        pictures={picture.id: picture.content for picture in pictures.values()},
        schedule=Schedule(
            airings=tuple(one.beginning(today or date.today(), language) for one in written.airings), parties=written.parties
        ),
    )


def _in_language(table: dict[str, Any], language: str) -> dict[str, Any]:
    """What segments and those who take part have in one language only, picked from the words in the file."""
    picked = {}
    for key in ("segments", "parties"):
        picked[key] = [
            {**one, **{name: pick(one[name], (language,))[0] for name in ("title", "host", "name") if isinstance(one.get(name), dict)}}
            for one in table.get(key, [])
        ]
    return {**table, **picked}
