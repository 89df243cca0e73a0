"""Decisions of several people about one change: what a colleague decided stands, and nothing takes a case back."""

import pytest

from cases.models import CaseChange, Choice, Mail, RuleChange
from cases.services.announcing import send_change_message
from cases.services.deciding_changes import decide_case, decide_group
from cases.services.portal_access import restore_access, withdraw_access
from cases.services.posts import choose_post
from relo.core.errors import Conflict, NotPermitted
from relo.outbox import relay
from tests.api import Program
from tests.case_steps import of_page, page_says, publish, published_post
from tests.cases.services.test_rule_changes import decide, row_of
from tests.days import in_days
from tests.rule_steps import drafted, edited, effect_kinds, police_of_three_months, published


@pytest.fixture
def at_post(k_case, staff):
    post = published_post("police")
    choose_post(case_id=k_case.pk, post_id=post.pk, actor=staff)
    k_case.refresh_from_db()
    return post


def newer_page(post, *asks: str) -> RuleChange:
    edition = publish(post, page_says(*asks, changed=[of_page(code="cv", how_many={"min": 1, "max": 2})]))
    relay.drain("default")
    return RuleChange.objects.get(post_edition=edition)


def test_a_decision_for_the_group_passes_over_what_a_colleague_kept(policed, editors, staff):
    change = police_of_three_months(editors)
    row = row_of(change, policed)
    decide(row, staff, Choice.KEEP, keep_until=in_days(60), reason="Handed in next week.")

    with pytest.raises(Conflict):
        decide_group(change_id=change.pk, group_key=row.group_key, choice=Choice.MIGRATE, actor=staff)

    policed.refresh_from_db()
    assert row_of(change, policed).state == "kept" and policed.route_version_id != change.route_version_id


def test_what_was_kept_is_overtaken_by_another_post_and_never_moves_the_case_back(k_case, at_post, staff):
    change = newer_page(at_post, "police")
    row = CaseChange.objects.get(change=change)
    decide_case(change_id=change.pk, case_id=k_case.pk, group_key=row.group_key, choice=Choice.KEEP, actor=staff,
                keep_until=in_days(9), reason="Handed in next week.")  # fmt: skip
    choose_post(case_id=k_case.pk, post_id=published_post(name="Sample embassy, Erewhon").pk, actor=staff)

    assert CaseChange.objects.get(pk=row.pk).state == "overtaken"
    with pytest.raises(Conflict):
        decide_case(change_id=change.pk, case_id=k_case.pk, group_key=row.group_key, choice=Choice.MIGRATE, actor=staff)


def test_a_newer_page_of_the_same_post_is_a_persons_decision(k_case, at_post, in_scope):
    old, change = k_case.post_edition_id, newer_page(at_post, "police")
    answer = Program(in_scope).patch(f"cases/{k_case.pk}/", {"post": str(at_post.pk)})

    assert (answer.status_code, answer.json()["code"]) == (403, "person_needed")
    k_case.refresh_from_db()
    assert k_case.post_edition_id == old != change.post_edition_id
    with pytest.raises(NotPermitted):
        choose_post(case_id=k_case.pk, post_id=at_post.pk, actor=in_scope.read_only.actor)
    choose_post(case_id=k_case.pk, post_id=at_post.pk, actor=in_scope.manager.actor)
    k_case.refresh_from_db()
    assert k_case.post_edition_id == change.post_edition_id


def test_what_was_handed_in_keeps_its_seal_and_its_post(k_case, at_post, staff):
    newer_page(at_post, "police")
    type(k_case).objects.filter(pk=k_case.pk).update(stage="decision", sealed_packet=1)

    for post_id in (at_post.pk, None):
        with pytest.raises(Conflict) as refused:
            choose_post(case_id=k_case.pk, post_id=post_id, actor=staff)
        assert refused.value.code == "packet_handed_in"
    k_case.refresh_from_db()
    assert k_case.sealed_packet == 1 and k_case.post_edition_id is not None


def test_a_reason_is_read_by_those_who_see_one_of_its_cases(policed, editors, in_scope, staff):
    change = police_of_three_months(editors)
    decide_group(change_id=change.pk, group_key=row_of(change, policed).group_key, choice=Choice.LATER, actor=staff,
                 reason="She is ill this week.")  # fmt: skip
    address = f"/admin/cases/rulechange/{change.pk}/change/"

    assert "She is ill" in in_scope.manager.client().get(address).content.decode()
    policed.refresh_from_db()
    in_scope.agency.visibility = "assigned"
    in_scope.agency.save()
    assert "She is ill" not in in_scope.reviewer.client().get(address).content.decode()


def test_who_stays_on_the_old_rules_or_may_not_sign_in_gets_no_message(policed, editors, staff):
    change = police_of_three_months(editors)
    row = row_of(change, policed)

    def send():
        return send_change_message(
            change_id=change.pk, group_key=row.group_key, text_en="Hello", text_zh="您好", actor=staff
        )

    withdraw_access(candidate_id=policed.candidate_id, actor=staff)
    with pytest.raises(Conflict, match="nobody_to_tell"):
        send()
    restore_access(candidate_id=policed.candidate_id, actor=staff)
    decide(row, staff, Choice.KEEP, keep_until=in_days(60), reason="Handed in next week.")
    with pytest.raises(Conflict, match="nobody_to_tell"):
        send()
    CaseChange.objects.filter(pk=row.pk).update(state="open", decision=None)
    assert send() == (1, 0)
    Mail.objects.update(state="failed")
    assert send() == (1, 0)


def test_who_may_open_an_accepted_paper_is_among_the_effects(policed, editors):
    first = editors.first.actor
    change = published(edited(drafted(first), "requirements", "police", first, sensitivity="personal"), editors)

    assert ("item_changed", "police") in effect_kinds(row_of(change, policed))
