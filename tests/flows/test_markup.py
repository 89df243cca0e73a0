"""Markup typed into any field that takes free text is text on every page that shows it."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.services.candidates import NewCandidate
from cases.services.opening import open_case
from documents.models import Document
from documents.services.reviewing import request_changes
from relo.accounts.models import Agency, User
from tests.case_steps import SAMPLES
from tests.conftest import World, anna
from tests.portal_steps import item_url, signed_in, upload

MARKUP = "<img src=x onerror=alert(1)>'\"</script><b>"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;"


def person() -> NewCandidate:
    facts: dict[str, Any] = anna().facts
    degree = {**facts["degrees"][0], "institution": MARKUP}
    passport = {**facts["passport"], "authority": MARKUP}
    names = {"given_names": MARKUP, "family_name": MARKUP, "chinese_name": MARKUP[:40]}
    return anna(**names, facts={**facts, "degrees": [degree], "passport": passport})


def test_what_people_type_is_text_on_every_page(in_scope: World):
    Agency.objects.filter(pk=in_scope.agency.pk).update(name=MARKUP)
    User.objects.filter(pk=in_scope.manager.user.pk).update(full_name=MARKUP)
    manager = in_scope.manager.actor
    case = open_case(route_code="CN-K", candidate=person(), external_ref=MARKUP, actor=manager)
    candidate = signed_in(case)
    upload(
        candidate, case, "cv", SimpleUploadedFile(f"{MARKUP.replace('/', '')}.pdf", (SAMPLES / "cv.pdf").read_bytes())
    )
    document = Document.objects.get()
    assert document.file_name.startswith("<img src=x")
    desk = in_scope.administrator.client()
    pages = [
        "/admin/",
        "/admin/cases/case/",
        f"/admin/cases/case/?q={MARKUP}",
        "/admin/cases/candidate/",
        "/admin/documents/document/",
        "/admin/accounts/membership/",
        "/admin/accounts/agency/",
        reverse("admin:cases_case_change", args=[case.pk]),
        reverse("admin:cases_case_facts", args=[case.pk]),
        reverse("admin:cases_candidate_change", args=[case.candidate_id]),
        reverse("admin:documents_document_change", args=[document.pk]),
    ]
    answers = [desk.get(page) for page in pages]
    request_changes(document_id=document.pk, reason="illegible", note=MARKUP, actor=manager)
    answers += [desk.get(pages[7]), desk.get(pages[10])]
    answers += [candidate.get(page) for page in ("/portal/", item_url(case, "cv"), reverse("portal:accesses"))]

    assert {answer.status_code for answer in answers} <= {200}
    for answer in answers:
        text = answer.content.decode()
        assert "<img src=x" not in text and "</script><b>" not in text, answer.request["PATH_INFO"]
    assert sum(SHOWN in answer.content.decode() for answer in answers) >= 11
