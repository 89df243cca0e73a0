"""What a hostile or a clumsy program sends is refused with a problem document: never a crash, never a page."""

import base64
import uuid

import pytest
from django.test import Client

from cases.models import Candidate, Case
from tests.api import Program, anna_json
from tests.case_steps import SAMPLES, built, send
from tests.cases.api.test_cases_api import problem


@pytest.fixture
def program(world) -> Program:
    program = Program(world)
    program.client.raise_request_exception = False  # a crash shall be seen as the 500 that it is
    return program


def cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CURSORS = {
    "no cursor at all": "zzz",
    "no moment": cursor("p=yesterday"),
    "a moment before all time zones": cursor("p=0001-01-01T00:00:00+23:59"),
    "a number": cursor("p=" + "9" * 40),
    "an endless offset": cursor("o=" + "9" * 21),
    "no text": "\udcff\udcfe".encode(errors="surrogateescape"),
}


@pytest.mark.parametrize("sent", CURSORS.values(), ids=CURSORS.keys())
@pytest.mark.parametrize("path", ["cases/", "cases/{id}/timeline/"])
def test_a_made_up_cursor_is_never_a_crash(program, k_case, path, sent):
    answer = program.get(path.format(id=k_case.pk), cursor=sent)

    if answer.status_code == 200:  # the newest list is ordered by numbers, so that a number is a place in it
        assert set(answer.json()) == {"next", "previous", "results"}
    else:
        assert problem(answer, 404)["code"] == "not_found"


@pytest.mark.parametrize("sent", ["zzz", cursor("p=yesterday"), cursor("p=0001-01-01T00:00:00+23:59")])
def test_a_cursor_of_the_case_list_that_names_no_moment_is_unknown(program, k_case, sent):
    problem(program.get("cases/", cursor=sent), 404)


@pytest.mark.parametrize(
    "sent",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-13-45T00:00:00Z", "2026-11-24T09:00:00", "9" * 30],
)
def test_a_time_that_no_clock_shows_is_refused(program, k_case, sent):
    assert "updated_since" in problem(program.get("cases/", updated_since=sent), 400)["errors"]


@pytest.mark.parametrize("sent", ["9" * 19, "9" * 23, "9" * 5000, "-" + "9" * 23, "1e400"])
def test_a_manager_beyond_every_number_is_refused_in_the_list(program, k_case, sent):
    assert "manager" in problem(program.get("cases/", manager=sent), 400)["errors"]


def test_a_manager_who_is_nobody_has_no_cases(program, k_case):
    assert program.get("cases/", manager=2**63 - 1).json()["results"] == []
    assert program.get("cases/", manager=-1).json()["results"] == []


@pytest.mark.parametrize("sent", [2**63, 10**30, 0, -1])
def test_a_manager_beyond_every_number_is_refused_as_a_detail(program, k_case, sent):
    answer = program.patch(f"cases/{k_case.pk}/", {"manager": sent})

    assert "manager" in problem(answer, 400)["errors"]
    k_case.refresh_from_db()
    assert k_case.manager_id is None


DEEP = {
    "lists": b'{"route":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "never closed": b"[" * 200_000,
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP.keys())
def test_json_nested_without_end_is_refused(program, world, body):
    problem(program.client.post("/api/v1/cases/", body, content_type="application/json"), 400)

    with world.scope():
        assert not Case.objects.exists()


def test_facts_nested_a_thousand_deep_are_refused(program, k_case):
    body = b'{"facts":{"passport":' + b'{"a":' * 900 + b"1" + b"}" * 902
    answer = program.client.patch(f"/api/v1/cases/{k_case.pk}/", body, content_type="application/json")

    problem(answer, 400)


