"""The table of everything that is fuzzed, by subject."""

from tests.fuzz import answers, descriptions, messages, packets, pictures, text_files
from tests.fuzz.target import Target

_SUBJECTS = (packets, descriptions, answers, messages, pictures, text_files)
TARGETS: tuple[Target, ...] = tuple(target for subject in _SUBJECTS for target in subject.TARGETS)
