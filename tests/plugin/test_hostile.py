"""Plugins that block, spin, flood, crash, use too much memory or try to break out are stopped and named, and affect nothing else."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from app.plugin.host import Plugin, PluginHost, PluginState
from app.plugin.manifest import ManifestError, read_manifest
from app.plugin.permissions import AllowedHost, Permissions
from app.plugin.process import PluginLimits, processor_s
from app.storage.plugin_settings import PluginSettingsFile
from tests.plugin.test_host import MANIFEST, SELLING, PluginBench
from tests.support.relays import eventually
from tests.support.source_trees import ROOT

WITHIN_S = 60  # a busy machine starts processes slowly
IMPATIENT = PluginLimits(silence_s=3.0, beat_s=0.1, look_s=0.05, memory_mb=400, goodbye_s=0.5, restart_after_s=(0.01,))

LOOP = """
import asyncio
def enable(api):
    async def run(take):
        {body}
        await asyncio.Event().wait()
    api.add_shop(run)
"""
TO_ALL = """import contextlib, os
        for fd in range(3, 40):
            with contextlib.suppress(OSError):
                os.write(fd, {what})
"""


def shop(body: str) -> str:
    return LOOP.format(body=body)


def make_impatient_host(bench: PluginBench, budget: PluginLimits = IMPATIENT) -> PluginHost:
    return PluginHost(
        [bench.home / "plugins"],
        settings=PluginSettingsFile(bench.home / "plugins.json"),
        data_folder=bench.home / "data",
        take_order=bench.take,
        notify=bench.notices.append,
        budget=budget,
    )


def plugin_of(host: PluginHost, plugin_id: str) -> Plugin:
    return next(plugin for plugin in host.plugins if plugin.manifest.id == plugin_id)


@pytest.fixture
def bench(tmp_path: Path) -> PluginBench:
    return PluginBench(tmp_path)


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (shop("import time; time.sleep(1000)"), "silent"),
        (shop("exec('while True: pass')"), "silent"),
        ("import time\ntime.sleep(0.1)\nwhile True: pass", "silent"),
        (shop("import os; os._exit(7)"), "crashed"),
        (shop("import os; os.abort()"), "crashed"),
        (shop("raise SystemExit(0)"), "crashed"),
        (shop("import _thread; _thread.interrupt_main(); await asyncio.sleep(100)"), "crashed"),
        (
            shop(
                "import os\n        for fd in range(3, 40):\n            try: os.write(fd, b'rubbish\\n')\n            except OSError: pass"
            ),
            "garbled",
        ),
        (
            shop(
                "import os\n        for fd in range(3, 40):\n            try: os.write(fd, b'x' * 200000)\n            except OSError: pass"
            ),
            "garbled",
        ),
        (shop("from app.plugin.api import Order, Money; take(Order('o', 'p', 10**30, Money(1, 'USD'), 0))"), "garbled"),
    ],
    ids=["blocks", "spins", "never starts", "exits", "aborts", "leaves", "interrupts", "rubbish", "no end of a line", "absurd order"],
)
async def test_a_bad_plugin_is_restarted_and_then_switched_off_without_affecting_others(bench: PluginBench, code: str, cause: str) -> None:
    bench.write("good", SELLING)
    bench.write("bad", code)
    host = make_impatient_host(
        bench,
        IMPATIENT
        if "never" not in code and "time.sleep(0.1)" not in code
        else PluginLimits(start_s=1, look_s=0.05, restart_after_s=(0.01,)),
    )
    host.start()
    host.switch("bad", on=True)
    bad = plugin_of(host, "bad")
    await eventually(lambda: bad.failed, WITHIN_S)
    codes = [notice.code for notice in bench.notices if notice.subject == "plugin.bad"]
    assert codes == [f"plugin.{cause}", f"plugin.given_up.{cause}"]
    assert (bad.restarts, bad.run, bad.trouble is not None) == (1, None, True)
    host.switch("good", on=True)
    await eventually(lambda: len(bench.orders) == 2, WITHIN_S)
    await host.aclose()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (shop("exec('held = []\\nwhile True: held.append(bytearray(20_000_000))')"), "MemoryError"),
        (shop("f = lambda: f()\n        f()"), "RecursionError"),
        (shop("api.tell('x' * 10**7); raise RuntimeError('\\ud800' * 10**6)"), "RuntimeError: ??"),
    ],
    ids=["eats memory", "recurses", "says too much"],
)
async def test_an_exception_switches_the_plugin_off_with_its_message(bench: PluginBench, code: str, reason: str) -> None:
    bench.write("bad", code)
    host = make_impatient_host(bench)
    host.start()
    host.switch("bad", on=True)
    bad = plugin_of(host, "bad")
    await eventually(lambda: bad.failed, WITHIN_S)
    assert (bad.reason.startswith(reason), bench.notices[-1].code) == (True, "plugin.failed")
    assert all(len(str(notice.data)) < 5000 for notice in bench.notices)
    await host.aclose()


async def test_a_flood_only_slows_its_plugin(bench: PluginBench) -> None:
    bench.write("bad", shop("exec('while True: api.tell(\"x\")', {'api': api})"))
    host = make_impatient_host(bench, PluginLimits(goodbye_s=0.2))
    host.start()
    host.switch("bad", on=True)
    await eventually(lambda: plugin_of(host, "bad").unsaid > 500, WITHIN_S)
    assert len(bench.notices) < 500
    assert not plugin_of(host, "bad").failed
    host.switch("bad", on=False)
    await host.aclose()


async def test_printed_output_is_not_a_message(bench: PluginBench) -> None:
    bench.write("loud", "import os, sys\nprint('rubbish')\nos.write(1, b'{\"failed\": \"x\"}\\n')\nsys.stderr.write('rubbish')\n" + SELLING)
    host = make_impatient_host(bench)
    host.start()
    host.switch("loud", on=True)
    await eventually(lambda: len(bench.orders) == 2, WITHIN_S)
    assert [notice.code for notice in bench.notices] == ["plugin.says"]
    await host.aclose()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how busy a process is")
async def test_a_plugin_that_uses_too_much_cpu_in_a_thread_is_stopped(bench: PluginBench) -> None:
    assert (processor_s(os.getpid()) or 0) > 0
    spin = shop("import threading; threading.Thread(target=lambda: exec('while True: pass'), daemon=True).start()")
    bench.write("bad", spin)
    host = make_impatient_host(bench, PluginLimits(beat_s=0.1, look_s=0.3, busy_s=0.5, busy_share=0.02, goodbye_s=0.2, restart_after_s=()))
    host.start()
    host.switch("bad", on=True)
    await eventually(lambda: plugin_of(host, "bad").failed, WITHIN_S)
    assert bench.notices[-1].code == "plugin.given_up.busy"
    await host.aclose()


async def test_a_crashed_plugin_leaves_no_process_and_can_be_switched_on_again(bench: PluginBench) -> None:
    bench.write("good", SELLING)
    host = make_impatient_host(bench)
    host.start()
    host.switch("good", on=True)
    good = plugin_of(host, "good")
    await eventually(lambda: len(bench.orders) == 2, WITHIN_S)
    assert good.run is not None
    first = good.run.pid
    psutil.Process(first).kill()
    await eventually(lambda: len(bench.orders) == 4, WITHIN_S)
    assert (good.restarts, good.state.value, psutil.pid_exists(first)) == (1, PluginState.ON, False)
    host.switch("good", on=False)
    host.switch("good", on=True)
    assert (good.restarts, good.backoff.failures) == (0, 0)
    await host.aclose()


# A plugin tries each when it is switched on; {show} is a file of the user, {own} the plugin's folder, {port} a server of the test.
FORBIDDEN = {
    "read": "open({show!r}).read()",
    "write": "open({show!r}, 'w')",
    "make": "open({show!r} + '.new', 'x')",
    "low": "import os; os.open({show!r}, os.O_RDWR)",
    "pathlib": "from pathlib import Path; Path({show!r}).write_text('gone')",
    "remove": "import os; os.remove({show!r})",
    "rename": "import os; os.rename({show!r}, {own!r} + '/mine')",
    "link": "import os; os.symlink({show!r}, {own!r} + '/mine'); open({own!r} + '/mine')",
    "list": "import os; os.listdir(os.path.dirname({show!r}))",
    "change": "import os; os.chmod({show!r}, 0)",
    "database": "import sqlite3; sqlite3.connect({show!r})",
    "copy": "import shutil; shutil.copy({show!r}, {own!r})",
    "passwords": "open('/etc/passwd')",
    "process": "open('/proc/self/environ')",
    "program": "import subprocess; subprocess.run(['true'])",
    "shell": "import os; os.system('true')",
    "fork": "import os; os.fork()",
    "exec": "import os; os.execv('/bin/true', ['true'])",
    "spawn": "import multiprocessing; multiprocessing.get_context('spawn').Process(target=print).start()",
    "signal": "import os; os.kill(os.getppid(), 9)",
    "native": "import ctypes; ctypes.CDLL(None).system(b'true')",
    "connect": "import socket; socket.create_connection(('127.0.0.1', {port}))",
    "datagram": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "listen": "import socket; socket.socket().bind(('127.0.0.1', 0))",
    "bus": "import socket; socket.socket(socket.AF_UNIX).connect('/run/user/0/bus')",
    "name": "import socket; socket.getaddrinfo('elsewhere.example', 443)",
    "web": "import urllib.request; urllib.request.urlopen('https://elsewhere.example/')",
    "tokens": "import app.storage.secrets",
    "desk": "from app.session.studio import Studio",
}


@pytest.mark.parametrize("attempt", FORBIDDEN.values(), ids=FORBIDDEN.keys())
async def test_access_without_a_permission_in_the_manifest_is_refused(bench: PluginBench, attempt: str) -> None:
    show = bench.home / "My show.tradewind"
    show.write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = attempt.format(show=str(show), own=str(bench.home / "data" / "bad"), port=server.getsockname()[1])
        bench.write("bad", f"def enable(api):\n    {body}\n    api.tell('it worked')\n")
        host = make_impatient_host(bench, PluginLimits(restart_after_s=()))
        host.start()
        host.switch("bad", on=True)
        await eventually(lambda: plugin_of(host, "bad").failed or bench.notices, WITHIN_S)
        assert [notice.code for notice in bench.notices] == ["plugin.failed"]
        assert bench.notices[0].data["reason"].startswith(("NotPermitted: ", "ImportError: ", "URLError: ", "PermissionError: "))  # type: ignore[union-attr]
        assert show.read_text() == "precious"
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
        await host.aclose()


ALLOWED = """
import asyncio, json, keyring, os
from pathlib import Path
def enable(api):
    async def run(take):
        (api.folder / "kept.json").write_text("7")
        (api.folder / "deep").mkdir(exist_ok=True)
        read = [one.read_text() for one in sorted(Path(api.settings["inbox"]).glob("*.csv"))]
        reader, writer = await asyncio.open_connection("localhost", {port})
        writer.close()
        secret = [name for name in os.environ if "TOKEN" in name or "DBUS" in name]
        mine = [json.loads((api.folder / "kept.json").read_text()), read, secret, keyring.get_password("tradewind", "relay")]
        api.tell(json.dumps([*mine, Path.home() == api.folder, os.getcwd() == str(api.folder)]))
        await asyncio.Event().wait()
    api.add_shop(run)
