"""Whatever people and programs do, no line of the log tells who they are, what they sent, or how to get in."""

import io
import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from cases.models import Case, Mail
from cases.services.mailing import TIME_TO_TAKE_BACK
from documents.models import Document, Rendition
from documents.services.packets import request_packet
from relo.core import clock, storage
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.api import Program, anna_json
from tests.case_steps import SAMPLES
from tests.cases.post import later
from tests.conftest import PASSWORD, World
from tests.portal_steps import SENT, SIGN_IN, ask, browser, code_in, is_inside, link_in, mails

FILE_NAME = "Eriksson-Reisepass.jpg"
NOTE = "the corner with her signature is missing"
CRASH = "Anna Maria Eriksson, L898902C3"
# Everything about Anna, and what people type.
ABOUT_ANNA = [
    "Anna",
    "Eriksson",
    "anna@example.org",
    "example.org",
    "L898902C3",
    "1998-08-12",
    "Reisepass",
    "signature is missing",
    "Passport Office of Utopia",
    "nobody-known@elsewhere.example",
    PASSWORD,
]


@pytest.fixture
def silence(heard: list[str], capfd: pytest.CaptureFixture[str]) -> Any:
    """Called at the end: nothing of all this may have been said, and something must have been."""

    def check(*secrets: str, says: str) -> None:
        out, err = capfd.readouterr()
        besides = [line for line in err.splitlines() if not line.startswith('{"event"')]  # the lines heard already
        said = "\n".join([*heard, out, *besides])
        assert says in said
        assert [word for word in [*ABOUT_ANNA, *secrets] if word in said] == []

    return check


def quiet(client: Client) -> Client:
    client.raise_request_exception = False
    return client


def test_opening_a_case_and_what_the_api_refuses(in_scope: World, silence: Any):
    program = Program(in_scope)
    assert program.post("cases/", {"route": "CN-K", "candidate": anna_json()}).status_code == 201
    assert program.post("cases/", {"route": "CN-K", "candidate": anna_json()}).status_code == 409
    assert program.post("cases/", {"route": "CN-K", "candidate": anna_json(email="Eriksson")}).status_code == 400
    broken = program.client.post("/api/v1/cases/", '{"email": "anna@example.org', content_type="application/json")
    assert broken.status_code == 400
    assert Program(None, "relo_Eriksson").get("cases/").status_code == 401
    assert program.get("cases/", q="Eriksson", cursor="Anna").status_code == 404

    silence(in_scope.token, "relo_Eriksson", says="api/v1/cases/")


def test_signing_in_and_what_is_refused_there(in_scope: World, k_case: Case, silence: Any):
    client, stranger, strict = browser(), browser(), Client(enforce_csrf_checks=True)
    ask(client, "anna@example.org")
    ask(client, "nobody-known@elsewhere.example")
    letter = mails()[0]
    link, code = link_in(letter), code_in(letter)
    assert stranger.get(link).status_code == 403
    assert strict.post(link).status_code == 403
    assert strict.post(SENT, {"code": code}).status_code == 403
    assert strict.post(SIGN_IN, {"email": "anna@example.org"}).status_code == 403
    assert browser().get(link[:-3] + "/").status_code == 404
    assert client.post(SENT, {"code": code}).status_code == 303 and is_inside(client)
    assert client.get(link).status_code == 410

    cookies = [client.cookies[name].value for name in ("relo_portal", "relo_browser")]
    silence(link.split("/")[3], code, *cookies, says="/portal/sign-in/…")


def test_staff_sign_in_and_search(in_scope: World, k_case: Case, silence: Any):
    login = {"username": in_scope.manager.user.email, "password": PASSWORD + "x"}
    assert Client().post("/admin/login/", login).status_code == 200
    manager = in_scope.manager.client()
    assert manager.get("/admin/cases/case/", {"q": "Eriksson"}).status_code == 200
    assert manager.get("/admin/no-such-page/", {"q": "Eriksson"}).status_code == 404
    assert manager.get("/admin/Eriksson/").status_code == 404
    assert in_scope.read_only.client().get("/admin/cases/case/add/", {"q": "Eriksson"}).status_code == 403

    silence(says="Not Found: /")


