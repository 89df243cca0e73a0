"""The API in words: what the description says is what the API takes."""

import re
from functools import cache
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from cases.models import Candidate, Case
from cases.routes.fact_models import CandidateFacts, Degree, Offer, Passport, Research, Work
from cases.routes.facts import shaped
from cases.routes.samples import GRADUATE
from tests.api import Program, anna_json
from tests.conftest import World, timeline


@pytest.fixture
def program(world: World) -> Program:
    return Program(world)


@cache
def description() -> dict[str, Any]:
    whole: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return whole


def operations() -> list[dict[str, Any]]:
    paths = description()["paths"].values()
    return [part for path in paths for part in path.values() if isinstance(part, dict) and "operationId" in part]


def component(name: str) -> dict[str, Any]:
    found: dict[str, Any] = description()["components"]["schemas"][name]
    return found


def faults_of(name: str, body: Any) -> list[str]:
    """What a program that reads the description finds wrong with a body."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": description()["components"]}
    return [error.message for error in Draft202012Validator(schema).iter_errors(body)]


def test_every_operation_says_in_its_own_words_what_it_does() -> None:
    words = [operation.get("description", "") for operation in operations()]

    assert len(words) > 20 and "" not in words
    assert len(set(words)) == len(words)
    assert [text for text in words if "door" in text.lower()] == []


@pytest.mark.parametrize("model", [Passport, Degree, Work, Research, Offer])
def test_every_key_of_a_group_is_described(model: Any) -> None:
    described = component(model.__name__)

    assert set(described["properties"]) == set(model.model_fields)
    assert described["additionalProperties"] is False


def test_no_request_is_described_as_taking_more_than_it_takes() -> None:
    requests = {name: part for name, part in description()["components"]["schemas"].items() if name.endswith("Request")}

    lax = {name for name, part in requests.items() if part.get("additionalProperties") is not False}
    assert lax == {"FileInRequest"}  # a form, whose other parts are not looked at
    assert [name for name, part in requests.items() if "mistyped" in part.get("description", "")] == []


def test_the_facts_of_a_change_are_the_fact_set() -> None:
    facts = component("PatchedCasePatchInRequest")["properties"]["facts"]

    assert set(facts["properties"]) == set(CandidateFacts.model_fields)


def test_what_the_description_allows_is_taken(program: Program, world: World) -> None:
    sent = {"route": "CN-K", "candidate": anna_json()}

    assert faults_of("CaseInRequest", sent) == []
    assert program.post("cases/", sent).status_code == 201


def test_the_fact_set_in_full_fits_its_description() -> None:
    assert faults_of("PatchedCasePatchInRequest", {"facts": dict(GRADUATE)}) == []
    assert shaped(GRADUATE).model_dump(exclude_none=True).keys() == GRADUATE.keys()


@pytest.mark.parametrize(
    ("group", "value"),
    [("passport", {"expires": "2030-01-01"}), ("degrees", [{"level": 9}]), ("work", [{"role": "cook"}])],
)
def test_what_the_description_forbids_is_refused(program: Program, world: World, group: str, value: Any) -> None:
    sent = {"route": "CN-K", "candidate": anna_json(**{group: value})}

    assert faults_of("CaseInRequest", sent) != []
    assert program.post("cases/", sent).status_code == 400


def test_all_faults_are_told_at_once(program: Program, world: World) -> None:
    candidate = anna_json(
        email="anna", shoe_size=38, residence_country="Germany", passport={"expires": "2030-01-01"},
        degrees=[{"level": 3}, {"level": 9, "conferred_on": "last summer"}],
    )  # fmt: skip
    del candidate["given_names"]

    answer = program.post("cases/", {"rout": "CN-K", "candidate": candidate, "planned_hand_in": "soon"})

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {
        "rout", "route", "planned_hand_in", "candidate.given_names", "candidate.email", "candidate.shoe_size",
        "candidate.residence_country", "candidate.passport.expires", "candidate.degrees.1.level",
        "candidate.degrees.1.conferred_on",
    }  # fmt: skip
    with world.scope():
        assert not Case.objects.exists() and not Candidate.objects.exists()


def test_all_faults_of_a_change_are_told_at_once(program: Program, world: World, k_case: Case) -> None:
    facts = {"passport": {"blank_pages": -1}, "shoe_size": 38, "work": None}

    answer = program.patch(f"cases/{k_case.pk}/", {"facts": facts, "manger": 1})

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"manger", "facts.passport.blank_pages", "facts.shoe_size"}
    with world.scope():
        assert timeline(k_case) == ["case.opened"]


def test_what_cannot_be_on_this_day_is_told_with_the_details(program: Program, world: World) -> None:
    candidate = anna_json(date_of_birth="2199-01-01", time_zone="Mars/Olympus")

    errors = program.post("cases/", {"route": "CN-K", "candidate": candidate}).json()["errors"]

    assert set(errors) == {"date_of_birth", "time_zone"}


def test_the_page_of_the_description_carries_nothing_inline() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()

    assert "<style" not in page and "style=" not in page and not re.search(r"<script(?![^>]*src=)", page)
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert 'id="swagger-ui"' in page