UNREADABLE = {
    "not UTF-8": b'{"route":"\xff\xfe"}',
    "half a letter": b'{"route":"CN-K","candidate":{"given_names":"\\ud800","email":"a@example.org"}}',
    "a list": b"[]",
    "a word": b'"x"',
    "nothing": b"",
    "not a number": b'{"route":NaN}',
    "a number of 5000 digits": b'{"route":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_body_that_cannot_be_read_is_refused(program, world, body):
    problem(program.client.post("/api/v1/cases/", body, content_type="application/json"), 400)

    with world.scope():
        assert not Candidate.objects.exists()


@pytest.mark.parametrize(
    "name", ["stage", "route", "whose_turn", "q", "manager", "updated_since", "cursor", "page_size"]
)
def test_a_nul_byte_in_a_question_is_refused(program, k_case, name):
    problem(program.get("cases/", **{name: "a\x00b"}), 400)


@pytest.mark.parametrize(
    "path",
    [
        "routes/a%00b/",
        "cases/{id}/checklist/a%00b/settle/",
        "cases/{id}/checklist/a%00b/waive/",
        "cases/{id}/checklist/a%00b/documents/",
        "cases/{id}/eligibility/a%00b/decide/",
    ],
)
def test_a_nul_byte_in_a_path_is_refused(program, k_case, path):
    answer = program.post(path.format(id=k_case.pk), {"reason": "Not in this test.", "go_ahead": True})

    problem(answer, 400)


def test_a_nul_byte_in_a_key_is_refused_and_nothing_is_done(program, world):
    answer = program.post("cases/", {"route": "CN-K", "candidate": anna_json()}, **{"Idempotency-Key": "a\x00b"})

    problem(answer, 400)
    with world.scope():
        assert not Case.objects.exists()


NUL_FACTS = {
    "of the person": {"passport": {"authority": "a\x00b"}},
    "of the case": {"post": {"name": "a\x00"}},
    "as a name": {"a\x00b": 1},
}


@pytest.mark.parametrize("facts", NUL_FACTS.values(), ids=NUL_FACTS.keys())
def test_a_nul_byte_in_a_fact_is_refused(program, k_case, facts):
    problem(program.patch(f"cases/{k_case.pk}/", {"facts": facts}), 400)


@pytest.mark.parametrize("accept", ["application/pdf", "image/jpeg", "text/html", "*/*", "nonsense"])
def test_a_document_is_given_out_whatever_form_the_program_says_it_accepts(program, k_case, staff, accept):
    document = send(k_case, "cv", "cv.pdf", staff)

    answer = program.client.get(f"/api/v1/documents/{document.pk}/content/", headers={"Accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"".join(answer.streaming_content) == (SAMPLES / "cv.pdf").read_bytes()


def test_a_packet_is_given_out_to_a_program_that_accepts_pdf_alone(program, case_in_review, staff):
    packet = built(case_in_review, staff)

    answer = program.client.get(f"/api/v1/packets/{packet.pk}/content/", headers={"Accept": "application/pdf"})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    missing = program.client.get(f"/api/v1/packets/{uuid.uuid4()}/content/", headers={"Accept": "application/pdf"})
    problem(missing, 404)


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing/", "/api/nothing/", "/api/v2/cases/", "/api/v1/cases/not-a-uuid/", "/api/v1/packets/1/content/"],
)
@pytest.mark.parametrize("known", [True, False])
def test_an_address_that_does_not_exist_answers_as_a_problem_document(program, path, known):
    client = program.client if known else Client()

    assert problem(client.get(path), 404)["code"] == "not_found"


def test_an_address_of_the_pages_that_does_not_exist_answers_with_a_page(routes):
    answer = Client().get("/portal/nothing/at/all/")

    assert answer.status_code == 404 and answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(document.domain)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//x"],
)
def test_an_address_that_would_run_in_the_browser_is_refused(program, world, k_case, url):
    answer = program.post(f"cases/{k_case.pk}/checklist/cv/settle/", {"url": url})

    assert "url" in problem(answer, 400)["errors"]
    item = k_case.items.get(code="cv")
    assert item.url == "" and not item.is_settled
    page = world.manager.client().get(f"/admin/cases/case/{k_case.pk}/change/").content.decode()
    assert url not in page
