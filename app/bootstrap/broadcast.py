"""`tradewind broadcast`: goes on air without a window and reports statistics at the end."""

import argparse
import asyncio
import contextlib
import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import keyring
from keyring.backend import KeyringBackend

from app.bootstrap.engine_host import host_of
from app.bootstrap.logs import start_logging
from app.bootstrap.processes import on_termination_signals
from app.bootstrap.report import ENGINE_HOST, process_figures, report, write_report
from app.bootstrap.studio import make_studio
from app.bootstrap.task_errors import TaskErrorReporter
from app.bootstrap.terminal_text import notice_line
from app.domain.air.contact import source_contacts
from app.domain.base.address import clean_token, origin_of, relay_secret, shown_address, split_credentials, without_credentials
from app.domain.base.clock import NS_PER_MS, NS_PER_S, SystemClock
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.editing import pin_relay, publish_also, put_relay, replace_canvas, replace_video
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.program.project import Project, starter_project
from app.domain.program.stats import EngineStats
from app.session.air.relays import contacts_by
from app.session.engine.engine_supervisor import EngineState
from app.session.studio import Studio
from app.storage.consents import Consents
from app.storage.lock import FileLock
from app.storage.paths import Paths, find_paths
from app.storage.presets import load_presets
from app.storage.secrets import Secrets
from app.storage.settings import Settings, SettingsFile, output_from_settings, with_setting
from app.storage.show_formats import identity_of, load
from app.storage.wording import Wordings

READY_WITHIN_S = 20.0
ON_AIR_WITHIN_S = 30.0  # with --seconds; without it, the relay is tried until it answers
STOP_WITHIN_S = 6.0
LINE_EVERY_S = 10.0
FIGURES_WITHIN_S = 2.0


class BroadcastError(Exception):
    """Why the broadcast failed, in words for the user."""


