"""Stopping a broadcast without a window at any moment gives the right exit status."""

from pathlib import Path

from tests.support.tradewind import Tradewind, read_report

EMBEDDED = ("broadcast", "--embedded", "--listen", "127.0.0.1:0")


async def test_a_broadcast_stopped_as_soon_as_it_is_on_air_succeeds(tmp_path: Path) -> None:
    report_file = tmp_path / "report.json"
    async with Tradewind(tmp_path / "home", *EMBEDDED, "--report", str(report_file)) as run:
        await run.line("On air on")
        assert await run.end() == 0
        assert run.lines[-1] == "Off air."
        assert run.complaints == []
    assert read_report(report_file)["targets"][0]["state"] == "live"


async def test_a_broadcast_stopped_before_it_is_on_air_fails(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", "broadcast", "--relay", "http://127.0.0.1:9/whip") as run:  # nothing listens at this address
        await run.complaint("warning", within_s=30)
        assert await run.end() == 1
        assert "Stopped before going on air." in run.complaints[-1]