def test_sending_and_reviewing_a_document(in_scope: World, k_case: Case, silence: Any):
    client = browser()
    ask(client, "anna@example.org")
    client.post(SENT, {"code": code_in(mails()[0])})
    upload = reverse("portal:upload", args=[k_case.pk, "passport"])
    damaged = SimpleUploadedFile(FILE_NAME, b"\xff\xd8\xff no picture of Eriksson")
    assert client.post(upload, {"file": damaged}).status_code in (415, 422)
    whole = SimpleUploadedFile(FILE_NAME, (SAMPLES / "passport-data-page.jpg").read_bytes())
    assert client.post(upload, {"file": whole}).status_code == 303
    document = Document.objects.get()
    assert client.get(f"/portal/documents/{document.pk}/").status_code == 200
    changes = reverse("admin:documents_document_request_changes", args=[document.pk])
    form = {"sha256": document.sha256, "reason": "illegible", "note": NOTE}
    assert in_scope.manager.client().post(changes, form).status_code == 302
    relay.drain("default")
    with later(clock.now() + TIME_TO_TAKE_BACK + timedelta(seconds=1)):
        relay.drain("mail")
    assert Mail.objects.get().state == "sent"

    silence(says="Unprocessable")


def test_a_packet_that_is_built_and_one_that_fails(in_scope: World, case_in_review: Case, silence: Any):
    manager = in_scope.manager.actor
    first = request_packet(case_id=case_in_review.pk, actor=manager)
    relay.drain("packets")
    first.refresh_from_db()
    assert first.state == "ready"
    Document.objects.update(file_name=FILE_NAME)
    other = storage.put(io.BytesIO(b"%PDF-1.7 Eriksson"))
    Rendition.objects.filter(document__item__code="cv", kind="working_copy").update(blob_key=other.key)
    second = request_packet(case_id=case_in_review.pk, actor=manager)
    relay.drain("packets")
    second.refresh_from_db()
    assert (second.state, second.number) == ("failed", 2)

    silence(says="packet.failed")


CRASHES = {
    "a bug": lambda: RuntimeError(CRASH),
    "the database quotes a value": lambda: IntegrityError("Key (email)=(anna@example.org) already exists."),
}


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES.keys())
def test_a_crash_inside_a_view_tells_its_place_and_nothing_else(
    in_scope: World, k_case: Case, silence: Any, heard: list[str], monkeypatch: pytest.MonkeyPatch, crash: Any
):
    def broken(*args: Any, **kwargs: Any) -> None:
        try:
            raise KeyError("Eriksson")
        except KeyError as cause:
            raise crash() from cause

    for place in ("cases.admin.case.workspace", "cases.api.views.open_case", "cases.portal.views.home_of"):
        monkeypatch.setattr(place, broken)
    client = browser()
    ask(client, "anna@example.org")
    client.post(SENT, {"code": code_in(mails()[0])})
    page = reverse("admin:cases_case_change", args=[k_case.pk])
    program = Program(in_scope)
    quiet(program.client)
    answers = [
        quiet(in_scope.manager.client()).get(page, {"q": "Eriksson"}),
        quiet(client).get("/portal/"),
        program.post("cases/", {"route": "CN-K", "candidate": anna_json()}),
    ]
    assert [answer.status_code for answer in answers] == [500] * 3
    for answer in answers:
        told = answer.content.decode() + repr(answer.headers)
        assert not any(word in told for word in ("Eriksson", "anna@", "Error", "Traceback", ".py", "test_silent_logs"))

    assert any("test_silent_logs.py" in line and "KeyError at" in line for line in heard)
    silence(says="Internal Server Error: /admin/cases/case/<uuid:object_id>/change/")


def test_a_mail_that_cannot_be_delivered(in_scope: World, k_case: Case, silence: Any, monkeypatch: Any):
    from django.core.mail import EmailMultiAlternatives

    def refused(*args: Any, **kwargs: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({"anna@example.org": (550, b"no such user Anna Eriksson")})

    monkeypatch.setattr(EmailMultiAlternatives, "send", refused)
    ask(browser(), "anna@example.org")
    relay.drain("mail")

    assert OutboxMessage.objects.get(handler="portal.send_code").last_error == "SMTPRecipientsRefused"
    silence(says="outbox.failed")
