"""`tradewind relay` as a process: with TLS, without it, and with errors for wrong options."""

import json
import re
from pathlib import Path

import aiohttp
import pytest

from tests.support.authority import Authority
from tests.support.tradewind import Tradewind


async def test_a_relay_with_a_certificate_is_reached_by_name_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.server_context("127.0.0.1")
    words = ("relay", "--listen", "127.0.0.1:0", "--certificate", str(tmp_path / "127.0.0.1.pem"), "--name", "shop.example")
    async with Tradewind(tmp_path / "home", *words) as run:
        address = await run.line("  watch    ")
        orders = await run.line("  orders   ")
        key = await run.line("  key      ")
        await run.line("Press Ctrl+C")
        found = re.fullmatch(r"https://shop\.example:(\d+)/watch/live", address)
        assert found is not None, address
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=authority.trust)) as client,
            client.get(f"https://127.0.0.1:{found[1]}/api/status", headers={"Host": "shop.example"}) as response,
        ):
            assert json.loads(await response.text())["base"] == "https://shop.example"
        assert not [line for line in run.lines if "unencrypted" in line]
        kept = next((tmp_path / "home").rglob("relay-keys.rooms"))
        assert key not in kept.read_text()
        assert re.fullmatch("[0-9a-f]{64}", orders)


async def test_a_relay_without_a_certificate_warns_that_nothing_is_encrypted(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", "relay", "--listen", "0.0.0.0:0") as run:
        await run.line("Press Ctrl+C")
        assert any("unencrypted" in line for line in run.lines)
    async with Tradewind(tmp_path / "home", "relay", "--listen", "127.0.0.1:0") as run:
        await run.line("Press Ctrl+C")
        assert not any("unencrypted" in line for line in run.lines), "nobody else can reach it"


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--certificate", "missing.pem"), "missing.pem"), (("--proxy", "everybody"), "everybody")],
    ids=["certificate", "proxy"],
)
async def test_an_unusable_option_is_named(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    async with Tradewind(tmp_path / "home", "relay", "--listen", "127.0.0.1:0", *words) as run:
        assert says in await run.complaint("tradewind: ")
        assert await run.ended() == 1
