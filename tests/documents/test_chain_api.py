"""The same acts by a program."""

import pytest

from cases.models import ChecklistItem
from documents.models import Document
from tests.api import Program
from tests.case_steps import send
from tests.conftest import timeline


@pytest.fixture
def program(in_scope):
    return Program(in_scope)


@pytest.fixture
def cv_as_degree(k_case, candidate):
    return send(k_case, "degree", "cv.pdf", candidate)


def state(code):
    return ChecklistItem.objects.get(code=code).state


def test_taken_back_and_refiled(program, k_case, cv_as_degree):
    path = f"documents/{cv_as_degree.pk}"
    program.post(f"{path}/request-changes/", {"reason": "wrong_document"})
    taken_back = program.post(f"{path}/take-back/")
    assert (taken_back.status_code, taken_back.json()["state"], state("degree")) == (200, "ready", "submitted")
    assert program.post(f"{path}/take-back/").json()["code"] == "decision_stands"
    assert program.post(f"{path}/refile/", {"item": "cv", "sha256": "0" * 64}).json()["code"] == "document_changed"

    moved = program.post(f"{path}/refile/", {"item": "cv", "sha256": cv_as_degree.sha256}).json()

    assert (moved["item"], moved["refiled_from"], state("cv"), state("degree")) == (
        "cv",
        "degree",
        "submitted",
        "requested",
    )


def test_used_again_and_linked(program, k_case, candidate):
    degree = send(k_case, "degree", "degree-certificate.pdf", candidate)
    path = f"cases/{k_case.pk}/checklist/translation/reuse/"
    assert [one["id"] for one in program.get(path).json()] == [str(degree.pk)]

    again = program.post(path, {"document": str(degree.pk)}).json()
    linked = program.post(f"documents/{again['id']}/original/", {"original": str(degree.pk)}).json()

    assert (again["copied_from"], again["waits_for_second"]) == (str(degree.pk), False)
    assert (linked["original"], linked["made_for"]) == (str(degree.pk), "translation")
    assert timeline(k_case)[-1] == "document.linked"
    missing = program.post(path, {"document": "00000000-0000-4000-8000-000000000000"})
    assert (missing.status_code, missing.json()["code"]) == (400, "document_unknown") and Document.objects.count() == 2
