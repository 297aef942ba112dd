"""Loads tables of festivals and permits, and reports mistakes with their location."""

import shutil
from pathlib import Path

import pytest

from app.domain.catalogue.market import Confidence
from app.domain.planning.draw_permit import PermitNeed
from app.domain.planning.festival import DayKind
from app.storage.calendar_tables import CalendarTableError, load_days_off, load_festival_rules, load_permits
from app.storage.files import StorageError
from app.storage.paths import Paths
from tests.support.festivals import CALENDAR, MARKETS

HEAD = 'source = "a book"\nreviewed_on = "2026-11-22"\n'
FEAST = '[[festivals]]\nkey = "feast"\nname = { en = "Feast" }\nmarkets = ["sea", "US"]\nrule = "05-02"\n'


def load_rules(folder: Path, text: str) -> tuple[object, ...]:
    (folder / "festivals").mkdir()
    (folder / "groups.toml").write_text('sea = ["ID", "MY"]\n')
    (folder / "festivals" / "own.toml").write_text(text)
    return load_festival_rules(folder)


def test_groups_expand_to_markets_and_file_defaults_apply_to_entries(tmp_path: Path) -> None:
    (rule,) = load_rules(tmp_path, f'kind = "commercial"\nconfidence = "low"\n{HEAD}{FEAST}tasks = {{ stock = 30 }}\n')
    loaded = load_festival_rules(tmp_path)[0]
    assert rule == loaded
    assert loaded.markets == ("ID", "MY", "US")
    assert (loaded.kind, loaded.confidence, loaded.source, dict(loaded.tasks)) == (
        DayKind.COMMERCIAL,
        Confidence.LOW,
        "a book",
        {"stock": 30},
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[festivals", "array declaration"),
        (HEAD, "no [[festivals]]"),
        (HEAD + "colour = 1\n" + FEAST, "colour"),
        (HEAD + FEAST + 'colour = "red"\n', "feast: colour"),
        (HEAD + FEAST.replace('"05-02"', '"someday"'), "someday is not a rule"),
        (HEAD + FEAST + 'until = "never"\n', "never is not a rule"),
        (HEAD + FEAST.replace('rule = "05-02"\n', ""), "rule or matches is missing"),
        (HEAD + FEAST.replace('markets = ["sea", "US"]\n', ""), "a rule needs markets"),
        (HEAD + FEAST.replace('"sea"', '"moon"'), "invalid days or markets"),
        (HEAD + FEAST + "days = 0\n", "invalid days or markets"),
        (HEAD + FEAST + "tasks = { dance = 3 }\n", "tasks"),
        (HEAD + FEAST + "tasks = { stock = -3 }\n", "tasks"),
        (FEAST, "invalid source or reviewed_on"),
        (HEAD.replace("2026-11-22", "lately") + FEAST, "invalid source or reviewed_on"),
        (HEAD + FEAST.replace('"05-02"', '"dates"'), "dates"),
        (HEAD + FEAST.replace('"05-02"', '"dates"') + 'dates = ["2027-02-30"]\n', "2027-02-30 is not a date"),
        (HEAD + FEAST.replace('"05-02"', '"dates"') + 'dates = ["2027-02-03/0"]\n', "2027-02-03/0 is not a date"),
        (HEAD + FEAST + 'kind = "party"\n', "feast"),
        (HEAD + FEAST + 'until = "of other"\n', "does not exist"),
        (HEAD + FEAST.replace('"05-02"', '"of feast - 1"'), "based on itself"),
    ],
)
def test_a_mistake_is_reported_with_its_location(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(CalendarTableError) as raised:
        load_rules(tmp_path, text)
    assert raised.value.code == "calendar.broken"
    assert reason in str(raised.value.data["reason"])
    assert str(tmp_path / "festivals") in str(raised.value.data["path"])


def test_a_missing_folder_raises_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        load_festival_rules(tmp_path)


def test_permits_are_read_by_market(tmp_path: Path) -> None:
    (tmp_path / "permits.toml").write_text('reviewed_on = "2026-11-22"\n[IT]\nneed = "required"\nlead_days = 15\nsource = "a page"\n')
    permit = load_permits(tmp_path)["IT"]
    assert (permit.need, permit.lead_days, permit.reviewed_on, permit.confidence) == (
        PermitNeed.REQUIRED,
        15,
        "2026-11-22",
        Confidence.LOW,
    )


@pytest.mark.parametrize(
    "text",
    [
        '[IT]\nneed = "required"\n',
        'reviewed_on = "2026-11-22"\n[IT]\nlead_days = -1\n',
        'reviewed_on = "2026-11-22"\n[IT]\nfee = 1\n',
        "IT = 1\n",
    ],
)
def test_an_invalid_permit_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "permits.toml").write_text(text)
    with pytest.raises(CalendarTableError):
        load_permits(tmp_path)


def test_day_off_texts_must_contain_the_festival_name(tmp_path: Path) -> None:
    (tmp_path / "days_off.toml").write_text('en = "Day off for {name}"\n')
    assert load_days_off(tmp_path) == {"en": "Day off for {name}"}
    (tmp_path / "days_off.toml").write_text('en = "Day off"\n')
    with pytest.raises(CalendarTableError) as raised:
        load_days_off(tmp_path)
    assert raised.value.data["reason"] == "en: {name} is missing"


def test_the_bundled_tables_load_from_the_default_paths(tmp_path: Path) -> None:
    paths = Paths(config=tmp_path, state=tmp_path, cache=tmp_path, runtime=tmp_path, documents=tmp_path)
    assert paths.calendar == CALENDAR
    shutil.copytree(CALENDAR, tmp_path / "calendar")
    loaded = load_festival_rules(tmp_path / "calendar")
    assert {market for rule in loaded for market in rule.markets} == set(MARKETS)
