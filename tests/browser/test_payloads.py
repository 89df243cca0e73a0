"""Script payloads in every text that somebody can write, and every page that shows them: none runs.

The pages are opened once with their Content-Security-Policy switched off, so that escaping alone must hold; and once
with it, in Chinese, and then no page may have anything to refuse.
"""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Error

from documents.models import Document, Packet
from relo.core.scoping import agency_scope
from tests.browser.forms import Form, forms_of, send_file, send_form
from tests.browser.hostile_agency import Hostile, left_out, poison
from tests.browser.payloads import ADDRESS, EVERYTHING, KINDS, MAILBOXES, SCRIPT, Trap
from tests.browser.watching import Watch
from tests.matrix.expected import MATRIX
from tests.matrix.test_every_cell import path_of
from tests.portal_steps import browser, signed_in

pytestmark = pytest.mark.browser

MEMBER = "kind and id of a member, by which their name is found"
# Kept, and read on no page: each with the reason.
UNSEEN = {
    "accounts.SecurityEvent.actor_ref": MEMBER,
    "api.IdempotentReply.body": "answered to the same program again, as JSON",
    "api.IdempotentReply.key": "compared",
    "cases.Attempt.ended_by": MEMBER,
    "cases.Case.facts": "of a post by hand, which counts only while no post is chosen",
    "cases.Case.stage_entered_by": "compared with who signs",
    "cases.ChangeMessage.sent_by": MEMBER,
    "cases.ChangeMessage.text_en": "in a mail",
    "cases.ChangeMessage.text_zh": "in a mail",
    "cases.Hold.ended_by": MEMBER,
    "cases.Hold.held_by": MEMBER,
    "cases.ReminderPause.ended_by": MEMBER,
    "cases.Mail.error": "on no page yet",
    "cases.Mail.message_id": "in the header of the mail",
    "cases.MorningMail.error": "on no page",
    "cases.MorningMail.message_id": "in the header of the mail",
    "cases.PassportProposal.known": "compared with what the case says now",
    "cases.PostEdition.published_by": MEMBER,
    "cases.PostEdition.submitted_by": MEMBER,
    "cases.RouteVersion.published_by": "on no page yet",
    "documents.PacketChoice.chosen_by": MEMBER,
    "documents.PacketVolume.manifest": "handed out as a file",
}


# At least these are among the forms that were sent.
FORMS = {
    *("accept", "request-changes", "settle", "waive", "decide", "details", "facts", "assign"),
    *("add", "edit", "agency", "login", "password_change", "sign-in"),
}


def test_the_trap_hears_each_payload_where_it_would_run(watch: Watch, live_server: Any) -> None:
    trap = Trap(watch.window(keeps_policies=False))
    trap.page.goto(f"{live_server.url}/portal/sign-in/")
    unheard = []
    for kind in (*KINDS, *MAILBOXES, ADDRESS):
        trap.sprung.clear()
        trap.page.set_content(kind.place.format(kind.text))
        trap.look()
        unheard += [] if trap.sprung else [kind.text]

    assert unheard == []


def test_no_page_runs_what_is_stored_or_sent(hostile: Hostile, watch: Watch) -> None:
    traps: list[Trap] = []
    forms: dict[str, dict[str, Form]] = {}  # by who comes, by where they go
    paths: dict[str, list[str]] = {}
    for turn, language in enumerate(("en", "zh-hans")):
        poison(hostile.filled, hostile.texts, turn)
        assert left_out(hostile.texts) == set()
        come = windows(hostile, watch, language, keeps_policies=turn == 1)
        traps += come.values()
        if turn == 1:
            del come["token"]  # an answer to a program has nothing to refuse
        for who, trap in come.items():
            paths[who] = paths.get(who) or pages(hostile, who, trap)
            for path in paths[who]:
                visit(hostile, trap, path)
                forms.setdefault(who, {}).update({form.action: form for form in forms_of(trap.page)})
        if turn == 0:
            for path in questions():
                visit(hostile, come["staff"], path)
            for path in ODD:
                visit(hostile, come["anyone"], path)
            for who, trap in come.items():
                for form in forms[who].values():
                    send_form(trap, form)
            send_form(come["anyone"], forms["anyone"]["/portal/sign-in/"], f'"{MAILBOXES[1].text}"@x9.example')
            send_file(come["candidate"], f"{hostile.url}/portal/cases/{hostile.filled.case.pk}/items/passport/")

    assert [line for trap in traps for line in trap.sprung] == []
    assert [line for line in watch.complaints if "policy" in line.lower()] == []
    assert {form.action.split("/")[-2] for found in forms.values() for form in found.values()} >= FORMS
    assert hostile.texts.labels - hostile.shown == set(UNSEEN)


