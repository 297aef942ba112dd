"""A recorded chat plays in its own time, goes on after a crash, and counts lines that are no messages."""

import json
from pathlib import Path

from app.domain.chat.platform import PlatformMessage
from app.plugin.host import PluginState
from tests.support.chat_plugins import chat_plugins
from tests.support.relays import eventually
from tests.support.source_trees import ROOT

PLUGINS = ROOT / "plugins"


def record(home: Path, lines: list[object]) -> Path:
    """A file with these lines; texts as they are, other things as JSON."""
    path = home / "chat.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


async def test_a_recording_plays_faster_than_it_was(tmp_path: Path) -> None:
    whole = {"at_s": 0.5, "id": "a", "author": "u1", "name": "Ana", "text": "quanto custa?", "language": "pt-BR", "reply_to": "z"}
    path = record(
        tmp_path,
        [
            whole,
            {"text": "oi", "at_s": 1},
            "",
            "no json",
            {"text": 5},
            [1],
            {"text": "x", "at_s": "NaN"},
            {"text": "x", "at_s": 10**400},
            {"text": "fim"},
        ],
    )
    async with chat_plugins(tmp_path, PLUGINS, "replay_chat", {"file": str(path), "speed": 50.0, "repeat": False}) as desk:
        await eventually(lambda: desk.record.texts == ["quanto custa?", "oi", "fim"] and desk.record.dropped_by.total() == 5)
        assert desk.record.messages[0] == PlatformMessage("a", "u1", "Ana", "quanto custa?", language="pt-BR", reply_to="z")
        assert desk.record.messages[1].name == "viewer"
        assert desk.record.dropped_by == {"invalid": 5}
        await eventually(lambda: "at the end" in desk.record.healths[-1].detail)


async def test_a_repeated_recording_has_new_messages(tmp_path: Path) -> None:
    path = record(tmp_path, [{"id": "a", "text": "oi"}])
    async with chat_plugins(tmp_path, PLUGINS, "replay_chat", {"file": str(path), "speed": 100.0, "repeat": True}) as desk:
        await eventually(lambda: len(desk.record.messages) >= 3)
        assert [message.id for message in desk.record.messages[:3]] == ["a", "a+1", "a+2"]


async def test_it_goes_on_after_a_crash(tmp_path: Path) -> None:
    path = record(tmp_path, [{"text": str(number), "at_s": number} for number in range(40)])
    async with chat_plugins(tmp_path, PLUGINS, "replay_chat", {"file": str(path), "speed": 10.0, "repeat": False}) as desk:
        await eventually(lambda: len(desk.record.messages) >= 12)
        (plugin,) = [one for one in desk.host.plugins if one.manifest.id == "replay_chat"]
        assert plugin.run is not None
        plugin.run._process.kill()
        await eventually(lambda: plugin.restarts == 1 and plugin.state.value is PluginState.ON)
        await eventually(lambda: desk.record.texts[-1:] == ["39"])
        assert set(desk.record.texts) == {str(number) for number in range(40)}
        assert len(desk.record.texts) < 50  # a few again, which the room drops by their ids; not the whole file
        assert len({message.id for message in desk.record.messages}) == 40


async def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    path = str(tmp_path / "gone.jsonl")
    async with chat_plugins(tmp_path, PLUGINS, "replay_chat", {"file": path, "speed": 1.0, "repeat": False}) as desk:
        await eventually(lambda: desk.notices)
        assert desk.notices[0].data["reason"] == "Can’t read gone.jsonl: No such file or directory"