class CommandLineTokens(KeyringBackend):
    """Puts the tokens of the command line before the system's keyring. Writes nothing to either."""

    priority = 0.0

    def __init__(self, tokens: dict[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._tokens = tokens

    def get_password(self, service: str, username: str) -> str | None:
        if username in self._tokens:
            return self._tokens[username]
        system = keyring.get_keyring()
        return system.get_password(service, username) if system.priority > 0 else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._tokens[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._tokens.pop(username, None)


def relays_from_arguments(arguments: argparse.Namespace) -> tuple[tuple[Relay, ...], dict[str, str]]:
    """The relays of the command line, and their tokens by keyring name. Raises BroadcastError."""
    urls: list[str] = arguments.relay or []
    tokens: list[str] = list(arguments.token or [])
    if arguments.token_file is not None:
        try:
            tokens += [line for line in arguments.token_file.read_text(encoding="utf-8-sig").splitlines() if clean_token(line)]
        except (OSError, UnicodeDecodeError) as error:
            raise BroadcastError(f"Can't read the token file: {error}") from error
    tokens = [clean_token(token) for token in tokens]
    if len(tokens) > len(urls):
        raise BroadcastError(f"Got {len(tokens)} tokens for {len(urls)} relays. Give one --token per --relay, in the same order.")
    relays, kept = [], {}
    for number, (typed, token) in enumerate(itertools.zip_longest(urls, tokens, fillvalue=""), 1):
        url, own = split_credentials(typed)
        if not origin_of(url).startswith(("http://", "https://")):
            raise BroadcastError(f"{shown_address(url)} is not a relay address. Use one like https://relay.example/whip/show.")
        if own and token:
            raise BroadcastError(f"The address {shown_address(url)} contains a user name, but you also gave a token. Use only one of them.")
        relays.append(Relay(f"given-{number}", urlsplit(url).netloc, url))
        kept[relay_secret(url)] = token or own
    return tuple(relays), {name: secret for name, secret in kept.items() if secret}


def check_connections(paths: Paths, path: Path, project: Project) -> None:
    """Raise BroadcastError if the project would connect to servers that the user has not allowed; the error lists them."""
    contacts_of = contacts_by(load_presets(paths.relay_presets))
    wanted = (*(contact for relay in project.relays for contact in contacts_of(relay)), *source_contacts(project))
    agreed = Consents(paths.consents).answers(identity_of(path))
    asked = [contact for contact in wanted if not agreed.get(contact.origin)]
    if asked:
        places = "\n".join(f"  {contact.name}: {contact.address}" for contact in dict.fromkeys(asked))
        raise BroadcastError(
            f"{path.name} wants to connect to servers you have not allowed yet:\n{places}\n"
            "Open the show in the window and allow them there, or use --allow-connections."
        )


def apply_arguments(project: Project, arguments: argparse.Namespace, relays: tuple[Relay, ...]) -> Project:
    """The project with the changes that the command line asks for."""
    if arguments.size is not None:
        project = replace_canvas(project, width=arguments.size[0], height=arguments.size[1])
    if arguments.fps is not None:
        project = replace_canvas(project, fps=round(arguments.fps))
    if arguments.bitrate is not None:
        project = replace_video(project, bitrate_kbps=round(arguments.bitrate))
    for relay in relays:
        project = put_relay(project, relay)
    if relays:
        project = publish_also(pin_relay(project, relays[0].id), [relay.id for relay in relays[1:]])
    elif arguments.embedded or not project.relays:
        project = publish_also(pin_relay(project, EMBEDDED_RELAY_ID), [])
    return project


def _claim_folder(runtime: Path) -> tuple[Path, FileLock]:
    """The first folder that no other broadcast has locked. After a crash that is the crashed one's, whose engine may still be on air."""
    for number in itertools.count(1):
        folder = runtime / f"broadcast-{number}"
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = FileLock(runtime / f"broadcast-{number}.lock")
        if lock.acquire():
            return folder, lock
    raise AssertionError("itertools.count() never ends")


@contextlib.contextmanager
def _private_folders(paths: Paths, arguments: argparse.Namespace) -> Iterator[Paths]:
    """Folders for this run only, so that it does not use a window's engine or unsaved work. Copies the settings."""
    paths.make()
    folder, lock = _claim_folder(paths.runtime)
    own = replace(paths, config=folder / "config", state=folder / "state", cache=folder / "cache", runtime=folder / "run")
    own.make()
    settings, _ = SettingsFile(paths.settings).load()
    settings = replace(settings, reopen_last=False)
    if arguments.listen is not None:
        host, port = arguments.listen
        settings = with_setting(replace(settings, relay_lan=host not in ("127.0.0.1", "localhost", "::1")), "relay_port", port)
    SettingsFile(own.settings).save(settings)
    try:
        yield own
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


class Broadcast:
    """One broadcast: starts, goes on air, reports statistics, shuts down."""

    def __init__(self, studio: Studio, arguments: argparse.Namespace, wordings: Wordings) -> None:
        self._studio = studio
        self._arguments = arguments
        self._wordings = wordings
        self._clock = SystemClock()
        self._stop = asyncio.Event()
        self._live_at_ns = 0
        self._asked_unix_ms = 0
        self._last: EngineStats | None = None
        self._pids: dict[str, int] = {"desk": os.getpid()}
        studio.notices.connect(self._say_notice)
        studio.engine.stats_changed.connect(self._on_stats)

    def _say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def _say_notice(self, notice: Notice) -> None:
        if notice.code == "target.live":
            self._note_on_air()
        text = notice_line(self._wordings, notice.code, notice.data)
        if notice.severity is Severity.INFO:
            self._say(text)
        else:
            sys.stderr.write(f"{notice.severity.value}: {text}\n")

    def _on_stats(self, stats: EngineStats) -> None:
        if stats.targets:
            self._last = stats
        if any(target.state is TargetState.LIVE for target in stats.targets):
            self._note_on_air()

    def _note_on_air(self) -> None:
        """A relay accepts the program. Called by the notice or the statistics, whichever come first."""
        if self._asked_unix_ms and not self._live_at_ns:
            self._live_at_ns = self._clock.monotonic_ns()

    async def _until(self, what: Callable[[], bool], seconds: float) -> bool:
        """Wait until `what()` is true. Returns False after `seconds`, or when the user stops the broadcast."""
        deadline = self._clock.monotonic_ns() + int(seconds * NS_PER_S)
        while not what():
            if self._stop.is_set() or self._clock.monotonic_ns() >= deadline:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await self._stop.wait()
        return True

    def _is_refused(self) -> bool:
        return self._last is not None and all(target.state is TargetState.REFUSED for target in self._last.targets)

    def _needs_embedded(self) -> bool:
        project = self._studio.document.project
        return EMBEDDED_RELAY_ID in (self._studio.broadcast.main_relay().id, *project.also_relay_ids)

    async def _ready(self) -> None:
        studio = self._studio

        def up() -> bool:
            return studio.engine.state.value is EngineState.ATTACHED and (studio.embedded.running or not self._needs_embedded())

        if not await self._until(up, READY_WITHIN_S) and not self._stop.is_set():
            missing = "engine" if studio.engine.state.value is not EngineState.ATTACHED else "embedded relay"
            raise BroadcastError(
                f"The {missing} did not start within {READY_WITHIN_S:.0f} seconds. Run `tradewind doctor` to find out why."
            )

    def _failure(self) -> str:
        targets = self._last.targets if self._last is not None else ()
        names = {relay.id: relay.name for relay in self._studio.relays.all}
        return (
            " ".join(
                notice_line(self._wordings, target.failure, {"relay": names.get(target.relay_id, ""), **dict(target.failure_data)})
                for target in targets
                if target.failure
            )
            or "No relay answered."
        )

    async def _go_on_air(self) -> None:
        self._asked_unix_ms = self._clock.wall_ns() // NS_PER_MS
        self._studio.broadcast.go_live()
        patience_s = ON_AIR_WITHIN_S if self._arguments.seconds is not None else float("1e9")
        await self._until(lambda: bool(self._live_at_ns) or self._is_refused(), patience_s)
        if not self._live_at_ns:
            if self._stop.is_set():
                return
            raise BroadcastError(f"Couldn’t go live. {self._failure()}")
        self._say("On air.")
        for relay in self._studio.broadcast.live_targets:
            if address := self._studio.embedded.watch_address if relay.id == EMBEDDED_RELAY_ID else relay.watch_url:
                self._say(f"Watch: {without_credentials(address)}")

    async def _stay(self) -> None:
        seconds = self._arguments.seconds or float("inf")
        while not self._stop.is_set() and (left := seconds - self._seconds_live()) > 0:
            await self._until(lambda: False, min(left, LINE_EVERY_S))
            self._count_processes()
            self._say_figures()

    def _seconds_live(self) -> float:
        return (self._clock.monotonic_ns() - self._live_at_ns) / NS_PER_S

    def _say_figures(self) -> None:
        if (stats := self._last) is None:
            return
        clock = f"{int(self._seconds_live()) // 3600:02}:{int(self._seconds_live()) // 60 % 60:02}:{int(self._seconds_live()) % 60:02}"
        frames = stats.frames
        text = f"{clock}  {frames.encoded} frames, {frames.repeated} repeated, {frames.skipped} skipped"
        for target in stats.targets:
            rtt = f"{target.rtt_ms:.0f} ms" if target.rtt_ms >= 0 else "–"
            text += f"  {target.state.value} {target.kbps:.0f} kbit/s, round trip {rtt}, lost {max(0.0, target.loss):.1%}"
        self._say(text)

    def _count_processes(self) -> None:
        """Collect the process ids of the engine, its host and the relay, which may have restarted."""
        engine_pid = self._studio.engine.pid
        self._pids.update({"engine": engine_pid, ENGINE_HOST: host_of(engine_pid), "relay": self._studio.embedded.pid})

    async def _write_report(self) -> None:
        if self._arguments.report is None:
            return
        self._stop.clear()  # stopped right after the start: still wait for the first statistics; a second stop ends that wait too
        await self._until(lambda: self._last is not None and self._last.at_ns > self._live_at_ns, FIGURES_WITHIN_S)
        if self._last is None:
            raise BroadcastError("Can't write the report: the engine sent no statistics.")
        self._count_processes()
        cpu_s, rss_mb = process_figures({name: pid for name, pid in self._pids.items() if pid})
        content = report(self._last, asked_unix_ms=self._asked_unix_ms, seconds_live=self._seconds_live(), cpu_s=cpu_s, rss_mb=rss_mb)
        try:
            write_report(self._arguments.report, content)
        except OSError as error:
            raise BroadcastError(f"Can't write the report: {error}") from error

    async def run(self, relays: tuple[Relay, ...]) -> None:
        """Run the whole broadcast. Raises BroadcastError with the reason in words."""
        loop = asyncio.get_running_loop()
        TaskErrorReporter(loop, self._studio.notices.emit)
        on_termination_signals(lambda: loop.call_soon_threadsafe(self._stop.set))
        await self._studio.start()
        try:
            self._studio.document.edit("Command line", lambda project: apply_arguments(project, self._arguments, relays))
            wanted = self._studio.document.project
            await self._ready()
            if (
                self._studio.document.project != wanted
            ):  # attached to the engine of a crashed broadcast, which brought its own show: use ours
                self._studio.document.edit("Command line", lambda _: wanted)
            if not self._stop.is_set():
                await self._go_on_air()
            if self._live_at_ns:
                await self._stay()
                await self._write_report()
        finally:
            self._studio.broadcast.stop_live()
            self._stop.clear()
            await self._until(lambda: self._studio.broadcast.state.value is BroadcastState.IDLE, STOP_WITHIN_S)
            await self._studio.aclose(keep_engine=False)
        if not self._live_at_ns:
            raise BroadcastError("Stopped before going on air.")
        self._say("Off air.")


def _test_show(settings: Settings) -> Project:
    """The show without a project file: test card and tone, so that nobody streams a room by mistake."""
    return replace(starter_project(camera=None, microphone=False), output=output_from_settings(settings))


def run(arguments: argparse.Namespace) -> int:
    """0 if it went on air and ended as asked, else 1 with the reason on standard error."""
    paths = find_paths()
    try:
        relays, tokens = relays_from_arguments(arguments)
        start_logging(paths.logs, "broadcast", verbose=arguments.verbose)
        # Load the show first: if it cannot be opened, nothing is started. Going on air never changes the file.
        given = load(arguments.project).project if arguments.project is not None else None
        if given is not None and not arguments.allow_connections:
            check_connections(paths, arguments.project, given)
        with _private_folders(paths, arguments) as own:
            studio = make_studio(
                own,
                new_project=_test_show if given is None else lambda _: given,
                make_secrets=lambda notify: Secrets(notify, CommandLineTokens(tokens)),
                with_relay=not relays,
                trusted=True,
            )
            asyncio.run(Broadcast(studio, arguments, Wordings.load(paths.notices)).run(relays))
    except BroadcastError as error:
        sys.stderr.write(f"tradewind: {error}\n")
        return 1
    except AppError as error:
        sys.stderr.write(f"tradewind: {notice_line(Wordings.load(paths.notices), error.code, error.data)}\n")
        return 1
    return 0
