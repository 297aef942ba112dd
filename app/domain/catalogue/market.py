"""Markets: how people of a country buy, what they expect to be told, and what is not said or shown to them."""

from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.localized_text import LocalizedText


class Framing(Enum):
    """What a message leads with."""

    VALUE = "value"
    QUALITY = "quality"
    SUSTAINABILITY = "sustainability"


class Confidence(Enum):
    """How well a fact is known: an official page or statute, a specialist's page, or old and conflicting knowledge."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class DisclosureMode(Enum):
    """How advertising is made known during a live show."""

    NONE = "none"
    PERIODIC = "periodic"
    CONTINUOUS = "continuous"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """`first_within_s` of the start, then `every_s`, each time at least `shown_s` on screen."""

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
    """How much a finding weighs: worth knowing, worth changing, not to be done."""

    INFO = "info"
    WARNING = "warning"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Taboo:
    """`matches` are what is looked for: digits, "#rrggbb" colours, or words in any language; compared without regard to case. `unless` are
    words that have a match in them and mean something else: in scripts without blanks nothing else tells them apart."""

    kind: TabooKind
    matches: tuple[str, ...]
    reason: LocalizedText
    level: Level = Level.WARNING
    source: str = ""
    confidence: Confidence = Confidence.LOW
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A way of speaking that lands badly in this market, and what to say instead. `pressure`: it hurries or shouts."""

    matches: tuple[str, ...]
    instead: LocalizedText = field(default_factory=dict)
    reason: LocalizedText = field(default_factory=dict)
    pressure: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimRule:
    """Claims that may not be made, or only with proof."""

    matches: tuple[str, ...]
    reason: LocalizedText
    level: Level = Level.WARNING
    source: str = ""
    confidence: Confidence = Confidence.LOW
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Market:
    """One market's profile. `id` is ISO 3166-1 alpha-2; `weekend` are ISO weekdays (1 = Monday); `tags` the buying manner
    ("bargaining", "reviews", "brand", …); `urgency` whether countdowns and hurry are accepted."""

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
    expires_on: str = ""  # ISO date; afterwards the facts are shown as stale
    confidence: Confidence = Confidence.LOW
