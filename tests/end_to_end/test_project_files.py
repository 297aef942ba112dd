"""Show files on the command line: an unreadable one gives a one-line error and exit status 1; an older one goes on air."""

import asyncio
import contextlib
import json
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.event import EventKind
from app.domain.program.project import starter_project
from app.domain.show import Show
from app.storage import project_file
from app.storage.migrations import CURRENT_VERSION
from app.storage.show_file import ShowFile, read_only, write_new
from tests.support.tradewind import Tradewind
from tests.support.watcher import Watcher

SAMPLES = Path(__file__).resolve().parents[1] / "storage" / "samples"
EMBEDDED = ("--embedded", "--listen", "127.0.0.1:0")


def whole() -> str:
    return project_file.encode(starter_project(camera=None, microphone=False)).decode()


def newer() -> str:
    return json.dumps({**json.loads(whole()), "version": CURRENT_VERSION + 1})


def impossible() -> str:
    document = json.loads(whole())
    document["project"]["scenes"][0]["layers"][0]["opacity"] = 7
    return json.dumps(document)


def database(sql: str) -> bytes:
    """Return the content of a show file changed by SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "show"
        write_new(path, Show(starter_project(camera=None, microphone=False)))
        with contextlib.closing(sqlite3.connect(path)) as foreign:
            foreign.execute(sql)
            foreign.commit()
        return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (whole()[: len(whole()) // 2].encode(), "is incomplete: it ends at line"),
        (whole().replace('"scenes"', "scenes", 1).encode(), "is damaged at line"),
        (b"", "is empty"),
        (b"\x7fELF", "is damaged at line 1"),
        (b'{"name": "something else"}', "isn’t a show"),
        (newer().encode(), "was saved by a newer version of Tradewind (file version"),
        (impossible().encode(), "opacity"),
        (database("PRAGMA user_version = 99"), "was saved by a newer version of Tradewind (file version 99"),
        (database("PRAGMA application_id = 1"), "isn’t a Tradewind show"),
        (database("DELETE FROM parts"), "is missing"),
        (database("")[:5000], "is damaged"),
    ],
    ids=[
        "cut off", "broken", "empty", "not text", "another file", "newer", "impossible",
        "newer database", "another database", "incomplete database", "cut database",
    ],
)  # fmt: skip
async def test_the_last_line_reports_an_unreadable_file(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "a show.tradewind"
    path.write_bytes(content)
    async with Tradewind(tmp_path / "home", "broadcast", str(path), *EMBEDDED) as run:
        assert await run.ended() == 1
        assert run.lines == []
        assert len(run.complaints) == 1, run.complaints
        assert run.complaints[0].startswith("tradewind: ")
        assert sentence in run.complaints[0]
        assert run.running() == []
    assert path.read_bytes() == content, "the file is unchanged"


async def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    async with Tradewind(tmp_path / "home", "broadcast", str(tmp_path / "no show.tradewind"), *EMBEDDED) as run:
        assert await run.ended() == 1
        assert run.complaints[-1].startswith(f"tradewind: {tmp_path}/no show.tradewind not found.")


async def test_an_older_show_goes_on_air(tmp_path: Path) -> None:
    older = await asyncio.to_thread((SAMPLES / "version-1.tradewind").read_bytes)
    path = tmp_path / "older.tradewind"
    path.write_bytes(older)
    async with Tradewind(tmp_path / "home", "broadcast", str(path), "--allow-connections", *EMBEDDED, "--size", "640x360") as run:
        watcher = await Watcher((await run.line("Watch:")).replace("/watch/", "/whep/")).start()
        await watcher.until(lambda: len(watcher.video) > 30, 20)
        await watcher.stop()
        assert await run.end() == 0
    assert path.read_bytes() == older, "going on air does not save"


async def test_a_show_goes_on_air_while_a_desk_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "shop.tradewind"
    project = starter_project(camera=None, microphone=False)
    write_new(path, Show(project))
    desk = ShowFile.open(path)
    try:
        desk.log(EventKind.VIEWER_LEFT, 1, {})
        desk.writer.put(replace(desk.writer.show, project=replace(project, name="written a moment ago")))
        desk.writer.flush()
        async with Tradewind(tmp_path / "home", "broadcast", str(path), *EMBEDDED, "--size", "640x360") as run:
            watcher = await Watcher((await run.line("Watch:")).replace("/watch/", "/whep/")).start()
            await watcher.until(lambda: len(watcher.video) > 30, 20)
            await watcher.stop()
            desk.log(EventKind.VIEWER_LEFT, 2, {})
            desk.writer.flush()
            assert await run.end() == 0
    finally:
        assert desk.close() is None
    content = read_only(path)
    assert (content.show.project.name, content.last_seq) == ("written a moment ago", 2), "going on air does not save"
    assert content.show.project.output.canvas == project.output.canvas
