"""The table of everything that is fuzzed, by subject."""

from tests.fuzz import (
    answers,
    chat_lines,
    descriptions,
    hubs,
    messages,
    packets,
    pictures,
    relay_requests,
    show_files,
    table_files,
    text_files,
)
from tests.fuzz.target import Target

_SUBJECTS = (packets, descriptions, answers, messages, chat_lines, hubs, relay_requests, pictures, text_files, table_files, show_files)
TARGETS: tuple[Target, ...] = tuple(target for subject in _SUBJECTS for target in subject.TARGETS)
