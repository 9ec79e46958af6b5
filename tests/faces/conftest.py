"""A browser for the pages that faces write and serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.chromium import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]' brings what drives Chromium")
    with driver.sync_playwright() as play:
        # A container's root has no sandbox to start.
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
