"""What leaks came through elsewhere: filters, search, ordering, popups, bodies; and credentials almost right."""

import json
import re

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from relo.core.checks import our_models
from relo.core.models import OwnedModel, Privacy, privacy_of
from relo.core.scoping import agency_scope
from tests.matrix.conftest import Two
from tests.matrix.expected import MATRIX
from tests.matrix.marks import shown
from tests.matrix.test_every_cell import ADDRESSES, ask, path_of

pytestmark = pytest.mark.django_db

LISTS = [
    address
    for address in ADDRESSES
    if "<" not in address
    and "(?P" not in address
    and MATRIX[address]["who"] in ("staff", "token")
    and "get" in MATRIX[address]
    and not address.startswith(("/admin/security/", "/admin/login/", "/admin/logout/", "/admin/password"))
]
ASKED = {
    "search for a name": "q={first.person_mark}",
    "search for a reference": "q={first.case.reference}",
    "filter by manager": "manager={manager}&manager_id={manager}",
    "filter by candidate": "candidate={first.case.candidate_id}&candidate_id={first.case.candidate_id}",
    "filter by case": "case={first.case.pk}&case__id={first.case.pk}&id={first.case.pk}&pk={first.case.pk}",
    "lookup through a relation": "case__candidate__family_name={first.person_mark} family",
    "lookup by a part": "candidate__passport_number__startswith=A&file_name__contains={first.person_mark}",
    "another agency": "agency={first.agency.pk}&agency_id={first.agency.pk}",
    "ordering": "ordering=candidate__passport_number&o=-1.2&order_by=agency_id",
    "popup": "_popup=1&_to_field=agency_id",
    "expand": "expand=candidate,agency&fields=*&include=candidate",
    "a forged cursor": "cursor=cD1ub3doZXJl&page_size=100000&p=99999",
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("address", LISTS)
def test_no_question_to_a_list_brings_rows_of_another_agency(two: Two, address: str, asked: str):
    query = ASKED[asked].format(first=two.first, manager=two.first.members["manager"].user.pk)
    names = ("an administrator elsewhere", "a token elsewhere")
    [who] = [one for one in two.everybody if one.name in names and one.kind == MATRIX[address]["who"]]
    code, text, _location, _statements = ask(who.client, "get", f"{path_of(address, {})}?{query}", address)

    assert code < 500
    # The question itself may be repeated on the page; what it would have found must not be.
    told = re.sub(re.escape(two.first.person_mark) + "((%20| )family)?(?=[\"&'<])", "", text)
    assert not (lines := shown(told, who, two)), "\n".join(lines)


BODIES = {
    "a candidate of another agency": (
        "post",
        "/api/v1/cases/",
        '{{"route": "CN-K", "candidate": {{"id": "{candidate}"}}}}',
    ),
    "a manager of another agency": ("patch", "/api/v1/cases/{own_case}/", '{{"manager": {manager}}}'),
    "the agency itself": ("patch", "/api/v1/cases/{own_case}/", '{{"agency": "{agency}", "agency_id": "{agency}"}}'),
    "the stage": ("patch", "/api/v1/cases/{own_case}/", '{{"stage": "done", "sealed_at": "2026-01-01T00:00:00Z"}}'),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_reaches_no_other_agency_and_no_column_of_its_own_choice(two: Two, what: str):
    method, path, body = BODIES[what]
    values = {
        "candidate": two.first.case.candidate_id,
        "manager": two.first.members["manager"].user.pk,
        "agency": two.first.agency.pk,
        "own_case": two.second.case.pk,
    }
    [who] = [one for one in two.everybody if one.name == "a token elsewhere"]
    with agency_scope(two.second.agency.pk):
        before = list(type(two.second.case).objects.order_by("pk").values())
    answer = getattr(who.client, method)(path.format(**values), body.format(**values), content_type="application/json")
    with agency_scope(two.second.agency.pk):
        after = list(type(two.second.case).objects.order_by("pk").values())

    assert answer.status_code in (400, 404, 422) and before == after
    assert not (lines := shown(answer.content.decode(), who, two)), "\n".join(lines)
    assert "code" in json.loads(answer.content)


# The secret in the address is the proof, and a mailbox that presses the button holds no cookie.
PROOF_IN_THE_ADDRESS = {"/portal/reminders/<str:token>/"}
WITH_EFFECT = [
    address
    for address in ADDRESSES
    if "post" in MATRIX[address] and MATRIX[address]["who"] != "token" and address not in PROOF_IN_THE_ADDRESS
]


@pytest.mark.parametrize("address", WITH_EFFECT)
def test_a_post_without_a_csrf_token_is_refused(two: Two, address: str):
    wanted = {"staff": "an administrator".replace("an ", "a "), "candidate": "the candidate", "anyone": "nobody"}
    [who] = [one for one in two.everybody if one.name == wanted[MATRIX[address]["who"]]]
    forging = Client(enforce_csrf_checks=True)
    forging.cookies = who.client.cookies
    answer = forging.post(path_of(address, two.first.ids()))

    assert answer.status_code == 403


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "get" in MATRIX[address]])
def test_a_wrong_host_is_refused_whoever_asks(two: Two, address: str):
    [who] = [one for one in two.everybody if one.name == "a administrator"]
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        answer = who.client.get(path_of(address, two.first.ids()), headers=headers)
        if "Host" in headers:
            assert answer.status_code == 400
        assert "evil.example" not in repr(answer.headers) + answer.getvalue().decode("latin-1")


# Codes, not words: countries, a class of visa and the blind index; the facts of a case hold days, places and yes or no.
UNMARKED = [
    "cases.Candidate.nationalities",
    "cases.Candidate.residence_country",
    "cases.Candidate.passport_index",
    "cases.Case.facts",
    "cases.Attempt.asked_class",
]


def test_every_text_about_a_person_carries_a_mark(two: Two):
    """Or no test here would see it leak: each text of an owned model that is tagged personal or sensitive."""
    unmarked = []
    with agency_scope(two.first.agency.pk):
        for model in our_models():
            if not issubclass(model, OwnedModel):
                continue
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, (models.CharField, models.TextField, models.JSONField))
                if not is_text or privacy_of(model).get(field.name, Privacy.NONE) is Privacy.NONE:
                    continue
                values = " ".join(str(getattr(row, field.name)) for row in model._default_manager.all())
                if two.first.mark not in values and two.first.person_mark not in values:
                    unmarked.append(f"{model._meta.label}.{field.name}")

    assert unmarked == UNMARKED


def test_both_agencies_have_a_row_of_everything(two: Two):
    """A table that is empty here is a table that no test here looks at."""
    empty = []
    for filled in (two.first, two.second):
        with agency_scope(filled.agency.pk):
            empty += [
                model._meta.label
                for model in apps.get_models()
                if issubclass(model, OwnedModel) and not model._default_manager.exists()
            ]

    assert sorted(set(empty)) == []
