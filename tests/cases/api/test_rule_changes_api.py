"""What a program reads of new rules on a case."""

import pytest

from cases.models import CaseChange, Choice
from cases.services.changing import change_case
from cases.services.deciding_changes import decide_case
from tests.api import Program
from tests.rule_steps import editors_of, police_of_three_months


@pytest.fixture
def changed(k_case, staff, in_scope):
    change_case(case_id=k_case.pk, actor=staff, facts={"post": {"asks_police": True}})
    return police_of_three_months(editors_of(in_scope))


def test_open_changes_are_listed_with_their_effects_in_both_languages(changed, k_case, in_scope):
    (row,) = Program(in_scope).get(f"cases/{k_case.pk}/rule-changes/").json()

    assert (row["edition"], row["state"], row["can_migrate"]) == ("2026-12-01", "open", True)
    (effect,) = row["effects"]
    assert (effect["kind"], effect["subject"]) == ("item_tightened", "police")
    assert "Police certificate" in effect["text"]["en"] and "无犯罪记录证明" in effect["text"]["zh"]


def test_what_is_decided_is_not_listed_and_nothing_can_be_posted(changed, k_case, staff, in_scope):
    program, row = Program(in_scope), CaseChange.objects.get()
    assert program.post(f"cases/{k_case.pk}/rule-changes/", {"choice": "migrate"}).status_code == 405
    decide_case(change_id=changed.pk, case_id=k_case.pk, group_key=row.group_key, choice=Choice.MIGRATE, actor=staff)

    assert program.get(f"cases/{k_case.pk}/rule-changes/").json() == []
    assert program.get(f"cases/{k_case.pk}/").json()["route_version"] == "2026-12-01"
