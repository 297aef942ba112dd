"""The command line. It imports a command's module only when that command is chosen: the window must not load codecs, the engine must not
load Qt."""

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

_EPILOG = """exit status: 0 = success, 1 = failure (the last line gives the reason), 2 = invalid command line"""


def size(text: str) -> tuple[int, int]:
    """Parse "1280x720" as (width, height). Both must be even, from 160 to 3840."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 1280x720") from error
    if width % 2 or height % 2 or not (160 <= width <= 3840 and 160 <= height <= 3840):
        raise argparse.ArgumentTypeError(f"{text!r}: width and height must be even numbers from 160 to 3840")
    return width, height


def between(low: float, high: float) -> Callable[[str], float]:
    """Return a parser of numbers from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} must be between {low:g} and {high:g}")
        return value

    return parse


def address(text: str) -> tuple[str, int]:
    """Parse "0.0.0.0:8787", "[::1]:8787" or ":8787" as (host, port). An empty host means every interface, IPv4 and IPv6."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address like 0.0.0.0:8787")
    return host.strip("[]"), int(port)


def _add_window(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", nargs="?", type=Path, help="show to open")


def _add_broadcast(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "broadcast",
        help="go on air without a window",
        description="Goes on air without a window, with the given show or with the test card and a tone.",
        epilog=_EPILOG,
    )
    parser.add_argument("project", nargs="?", type=Path, help="show to broadcast (default: the test card and a tone)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--relay", action="append", metavar="URL", help="WHIP address of a relay; can be repeated")
    where.add_argument("--embedded", action="store_true", help="use the embedded relay (the default)")
    parser.add_argument("--token", action="append", metavar="T", help="bearer token of the --relay at the same position; can be repeated")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="file with one token per line; keeps tokens out of the process list"
    )
    parser.add_argument(
        "--allow-connections",
        action="store_true",
        help="let the show connect to the servers it names; needed for a show you did not make yourself",
    )
    parser.add_argument("--listen", type=address, metavar="HOST:PORT", help="address the embedded relay listens on")
    parser.add_argument("--size", type=size, metavar="WxH", help="canvas size")
    parser.add_argument("--fps", type=between(1, 60), metavar="N", help="frame rate")
    parser.add_argument("--bitrate", type=between(100, 50_000), metavar="KBPS", help="video bitrate in kbit/s")
    parser.add_argument("--seconds", type=between(1, 10_000_000), metavar="N", help="stop after N seconds on air")
    parser.add_argument("--report", type=Path, metavar="FILE.json", help="write statistics of the broadcast to this file at the end")


def _add_relay(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "relay",
        help="run the relay as a server on this machine",
        description="Runs the relay: accepts WHIP, serves WHEP and the viewer page. Prints the addresses and the stream keys.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "--listen", type=address, default=("", 8787), metavar="[HOST]:PORT", help="address to listen on (default: :8787, every interface)"
    )
    parser.add_argument("--stream", action="append", metavar="NAME", help="stream name; can be repeated (default: live)")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="file with a line NAME KEY per stream; created if missing")
    parser.add_argument("--name", action="append", metavar="HOST", help="public DNS name of the relay; can be repeated")
    parser.add_argument(
        "--proxy", action="append", metavar="ADDRESS[/BITS]", help="trust Forwarded and X-Forwarded-For from this proxy; can be repeated"
    )
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="certificate chain (PEM); the relay then serves HTTPS only")
    parser.add_argument("--private-key", type=Path, metavar="FILE", help="private key, if it is not in the certificate file")
    parser.add_argument("--runtime", type=Path, help=argparse.SUPPRESS)


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "doctor",
        help="check this machine: devices, encoders, network, fonts",
        description="Checks cameras, microphones, encoders, network and fonts, and reports what it finds.",
        epilog="exit status: 0 = ready to go on air, 1 = a problem prevents it, 2 = invalid command line",
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")


def _add_engine(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("engine")  # started by the window, not by people: no help line
    parser.add_argument("--runtime", type=Path, required=True)


def parser() -> argparse.ArgumentParser:
    """Build the whole command line."""
    top = argparse.ArgumentParser(
        prog="tradewind",
        description="The desktop broadcaster for people who sell live across borders. Without a command, opens the window.",
        epilog=_EPILOG,
    )
    top.add_argument("--verbose", action="store_true", help="log more, also to the terminal")
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="{window,broadcast,relay,doctor}")
    _add_window(commands.add_parser("window", help="open the window (the default)"))
    _add_broadcast(commands)
    _add_relay(commands)
    _add_doctor(commands)
    _add_engine(commands)
    commands.add_parser("plugin")  # started by the desk, which sends the plugin's details over standard input
    return top


def _add_default_command(words: Sequence[str]) -> list[str]:
    """Treat `tradewind show.json` and plain `tradewind` as `tradewind window …`."""
    rest = [word for word in words if word not in ("--verbose", "--version", "-h", "--help")]
    if rest and rest[0] in _BUILDERS:
        return list(words)
    if not rest and any(word in ("-h", "--help", "--version") for word in words):
        return list(words)
    flags = [word for word in words if word == "--verbose"]
    return [*flags, "window", *(word for word in words if word != "--verbose")]


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = parser().parse_args(_add_default_command(sys.argv[1:] if words is None else words))
    if arguments.version:
        sys.stdout.write(f"tradewind {importlib.import_module('app.version').VERSION}\n")
        return EXIT_OK
    # The app multiplies no matrices. OpenBLAS's threads for that would waste memory and prevent a fork.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()  # imported modules stay: scanning them again and again takes a fifth of the start-up time
    run = cast(Callable[[argparse.Namespace], int], importlib.import_module(_BUILDERS[arguments.command]).run)
    gc.freeze()
    gc.enable()
    return run(arguments)
