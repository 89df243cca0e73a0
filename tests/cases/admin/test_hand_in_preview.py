"""The page that moves the planned hand-in: it shows what breaks, and saves what was seen."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from tests.api import Program
from tests.conftest import World, timeline

THURSDAY, FRIDAY = date(2026, 9, 10), date(2026, 9, 11)


@pytest.fixture
def case(k_case: Case, in_scope: World):
    """A photo that serves until 8 September, and a hand-in on the 7th. Today is 1 June 2026."""
    with time_machine.travel("2026-06-01 10:00Z"):
        staff = in_scope.manager.actor
        change_case(case_id=k_case.pk, planned_hand_in=date(2026, 9, 7), actor=staff)
        settle_item(case_id=k_case.pk, code="photo_digital", issued_on=date(2026, 3, 8), actor=staff)
        yield k_case


def page(case: Case) -> str:
    return reverse("admin:cases_case_details", args=[case.pk])


def sent(day: date, **more: str) -> dict[str, str]:
    return {
        "planned_hand_in": str(day),
        "initial-planned_hand_in": "2026-09-07",
        "initial-manager": "",
        "initial-external_ref": "",
        "manager": "",
        "external_ref": "",
        **more,
    }


def planned(case: Case) -> date | None:
    return Case.objects.get(pk=case.pk).planned_hand_in


def seen_in(answer: Any) -> str:
    return str(answer.context["form"]["seen"].value())


def test_what_breaks_is_shown_and_nothing_saved(case: Case, world: World) -> None:
    before = timeline(case)

    answer = world.manager.client().post(page(case), sent(THURSDAY))

    words = answer.content.decode()
    assert answer.status_code == 200 and "Nothing is saved yet" in words and "No longer good on that day" in words
    assert "good until 8 Sep 2026, 2 days before the planned hand-in" in words
    assert planned(case) == date(2026, 9, 7) and timeline(case) == before


def test_what_was_seen_is_saved_at_the_second_step(case: Case, world: World) -> None:
    """As a browser does it: what the page shows is sent back."""
    client = world.manager.client()
    form = client.post(page(case), sent(THURSDAY, external_ref="HR-9")).context["form"]
    again = {field.html_name: field.value() or "" for field in form}
    assert again["planned_hand_in"] == str(THURSDAY) and again["external_ref"] == "HR-9"

    answer = client.post(page(case), sent(THURSDAY) | again)

    assert answer.status_code == 302 and planned(case) == THURSDAY
    assert Case.objects.get(pk=case.pk).external_ref == "HR-9"


def test_another_day_than_the_one_seen_is_shown_first(case: Case, world: World) -> None:
    client = world.manager.client()
    seen = seen_in(client.post(page(case), sent(THURSDAY)))

    answer = client.post(page(case), sent(FRIDAY, seen=seen))

    assert answer.status_code == 200 and seen_in(answer) != seen and planned(case) == date(2026, 9, 7)


def test_what_became_worse_meanwhile_is_shown_first(case: Case, world: World) -> None:
    client = world.manager.client()
    seen = seen_in(client.post(page(case), sent(THURSDAY)))
    with world.scope():
        settle_item(case_id=case.pk, code="photo_paper", issued_on=date(2026, 3, 8), actor=world.manager.actor)

    answer = client.post(page(case), sent(THURSDAY, seen=seen))

    assert answer.status_code == 200 and planned(case) == date(2026, 9, 7)


def test_a_day_that_breaks_nothing_is_saved_at_once(case: Case, world: World) -> None:
    answer = world.manager.client().post(page(case), sent(date(2026, 9, 8)))

    assert answer.status_code == 302 and planned(case) == date(2026, 9, 8)


def test_a_closed_day_is_shown_before_it_is_saved(case: Case, world: World) -> None:
    answer = world.manager.client("zh-hans").post(page(case), sent(date(2026, 9, 5)))

    assert "当日不办公" in answer.content.decode() and planned(case) == date(2026, 9, 7)


def test_other_details_need_no_second_step(case: Case, world: World) -> None:
    answer = world.manager.client().post(page(case), sent(date(2026, 9, 7), external_ref="HR-9"))

    assert answer.status_code == 302 and Case.objects.get(pk=case.pk).external_ref == "HR-9"


def test_a_program_asks_first_and_then_moves(case: Case, world: World) -> None:
    program = Program(world)
    answer = program.post(f"cases/{case.pk}/hand-in-preview/", {"planned_hand_in": str(THURSDAY)})

    assert answer.status_code == 200
    told = answer.json()
    assert [(one["code"], one["valid_until"]) for one in told["lapses"]] == [("photo_digital", "2026-09-08")]
    assert told["lapses"][0]["validity"]["en"].endswith("2 days before your planned hand-in")
    assert (told["before"]["on"], told["after"]) == ("2026-09-07", {"on": "2026-09-10", "is_estimate": False})
    assert told["next_open"] == "2026-09-10" and planned(case) == date(2026, 9, 7)

    assert program.patch(f"cases/{case.pk}/", {"planned_hand_in": str(THURSDAY)}).status_code == 200
    items = {one["code"]: one for one in program.get(f"cases/{case.pk}/checklist/").json()}
    assert items["photo_digital"]["validity"]["zh"] == "有效期至2026年9月8日，即计划递交日期前2天"
    assert items["passport"]["validity"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [({"planned_hand_in": "soon"}, 400), ({}, 400), ({"planned_hand_in": "2026-05-30"}, 400), ({"day": None}, 400)],
)
def test_a_preview_that_cannot_be_made_is_refused(case: Case, world: World, body: dict[str, Any], status: int) -> None:
    assert Program(world).post(f"cases/{case.pk}/hand-in-preview/", body).status_code == status
