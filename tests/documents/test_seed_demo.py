"""The sample agency, as somebody who just ran `make demo` finds it. Seeded once for all tests of this file."""

import json
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import transaction
from django.test import Client

from cases.models import Candidate, Case, CaseEvent, ChecklistItem, Signature
from cases.routes.schema import Pack
from cases.services.publishing import publish_base_version
from documents.models import Document, Packet
from relo.accounts.models import Agency
from relo.core import clock
from relo.core.actors import system_actor
from relo.core.checks import our_models
from relo.core.scoping import agency_scope, system_scope


@dataclass(frozen=True)
class Demo:
    file: Path
    agency: Agency

    @property
    def access(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def person(self, role: str) -> dict[str, str]:
        return next(row for row in self.access["staff"] if row["role"] == role)


def seed(file: Path) -> None:
    call_command("seed_demo", output=file, verbosity=0)


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, shipped: list[Pack], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    file = tmp_path_factory.mktemp("demo") / "demo.json"
    with django_db_blocker.unblock(), transaction.atomic():
        with system_scope("base route versions belong to no agency"):
            for pack in shipped:
                publish_base_version(pack=pack, actor=system_actor("tests"))
        seed(file)
        agency = Agency.objects.get(code="MER")
        with agency_scope(agency.pk):
            yield Demo(file, agency)
        transaction.set_rollback(True)


def all_rows() -> dict[str, Any]:
    with system_scope("tests look at every agency"):
        return {model._meta.label: serialize("json", model._default_manager.order_by("pk")) for model in our_models()}


def signs_in(person: dict[str, str]) -> bool:
    client = Client()
    client.post("/admin/login/", {"username": person["email"], "password": person["password"], "next": "/admin/"})
    return client.get("/admin/").status_code == 200


def answer_to(token: str) -> Any:
    return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/cases/")


def test_the_cases_stand_all_along_the_way(demo: Demo) -> None:
    stages = Counter(Case.objects.values_list("stage", flat=True))

    assert stages.total() >= 12 and len(stages) >= 10
    assert {"intake", "collect", "review", "decision", "refused", "withdrawn"} <= set(stages)
    assert Case.objects.filter(closed_at=None).exclude(manager=None).count() == stages.total() - 2


def test_there_is_something_for_each_of_the_staff_to_do(demo: Demo) -> None:
    assert Document.objects.filter(state="ready", case__closed_at=None).count() >= 3
    assert ChecklistItem.objects.filter(state="changes_requested", case__closed_at=None).count() >= 2
    to_seal = Packet.objects.get(state="ready")
    assert to_seal.case.stage == "review" and Signature.objects.filter(case=to_seal.case).exists()
    unsigned = Case.objects.filter(stage="review").exclude(sealed_at=None).get()
    assert not Signature.objects.filter(case=unsigned).exists()


def test_the_people_are_as_awkward_as_real_ones(demo: Demo) -> None:
    people = Candidate.objects.all()

    assert people.filter(family_name="").exists()
    assert people.filter(language="zh-hans").exclude(chinese_name="").count() >= 2
    assert any(person.facts.get("ex_chinese") for person in people)
    assert any(person.nationalities == ["IN"] and person.residence_country != "IN" for person in people)
    findings = {
        row["code"]
        for case in Case.objects.filter(stage="screen")
        for row in Client(headers={"Authorization": f"Bearer {demo.access['api_token']}"})
        .get(f"/api/v1/cases/{case.pk}/eligibility/")
        .json()
        if row["result"] == "fail" and row["severity"] == "blocks"
    }
    assert findings == {"K-ARM", "K-CONF"}


def test_what_was_written_later_happened_later(demo: Demo) -> None:
    moments = list(CaseEvent.objects.order_by("id").values_list("at", flat=True))

    assert moments == sorted(moments) and moments[-1] < clock.now()
    assert (clock.now() - moments[0]).days > 60
    assert [case.reference for case in Case.objects.order_by("opened_at")] == sorted(
        Case.objects.values_list("reference", flat=True)
    )


def test_everybody_named_in_the_file_gets_in(demo: Demo) -> None:
    access = demo.access

    assert [row["role"] for row in access["staff"]] == ["case_manager", "reviewer", "administrator", "rules_editor"]
    assert all(signs_in(row) and len(row["password"]) >= 20 for row in access["staff"])
    answer = answer_to(access["api_token"])
    assert answer.status_code == 200 and len(answer.json()["results"]) >= 12
    assert Case.objects.get(reference=access["case_reference"]).stage == "review"
    assert Candidate.objects.filter(email=access["candidate"]["email"]).exists()
    assert (access["base_url"], access["candidate_portal"]) == ("http://testserver", "http://testserver/portal/")


def test_the_file_is_for_its_owner_alone(demo: Demo) -> None:
    assert stat.S_IMODE(demo.file.stat().st_mode) == 0o600
    assert list(demo.file.parent.iterdir()) == [demo.file]


def test_a_second_time_changes_nothing(demo: Demo) -> None:
    rows, text = all_rows(), demo.file.read_text()

    seed(demo.file)

    assert all_rows() == rows and demo.file.read_text() == text


def test_a_second_case_of_a_sample_candidate_does_not_get_in_the_way(demo: Demo) -> None:
    from cases.services.opening import open_case

    text = demo.file.read_text()
    with transaction.atomic():
        for email in ("anna.eriksson@example.org", demo.access["candidate"]["email"]):
            known = Candidate.objects.get(email=email)
            open_case(route_code="CN-K", candidate=known.pk, actor=system_actor("tests", demo.agency.pk))
        seed(demo.file)
        transaction.set_rollback(True)

    assert demo.file.read_text() == text


def test_with_the_file_lost_there_are_new_ways_in_and_the_old_token_is_void(demo: Demo, tmp_path: Path) -> None:
    before = demo.access
    with transaction.atomic():
        cases = Case.objects.count()
        seed(tmp_path / "again.json")
        after = json.loads((tmp_path / "again.json").read_text())

        assert all(signs_in(row) for row in after["staff"]) and not any(signs_in(row) for row in before["staff"])
        assert answer_to(before["api_token"]).status_code == 401
        assert answer_to(after["api_token"]).status_code == 200
        assert Case.objects.count() == cases
        transaction.set_rollback(True)


def test_without_the_routes_it_says_what_to_run_first(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="run load_routes first"):
        seed(tmp_path / "demo.json")

    assert not Agency.objects.exists() and not (tmp_path / "demo.json").exists()


def test_somebodys_own_agency_of_the_same_code_is_left_alone(routes: None, tmp_path: Path) -> None:
    Agency.objects.create(name="Mercury Moves", code="MER")

    with pytest.raises(CommandError, match="a database of its own"):
        seed(tmp_path / "demo.json")

    assert not (tmp_path / "demo.json").exists()
