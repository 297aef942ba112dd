"""The content of a poster of one show, in one language."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from app.domain.selling.card_theme import CardTheme

QrModules = tuple[tuple[bool, ...], ...]
MOST_TIMES = 10
MOST_NEWS = 3


class PosterSize(Enum):
    """Sizes for feeds, stories and screens. The value is stored in files."""

    FEED = "feed"
    STORY = "story"
    WIDE = "wide"

    @property
    def pixels(self) -> tuple[int, int]:
        return _PIXELS[self]


_PIXELS = {PosterSize.FEED: (1080, 1350), PosterSize.STORY: (1080, 1920), PosterSize.WIDE: (1920, 1080)}


@dataclass(frozen=True, slots=True)
class PosterTime:
    """The local time at a place: "Shanghai", "Sat", "9:00 AM". `shift` is the distance from the poster's date ("+1 day"), "" = same day."""

    city: str
    weekday: str
    clock: str
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Poster:
    """`day` is the date at the first of the `times`, of which `MOST_TIMES` are shown, and of `news` `MOST_NEWS`. `live` is the sign's word,
    `caption` is next to the code, `address` below it for people who can't scan; `modules` is the code without a quiet zone, True = dark.
    `picture` holds the bytes of a PNG, JPEG or WebP; one that cannot be read is left out. Whatever is empty leaves no hole."""

    title: str
    day: str
    times: tuple[PosterTime, ...]
    language: str = "en"
    live: str = ""
    news: tuple[str, ...] = ()
    caption: str = ""
    address: str = ""
    modules: QrModules = ()
    picture: bytes = b""


DrawPoster = Callable[[Poster, CardTheme, PosterSize], bytes]  # a PNG; app.overlay.poster.draw_poster, where Qt may be loaded
