"""A phone's browser for the viewer page; modules with another browser override it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.chromium import Chromium, Page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with Chromium() as chromium:
        yield chromium


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Chromium) -> AsyncIterator[Page]:
    tab = await browser.page()
    await tab.size(390, 844, mobile=True)
    yield tab
    await tab.call("Page.navigate", url="about:blank")
    await tab.close()
