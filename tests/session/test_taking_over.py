"""What a desk does with kept work when it finds a running engine, and how it spaces its tries."""

from dataclasses import replace
from pathlib import Path

from app.domain.clock import SystemClock
from app.domain.notice import Notice
from app.domain.project import Project, starter_project
from app.domain.show import Show
from app.session.document import Document
from app.session.processes import DELAYS_S, BackOff
from app.session.show_files import ShowFiles
from app.storage import project_file
from app.storage.recents import Recents
from app.storage.recovery import Recovery

START = starter_project(camera=None, microphone=False)


def show(name: str, bitrate: int) -> Project:
    output = replace(START.output, video=replace(START.output.video, bitrate_kbps=bitrate))
    return replace(START, name=name, output=output)


def files(home: Path, document: Document, told: list[Notice]) -> ShowFiles:
    found = ShowFiles(
        document=document,
        recents=Recents(home / "recent.json"),
        recovery=Recovery(home / "recovery", SystemClock()),
        new_project=lambda: START,
        notify=told.append,
    )
    found.start()
    return found


def crashed_with(home: Path, project: Project, path: Path | None) -> None:
    """Leave kept work behind as a desk does that was killed."""
    (home / "recovery").mkdir()
    recovery = Recovery(home / "recovery", SystemClock())
    recovery.keep(project, path)


def test_the_same_kept_work_is_not_offered_and_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "Shop.tradewind"
    project_file.save(path, show("Shop", 2000))
    crashed_with(tmp_path, show("Shop", 3000), path)
    document, told = Document(Show(START)), list[Notice]()
    opened = files(tmp_path, document, told)
    offered = [opened.recovered]
    opened.take_over_running(replace(show("Shop", 3000), scene_id=""))
    offered.append(opened.recovered)
    assert [one and one.path for one in offered] == [path, None]
    assert (document.path, document.modified, document.project.output.video.bitrate_kbps) == (path, True, 3000)
    opened.close(keep_work=False)
    assert list((tmp_path / "recovery").iterdir()) == [] and told == []


def test_kept_work_of_another_show_stays_on_offer(tmp_path: Path) -> None:
    crashed_with(tmp_path, show("Another", 3000), tmp_path / "Another.tradewind")
    document, told = Document(Show(START)), list[Notice]()
    opened = files(tmp_path, document, told)
    opened.take_over_running(show("Shop", 2000))
    assert opened.recovered is not None and opened.recovered.project.name == "Another"
    assert document.path is None and document.project.name == "Shop"
    opened.close(keep_work=False)


def test_what_was_taken_over_is_kept_at_once(tmp_path: Path) -> None:
    document, told = Document(Show(START)), list[Notice]()
    opened = files(tmp_path, document, told)
    opened.take_over_running(show("Shop", 2000))
    assert len(list((tmp_path / "recovery").glob("*.work"))) == 1
    opened.close(keep_work=False)


def test_a_rare_death_is_mended_at_once_and_many_are_not() -> None:
    back_off = BackOff()
    assert [back_off.died() for _ in range(8)] == [*DELAYS_S, DELAYS_S[-1], DELAYS_S[-1]]
    assert back_off.count == 8 and DELAYS_S[0] == DELAYS_S[1] == 0
