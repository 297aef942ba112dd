"""A plugin's process: runs one plugin in its sandbox and talks to the desk."""

import argparse
import asyncio
import importlib.util
import os
import queue
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from app.domain.selling.order import Order
from app.plugin.api import Api, PluginError, Shop
from app.plugin.chat import Chat
from app.plugin.chat_wire import abilities_part
from app.plugin.landlock import restrict
from app.plugin.resource_limits import set_limits
from app.plugin.sandbox import AuditSandbox
from app.plugin.wire import MAX_START, MAX_TEXT, Message, StartMessage, decode_line, encode_line, order_message, read_start

OWN_CODE = Path(__file__).resolve().parents[1]
GOODBYE_S = 2.0  # after the desk is gone or asks us to end
# What Python and its libraries read: code, certificates, time zones, host names.
SYSTEM = (
    "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/usr/share/ca-certificates", "/etc/ssl",
    "/etc/pki", "/etc/ca-certificates", "/etc/localtime", "/etc/timezone", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf",
    "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/mime.types", "/etc/ld.so.cache", "/System/Library", "/Library/Frameworks",
    "/run/systemd/resolve",
)  # fmt: skip
DEVICES = (os.devnull, "/dev/urandom", "/dev/random")


class DeskChannel:
    """The connection to the desk, one message per line. The plugin's own output is discarded, so that it cannot pass for a message."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._saying = threading.Lock()
        self._asking = threading.Lock()
        self._answers: queue.Queue[bool] = queue.Queue()

    @classmethod
    def open(cls) -> "DeskChannel":
        """Take over the process's standard input and output."""
        channel = cls(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        return channel

    def start(self) -> StartMessage:
        """The desk's instructions."""
        return read_start(self._incoming.readline(MAX_START))

    def say(self, message: Message) -> None:
        """Send a message; raises WireError if it does not fit in a line."""
        line = encode_line(message)
        with self._saying:
            self._outgoing.write(line)

    def ask(self, message: Message) -> bool:
        """Send a message and wait for the answer. Usable on any thread."""
        with self._asking:
            self.say(message)
            return self._answers.get()

    def listen(self, requested: Callable[[Message], object], ended: Callable[[], object]) -> None:
        """Receive answers and requests until the desk closes the connection. Run it on its own thread."""
        while line := self._incoming.readline(MAX_START):
            message = decode_line(line)
            if "request" in message:
                requested(message)
            else:
                self._answers.put(message.get("taken") is True)
        self._answers.put(False)
        ended()


def run(arguments: argparse.Namespace) -> int:
    """Run one plugin until the desk ends it; 1 = the plugin failed."""
    del arguments
    channel = DeskChannel.open()
    start = channel.start()
    os.chdir(start.folder)
    set_limits(start.memory_mb)
    return asyncio.run(_live(start, channel))


async def _live(start: StartMessage, channel: DeskChannel) -> int:
    status = await _run_all(start, channel)
    os._exit(status)  # do not wait for the plugin's threads


async def _run_all(start: StartMessage, channel: DeskChannel) -> int:
    """Called with the loop running: on Windows the loop needs a socket of its own, which the sandbox would refuse."""
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    kernel = _close_in(start)

    def ended() -> None:
        loop.call_soon_threadsafe(over.set)
        threading.Timer(GOODBYE_S, os._exit, (0,)).start()  # in case the plugin blocks its loop

    chat = Chat(channel.say)

    def requested(message: Message) -> None:
        loop.call_soon_threadsafe(chat.ask, message)

    threading.Thread(target=channel.listen, args=(requested, ended), name="desk-channel", daemon=True).start()
    api = Api(start.settings, start.folder, lambda text: channel.say({"tell": str(text)[:MAX_TEXT]}))
    try:
        _load(start).enable(api)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises is the stranger's failure
        return _failed(channel, error)
    if api.chat is not None and not start.chat:
        return _failed(channel, PermissionError("plugin.toml does not request chat"))
    tasks = {loop.create_task(_run(shop, start, channel)) for shop in api.shops}
    on: dict[str, Any] = {"shops": len(tasks), "kernel": kernel}
    if api.chat is not None:
        run_chat, abilities = api.chat
        on["chat"] = abilities_part(abilities)
        tasks |= {loop.create_task(_awaited(run_chat(chat))), loop.create_task(chat.deliver())}
    channel.say({"on": on})
    beat = loop.create_task(_beat(channel, start.beat_s))
    stop = loop.create_task(over.wait())
    failure = await _first_failure(tasks, stop)
    for task in (*tasks, beat, stop):
        task.cancel()
    await asyncio.wait((*tasks, beat, stop), timeout=GOODBYE_S)
    return 0 if failure is None else _failed(channel, failure)


async def _first_failure(tasks: set["asyncio.Task[None]"], stop: "asyncio.Task[Any]") -> BaseException | None:
    """The exception of the first shop or chat that failed; None = the desk ended us."""
    waiting: set[asyncio.Task[Any]] = {*tasks, stop}
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if stop in done:
            return None
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                return error


async def _beat(channel: DeskChannel, every_s: float) -> None:
    """Show that the loop is still running."""
    while True:
        channel.say({"beat": True})
        await asyncio.sleep(every_s)


async def _awaited(running: Awaitable[None]) -> None:
    await running


async def _run(shop: Shop, start: StartMessage, channel: DeskChannel) -> None:
    def take(order: Order) -> bool:
        if not start.orders:
            raise PermissionError("plugin.toml does not request orders")
        return channel.ask(order_message(order))

    await shop(take)


def _failed(channel: DeskChannel, error: BaseException) -> int:
    reason = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
    channel.say({"failed": reason.encode(errors="replace").decode()[:MAX_TEXT]})
    return 1


def _close_in(start: StartMessage) -> int:
    """Enter the sandbox; the Landlock version, 0 = not available."""
    code = [Path(path) for path in (sys.prefix, sys.base_prefix, *sys.path) if path and not _holds_our_code(path)]
    frozen = getattr(sys, "_MEIPASS", "")
    system = [Path(path) for path in (*SYSTEM, *DEVICES, frozen) if path]
    readable = [*code, *system, OWN_CODE, start.module.parent, *start.readable]
    writable = [start.folder, Path(os.devnull)]
    kernel = restrict(readable=readable, writable=writable, ports=[host.port for host in start.network])
    sys.meta_path.insert(0, _OwnModules())
    AuditSandbox(readable, writable, start.network).close()
    return kernel


def _holds_our_code(path: str) -> bool:
    """Whether this entry of the search path contains our package: plugins must not import the rest of it."""
    return Path(path).resolve() == OWN_CODE.parent


class _OwnModules:
    """Lets plugins import only the API and what it needs, which is loaded by now."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        del path, target
        if name.split(".", maxsplit=1)[0] == "app":
            raise ImportError(f"plugins may only import app.plugin.api from Tradewind, not {name}")


def _load(start: StartMessage) -> ModuleType:
    """Import the plugin's module."""
    spec = importlib.util.spec_from_file_location(f"tradewind_plugin_{start.plugin_id}", start.module)
    if spec is None or spec.loader is None:
        raise PluginError(f"cannot load {start.module}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
