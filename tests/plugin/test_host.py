"""Plugins are found without running them, switched on and off with everything they registered, and stopped when they fail."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from app.domain.base.errors import AppError, FieldError
from app.domain.base.money import Money
from app.domain.base.notice import Notice, Severity
from app.domain.selling.order import Order
from app.plugin.host import PluginHost, PluginState
from app.plugin.manifest import read_manifest
from app.plugin.process import PluginLimits
from app.storage.plugin_settings import PluginSettingsFile
from tests.support.relays import eventually
from tests.support.source_trees import ROOT

MANIFEST = """
id = "{id}"
version = "1.0"
api = {api}
name = {{ en = "Test shop", zh-Hans = "测试店铺" }}
[[fields]]
key = "count"
type = "integer"
default = 2
minimum = 1
maximum = 9
title = {{ en = "How many" }}
"""
SELLING = """
import asyncio
from app.plugin.api import Money, Order

def enable(api):
    api.tell("hello")
    async def run(take):
        for number in range(api.settings["count"]):
            take(Order(f"o{number}", "tea", 1, Money(500, "USD"), 0, "test"))
        await asyncio.Event().wait()
    api.add_shop(run)
"""


@dataclass
class PluginBench:
    """A folder of plugins; records the orders and notices of its hosts."""

    home: Path
    orders: list[Order] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def write(self, plugin_id: str, code: str, *, api: int = 1, manifest: str = MANIFEST) -> None:
        folder = self.home / "plugins" / plugin_id
        folder.mkdir(parents=True)
        (folder / "plugin.toml").write_text(manifest.format(id=plugin_id, api=api), encoding="utf-8")
        (folder / "plugin.py").write_text(code, encoding="utf-8")

    def host(self) -> PluginHost:
        return PluginHost(
            [self.home / "plugins"],
            settings=PluginSettingsFile(self.home / "plugins.json"),
            data_folder=self.home / "data",
            take_order=self.take,
            notify=self.notices.append,
            budget=PluginLimits(look_s=0.05, goodbye_s=0.5, restart_after_s=(0.05, 0.05)),
        )

    def take(self, order: Order) -> bool:
        self.orders.append(order)
        return True


@pytest.fixture
def bench(tmp_path: Path) -> PluginBench:
    return PluginBench(tmp_path)


@pytest.fixture
async def host(bench: PluginBench) -> AsyncIterator[PluginHost]:
    bench.write("shop", SELLING)
    made = bench.host()
    made.start()
    yield made
    await made.aclose()


async def test_nothing_runs_before_it_is_switched_on(host: PluginHost, bench: PluginBench) -> None:
    (plugin,) = host.plugins
    assert plugin.state.value is PluginState.OFF
    await asyncio.sleep(0)
    assert bench.orders == [] and bench.notices == []


async def test_a_shop_brings_orders_until_its_plugin_is_switched_off(host: PluginHost, bench: PluginBench) -> None:
    host.switch("shop", on=True)
    await eventually(lambda: len(bench.orders) == 2)
    (plugin,) = host.plugins
    assert (plugin.state.value, plugin.run is None) == (PluginState.ON, False)
    assert [(notice.code, notice.data["text"]) for notice in bench.notices] == [("plugin.says", "hello")]
    host.switch("shop", on=False)
    assert [(one.state.value, one.run) for one in host.plugins] == [(PluginState.OFF, None)]


async def test_enabled_plugins_start_again_with_their_settings(host: PluginHost, bench: PluginBench) -> None:
    host.switch("shop", on=True)
    host.configure("shop", "count", 5)
    await host.aclose()
    bench.orders.clear()
    again = bench.host()
    again.start()
    await eventually(lambda: len(bench.orders) == 5)
    await eventually(lambda: again.plugins[0].state.value is PluginState.ON)
    await again.aclose()


async def test_a_changed_setting_restarts_the_plugin_and_an_invalid_one_is_refused(host: PluginHost, bench: PluginBench) -> None:
    host.switch("shop", on=True)
    await eventually(lambda: len(bench.orders) == 2)
    host.configure("shop", "count", 3)
    await eventually(lambda: len(bench.orders) == 5)
    with pytest.raises(FieldError):
        host.configure("shop", "count", 10)
    assert host.values("shop") == {"count": 3}
    with pytest.raises(AppError):
        host.switch("nobody", on=True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def enable(api):\n    raise RuntimeError('no network')", "RuntimeError: no network"),
        (
            "from app.plugin.api import PluginError\ndef enable(api):\n    raise PluginError('Choose the folder first.')",
            "Choose the folder first.",
        ),
        ("def enable(api):\n    async def run(take):\n        raise KeyError('x')\n    api.add_shop(run)", "KeyError: 'x'"),
        ("def enable(api) oops", "SyntaxError: expected ':' (plugin.py, line 1)"),
        ("", "AttributeError: module 'tradewind_plugin_bad' has no attribute 'enable'"),
    ],
)
async def test_a_failing_plugin_is_reported_and_the_others_continue(host: PluginHost, bench: PluginBench, code: str, reason: str) -> None:
    bench.write("bad", code)
    await host.aclose()
    again = bench.host()
    again.start()
    again.switch("shop", on=True)
    again.switch("bad", on=True)
    bad = next(plugin for plugin in again.plugins if plugin.manifest.id == "bad")
    await eventually(lambda: bad.state.value is PluginState.FAILED)
    assert bad.reason == reason and bad.run is None
    failed = [notice for notice in bench.notices if notice.code == "plugin.failed"]
    assert [(notice.severity, notice.data["reason"]) for notice in failed] == [(Severity.ERROR, reason)]
    await eventually(lambda: len(bench.orders) == 2)
    await again.aclose()


@pytest.mark.parametrize(
    ("manifest", "api", "code"),
    [
        ("id = [", 1, "plugin.manifest"),
        ('id = "BAD ID"\nversion = "1"\napi = 1\nname = "x"', 1, "plugin.manifest"),
        ('version = "1"\napi = 1\nname = "x"', 1, "plugin.manifest"),
        ('id = "x1"\nversion = "1"\napi = 1\nname = "x"\nmodule = "../evil.py"', 1, "plugin.manifest"),
        ('id = "x1"\nversion = "1"\napi = 1\nname = "x"\nmodule = "gone.py"', 1, "plugin.manifest"),
        (MANIFEST, 2, "plugin.version"),
    ],
)
async def test_a_broken_manifest_is_reported_and_skipped(bench: PluginBench, manifest: str, api: int, code: str) -> None:
    bench.write("good", SELLING)
    bench.write("odd", SELLING, api=api, manifest=manifest if manifest is MANIFEST else manifest.replace("{", "{{").replace("}", "}}"))
    host = bench.host()
    host.start()
    assert [plugin.manifest.id for plugin in host.plugins] == ["good"]
    assert [notice.code for notice in bench.notices] == [code]
    await host.aclose()


async def test_orders_from_a_folder_are_taken_once_and_bad_lines_reported(bench: PluginBench, tmp_path: Path) -> None:
    manifest = read_manifest(ROOT / "plugins" / "order_folder")
    assert [one.title for one in manifest.fields("zh-Hans")] == ["文件夹", "检查间隔（秒）"]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    settings = PluginSettingsFile(tmp_path / "plugins.json")
    settings.save("order_folder", enabled=True, values={"folder": str(inbox), "every_s": 1})
    host = PluginHost(
        [ROOT / "plugins"],
        settings=settings,
        data_folder=tmp_path,
        take_order=bench.take,
        notify=bench.notices.append,
    )
    (inbox / "a.csv").write_text(
        "order,product,units,amount,currency\n17,TEA,2,39.98,usd\n18,TEA,x,1,USD\n19,FAN,1,1200,JPY\n", encoding="utf-8"
    )
    host.start()
    await eventually(lambda: len(bench.orders) == 2)
    assert [(one.id, one.product, one.units, one.total) for one in bench.orders] == [
        ("17", "TEA", 2, Money(3998, "USD")),
        ("19", "FAN", 1, Money(1200, "JPY")),
    ]
    assert [notice.code for notice in bench.notices] == ["plugin.says"] and "a.csv, line 3" in str(bench.notices[0].data["text"])
    await host.aclose()


async def test_order_lines_keep_their_identity_when_the_file_is_read_again(bench: PluginBench, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    settings = PluginSettingsFile(tmp_path / "plugins.json")
    settings.save("order_folder", enabled=True, values={"folder": str(inbox), "every_s": 1})
    host = PluginHost([ROOT / "plugins"], settings=settings, data_folder=tmp_path, take_order=bench.take, notify=bench.notices.append)
    text = "order,product,units,amount,currency\n17,TEA,2,39.98,USD\n17,FAN,1,5,USD\n17,TEA,1,19.99,USD\n"
    (inbox / "a.csv").write_text(text, encoding="utf-8")
    host.start()
    await eventually(lambda: len(bench.orders) == 3)
    first = [(one.id, one.product, one.line, one.units) for one in bench.orders]
    assert first == [("17", "TEA", 1, 2), ("17", "FAN", 1, 1), ("17", "TEA", 2, 1)]
    (inbox / "a.csv").write_text(text + "18,FAN,1,5,USD\n", encoding="utf-8")
    await eventually(lambda: bench.orders[-1].id == "18")
    assert {(one.id, one.product, one.line) for one in bench.orders} == {
        ("17", "TEA", 1),
        ("17", "FAN", 1),
        ("17", "TEA", 2),
        ("18", "FAN", 1),
    }
    await host.aclose()


BAD_END = """
import asyncio

