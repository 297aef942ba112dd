"""Show files keep everything written to them, in order and quickly, however the process ends."""

import contextlib
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.domain import show_editing
from app.domain.base.money import Money
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Point, Price, Product
from app.domain.event import EventKind
from app.domain.planning.schedule import Schedule
from app.domain.planning.schedule_editing import move_occurrence, on_schedule, remove_parties
from app.domain.program.project import starter_project
from app.domain.rundown.rundown import Cue, Segment
from app.domain.show import Coupon, KeywordCard, Show
from app.storage.files import StorageError
from app.storage.show_file import ShowFile, read_only, write_copy
from app.storage.show_pictures import make_picture
from app.storage.show_schema import APPLICATION_ID, CURRENT
from tests.support.schedules import full_schedule
from tests.support.show_process import PNG, edited
from tests.support.shows import full_show
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]


COPY_FOREVER = """
import sys
from pathlib import Path
from app.storage.show_file import ShowFile, write_copy
file = ShowFile.open(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    write_copy(file, file.writer.show, Path(sys.argv[2]))
"""


def full_featured_show(count: int = 3) -> Show:
    """Return a show with something in every part."""
    products = tuple(
        Product(
            f"p{number}",
            {"en": f"Fan {number}", "zh-Hans": f"扇子 {number}", "ar": "مروحة"},
            sku=f"F-{number}",
            points=(Point("a", {"en": "Light"}, {"en": "58 g"}),),
            prices=(Price("US", Money(1999, "USD"), Money(2999, "USD")), Price("JP", Money(2980, "JPY"))),
            size_chart=(("S", "M"), ("1", "2")),
        )
        for number in range(count)
    )
    market = Market("US", {"en": "United States"}, ("en", "es"), "USD", ("America/New_York",))
    segment = Segment("s1", "Opening", product_id="p0", cues=(Cue("c1", {"en": "Wave"}),))
    return Show(
        full_show(), markets=(market,), products=products, segments=(segment,), cards=(KeywordCard("k", {"en": "Free"}),),
        coupons=(Coupon("c", {"en": "Ten"}, ("A", "B")),), schedule=full_schedule(),
    )  # fmt: skip


@contextlib.contextmanager
def opened(path: Path) -> Iterator[ShowFile]:
    file = ShowFile.open(path)
    try:
        yield file
    finally:
        file.close()


@contextlib.contextmanager
def created(path: Path, show: Show) -> Iterator[ShowFile]:
    file = ShowFile.create(path, show)
    try:
        file.writer.flush()
        yield file
    finally:
        file.close()


def test_a_show_survives_a_round_trip_and_a_closed_show_is_a_single_file(tmp_path: Path) -> None:
    path = tmp_path / "Frühling 春.tradewind"
    with created(path, full_featured_show()) as file:
        assert file.writer.written is file.writer.show
        assert (tmp_path / (path.name + "-wal")).exists()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert (read_only(path).show, read_only(path).last_seq) == (full_featured_show(), 0)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (CURRENT,)
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (3,)


def test_every_kind_of_change_is_written(tmp_path: Path) -> None:
    path = tmp_path / "show"
    show = full_featured_show(30)
    steps: list[Callable[[Show], Show]] = [
        lambda show: show_editing.change_product(show, "p7", sku="new"),
        lambda show: show_editing.move_products(show, ["p9", "p3"], 0),
        lambda show: show_editing.remove_products(show, ["p0", "p29", "p12"]),
        lambda show: show_editing.put_product(show, Product("fresh", {"en": "Fresh"})),
        lambda show: show_editing.move_products(show, ["fresh"], 5),
        lambda show: replace(show, products=show.products[::-1]),
        lambda show: show_editing.remove_market(show, "US"),
        lambda show: show_editing.put_segment(show, Segment("s2", "Close"), 0),
        lambda show: show_editing.change_presentation(show, host_language="zh"),
        lambda show: show_editing.remove_coupon(show, "c"),
        lambda show: replace(show, products=()),
        on_schedule(lambda plan: move_occurrence(plan, "weekly", datetime(2027, 3, 19, 20), None)),
        on_schedule(lambda plan: remove_parties(plan, ("de",))),
        on_schedule(lambda plan: Schedule()),
        lambda show: full_featured_show(4),
    ]
    with created(path, show) as file:
        for step in steps:
            show = step(show)
            file.writer.put(show)
            file.writer.flush()
            assert read_only(path).show == show
            assert file.writer.written is show