"""
WITH_PERMISSIONS = """
id = "{{id}}"
version = "1"
api = {{api}}
name = "Asking"
[permissions]
network = ["localhost:{port}"]
folders = ["inbox"]
[[fields]]
key = "inbox"
type = "text"
default = ""
title = "Inbox"
"""


async def test_permissions_give_access_but_not_to_the_desks_secrets(bench: PluginBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAY_TOKEN", "very secret")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/0/bus")
    inbox = bench.home / "inbox 收件"
    inbox.mkdir()
    (inbox / "a.csv").write_text("17")
    with socket.create_server(("localhost", 0), family=socket.AF_INET) as server:
        port = server.getsockname()[1]
        bench.write("asking", ALLOWED.format(port=port), manifest=WITH_PERMISSIONS.format(port=port))
        host = make_impatient_host(bench, PluginLimits(restart_after_s=()))
        host.start()
        host.configure("asking", "inbox", str(inbox))
        host.switch("asking", on=True)
        await eventually(lambda: bench.notices, WITHIN_S)
        assert bench.notices[0].code == "plugin.says", bench.notices
        assert json.loads(str(bench.notices[0].data["text"])) == [7, ["17"], [], None, True, True]
        await host.aclose()


async def test_orders_without_the_permission_are_not_taken(bench: PluginBench) -> None:
    bench.write("quiet", SELLING, manifest=MANIFEST + "[permissions]\norders = false\n")
    host = make_impatient_host(bench, PluginLimits(restart_after_s=()))
    host.start()
    host.switch("quiet", on=True)
    await eventually(lambda: plugin_of(host, "quiet").failed, WITHIN_S)
    assert (bench.orders, bench.notices[-1].data["reason"]) == ([], "PermissionError: plugin.toml does not request orders")
    await host.aclose()


KERNEL = """
import errno, sys
from pathlib import Path
from app.plugin.landlock import restrict
own, other, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
held = restrict(readable=[Path(sys.prefix), Path(sys.base_prefix), Path("/usr")], writable=[own], ports=[])
import os, socket
def tried(what):
    try: what()
    except OSError as error: return errno.errorcode[error.errno]
    return "done"
