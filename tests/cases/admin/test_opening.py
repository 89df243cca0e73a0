from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Candidate, Case, CaseEvent
from tests.conftest import World, timeline
from tests.days import in_days

ADD = "/admin/cases/case/add/?route=CN-K"


def filled(**changes: Any) -> dict[str, Any]:
    """What a case manager types for Anna."""
    return {
        "given_names": "Anna Maria",
        "family_name": "Eriksson",
        "email": "anna@example.org",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "passport_number": "L898902C3",
        "planned_hand_in": str(in_days(60)),
        "external_ref": "HR-77",
        "date_of_birth": "1998-08-12",
        "nationalities-0": "UTO",
        "residence_country": "DE",
        "passport.expires_on": str(in_days(2000)),
        "degrees-rows": "1",
        "degrees-0-level": "3",
        "degrees-0-field_isced": "0613",
        "degrees-0-institution": "Utopia Institute of Technology",
        "work-rows": "1",
        "work-none": "on",
        **changes,
    }


def test_a_case_is_opened_for_a_new_person(world: World) -> None:
    answer = world.manager.client().post(ADD, filled())

    with world.scope():
        case = Case.objects.select_related("candidate").get()
        assert answer.headers["Location"] == reverse("admin:cases_case_change", args=[case.pk])
        assert (case.stage, case.external_ref, case.candidate.name) == ("intake", "HR-77", "Anna Maria Eriksson")
        assert case.candidate.passport_number == "L898902C3"
        assert case.candidate.nationalities == ["UTO"]
        assert case.candidate.facts["degrees"][0]["level"] == 3
        assert case.candidate.facts["work"] == []
        assert case.items_total > 0
        assert timeline(case) == ["case.opened"]


def test_what_is_left_empty_is_stored_as_unknown(world: World) -> None:
    sent = filled(**{"work-none": "", "degrees-0-level": "", "degrees-0-field_isced": "", "degrees-0-institution": ""})
    world.manager.client().post(ADD, sent)

    with world.scope():
        facts = Candidate.objects.get().facts
        assert "degrees" not in facts
        assert "work" not in facts


def test_the_form_asks_only_what_the_route_reads(world: World) -> None:
    page = world.manager.client().get(ADD).content.decode()

    assert 'name="degrees-0-field_isced"' in page
    assert 'name="offer.wage_level"' not in page
    assert 'name="entered_on"' not in page


def test_a_second_case_for_a_known_person(world: World, k_case: Case) -> None:
    client = world.manager.client()
    address = f"{ADD}&candidate={k_case.candidate_id}"
    assert "Anna Maria Eriksson" in client.get(address).content.decode()

    client.post(address, {"external_ref": "second"})

    with world.scope():
        assert Case.objects.filter(candidate_id=k_case.candidate_id).count() == 2
        assert Candidate.objects.count() == 1


def test_a_known_email_leads_to_the_person_instead_of_a_second_one(world: World, k_case: Case) -> None:
    answer = world.manager.client().post(ADD, filled())

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "A candidate with this e-mail exists" in page
    assert f"candidate={k_case.candidate_id}" in page
    with world.scope():
        assert Case.objects.count() == 1


def refused(world: World, sentence: str, **changes: Any) -> None:
    answer = world.manager.client().post(ADD, filled(**changes))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with world.scope():
        assert not Case.objects.exists()
        assert not Candidate.objects.exists()
        assert not CaseEvent.objects.exists()


def test_a_hand_in_in_the_past_is_refused(world: World) -> None:
    yesterday = str(in_days(-3))
    refused(world, "The planned hand-in lies in the past", planned_hand_in=yesterday)


def test_a_birth_in_the_future_is_refused(world: World) -> None:
    refused(world, "This day lies in the future", date_of_birth=str(in_days(30)))


def test_a_wrong_field_code_is_refused_at_its_row(world: World) -> None:
    refused(world, 'id="id_degrees-1-field_isced_error"', **{
        "degrees-rows": "2", "degrees-1-level": "2", "degrees-1-field_isced": "software",
    })  # fmt: skip


def test_no_name_is_refused(world: World) -> None:
    refused(world, "This field is required", given_names=" ")


def test_an_end_before_the_start_is_said_in_chinese_too(world: World) -> None:
    sent = filled(**{"work-none": "", "work-0-started_on": "2024-01-01", "work-0-ended_on": "2023-01-01"})
    answer = world.manager.client("zh-hans").post(ADD, sent)

    assert "结束日期早于开始日期" in answer.content.decode()
    with world.scope():
        assert not Case.objects.exists()


def test_somebody_who_may_not_open_cases_is_refused(world: World) -> None:
    for member in (world.read_only, world.reviewer):
        assert member.client().get(ADD).status_code == 403
        assert member.client().post(ADD, filled()).status_code == 403
    with world.scope():
        assert not Case.objects.exists()


def test_another_agencys_candidate_is_as_unknown_as_none(world: World, other_world: World, k_case: Case) -> None:
    foreign = other_world.manager.client().get(f"{ADD}&candidate={k_case.candidate_id}")
    missing = other_world.manager.client().get(f"{ADD}&candidate=00000000-0000-4000-8000-000000000000")

    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_nobody_is_let_in_without_signing_in(world: World) -> None:
    answer = Client().post(ADD, filled())

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")
    with world.scope():
        assert not Case.objects.exists()
