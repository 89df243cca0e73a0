import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from cases.routes.schema import Pack
from tests.browser.hostile_agency import Hostile, add_what_is_rare, publish_hostile
from tests.browser.payloads import Texts
from tests.browser.watching import Watch
from tests.matrix.filled_agency import fill_agency

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def watch() -> Iterator[Watch]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        # A container has no user namespaces for Chromium's own sandbox.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        watching = Watch(browser)
        yield watching
        watching.close()
        browser.close()


@pytest.fixture
def hostile(live_server: Any, shipped: list[Pack], monkeypatch: pytest.MonkeyPatch) -> Hostile:
    # Playwright runs a loop in this thread, and Django then refuses to ask the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    # The checks would refuse such words, and a row that comes by import passes none.
    monkeypatch.setattr("cases.services.editing.check_pack", lambda pack, sources: [])
    monkeypatch.setattr("cases.services.post_editions.overlay_faults", lambda *given: [])
    texts = Texts()
    for pack in shipped:
        publish_hostile(pack, texts)
    filled = fill_agency("AAA")
    add_what_is_rare(filled)
    return Hostile(filled, texts, live_server.url)
