"""Loads the sample show for new users: products, rundown and pictures. The caller adds the scenes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from app.domain.base.local_time import LocalTime
from app.domain.base.localized_text import LocalizedText, pick
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Product
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Airing, Schedule, WhatsNew
from app.domain.program.project import Project
from app.domain.rundown.rundown import Segment
from app.domain.show import Coupon, KeywordCard, Presentation, Show, check_show
from app.storage.files import StorageError, read_file
from app.storage.markets import load_markets_by_id
from app.storage.parsing import parse_toml
from app.storage.show_pictures import make_picture

PICTURES = "pictures"
SOON = timedelta(days=2)  # the first planned show is not today, so that new users can look around first
WEEK = 7


@dataclass(frozen=True, slots=True)
class SampleShow:
    """`pictures` are file contents by the ids that the products use."""

    presentation: Presentation
    markets: tuple[Market, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    cards: tuple[KeywordCard, ...]
    coupons: tuple[Coupon, ...]
    pictures: Mapping[str, bytes]
    schedule: Schedule

    def show(self, project: Project) -> Show:
        """The whole show with these scenes; raises ShowError if they do not fit together."""
        parts = (self.presentation, self.markets, self.products, self.segments, self.cards, self.coupons, self.schedule)
        made = Show(project, *parts)
        check_show(made)
        return made


@dataclass(frozen=True, slots=True)
class _SampleAiring:
    """A series by ISO weekday and hour; its start depends on the day on which the sample is opened."""

    id: str
    title: LocalizedText
    zone: str
    weekday: int
    hour: str
    minutes: int
    rule: str
    party_ids: tuple[str, ...]
    whats_new: WhatsNew

    def beginning(self, today: date, language: str) -> Airing:
        """The airing from its next weekday on, but not today."""
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
    """The content of show.toml; markets and pictures are file names."""

    desk: Presentation
    markets: tuple[str, ...]
    products: tuple[Product, ...]
    segments: tuple[Segment, ...]
    cards: tuple[KeywordCard, ...]
    coupons: tuple[Coupon, ...]
    parties: tuple[Party, ...]
    airings: tuple[_SampleAiring, ...]


def load_sample_show(folder: Path, markets: Path, language: str, today: date | None = None) -> SampleShow:
    """The sample show for a host of this language, planned for the days after `today` (None = the current day). Market profiles come from
    the folder `markets`. Raises StorageError with file and place."""
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
    """Pick the host's language for the texts of segments and parties, which have only one."""
    picked = {}
    for key in ("segments", "parties"):
        picked[key] = [
            {**one, **{name: pick(one[name], (language,))[0] for name in ("title", "host", "name") if isinstance(one.get(name), dict)}}
            for one in table.get(key, [])
        ]
    return {**table, **picked}