def test_random_reordering_ends_with_the_expected_order(tmp_path: Path) -> None:
    moves = random.Random(5)
    show = full_featured_show(40)
    path = tmp_path / "show"
    with created(path, show) as file:
        for number in range(120):
            ids = [product.id for product in show.products]
            if moves.random() < 0.2:
                show = show_editing.put_product(show, Product(f"n{number}", {"en": "x"}))
            elif moves.random() < 0.2 and len(ids) > 5:
                show = show_editing.remove_products(show, moves.sample(ids, 2))
            else:
                show = show_editing.move_products(show, moves.sample(ids, moves.randint(1, 4)), moves.randrange(len(ids)))
            file.writer.put(show)
            if number % 3 == 0:
                file.writer.flush()
    assert read_only(path).show == show


def test_undoing_an_import_removes_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "show"
    before = full_featured_show(2)
    after = show_editing.put_products(before, [Product(f"i{number}", {"en": "x"}) for number in range(500)])
    with created(path, before) as file:
        for show in (after, before, after, before):
            file.writer.put(show)
            file.writer.flush()
            assert read_only(path).show == show


def test_the_log_includes_events_just_appended(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file:
        for number in range(1, 101):
            event = file.log(EventKind.VIEWER_LEFT if number % 2 else EventKind.PINNED, 1000 + number, {"number": number, "text": "扇子"})
            assert event.seq == number
            assert file.events(after=number - 1) == (event,)
        assert [event.seq for event in file.events()] == list(range(1, 101))
        assert [event.seq for event in file.events({EventKind.PINNED}, after=90)] == [92, 94, 96, 98, 100]
        assert file.events(set()) == ()
    with opened(path) as file:
        assert (file.last_seq, file.events(after=99)[0].data) == (100, {"number": 100, "text": "扇子"})
        assert file.log(EventKind.VIEWER_LEFT, 1, {}).seq == 101
        with pytest.raises(TypeError):
            file.log(EventKind.VIEWER_LEFT, 1, {"no": object()})
        assert file.log(EventKind.VIEWER_LEFT, 1, {}).seq == 102


def test_an_obsolete_field_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file:
        stored = file.writer.show
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE markets SET data = json_set(data, '$.checklist', json('{\"tone\": true}'))")
        connection.commit()
    with opened(path) as file:
        assert file.writer.show == stored
    assert read_only(path).show == stored


def test_an_event_of_a_newer_version_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "show"
    with created(path, full_featured_show()) as file:
        file.log(EventKind.VIEWER_LEFT, 1, {})
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO events VALUES (2, 5, 'hologram.shown', '{}')")
        connection.commit()
    with opened(path) as file:
        assert [event.seq for event in file.events()] == [1]
        assert file.log(EventKind.VIEWER_LEFT, 1, {}).seq == 3


def test_pictures_are_stored_once_and_readable_immediately(tmp_path: Path) -> None:
    path = tmp_path / "show"
    png, jpeg, webp = PNG + b"1" * 5000, b"\xff\xd8\xff\xe0" + b"2" * 5000, b"RIFF\0\0\0\0WEBPVP8 " + b"3" * 5000
    with created(path, full_featured_show()) as file:
        ids = []
        for content in (png, jpeg, webp, png):
            picture = make_picture(content, 7)
            file.writer.add_picture(picture)
            ids.append(picture.id)
            assert file.picture(picture.id) == content
        file.writer.flush()
        assert [file.media_type(picture_id) for picture_id in ids] == ["image/png", "image/jpeg", "image/webp", "image/png"]
    assert ids[0] == ids[3] and len(set(ids)) == 3
    with opened(path) as file:
        assert [file.picture(picture_id) for picture_id in ids] == [png, jpeg, webp, png]
        assert (file.picture("none"), file.media_type("none")) == (None, "")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "picture.kind"), (b"<svg onload=alert(1)>", "picture.kind"), (b"GIF89a", "picture.kind"), (PNG * 2**21, "picture.too_large")],
)  # fmt: skip
def test_content_that_is_not_a_picture_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(StorageError) as raised:
        make_picture(content, 0)
    assert raised.value.code == code


def test_a_copy_has_the_pictures_the_log_and_the_latest_changes(tmp_path: Path) -> None:
    path, target = tmp_path / "show", tmp_path / "copy"
    target.write_bytes(b"the previous file")
    with created(path, full_featured_show()) as file:
        file.log(EventKind.VIEWER_LEFT, 1, {})
        picture = make_picture(PNG, 1)
        file.writer.add_picture(picture)
        file.writer.put(full_featured_show(9))
        assert write_copy(file, file.writer.show, target)
    with opened(target) as copy:
        assert (copy.writer.show, copy.last_seq, copy.picture(picture.id)) == (full_featured_show(9), 1, PNG)
    assert (tmp_path / "copy.bak").read_bytes() == b"the previous file"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy", "copy.bak", "show"]


