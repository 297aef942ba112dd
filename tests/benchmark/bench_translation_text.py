"""How long the text half of translation takes for a chat line: detecting its language, preparing it and finishing its translation.

Run: python -m tests.benchmark.bench_translation_text [--terms 5000]. The promise is at most 2 ms a line for detection.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from app.domain.translation.detection import Undecided, detect_by_words
from app.domain.translation.glossary import GlossaryEntry, Terms, name_entries
from app.domain.translation.prepared import Prepared, finish, prepare
from app.domain.translation.profanity import Profanity
from app.storage.translation_words import load_profanity, load_slang
from tests.domain.translation.messages import labelled_messages
from tests.domain.translation.protected_corpus import NAMES, protected_lines
from tests.support.source_trees import ROOT

T = TypeVar("T")

DETECTION_GOAL_MS = 2.0
ROUNDS = 5
WORDS = ROOT / "resources" / "translation"


def spans_ms(action: Callable[[T], object], lines: Sequence[T]) -> list[float]:
    """The processor milliseconds of each line, the best of some rounds."""
    best = [float("inf")] * len(lines)
    for _ in range(ROUNDS):
        for number, line in enumerate(lines):
            began = time.thread_time_ns()
            action(line)
            best[number] = min(best[number], (time.thread_time_ns() - began) / 1e6)
    return best


def say(what: str, spans: Sequence[float]) -> None:
    worst = sorted(spans)[-1 - len(spans) // 100]
    print(f"{what:44} p50 {statistics.median(spans):6.3f} ms   p99 {worst:6.3f} ms   worst {max(spans):6.3f} ms")


def large_glossary(count: int) -> Terms:
    """Terms of a shop with many products in two languages."""
    names = [{"en": f"Tea set {number} of {NAMES[number % len(NAMES)]}", "zh-Hans": f"茶具{number}号"} for number in range(count)]
    return Terms([*map(GlossaryEntry, NAMES), *name_entries(names)])


def detect_all() -> None:
    """Measures detection up to the question for the model."""
    messages = [*labelled_messages("short_messages"), *labelled_messages("unseen_messages")]
    languages = sorted({tag for tag, _ in messages})
    answers = [detect_by_words(text, languages, "") for _, text in messages]
    asked = sum(isinstance(answer, Undecided) for answer in answers)
    elected = [answer.decided("", 0.0) if isinstance(answer, Undecided) else answer for answer in answers]
    right = sum(answer.language == tag for answer, (tag, _) in zip(elected, messages, strict=True))
    print(f"{len(messages)} short messages in {len(languages)} languages: {right / len(messages):.1%} right by words alone")
    print(f"a model would be asked about {asked / len(messages):.0%}")
    say("detect the language", spans_ms(lambda message: detect_by_words(message[1], languages, ""), messages))


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench_translation_text", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--terms", type=int, default=5000, help="products in the glossary")
    arguments = parser.parse_args(words)
    detect_all()
    slang, profanity = load_slang(WORDS / "slang"), Profanity(load_profanity(WORDS / "profanity"))
    terms = large_glossary(arguments.terms)

    def ready(language: str, text: str) -> Prepared:
        return prepare(text, language, terms, slang)

    def masked(language: str, text: str) -> object:
        return profanity.masked(text, language)

    for language in ("en", "zh-Hans", "es"):
        lines = [line.text for line in protected_lines(language)]
        prepared = [prepare(text, language, terms, slang) for text in lines]
        say(f"prepare, {language}, {len(terms)} terms", spans_ms(partial(ready, language), lines))
        say(f"finish, {language}", spans_ms(lambda one: finish(one, one.text, "pt-BR"), prepared))
        say(f"mask insults, {language}", spans_ms(partial(masked, language), lines))
    long = "quanto custa a bolsa do K-100 kkkk 😍 " * 13
    say("prepare 500 characters", spans_ms(partial(ready, "pt-BR"), [long] * 20))
    print(f"promised: at most {DETECTION_GOAL_MS:.0f} ms a line to detect its language")


if __name__ == "__main__":
    main()