def windows(hostile: Hostile, watch: Watch, language: Any, *, keeps_policies: bool) -> dict[str, Trap]:
    """One for each kind of visitor that the matrix knows."""
    filled = hostile.filled
    token = {"Authorization": f"Bearer {filled.secrets['write']}"}
    come = {
        "staff": (filled.members["administrator"].client(language), {}),
        "candidate": (signed_in(filled.case, language), {}),
        "token": (Client(), token),
        "anyone": (browser(language), {}),
    }
    traps = {}
    for who, (client, headers) in come.items():
        page = watch.window(language, keeps_policies=keeps_policies)
        page.context.add_cookies(
            [{"name": name, "value": morsel.value, "url": hostile.url} for name, morsel in client.cookies.items()]
        )
        page.set_extra_http_headers(headers)
        traps[who] = Trap(page)
    return traps


def pages(hostile: Hostile, who: str, trap: Trap) -> list[str]:
    """What the matrix opens to them, and the pages that forms come from."""
    ids, filled = hostile.filled.ids(), hostile.filled
    paths = []
    for address, row in MATRIX.items():
        path = path_of(address, ids)
        if row["who"] == who and ("get" in row or has_a_page(trap, hostile.url + path)):
            paths.append(path)
    if who == "staff":
        with agency_scope(filled.agency.pk):
            more = [f"document/{pk}" for pk in Document.objects.values_list("pk", flat=True)]
            more += [f"packet/{pk}" for pk in Packet.objects.values_list("pk", flat=True)]
        paths += [f"/admin/documents/{row}/change/" for row in more]
        paths.append(f"/admin/cases/case/add/?route={filled.case.route_code}")
    return list(dict.fromkeys(paths))


def has_a_page(trap: Trap, url: str) -> bool:
    return trap.page.context.request.get(url, max_redirects=0).status != 405


def visit(hostile: Hostile, trap: Trap, path: str) -> None:
    try:
        response = trap.page.goto(hostile.url + path)
    except Error as failure:
        if "Download is starting" in str(failure):  # a file to keep
            return
        raise
    assert response is not None and response.status < 500, (response, path)
    hostile.read(trap)


PAYLOAD = quote(EVERYTHING)
ODD = [
    *(
        f"{place}{quote(SCRIPT.text, safe='')}/"
        for place in ("/", "/admin/", "/portal/sign-in/", "/portal/", "/api/v1/")
    ),
    *(f"/portal/sign-in/?{name}={PAYLOAD}" for name in ("next", "email", "x9")),
    *(f"/admin/login/?next={quote(text)}" for text in (EVERYTHING, ADDRESS.text, "//x9.example/")),
    *(f"/api/docs/?{name}={PAYLOAD}" for name in ("url", "configUrl", "x9")),
    f"/api/v1/schema/?format={PAYLOAD}",
    f"/admin/jsi18n/?{PAYLOAD}",
    f"/?{PAYLOAD}={PAYLOAD}",
]


def questions() -> list[str]:
    """Each list of the staff, searched, filtered and ordered by payloads."""
    found = []
    for model, desk in admin.site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        names = ("o", "p", "e", "_popup", *(one.parameter_name for one in desk.list_filter))  # type: ignore[union-attr]
        found += [f"{address}?q={PAYLOAD}", f"{address}?{'&'.join(f'{name}={PAYLOAD}' for name in names)}"]
    return found