def test_an_open_file_copied_alone_soon_has_the_latest_changes(tmp_path: Path) -> None:
    path, copy = tmp_path / "show", tmp_path / "copy"
    with created(path, full_featured_show()) as file:
        file.writer.put(full_featured_show(5))
        file.writer.flush()

        def copy_matches() -> bool:
            copy.write_bytes(path.read_bytes())
            with contextlib.suppress(StorageError):
                return read_only(copy).show == full_featured_show(5)
            return False

        assert until(copy_matches)


def test_a_kill_at_any_time_loses_no_acknowledged_edit(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    with created(path, Show(replace(starter_project(camera=None, microphone=False), name="0"))):
        pass
    moments = random.Random(11)
    acknowledged: list[tuple[int, int, str]] = []
    for _ in range(12):
        command = [sys.executable, "-m", "tests.support.show_process", str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]
            time.sleep(moments.uniform(0.0, 0.12))  # kills at a random moment
            writer.kill()
            lines += writer.stdout.read().splitlines(keepends=True)
        for line in lines:
            if line.endswith(b"\n"):
                words = line.decode().split()
                acknowledged.append((int(words[0]), int(words[1]), words[2]))
        with opened(path) as file:
            number, seq, _ = acknowledged[-1]
            assert int(file.writer.show.project.name) >= number
            assert file.last_seq >= seq
            assert [event.seq for event in file.events()] == list(range(1, file.last_seq + 1))
            assert all(file.picture(picture) is not None for _, _, picture in acknowledged)
            assert [event.data["number"] for event in file.events()][: len(acknowledged)] != []
            replayed = Show(replace(starter_project(camera=None, microphone=False), name="0"))
            expected = show_after_edits(replayed, int(file.writer.show.project.name))
            assert (expected.products, expected.schedule) == (file.writer.show.products, file.writer.show.schedule)
    assert len(acknowledged) > 12


def test_a_kill_while_overwriting_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    path, target = tmp_path / "show", tmp_path / "target"
    products = tuple(Product(f"more-{number}", {"en": "x" * 500}) for number in range(500))
    with created(path, replace(full_featured_show(), products=(*full_featured_show().products, *products))):
        pass
    with created(target, full_featured_show()):
        pass
    moments = random.Random(2)
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", COPY_FOREVER, str(path), str(target)], cwd=ROOT, stdout=subprocess.PIPE) as copier:
            assert copier.stdout is not None
            assert copier.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0.0, 0.1))  # the moment is the test's subject
            copier.kill()
        assert len(read_only(target).show.products) in (3, 503)
        assert len(read_only(path).show.products) == 503


def test_a_copy_ignores_the_journal_of_a_killed_process(tmp_path: Path) -> None:
    path, target = tmp_path / "show", tmp_path / "target"
    with created(target, Show(replace(starter_project(camera=None, microphone=False), name="0"))):
        pass
    with subprocess.Popen([sys.executable, "-m", "tests.support.show_process", str(target)], cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline()
        writer.kill()
    assert target.with_name("target-wal").exists()
    with created(path, full_featured_show()) as file:
        assert write_copy(file, file.writer.show, target)
    assert read_only(target).show == full_featured_show()
    stored = read_only(tmp_path / "target.bak")
    assert int(stored.show.project.name) >= 3, "the backup has the last changes of the replaced file"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["show", "target", "target.bak"]


def show_after_edits(show: Show, count: int) -> Show:
    """Return the show as the writing process has it after `count` edits."""
    for number in range(1, count + 1):
        show = edited(show, number)
    return show


def test_ten_thousand_products_are_written_in_one_quick_transaction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "show"
    few = full_featured_show()
    many = tuple(replace(few.products[0], id=f"m{number}") for number in range(10_000))
    with created(path, few) as file:
        durations = {}
        for name, show in (
            ("import", replace(few, products=many, segments=())),
            ("one changed", replace(few, segments=(), products=(*many[:5000], replace(many[5000], sku="x"), *many[5001:]))),
            ("one moved", replace(few, segments=(), products=(many[9999], *many[:9999]))),
            ("undone", few),
        ):
            began = time.perf_counter()
            file.writer.put(show)
            file.writer.flush()
            durations[name] = (time.perf_counter() - began) * 1000
            assert read_only(path).show == show
    with capsys.disabled():
        print("\n10,000 products, ms: " + ", ".join(f"{name} {ms:.0f}" for name, ms in durations.items()))
