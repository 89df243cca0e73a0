"""A passkey in a real browser, held by an authenticator that Chromium plays: added, signed in with, asked for again."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from relo.accounts.models import StaffSession
from tests.browser.watching import Watch
from tests.conftest import PASSWORD, World, make_world

pytestmark = pytest.mark.browser


@pytest.fixture
def agency_here(transactional_db: None) -> World:
    return make_world("ARC")


def test_a_passkey_is_added_signs_in_confirms_and_is_removed(
    live_server: Any, agency_here: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Playwright runs a loop in this thread, and Django then refuses to ask the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    page = watch.window()
    plug_in_a_key(page)
    begin(page, live_server.url, agency_here)
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()

    page.get_by_role("link", name="Sign-in and security").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("Office laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Keep these codes now")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#passkeys")).to_contain_text("Office laptop")

    page.get_by_role("button", name="Log out").click()
    begin(page, live_server.url, agency_here)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()

    StaffSession.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    page.goto(f"{live_server.url}/admin/security/")
    page.get_by_role("link", name="Remove Office laptop").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Remove a passkey")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("#passkeys")).not_to_contain_text("Office laptop")
    assert watch.complaints == []


def test_a_key_that_refuses_is_told_on_the_page(
    live_server: Any, agency_here: World, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    page = watch.window()
    plug_in_a_key(page, knows_its_owner=False)
    begin(page, live_server.url, agency_here)
    page.goto(f"{live_server.url}/admin/security/passkeys/add/")
    expect(page.locator("#passkey-failed")).to_be_hidden()
    page.get_by_role("button", name="Add a passkey").click()

    expect(page.locator("#passkey-failed")).to_be_visible()
    assert watch.complaints == []


def plug_in_a_key(page: Page, *, knows_its_owner: bool = True) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": knows_its_owner,
                "automaticPresenceSimulation": True,
            }
        },
    )


def begin(page: Page, url: str, world: World) -> None:
    page.goto(f"{url}/admin/")
    page.locator("#id_username").fill(world.administrator.user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
