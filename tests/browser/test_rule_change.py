"""New rules in a real browser: drafted, published by somebody else, decided for a group, and a case put on them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import RunningDemo, eventually, running_demo
from tests.browser.watching import Watch

WORKED_OUT_SECONDS = 60

pytestmark = pytest.mark.browser


class Clicks:
    """Counts what a person presses; typing is none."""

    def __init__(self) -> None:
        self.made = 0

    def on(self, place: Locator) -> None:
        self.made += 1
        place.click()


@pytest.fixture
def demo(watch: Watch, tmp_path: Path) -> Iterator[RunningDemo]:
    with running_demo(tmp_path) as running:
        yield running


def test_from_a_draft_to_a_case_on_the_new_rules(demo: RunningDemo, watch: Watch) -> None:
    administrator = signed_in(demo, watch, **demo.person("administrator"))
    editor = signed_in(demo, watch, **demo.person("rules_editor"))
    clicks = Clicks()

    draft_a_shorter_life(clicks, editor)
    page = publish(demo, clicks, administrator)
    assert clicks.made < 10, clicks.made

    manager = signed_in(demo, watch, **demo.person("case_manager"))
    case_url = decide_for_a_group(demo, manager)
    manager.goto(f"{case_url}#timeline")
    expect(manager.locator("#timeline")).to_contain_text("Put on new rules")

    page.reload()
    expect(page.locator("#decisions")).to_contain_text("Put on the new rules")
    on_a_phone_in_chinese(demo, watch, page.url)
    assert watch.complaints == []


def signed_in(
    demo: RunningDemo, watch: Watch, *, email: str, password: str, language: str = "en", **_person: str
) -> Page:
    page = watch.window(language)
    page.goto(f"{demo.url}/admin/")
    page.locator("#id_username").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("#login-form [type=submit]").click()
    expect(page.locator("#user-tools")).to_be_visible()
    return page


def draft_a_shorter_life(clicks: Clicks, page: Page) -> None:
    clicks.on(page.locator(".places").get_by_role("link", name="Route versions"))
    clicks.on(page.locator("#result_list tbody").get_by_role("link").first)
    clicks.on(page.get_by_role("button", name="Draft our next edition from this one").first)
    clicks.on(page.locator("#requirements-photo_digital").get_by_role("link", name="Change"))
    page.locator("[name='shelf_life.months']").fill("3")
    clicks.on(page.get_by_role("button", name="Save in the draft"))
    expect(page.locator("#differences")).to_contain_text("3 months from the day of issue")
    page.locator("#id_note").fill("The consulate asks for photos of three months since Monday.")
    clicks.on(page.get_by_role("button", name="Send to a second person"))
    expect(page.locator("#acts")).to_contain_text("somebody else has to publish it")


def publish(demo: RunningDemo, clicks: Clicks, page: Page) -> Page:
    """To the page that shows which cases are affected, and how."""
    page.goto(f"{demo.url}/admin/")
    clicks.on(page.get_by_role("link", name=re.compile("^CN-K .*-mer")))
    clicks.on(page.get_by_role("button", name="Publish"))
    page.wait_for_url("**/rulechange/**")

    def is_worked_out() -> bool:
        return page.locator("#groups article").count() > 0 and "Working" not in page.locator("#content").inner_text()

    eventually(is_worked_out, seconds=WORKED_OUT_SECONDS)
    expect(page.locator("#groups")).to_contain_text(re.compile(r"MER-\d{4}-\d{4}"))
    expect(page.locator("#groups")).to_contain_text("stricter (how long it serves)")
    return page


def decide_for_a_group(demo: RunningDemo, page: Page) -> str:
    page.goto(f"{demo.url}/admin/")
    page.get_by_role("link", name=re.compile("^CN-K .*-mer")).click()
    group = page.locator("#groups article").filter(has_text="stricter").first
    group.get_by_role("link", name="Look and decide").click()
    case = page.locator("#cases a").first
    case_url = f"{demo.url}{case.get_attribute('href')}"
    page.get_by_label("Put on the new rules").check()
    page.get_by_role("button", name="Decide for the group").click()
    expect(page.locator(".messagelist")).to_contain_text("Decided for")
    return case_url


def on_a_phone_in_chinese(demo: RunningDemo, watch: Watch, url: str) -> None:
    page = signed_in(demo, watch, **demo.person("case_manager"), language="zh-hans")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(url)
    expect(page.locator("#groups h2")).to_have_text("在办案件（按影响分组）")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
