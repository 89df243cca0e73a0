"""A day with the demo in a real browser: the staff, a candidate, and the packet at the end; in English and Chinese.

One test, since its steps follow from one another, and the demo is started once.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.demo import ROOT, RunningDemo, eventually, running_demo
from tests.browser.watching import Watch
from tests.days import in_days

SAMPLES = ROOT / "documents" / "samples"
EMAIL = "sofia.lindgren@example.org"
CHINESE_READER = "tan.weijie@example.org"  # of the sample data: his photo was given back
PACKET_SECONDS = 60

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(watch: Watch, tmp_path: Path) -> Iterator[RunningDemo]:
    """After `watch`: without a browser nothing is started."""
    with running_demo(tmp_path) as running:
        yield running


def test_a_day_with_the_demo(demo: RunningDemo, watch: Watch, tmp_path: Path) -> None:
    manager = staff_window(demo, watch, "case_manager")
    case_url = open_a_case(demo, manager)

    candidate = candidate_window(demo, watch, EMAIL)
    send_passport(candidate)

    reviewer = staff_window(demo, watch, "reviewer")
    accept_passport(reviewer, case_url)

    waive_the_consent(manager, case_url)
    move_on(manager, case_url)
    packet = new_packet(demo, manager, tmp_path)
    walk_in_chinese(demo, watch, case_url, packet)

    assert watch.complaints == []


def staff_window(demo: RunningDemo, watch: Watch, role: str, language: str = "en") -> Page:
    person, page = demo.person(role), watch.window(language)
    page.goto(f"{demo.url}/admin/")
    page.locator("#id_username").fill(person["email"])
    page.locator("#id_password").fill(person["password"])
    page.locator("#login-form [type=submit]").click()
    expect(page.locator("#user-tools")).to_contain_text(person["name"])
    return page


def open_a_case(demo: RunningDemo, page: Page) -> str:
    """For somebody new, with everything that the intake wants to know; the address of its page."""
    page.goto(f"{demo.url}/admin/cases/case/")
    page.get_by_role("link", name="Open a case").click()
    for name, words in (("given_names", "Sofia"), ("family_name", "Lindgren"), ("email", EMAIL)):
        field(page, name).fill(words)
    closed = page.locator("details.fact-section:not([open]) > summary")
    while closed.count():
        closed.first.click()
    in_four_years = str(in_days(1500))
    for name, words in (
        ("date_of_birth", "1998-08-12"),
        ("passport.expires_on", in_four_years),
        ("passport.blank_pages", "20"),
        ("degrees-0-field_isced", "0613"),
        ("degrees-0-conferred_on", "2022-06-30"),
    ):
        field(page, name).fill(words)
    field(page, "nationalities-0").select_option("SE")
    field(page, "residence_country").select_option("SE")
    field(page, "degrees-0-level").select_option(label="Master")
    field(page, "work-none").check()
    for name in ("ex_chinese", "chinese_parent_at_birth", "names_differ", "has_offer"):
        field(page, name).select_option(label="No")
    page.get_by_role("button", name="Open the case").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Sofia Lindgren")
    # All answered: what is left of the intake is two papers.
    expect(page.locator("#move-start_screening .blockers li")).to_have_count(2)
    return page.url.partition("#")[0]


def candidate_window(demo: RunningDemo, watch: Watch, email: str, language: str = "en") -> Page:
    page = watch.window(language)
    page.goto(demo.access["candidate_portal"])
    page.locator("#email").fill(email)
    page.locator("form.card button").click()
    page.locator("#code").fill(demo.code_for(email))
    page.locator("form.card button").click()
    expect(page.locator("#turn")).to_be_visible()
    return page


def send_passport(page: Page) -> None:
    page.locator(".page-tasks").get_by_role("link", name="Passport data page").click()
    page.get_by_label("Choose a file").set_input_files(SAMPLES / "passport-data-page.jpg")  # sending starts by itself
    expect(page.locator("#arrived")).to_be_visible()
    expect(page.locator(".files")).to_contain_text("passport-data-page.jpg")


def accept_passport(page: Page, case_url: str) -> None:
    page.goto(case_url)
    page.locator("#item-passport").get_by_role("link", name="Review version 1").click()
    sheet = page.locator("#pages img").first
    expect(sheet).to_be_visible()
    assert sheet.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    accept = page.locator("#accept")
    accept.get_by_label("Expires on").fill(str(in_days(1500)))
    accept.get_by_role("button", name="Accept").click()
    expect(page.locator("#item-passport .badge").first).to_have_text("Accepted")


def waive_the_consent(page: Page, case_url: str) -> None:
    page.goto(case_url)
    page.locator("#item-consent").get_by_role("link", name="Waive").click()
    page.get_by_label("Reason").fill("Signed on paper at the fair in Stockholm")
    page.get_by_role("button", name="Waive it").click()
    expect(page.locator("#item-consent .badge").first).to_have_text("Waived")


def move_on(page: Page, case_url: str) -> None:
    page.goto(case_url)
    page.locator("#moves").get_by_role("button", name="Start screening").click()
    expect(page.locator(".key-facts")).to_contain_text("Eligibility screening")
    # The next gate is shut: each reason with a link to its cure.
    reasons = page.locator("#move-confirm_post .blockers li")
    expect(reasons.first).to_be_visible()
    assert reasons.count() == reasons.get_by_role("link").count()


def new_packet(demo: RunningDemo, page: Page, folder: Path) -> str:
    """The case in the second check has a packet; its planned day is put off, so it needs another one."""
    reference = demo.access["case_reference"]
    page.goto(f"{demo.url}/admin/cases/case/?q={reference}")
    page.locator("#result_list").get_by_role("link", name=reference).click()
    page.get_by_role("link", name="Hand-in, manager, reference").click()
    planned = field(page, "planned_hand_in")
    planned.fill(str(date.fromisoformat(planned.input_value()) + timedelta(days=1)))
    page.get_by_role("button", name="Save").click()
    seen = page.get_by_role("button", name="Save with these effects")
    if seen.count():  # it falls on a weekend, or breaks something else
        seen.click()
    page.locator("#packets").get_by_role("button", name="Request a packet").click()
    expect(page.locator("#packets")).to_contain_text("Packet 2")

    newest = page.locator("#packets article").first

    def is_ready() -> bool:
        page.reload()
        return newest.locator(".badge").inner_text() == "Ready"

    eventually(is_ready, seconds=PACKET_SECONDS)
    with page.expect_download() as download:
        newest.get_by_role("link", name="Download the PDF").click()
    download.value.save_as(folder / "packet.pdf")
    with pikepdf.open(folder / "packet.pdf") as pdf:
        assert len(pdf.pages) > 10 and not pdf.is_encrypted
        said = newest.inner_text()
        assert f"{len(pdf.pages)} pages" in said
    return page.url


def walk_in_chinese(demo: RunningDemo, watch: Watch, *addresses: str) -> None:
    """The same pages for somebody whose browser speaks Chinese, and the way back to English."""
    page = staff_window(demo, watch, "case_manager", "zh-hans")
    lists = (
        "cases/case",
        "cases/case/add",
        "cases/candidate",
        "cases/routeversion",
        "documents/document",
        "documents/packet",
    )
    for address in (f"{demo.url}/admin/", *(f"{demo.url}/admin/{place}/" for place in lists), *addresses):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
        assert speaks_chinese(page)
    page.locator("form.language button", has_text="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")

    portal = candidate_window(demo, watch, CHINESE_READER, "zh-hans")
    expect(portal.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert speaks_chinese(portal)
    portal.locator(".page-tasks").get_by_role("link", name="电子照片").click()
    expect(portal.locator("main")).to_contain_text("请取下眼镜")  # what the reviewer wrote to him
    assert speaks_chinese(portal)
    portal.locator("form.language button", has_text="English").click()
    expect(portal.get_by_role("heading", level=1)).to_have_text("Digital photo")


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[name="{name}"]')


def speaks_chinese(page: Page) -> bool:
    """Every heading of a section; of a page without sections, its title."""
    headings = page.locator("h2").all_inner_texts() or page.locator("h1").all_inner_texts()
    return all(any("\u4e00" <= letter <= "\u9fff" for letter in heading) for heading in headings)
