"""A start in words: local times, score and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.base.local_time import clock_reading
from app.domain.base.zones import Zones
from app.domain.catalogue.market import Level
from app.domain.planning.hours.hour_finder import Candidate
from app.domain.planning.people.party import Party
from app.ui.context import WindowContext
from app.ui.kit.language import tr
from app.ui.planning.local_times import time_text


@dataclass(frozen=True, slots=True)
class HourReason:
    """A reason as text, with its level."""

    words: str
    level: Level


@dataclass(frozen=True, slots=True)
class HourSummary:
    """`title` is the span in the planner's zone. `locals` are names with their local time, grouped by time. `hard` names those with
    unsocial hours, "" = no one."""

    start: datetime
    title: str
    score: int
    possible: bool
    locals: tuple[str, ...]
    hard: str
    reasons: tuple[HourReason, ...]

    @property
    def sentence(self) -> str:
        """All texts, for screen readers."""
        parts = (self.title, score_text(self), *self.locals, self.hard, *(reason.words for reason in self.reasons))
        return "; ".join(part.rstrip(".。") for part in parts if part)


def score_text(hour: HourSummary) -> str:
    """The score as text."""
    return tr("Planner", "{score} of 100", score=hour.score) if hour.possible else tr("Planner", "not possible")


def summarise_hour(
    candidate: Candidate, minutes: int, parties: Sequence[Party], zone: str, zones: Zones, context: WindowContext
) -> HourSummary:
    """Describe a start in `zone` and in everyone's local time."""
    language, formats = context.language, context.formats
    begin = clock_reading(candidate.start, zone, zones).wall
    end = clock_reading(candidate.start + timedelta(minutes=minutes), zone, zones).wall
    by_id = {party.id: party for party in parties}
    here = {}
    for party in parties:
        shown = clock_reading(candidate.start, party.zone, zones, beside=begin.date())
        shift = formats.day_shift(shown.day_shift, language)
        here[party.id] = f"{time_text(shown.wall)} {shift}" if shift else time_text(shown.wall)
    hard = [f"{by_id[one].name} ({here[one]})" for one in candidate.sufferers]
    reasons = []
    for finding in candidate.reasons:
        values = dict(formats.finding_values(finding.data, language))
        if "time" in values:
            values["time"] = str(finding.data["time"])  # 24-hour clock, as everywhere in the window
        sentence = context.finding_words.sentence(finding.code, values)
        reasons.append(HourReason(sentence.text, finding.level))
    return HourSummary(
        candidate.start,
        f"{formats.day(begin.date(), language)}  {time_text(begin)}–{time_text(end)}",
        round(candidate.score * 100),
        candidate.possible,
        _together(parties, here),
        tr("Planner", "Unsocial hours for {names}", names=tr("Planner", ", ").join(hard)) if hard else "",
        tuple(reasons),
    )


def _together(parties: Sequence[Party], here: Mapping[str, str]) -> tuple[str, ...]:
    """Names grouped by local time, in order of the first name."""
    names: dict[str, list[str]] = {}
    for party in parties:
        names.setdefault(here[party.id], []).append(party.name)
    mark = tr("Planner", ", ")
    return tuple(f"{mark.join(those)} {hour}" for hour, those in names.items())
