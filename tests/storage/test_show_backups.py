"""Backups of an open show are complete, limited in number, and made in the background."""

import threading
from pathlib import Path

import pytest

from app.domain.event import EventKind
from app.storage.files import StorageError
from app.storage.show_backups import DAY_S, KEPT, KEPT_DAYS, ShowBackups, expired
from app.storage.show_file import ShowFile, read_only
from app.storage.show_pictures import make_picture
from tests.storage.test_show_file import created, full_featured_show, opened
from tests.support.clocks import SetClock
from tests.support.show_process import PNG

DAY_MS = DAY_S * 1000
EVERY_S = 600.0


def make_backup(backups: ShowBackups, file: ShowFile) -> StorageError | None:
    """Make a backup, wait for it, and return its error, if any."""
    done = threading.Event()
    outcome: list[StorageError | None] = []

    def on_done(error: StorageError | None) -> None:
        outcome.append(error)
        done.set()

    backups.begin(file, on_done)
    assert done.wait(30)
    return outcome[0]


def test_a_backup_is_a_complete_show_in_a_single_file(tmp_path: Path) -> None:
    clock = SetClock(1_795_395_600_000_000_000)
    backups = ShowBackups(tmp_path / "backups", clock)
    path = tmp_path / "Frühling: 春?.tradewind"
    with created(path, full_featured_show()) as file:
        assert backups.due(path, DAY_S)
        file.log(EventKind.VIEWER_LEFT, 1, {})
        file.writer.add_picture(make_picture(PNG, 1))
        file.writer.put(full_featured_show(7))
        assert make_backup(backups, file) is None
        file.writer.put(full_featured_show(8))
        file.writer.flush()
        (backup,) = backups.of(path)
    assert (backup.show, backup.made_at_s) == ("Frühling: 春?", 1_795_395_600.0)
    assert backup.size == backup.path.stat().st_size > 4096
    assert [one.name for one in backup.path.parent.iterdir()] == [backup.path.name]
    with opened(backup.path) as copy:
        assert (copy.writer.show, copy.last_seq, copy.picture(make_picture(PNG, 1).id)) == (full_featured_show(7), 1, PNG)
    assert not backups.due(path, EVERY_S)
    clock.pass_ms(EVERY_S * 1000)
    assert backups.due(path, EVERY_S) and not backups.due(path, DAY_S)


def test_the_newest_backups_and_one_per_earlier_day_are_kept(tmp_path: Path) -> None:
    clock = SetClock(1_795_395_600_000_000_000)
    backups = ShowBackups(tmp_path / "backups", clock)
    path = tmp_path / "show.tradewind"
    with created(path, full_featured_show(1)) as file:
        for _ in range(12):
            for _ in range(3):
                assert make_backup(backups, file) is None
                clock.pass_ms(EVERY_S * 1000)
            clock.pass_ms(DAY_MS - 3 * EVERY_S * 1000)
    remaining = backups.of(path)
    days = [backup.path.stem[:10] for backup in remaining]
    assert len(set(days)) == KEPT_DAYS
    assert len(remaining) == KEPT + KEPT_DAYS - len(set(days[:KEPT]))
    assert expired(remaining) == ()
    assert [backup.made_at_s for backup in remaining] == sorted((backup.made_at_s for backup in remaining), reverse=True)


def test_shows_with_the_same_name_have_separate_backups(tmp_path: Path) -> None:
    backups = ShowBackups(tmp_path / "backups", SetClock())
    paths = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "show.tradewind")
        with created(paths[-1], full_featured_show(1 if folder == "a" else 2)) as file:
            assert make_backup(backups, file) is None
    assert [len(read_only(backups.of(path)[0].path).show.products) for path in paths] == [1, 2]


def test_an_unwritable_backup_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    backups = ShowBackups(tmp_path / "file", SetClock())
    path = tmp_path / "show.tradewind"
    with created(path, full_featured_show()) as file:
        error = make_backup(backups, file)
        assert error is not None and error.code in ("file.failed", "file.missing")
        file.writer.put(full_featured_show(4))
        file.writer.flush()
    assert backups.of(path) == ()
    assert read_only(path).show == full_featured_show(4)


def test_waiting_on_a_closed_file_returns_an_error(tmp_path: Path) -> None:
    with created(tmp_path / "show.tradewind", full_featured_show()) as file:
        pass
    error = make_backup(ShowBackups(tmp_path / "backups", SetClock()), file)
    outcomes: list[StorageError | None] = [error]
    file.writer.when_written(outcomes.append)
    assert [one and one.code for one in outcomes] == ["show_file.closed", "show_file.closed"]
    with pytest.raises(StorageError):
        file.writer.flush()
    with pytest.raises(StorageError):
        file.writer.run(lambda connection: None)
    file.close()
