"""The command line. Each command's process is built by its module in app/bootstrap, loaded only when it is chosen:
the window must not load codecs, and the engine must not load Qt."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

EXIT_OK = 0

_BUILDERS = {
    "window": "app.bootstrap.window",
    "broadcast": "app.bootstrap.broadcast",
    "relay": "app.bootstrap.relay",
    "doctor": "app.bootstrap.doctor",
    "engine": "app.bootstrap.engine",
    "plugin": "app.plugin.child",
}

_EPILOG = """exit status: 0 = did what was asked, 1 = failed (the last line says why), 2 = the command line itself is wrong"""


def size(text: str) -> tuple[int, int]:
    """(width, height) of "1280x720"; both even, 160 to 3840."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 1280x720") from error
    if width % 2 or height % 2 or not (160 <= width <= 3840 and 160 <= height <= 3840):
        raise argparse.ArgumentTypeError(f"{text!r}: width and height are even numbers from 160 to 3840")
    return width, height


def between(low: float, high: float) -> Callable[[str], float]:
    """A parser of numbers from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not between {low:g} and {high:g}")
        return value

    return parse


def address(text: str) -> tuple[str, int]:
    """(host, port) of "0.0.0.0:8787", "[::1]:8787" or ":8787" (host "": every interface, IPv4 and IPv6)."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address like 0.0.0.0:8787")
    return host.strip("[]"), int(port)


def _add_window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", nargs="?", type=Path, help="project file to open")


def _add_broadcast(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "broadcast",
        help="go on air without a window",
        description="Goes on air without a window: with a project file, or with the test card and a tone.",
        epilog=_EPILOG,
    )
    parser.add_argument("project", nargs="?", type=Path, help="project file; without one, the test card and a tone")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--relay", action="append", metavar="URL", help="WHIP address of a relay; may be given several times")
    where.add_argument("--embedded", action="store_true", help="use the embedded relay (the default)")
    parser.add_argument("--token", action="append", metavar="T", help="bearer token of each --relay, in the same order")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="file with one token a line: keeps tokens out of the process list")
    parser.add_argument(
        "--allow-connections",
        action="store_true",
        help="let the project connect to the servers it names; needed once for a file from elsewhere",
    )
    parser.add_argument("--listen", type=address, metavar="HOST:PORT", help="where the embedded relay listens")
    parser.add_argument("--size", type=size, metavar="WxH", help="size of the program")
    parser.add_argument("--fps", type=between(1, 60), metavar="N", help="frames a second")
    parser.add_argument("--bitrate", type=between(100, 50_000), metavar="KBPS", help="video bitrate, kbit/s")
    parser.add_argument("--seconds", type=between(1, 10_000_000), metavar="N", help="stop after so many seconds on air")
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write the figures of the run there at the end")


def _add_relay(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "relay",
        help="run the relay on this machine for others",
        description="Runs the relay: takes WHIP, gives WHEP and the viewer page. Prints the addresses and the stream key.",
        epilog=_EPILOG,
    )
    parser.add_argument("--listen", type=address, default=("", 8787), metavar="[HOST]:PORT", help="default :8787, on every interface")
    parser.add_argument("--stream", action="append", metavar="NAME", help="stream name, may be given several times (default: live)")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="file with a line NAME KEY for each stream; made if it does not exist")
    parser.add_argument("--name", action="append", metavar="HOST", help="DNS name the relay is reached by; may be given several times")
    parser.add_argument(
        "--proxy", action="append", metavar="ADDRESS[/BITS]", help="proxy whose Forwarded or X-Forwarded-For is believed; several times"
    )
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="certificate with its chain (PEM): the relay speaks HTTPS alone")
    parser.add_argument("--private-key", type=Path, metavar="FILE", help="private key of the certificate, when it is a file of its own")
    parser.add_argument("--runtime", type=Path, help=argparse.SUPPRESS)


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "doctor",
        help="check this machine: devices, encoders, network, fonts",
        description="Looks at cameras, microphones, encoders, network and fonts, and says in plain words what it finds.",
        epilog="exit status: 0 = nothing is in the way of going on air, 1 = something is, 2 = the command line itself is wrong",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def _add_engine(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("engine")  # started by the window; no help line: not for people
    parser.add_argument("--runtime", type=Path, required=True)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="tradewind",
        description="The desktop broadcaster for people who sell live across borders. Without a command it opens the window.",
        epilog=_EPILOG,
    )
    top.add_argument("--verbose", action="store_true", help="log more, to the terminal too")
    top.add_argument("--version", action="store_true", help="print the version and end")
    commands = top.add_subparsers(dest="command", metavar="{window,broadcast,relay,doctor}")
    _add_window(commands.add_parser("window", help="open the window (the default)"))
    _add_broadcast(commands)
    _add_relay(commands)
    _add_doctor(commands)
    _add_engine(commands)
    commands.add_parser("plugin")  # started by the desk, which tells it the rest
    return top


def _add_default_command(words: Sequence[str]) -> list[str]:
    """`tradewind show.json` and plain `tradewind` mean `tradewind window …`."""
    rest = [word for word in words if word not in ("--verbose", "--version", "-h", "--help")]
    if rest and rest[0] in _BUILDERS:
        return list(words)
    if not rest and any(word in ("-h", "--help", "--version") for word in words):
        return list(words)
    flags = [word for word in words if word == "--verbose"]
    return [*flags, "window", *(word for word in words if word != "--verbose")]


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the process's exit status."""
    arguments = parser().parse_args(_add_default_command(sys.argv[1:] if words is None else words))
    if arguments.version:
        sys.stdout.write(f"tradewind {importlib.import_module('app.version').VERSION}\n")
        return EXIT_OK
    # Nothing here multiplies matrices: the threads that OpenBLAS starts for that would only cost memory, and forbid a fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # what is imported stays: looking through it again and again is a fifth of the start
    run = cast(Callable[[argparse.Namespace], int], importlib.import_module(_BUILDERS[arguments.command]).run)
    gc.freeze()
    gc.enable()
    return run(arguments)
