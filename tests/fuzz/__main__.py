"""`python -m tests.fuzz`: a longer manual run, with figures for each parser and the number of every failing input."""

import argparse
import logging
import sys
import warnings

from tests.fuzz.runner import Report, run
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Gives broken and hostile inputs to every parser.")
    parser.add_argument("--iterations", type=int, default=10_000, metavar="N", help="inputs of a quick parser; slower ones get their share")
    parser.add_argument("--parser", action="append", metavar="NAME", help="this parser alone; may be given several times")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="other inputs for each number (default 1)")
    parser.add_argument("--only", type=int, metavar="INDEX", help="the input with this number alone, as a failure names it")
    parser.add_argument("--list", action="store_true", help="name the parsers")
    return parser.parse_args()


def inputs_for(target: Target, iterations: int) -> range:
    """The input numbers of this target in a run of this many iterations."""
    return range(max(1, round(iterations * target.share)))


def _line(report: Report) -> str:
    refused = ", ".join(f"{name} {count}" for name, count in report.refused.most_common(3))
    rate = report.inputs / report.seconds if report.seconds else 0.0
    return (
        f"{report.name:<28} {report.inputs:>9} {report.taken:>9} {report.refused.total():>9} {len(report.failures):>5} {rate:>9.0f}"
        f" {report.given:>7.1%} {report.work:>7.1%}  {refused}"
    )


def main() -> int:
    """Return 0 if every parser kept its contract."""
    arguments = _arguments()
    logging.disable(logging.WARNING)  # inputs are broken on purpose
    warnings.simplefilter("ignore")
    chosen = [target for target in TARGETS if not arguments.parser or target.name in arguments.parser]
    if arguments.list or not chosen:
        print("\n".join(target.name for target in TARGETS))
        return 0 if arguments.list else 2
    print(f"{'parser':<28} {'inputs':>9} {'taken':>9} {'refused':>9} {'wrong':>5} {'a second':>9} {'given':>7} {'work':>7}")
    reports = []
    for target in chosen:
        indexes = inputs_for(target, arguments.iterations) if arguments.only is None else range(arguments.only, arguments.only + 1)
        reports.append(run(target, seed=arguments.seed, indexes=indexes))
        print(_line(reports[-1]), flush=True)
        if reports[-1].failures:
            print(reports[-1].words(), flush=True)
    failures = sum(len(report.failures) for report in reports)
    print(f"{sum(report.inputs for report in reports)} inputs, {failures} wrong, seed {arguments.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
