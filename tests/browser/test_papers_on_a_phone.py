"""A candidate on a phone sends a file, replaces it, uses it again, and is refused one; in both languages."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case
from documents.models import Document
from documents.services.reviewing import request_changes
from tests.browser.watching import Watch
from tests.case_steps import SAMPLES
from tests.portal_steps import item_url, signed_in

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
WORDS = {
    "en": {"choose": "Choose a file", "refused": "The file was not taken", "reuse": "Use one I sent before",
           "again": "Send this one", "before": "1 earlier version"},
    "zh-hans": {"choose": "选择文件", "refused": "文件未被接收", "reuse": "使用我以前提交的文件",
                "again": "提交这一份", "before": "1个早先版本"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_sent_replaced_used_again_and_refused(
    live_server: Any, k_case: Case, second_person: Any, watch: Watch, monkeypatch: Any, tmp_path: Path, language: str
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
    words, page = WORDS[language], phone(watch, k_case, live_server.url, language)

    page.goto(live_server.url + item_url(k_case, "cv"))
    send(page, words, SAMPLES / "cv.pdf")
    expect(page.locator("#arrived")).to_be_visible()
    look(page, tmp_path, "sent")

    first = Document.objects.get()
    request_changes(document_id=first.pk, reason="cut_off", actor=second_person)
    page.goto(live_server.url + item_url(k_case, "cv"))
    expect(page.locator("#changes")).to_be_visible()
    send(page, words, SAMPLES / "transcript.pdf")
    expect(page.locator(".files").first).to_contain_text("transcript.pdf")
    page.get_by_text(words["before"]).click()
    expect(page.locator("details .files")).to_contain_text("cv.pdf")
    look(page, tmp_path, "replaced")

    page.goto(live_server.url + item_url(k_case, "degree"))
    page.get_by_text(words["reuse"]).click()
    look(page, tmp_path, "offered")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name=words["again"]).click()
    expect(page.locator("#arrived")).to_be_visible()
    look(page, tmp_path, "reused")
    assert Document.objects.get(item__code="degree").copied_from is not None

    page.goto(live_server.url + item_url(k_case, "degree"))
    letter = tmp_path / "letter.docx"
    letter.write_bytes(b"PK\x03\x04 not a page")
    send(page, words, letter)
    expect(page.locator("#refusal h2")).to_have_text(words["refused"])
    look(page, tmp_path, "refused")
    assert Document.objects.count() == 3

    assert [line for line in watch.complaints if not line.startswith("4") and "status of 4" not in line] == []


def phone(watch: Watch, case: Case, url: str, language: str) -> Page:
    page = watch.window(language)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    cookies = signed_in(case, language).cookies
    page.context.add_cookies([{"name": name, "value": one.value, "url": url} for name, one in cookies.items()])
    return page


def send(page: Page, words: dict[str, str], path: Path) -> None:
    page.get_by_label(words["choose"]).set_input_files(path)


def look(page: Page, folder: Path, name: str) -> None:
    """Nothing reaches past the edge of the screen. The picture is kept for whoever wants to see it."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} px wider than the screen"