def enable(api):
    async def run(take):
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("the door sticks")
    api.add_shop(run)
"""
NO_END = """
import asyncio, time

def enable(api):
    async def run(take):
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                (api.folder / "stays").touch()
                time.sleep(1000)
    api.add_shop(run)
"""


async def test_a_plugin_that_stops_badly_does_not_affect_its_next_run(bench: PluginBench) -> None:
    bench.write("odd", BAD_END)
    host = bench.host()
    host.start()
    host.switch("odd", on=True)
    (plugin,) = host.plugins
    await eventually(lambda: plugin.state.value is PluginState.ON)
    first = plugin.run
    assert first is not None
    host.configure("odd", "count", 3)
    await first.gone.wait()
    await eventually(lambda: plugin.state.value is PluginState.ON)
    assert (plugin.run is not first, bench.notices) == (True, [])
    host.switch("odd", on=False)
    await host.aclose()
    assert (plugin.state.value, bench.notices) == (PluginState.OFF, [])


@pytest.mark.expect_errors
async def test_an_order_that_fails_in_the_desk_is_sent_again(bench: PluginBench) -> None:
    bench.write("shop", SELLING)
    errors = [RuntimeError("nobody foresaw this")]

    def take(order: Order) -> bool:
        if errors:
            raise errors.pop()
        return bench.take(order)

    settings = PluginSettingsFile(bench.home / "plugins.json")
    settings.save("shop", enabled=True, values={})
    budget = PluginLimits(look_s=0.05, goodbye_s=0.5, restart_after_s=(0.05, 0.05))
    host = PluginHost(
        [bench.home / "plugins"],
        settings=settings,
        data_folder=bench.home / "data",
        take_order=take,
        notify=bench.notices.append,
        budget=budget,
    )
    host.start()
    await eventually(lambda: len(bench.orders) == 2)
    assert [notice.code for notice in bench.notices if notice.code != "plugin.says"] == ["plugin.crashed"]
    await host.aclose()


async def test_a_folder_of_an_unknown_user_does_not_prevent_starting(bench: PluginBench, tmp_path: Path) -> None:
    settings = PluginSettingsFile(tmp_path / "plugins.json")
    settings.save("order_folder", enabled=True, values={"folder": "~nobody-of-this-name/orders", "every_s": 1})
    host = PluginHost([ROOT / "plugins"], settings=settings, data_folder=tmp_path, take_order=bench.take, notify=bench.notices.append)
    host.start()
    assert next(one for one in host.plugins if one.manifest.id == "order_folder").wanted
    await host.aclose()


async def test_a_plugin_that_does_not_stop_does_not_block_the_exit(bench: PluginBench) -> None:
    bench.write("odd", NO_END)
    host = bench.host()
    host.start()
    host.switch("odd", on=True)
    (plugin,) = host.plugins
    await eventually(lambda: plugin.state.value is PluginState.ON)
    assert plugin.run is not None
    pid = plugin.run.pid
    await host.aclose()
    assert (bench.home / "data" / "odd" / "stays").exists() and not psutil.pid_exists(pid)


async def test_an_unreadable_file_does_not_block_other_files(bench: PluginBench, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    settings = PluginSettingsFile(tmp_path / "plugins.json")
    settings.save("order_folder", enabled=True, values={"folder": str(inbox), "every_s": 1})
    host = PluginHost([ROOT / "plugins"], settings=settings, data_folder=tmp_path, take_order=bench.take, notify=bench.notices.append)
    head = "order,product,units,amount,currency\n"
    (inbox / "a.csv").write_bytes(head.encode() + "17,扇子,1,5,CNY\n".encode("gb18030"))
    (inbox / "b.csv").symlink_to(inbox / "gone.csv")  # as if the file were removed between listing and reading
    (inbox / "c.csv").write_text(head + "18,FAN,1,5,USD\n", encoding="utf-8")
    host.start()
    await eventually(lambda: bench.orders)
    assert [order.id for order in bench.orders] == ["18"]
    assert [(notice.code, str(notice.data["text"])[:6]) for notice in bench.notices] == [("plugin.says", "a.csv:")]
    (orders,) = [one for one in host.plugins if one.manifest.id == "order_folder"]
    await eventually(lambda: orders.state.value is PluginState.ON)
    await host.aclose()
