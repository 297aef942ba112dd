"""The table of everything that is fuzzed, by subject."""

from tests.fuzz import answers, descriptions, packets
from tests.fuzz.target import Target

TARGETS: tuple[Target, ...] = (*packets.TARGETS, *descriptions.TARGETS, *answers.TARGETS)