print(held, tried(lambda: (own / "new").write_text("x")), tried(lambda: other.read_text()), tried(lambda: other.write_text("x")))
print(tried(lambda: os.execv("/bin/true", ["true"])))
print(tried(lambda: socket.create_connection(("127.0.0.1", port))) if held >= 4 else "EACCES")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
def test_the_kernel_enforces_permissions_where_supported(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", KERNEL, str(own), str(other), str(server.getsockname()[1])]
        output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    if output[0] == "0":
        pytest.skip("this kernel has no Landlock")
    assert output[1:] == ["done", "EACCES", "EACCES", "EACCES", "EACCES"]


async def test_a_plugin_exits_with_its_desk(tmp_path: Path, bench: PluginBench) -> None:
    """A killed desk only closes the plugin's standard input."""
    bench.write("good", SELLING)
    host = make_impatient_host(bench)
    host.start()
    host.switch("good", on=True)
    good = plugin_of(host, "good")
    await eventually(lambda: good.state.value is PluginState.ON, WITHIN_S)
    run = good.run
    assert run is not None
    run.let_go()
    await asyncio.wait_for(run.gone.wait(), WITHIN_S)
    await host.aclose()


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", Permissions()),
        ("[permissions]", Permissions(orders=False)),
        ("[permissions]\norders = true\nnetwork = ['API.shop.example', '*.cdn.example:8443', '192.0.2.7:80']", None),
        ("[permissions]\nchat = true", Permissions(orders=False, chat=True)),
        ("[permissions]\nchat = 'yes'", "chat must be"),
        ("[permissions]\nmicrophone = true", "permissions.microphone is unknown"),
        ("[permissions]\nservers = ['gone:80']", "servers must list"),
        ("[permissions]\nservers = 'x'", "servers must list"),
        ("[permissions]\norders = 1", "orders must be"),
        ("[permissions]\nnetwork = ['*']", "not a host name"),
        ("[permissions]\nnetwork = ['shop.example:0']", "the port of"),
        ("[permissions]\nnetwork = ['https://shop.example/']", "the port of"),
        ("[permissions]\nfolders = ['count']", "folders must list"),
        ("[permissions]\nfolders = 'x'", "folders must list"),
        ("permissions = 5", "not"),
    ],
)
def test_permissions_are_parsed_and_anything_else_is_refused(bench: PluginBench, table: str, expected: Permissions | str | None) -> None:
    head = table if table.startswith("permissions") else ""
    bench.write("one", SELLING, manifest=head + MANIFEST + ("" if head else table.replace("{", "{{")))
    if isinstance(expected, str):
        with pytest.raises(ManifestError) as raised:
            read_manifest(bench.home / "plugins" / "one")
        assert expected in str(raised.value.data["reason"])
        return
    wanted = expected or Permissions(
        True, (AllowedHost("api.shop.example"), AllowedHost("*.cdn.example", 8443), AllowedHost("192.0.2.7", 80))
    )
    assert read_manifest(bench.home / "plugins" / "one").permissions == wanted


