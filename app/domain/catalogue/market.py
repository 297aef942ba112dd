"""Markets: how people in a country buy, what they must be told, and what they take offence at."""

from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.localized_text import LocalizedText


class Framing(Enum):
    """What a message leads with."""

    VALUE = "value"
    QUALITY = "quality"
    SUSTAINABILITY = "sustainability"


class Confidence(Enum):
    """How reliable a fact is: an official page or statute, a specialist's page, or old or conflicting sources."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class DisclosureMode(Enum):
    """How a live show discloses advertising."""

    NONE = "none"
    PERIODIC = "periodic"
    CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Within `first_within_s` of the start, then every `every_s`, each time on screen for at least `shown_s`."""

    mode: DisclosureMode = DisclosureMode.PERIODIC
    text: LocalizedText = field(default_factory=dict)
    first_within_s: int = 30
    every_s: int = 600
    shown_s: int = 10
    source: str = ""
    confidence: Confidence = Confidence.LOW


class TabooKind(Enum):
    NUMBER = "number"
    COLOUR = "colour"
    GESTURE = "gesture"
    TOPIC = "topic"
    IMAGE = "image"
    WORD = "word"


class Level(Enum):
    """The weight of a finding: a note, something to change, something not allowed."""

    INFO = "info"
    WARNING = "warning"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Taboo:
    """`matches` are digits, "#rrggbb" colours, or words in any language, compared ignoring case. `unless` lists words that contain a match
    and mean something else, which only a list can tell in scripts without spaces."""

    kind: TabooKind
    matches: tuple[str, ...]
    reason: LocalizedText
    level: Level = Level.WARNING
    source: str = ""
    confidence: Confidence = Confidence.LOW
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that this market dislikes, and what to say instead. `pressure`: it rushes or shouts."""

    matches: tuple[str, ...]
    instead: LocalizedText = field(default_factory=dict)
    reason: LocalizedText = field(default_factory=dict)
    pressure: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Claims that are forbidden, or allowed only with proof."""

    matches: tuple[str, ...]
    reason: LocalizedText
    level: Level = Level.WARNING
    source: str = ""
    confidence: Confidence = Confidence.LOW
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Market:
    """One market's profile. `id` is ISO 3166-1 alpha-2; `weekend` holds ISO weekdays (1 = Monday); `tags` describe how people buy
    ("bargaining", "reviews", "brand", …); `urgency`: countdowns are accepted."""

    id: str
    name: LocalizedText
    languages: tuple[str, ...]
    currency: str
    zones: tuple[str, ...]
    tags: tuple[str, ...] = ()
    buying: LocalizedText = field(default_factory=dict)
    tone: LocalizedText = field(default_factory=dict)
    frame: Framing = Framing.VALUE
    urgency: bool = True
    payments: tuple[str, ...] = ()  # "card", "paypal", "cod", "pix", …
    weekend: tuple[int, ...] = (6, 7)
    prime_time: tuple[str, str] = ("20:00", "23:00")
    disclosure: Disclosure = Disclosure()
    taboos: tuple[Taboo, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    claims: tuple[ClaimRule, ...] = ()
    source: str = ""
    reviewed_on: str = ""  # ISO date
    expires_on: str = ""  # ISO date; after it, the facts are shown as stale
    confidence: Confidence = Confidence.LOW
