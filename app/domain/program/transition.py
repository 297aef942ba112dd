"""Transitions between scenes."""

from dataclasses import dataclass
from enum import Enum


class TransitionKind(Enum):
    CUT = "cut"
    FADE = "fade"


@dataclass(frozen=True, slots=True)
class Transition:
    """`duration_ms` is ignored by a cut."""

    kind: TransitionKind = TransitionKind.CUT
    duration_ms: int = 300


CUT = Transition()