WHOLE = 'id = "x1"\nversion = "1"\napi = 1\nname = "x"'
DAMAGED = {
    "no api": 'id = "x1"\nversion = "1"\nname = "x"',
    "api is text": 'id = "x1"\nversion = "1"\nname = "x"\napi = "first"',
    "deep": "x = " + "[" * 5000,
    "large": "# " + "x" * 70_000,
    "not text": b"\xff\xfe",
    "null": b"\0" * 100,
    "list for a table": 'id = "x1"\nversion = "1"\napi = 1\nname = ["x"]',
    "fields is text": 'id = "x1"\nversion = "1"\napi = 1\nname = "x"\nfields = "x"',
    "default of another type": WHOLE + '\n[[fields]]\nkey = "k"\ntype = "integer"\ndefault = "x"\ntitle = "k"',
    "imports of numbers": 'id = "x1"\nversion = "1"\napi = 1\nname = "x"\nimports = 5',
    "endless figure": 'id = "x1"\nversion = "1"\napi = 1\nname = "x"\nx = ' + "9" * 5000,
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
async def test_a_damaged_manifest_stops_neither_the_app_nor_other_plugins(bench: PluginBench, content: str | bytes) -> None:
    bench.write("good", SELLING)
    folder = bench.home / "plugins" / "odd"
    folder.mkdir()
    (folder / "plugin.py").write_text("")
    (folder / "plugin.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    host = make_impatient_host(bench)
    host.start()
    assert [plugin.manifest.id for plugin in host.plugins] == ["good"]
    assert [notice.code for notice in bench.notices] == ["plugin.version" if content == DAMAGED["api is text"] else "plugin.manifest"]
    await host.aclose()
