"""Fixtures: the Qt application that drawing needs, shared by the whole run."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tests.support.window import application, no_qt_warnings


@pytest.fixture(scope="session")
def qt() -> QApplication:
    return application()


@pytest.fixture(autouse=True)
def quiet_qt(qt: QApplication) -> Iterator[None]:
    with no_qt_warnings():
        yield
