"""Exports the sample show's handbook to files."""

from pathlib import Path

import pytest

from app.bootstrap.handbook import HandbookExporter
from app.domain.program.project import starter_project
from app.overlay.handbook_pdf import HandbookError
from app.storage.files import StorageError
from app.storage.sample_show import SampleShow, load_sample_show
from app.storage.show_pictures import media_type_of
from tests.support.source_trees import ROOT

RESOURCES = ROOT / "resources"


@pytest.fixture(scope="module")
def sample() -> SampleShow:
    return load_sample_show(RESOURCES / "sample_show", RESOURCES / "markets", "zh-Hans")


@pytest.fixture
def handbook_exporter(sample: SampleShow) -> HandbookExporter:
    return HandbookExporter(RESOURCES, sample.pictures.get, lambda picture_id: media_type_of(sample.pictures[picture_id]))


@pytest.mark.parametrize(("name", "begins"), [("h.html", b"\n<!DOCTYPE html>"), ("h.PDF", b"%PDF-")])
def test_the_extension_chooses_the_format(
    handbook_exporter: HandbookExporter, sample: SampleShow, tmp_path: Path, name: str, begins: bytes
) -> None:
    show = sample.show(starter_project(camera=None, microphone=False))
    handbook_exporter.write(tmp_path / name, show, "Harbour & Hill", "ar")
    content = (tmp_path / name).read_bytes()
    assert content.lstrip(b"\n").startswith(begins.lstrip(b"\n"))
    assert name.endswith(".PDF") or content.count(b"data:image/webp;base64,") == 6


@pytest.mark.parametrize("name", ["h.html", "h.pdf"])
def test_a_missing_folder_is_reported(handbook_exporter: HandbookExporter, sample: SampleShow, tmp_path: Path, name: str) -> None:
    show = sample.show(starter_project(camera=None, microphone=False))
    path = tmp_path / "nowhere" / name
    with pytest.raises((StorageError, HandbookError)) as raised:
        handbook_exporter.write(path, show, "x", "en")
    assert raised.value.data["path"] == str(path)
