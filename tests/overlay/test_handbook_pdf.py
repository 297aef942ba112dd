"""Tests the handbook PDF: pages, embedded pictures and fonts."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from app.domain.program.project import starter_project
from app.language.handbook import HandbookWriter
from app.overlay.handbook_pdf import HandbookError, write_pdf
from app.overlay.offscreen import make_offscreen_application
from app.storage.phrases import load_phrases
from app.storage.sample_show import SampleShow, load_sample_show
from tests.support.source_trees import ROOT

FOLDER = ROOT / "resources" / "handbook"


@pytest.fixture(scope="module")
def application() -> QGuiApplication:
    return make_offscreen_application()


@pytest.fixture(scope="module")
def sample() -> SampleShow:
    return load_sample_show(ROOT / "resources" / "sample_show", ROOT / "resources" / "markets", "zh-Hans")


def print_handbook(sample: SampleShow, language: str) -> str:
    writer = HandbookWriter(FOLDER, load_phrases(FOLDER / "words.toml"))
    return writer.printed(sample.show(starter_project(camera=None, microphone=False)), "Harbour & Hill", language)


@pytest.mark.parametrize(("language", "font"), [("en", "NotoSans"), ("ar", "Arabic"), ("zh-Hans", "CJKsc")])
def test_the_file_has_its_pages_pictures_and_fonts(
    application: QGuiApplication, sample: SampleShow, tmp_path: Path, language: str, font: str
) -> None:
    path = tmp_path / "handbook.pdf"
    pages = write_pdf(path, print_handbook(sample, language), title="Harbour", language=language, picture_of=sample.pictures.get)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", content)) == pages
    assert pages >= 7  # a cover, and each product starts on a new page
    images = re.findall(rb"/Subtype /Image\s+/Width (\d+)\s+/Height (\d+)", content)
    assert images.count((b"640", b"640")) == 6
    fonts = b" ".join(re.findall(rb"/BaseFont /(\S+)", content))
    assert font.encode() in fonts.replace(b"#20", b"").replace(b"-", b""), fonts
    assert len(content) < 2_000_000


def test_a_missing_picture_is_harmless(application: QGuiApplication, sample: SampleShow, tmp_path: Path) -> None:
    path = tmp_path / "handbook.pdf"
    assert write_pdf(path, print_handbook(sample, "en"), title="x", language="en", picture_of=lambda picture_id: None) >= 7


def test_product_texts_cannot_read_files(application: QGuiApplication, sample: SampleShow, tmp_path: Path) -> None:
    secret = tmp_path / "secret.webp"
    secret.write_bytes(next(iter(sample.pictures.values())))
    path = tmp_path / "handbook.pdf"
    write_pdf(path, f'<p><img src="{secret}"><img src="file://{secret}"></p>', title="x", language="en", picture_of=lambda picture_id: None)
    assert b"/Width 800" not in path.read_bytes()


def test_an_unwritable_file_is_reported(application: QGuiApplication, sample: SampleShow, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "handbook.pdf"
    with pytest.raises(HandbookError) as raised:
        write_pdf(path, "<p>x</p>", title="x", language="en", picture_of=lambda picture_id: None)
    assert raised.value.data["path"] == str(path)


def test_a_failed_write_keeps_the_old_file(application: QGuiApplication, tmp_path: Path) -> None:
    path = tmp_path / "handbook.pdf"
    path.write_bytes(b"%PDF-old")
    resource = pytest.importorskip("resource")  # the file size limit is POSIX
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(HandbookError) as raised:
            write_pdf(path, "<p>x</p>", title="x", language="en", picture_of=lambda picture_id: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert raised.value.code == "handbook.unwritten"
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("handbook.pdf", b"%PDF-old")]
