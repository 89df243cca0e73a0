"""What published rules do to open cases: worked out, decided by people, and done once. Visa-facts §7, number 13."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.changed_rules import packs_of
from cases.models import CaseChange, ChangeDecision, ChecklistItem, Choice, Mail, Reminder, RuleChange, Signature
from cases.packs import pack_of, pack_of_case
from cases.selectors import signature_of
from cases.services import deciding_changes, impacting
from cases.services.announcing import draft_message, send_change_message
from cases.services.changing import change_case
from cases.services.checklist import reopen_item, settle_item, waive_item
from cases.services.deciding import sign_case
from cases.services.deciding_changes import EffectChanged, decide_case, decide_group
from cases.services.editing import save_part
from cases.services.impacting import compute_impact
from cases.services.moving import move_case
from cases.services.opening import open_case
from cases.services.publishing import publish_base_version, publish_edition, send_to_review
from documents.selectors import openable_documents
from relo.core import clock
from relo.core.actors import Actor, ActorKind, system_actor
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.core.scoping import agency_scope, system_scope
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.case_steps import item, send
from tests.conftest import anna, timeline, waiting
from tests.days import in_days
from tests.rule_steps import drafted, edited, effect_kinds, police_of_three_months, published, rewritten


def row_of(change: RuleChange, case) -> CaseChange:
    return CaseChange.objects.get(change=change, case=case)


def decide(row: CaseChange, actor: Actor, choice: Choice = Choice.MIGRATE, **more) -> CaseChange:
    return decide_case(
        change_id=row.change_id, case_id=row.case_id, group_key=row.group_key, choice=choice, actor=actor, **more
    )


def test_publishing_tells_what_stops_serving_and_does_nothing_to_the_case(policed, editors):
    before = timeline(policed)
    change = police_of_three_months(editors)

    assert (change.cases_done, change.cases_total) == (1, 1) and change.computed_at is not None
    assert ("document_stops", "police") in effect_kinds(row_of(change, policed))
    policed.refresh_from_db()
    assert policed.route_version_id != change.route_version_id and timeline(policed) == before
    assert item("police").valid_until >= in_days(55)


def test_migrating_changes_the_last_day_of_what_was_accepted_and_keeps_what_people_did(policed, editors, staff):
    waive_item(case_id=policed.pk, code="photo_paper", reason="Brought by hand", actor=staff)
    change = police_of_three_months(editors)
    decide(row_of(change, policed), staff)

    policed.refresh_from_db()
    police = item("police")
    assert policed.route_version_id == change.route_version_id
    assert police.state == "accepted" and police.valid_until < in_days(0)
    assert item("photo_paper").state == "waived" and item("photo_paper").note == "Brought by hand"
    assert timeline(policed)[-1] == "rules.migrated"
    row = row_of(change, policed)
    assert row.state == "migrated" and row.decision.decided_by == f"staff:{staff.ref}"


def test_reminders_are_planned_anew(policed, editors, staff):
    relay.drain("default")
    day = Reminder.objects.filter(rule="R-POLICE", state="planned").order_by("due_at").last().due_at
    change = police_of_three_months(editors)
    decide(row_of(change, policed), staff)
    relay.drain("default")

    assert not Reminder.objects.filter(rule="R-POLICE", state="planned", due_at=day).exists()


def test_deciding_twice_changes_nothing(policed, editors, staff):
    change = police_of_three_months(editors)
    row = row_of(change, policed)
    decide(row, staff)
    before = timeline(policed), list(CaseChange.objects.values()), list(ChecklistItem.objects.values())
    decide(row, staff)

    assert (timeline(policed), list(CaseChange.objects.values()), list(ChecklistItem.objects.values())) == before
    with pytest.raises(Conflict, match="change_decided"):
        decide(row, staff, Choice.LATER)


def test_working_it_out_twice_changes_nothing(policed, editors):
    change = police_of_three_months(editors)
    before = list(CaseChange.objects.values()), list(RuleChange.objects.values())
    compute_impact(change_id=str(change.pk), after="")
    OutboxMessage.objects.filter(handler="cases.compute_impact").update(done_at=None, due_at=clock.now())
    relay.drain("default")

    assert (list(CaseChange.objects.values()), list(RuleChange.objects.values())) == before


def test_a_decision_on_an_effect_that_moved_is_refused_and_the_new_one_is_shown(policed, editors, staff):
    change = police_of_three_months(editors)
    row = row_of(change, policed)
    reopen_item(case_id=policed.pk, code="police", actor=staff)
    waive_item(case_id=policed.pk, code="police", reason="The consulate has one already", actor=staff)

    with pytest.raises(EffectChanged) as refused:
        decide(row, staff)

    shown = row_of(change, policed)
    policed.refresh_from_db()
    assert shown.group_key == refused.value.extra["group_key"] != row.group_key and shown.state == "open"
    assert effect_kinds(shown) == [] and policed.route_version_id != change.route_version_id
    decide(shown, staff)
    assert row_of(change, policed).state == "migrated"


def test_keeping_takes_a_reason_and_a_day_and_comes_back_for_decision(policed, editors, staff):
    change = police_of_three_months(editors)
    row = row_of(change, policed)
    with pytest.raises(Invalid, match="reason"):
        decide(row, staff, Choice.KEEP, keep_until=in_days(10))
    with pytest.raises(Invalid, match="keep_until_missing"):
        decide(row, staff, Choice.KEEP, reason="The consulate agreed to it", keep_until=in_days(-2))
    assert row_of(change, policed).state == "open" and ChangeDecision.objects.count() == 0

    decide(row, staff, Choice.KEEP, reason="The consulate agreed to it", keep_until=in_days(10))
    kept = row_of(change, policed)
    assert kept.state == "kept" and kept.decision.reason == "The consulate agreed to it"
    assert timeline(policed)[-1] == "rules.kept"
    decide(kept, staff, Choice.LATER)
    assert timeline(policed)[-1] == "rules.put_off" and row_of(change, policed).state == "later"


def test_who_edits_rules_and_who_only_reads_do_not_decide(policed, editors, in_scope):
    change = police_of_three_months(editors)
    service = Actor(ActorKind.SERVICE, "x", in_scope.agency.pk, in_scope.manager.actor.permissions)

    for actor in (editors.first.actor, in_scope.read_only.actor, in_scope.reviewer.actor, service):
        with pytest.raises(NotPermitted):
            decide(row_of(change, policed), actor)
    assert row_of(change, policed).state == "open"


def test_another_agency_decides_nothing_here(policed, editors, other_world):
    change = police_of_three_months(editors)
    row = row_of(change, policed)
    with agency_scope(other_world.agency.pk), pytest.raises(NotFound):
        decide(row, other_world.manager.actor)


def test_a_sealed_packet_keeps_its_case_on_the_rules_it_was_put_together_under(policed, editors, staff):
    now = clock.now()
    type(policed).objects.filter(pk=policed.pk).update(sealed_packet=1, sealed_at=now)
    change = police_of_three_months(editors)
    row = row_of(change, policed)

    assert ("packet_sealed", "") in effect_kinds(row) and row.is_blocked
    with pytest.raises(Conflict, match="migration_blocked"):
        decide(row, staff)
    policed.refresh_from_db()
    assert policed.sealed_packet == 1 and policed.route_version_id != change.route_version_id
    decide(row, staff, Choice.KEEP, reason="It is handed in already", keep_until=in_days(90))


def test_a_duty_after_entry_reaches_a_case_that_was_handed_in_and_its_packet_stays(policed, editors, staff):
    """The residence permit is due within fifteen days now: that is no part of what was sealed."""
    facts = {"visa": {"rp_required": True}, "entered_on": str(in_days(-2))}
    change_case(case_id=policed.pk, facts=facts, actor=staff)
    now = clock.now()
    type(policed).objects.filter(pk=policed.pk).update(stage="stay", sealed_packet=1, sealed_at=now)
    version = edited(drafted(editors.first.actor), "reminders", "R-RP30", editors.first.actor, due_days=15)
    change = published(version, editors)
    row = row_of(change, policed)
    assert effect_kinds(row) == [("deadline_moves", "R-RP30")] and not row.is_blocked

    decide(row, staff)

    policed.refresh_from_db()
    assert policed.route_version_id == change.route_version_id and policed.sealed_packet == 1
    assert policed.sealed_at == now


def test_what_was_handed_in_keeps_the_case_on_its_rules_when_the_change_touches_it(policed, editors, staff):
    type(policed).objects.filter(pk=policed.pk).update(stage="stay", sealed_packet=1, sealed_at=clock.now())
    row = row_of(police_of_three_months(editors), policed)
    assert ("packet_sealed", "") in effect_kinds(row) and row.is_blocked


def test_a_signature_ends_when_the_case_is_put_on_other_rules(policed, editors, staff, second_person):
    """What was signed was checked under the old ones; the second person looks again, and can sign again."""
    type(policed).objects.filter(pk=policed.pk).update(stage="review", stage_entered_at=clock.now())
    sign_case(case_id=policed.pk, actor=second_person)
    change = police_of_three_months(editors)
    decide(row_of(change, policed), staff, Choice.LATER)
    policed.refresh_from_db()
    assert signature_of(policed) is not None

    decide(row_of(change, policed), staff)
    policed.refresh_from_db()
    assert signature_of(policed) is None
    sign_case(case_id=policed.pk, actor=second_person)
    assert signature_of(policed) is not None and Signature.objects.filter(case=policed).count() == 2


def without_police(editors) -> RuleChange:
    """An edition that asks nobody for a police record. Its reminder and what golden cases expect go with it."""
    version = drafted(editors.first.actor)

    def without(codes: list[str]) -> list[str]:
        return [code for code in codes if code != "police"]

    golden = [
        {**case, "expects_items": {name: without(codes) for name, codes in case["expects_items"].items()}}
        for case in version.content["golden_cases"]
    ]
    version = rewritten(
        version,
        editors.first.actor,
        requirements=[one for one in version.content["requirements"] if one["code"] != "police"],
        reminders=[one for one in version.content["reminders"] if one["code"] != "R-POLICE"],
        golden_cases=golden,
    )
    return published(version, editors)


def test_a_paper_whose_age_counts_only_now_is_told_of_and_asked_for_again_where_nobody_wrote_the_day(
    policed, editors, staff
):
    settle_item(case_id=policed.pk, code="cv", actor=staff)
    settle_item(case_id=policed.pk, code="transcript", actor=staff, issued_on=in_days(-5))
    version = drafted(editors.first.actor)
    for code in ("cv", "transcript"):
        life = {"counts_from": "issued_on", "months": 6}
        version = edited(version, "requirements", code, editors.first.actor, shelf_life=life)
    change = published(version, editors)
    row = row_of(change, policed)
    assert ("document_undated", "cv") in effect_kinds(row) and ("document_undated", "transcript") not in effect_kinds(
        row
    )

    decide(row, staff)

    assert item("cv").state == "requested" and item("transcript").state == "accepted"
    assert item("transcript").valid_until is not None and "item.reopened" in timeline(policed)


def test_an_accepted_paper_that_is_not_asked_for_any_more_stays_and_can_still_be_named(
    policed, editors, staff, in_scope
):
    change = without_police(editors)
    assert ("item_not_asked", "police") in effect_kinds(row_of(change, policed))
    decide(row_of(change, policed), staff)
    relay.drain("default")

    policed.refresh_from_db()
    pack = pack_of_case(policed)
    assert item("police").state == "accepted" and pack.requirement("police").is_restricted
    assert "police" not in {one.code for one in pack.requirements}
    client = in_scope.manager.client()
    for page in (f"/admin/cases/case/{policed.pk}/change/", f"/api/v1/cases/{policed.pk}/checklist/",
                 f"/api/v1/cases/{policed.pk}/reminders/", f"/api/v1/cases/{policed.pk}/timeline/"):  # fmt: skip
        headers = {"Authorization": f"Bearer {in_scope.token}"} if "/api/" in page else {}
        assert client.get(page, headers=headers).status_code == 200, page


def test_a_paper_that_was_restricted_stays_so_under_rules_that_do_not_know_it(
    k_case, editors, staff, second_person, in_scope
):
    change_case(case_id=k_case.pk, actor=staff, facts={"post": {"asks_police": True}})
    document = send(k_case, "police", "cv.pdf", staff)
    decide(row_of(without_police(editors), k_case), staff)

    assert item("police").state == "no_longer_needed"
    assert not openable_documents(second_person).filter(pk=document.pk).exists()
    assert openable_documents(staff).filter(pk=document.pk).exists()
    assert in_scope.reviewer.client().get(f"/admin/documents/document/{document.pk}/change/").status_code == 403


def test_an_open_item_that_falls_away_is_marked_and_comes_back_with_the_rules_that_ask_for_it(
    k_case, editors, staff, shipped
):
    change_case(case_id=k_case.pk, actor=staff, facts={"post": {"asks_police": True}})
    decide(row_of(without_police(editors), k_case), staff)
    assert item("police").state == "no_longer_needed"

    version = drafted(editors.first.actor, "2026-12-03")
    base = next(pack for pack in shipped if pack.code == "CN-K").model_dump(mode="json")
    version = save_part(
        version_id=version.pk,
        section="requirements",
        code=None,
        part=next(one for one in base["requirements"] if one["code"] == "police"),
        seen=version.content_sha256,
        actor=editors.first.actor,
    )
    decide(row_of(published(version, editors), k_case), staff)
    assert item("police").state == "requested"
    assert timeline(k_case).count("item.reopened") == 1


def test_a_stage_that_is_gone_keeps_the_case_until_it_is_moved(k_case, editors, staff):
    version = drafted(editors.first.actor)
    content = version.content

    def renamed(part: dict, *names: str) -> dict:
        return {**part, **{name: "welcome" for name in names if part[name] == "intake"}}

    version = rewritten(
        version,
        editors.first.actor,
        first_stage="welcome",
        stages=[renamed(one, "code") for one in content["stages"]],
        moves=[renamed(one, "source", "target") for one in content["moves"]],
        requirements=[renamed(one, "stage") for one in content["requirements"]],
    )
    row = row_of(published(version, editors), k_case)

    assert effect_kinds(row) == [("stage_gone", "intake")]
    with pytest.raises(Conflict, match="migration_blocked"):
        decide(row, staff)


def several(world, count: int) -> list:
    cases = [
        open_case(route_code="CN-K", candidate=anna(email=f"p{n}@example.org"), actor=world.manager.actor)
        for n in range(count)
    ]
    for case in cases:
        change_case(case_id=case.pk, actor=world.manager.actor, facts={"post": {"asks_police": True}})
    relay.drain("default")
    return cases


def test_batches_take_the_same_number_of_queries_and_leave_out_nobody(in_scope, editors, monkeypatch):
    cases = several(in_scope, 7)
    monkeypatch.setattr(impacting, "BATCH", 3)
    version = drafted(editors.first.actor)
    send_to_review(version_id=version.pk, note="Please", actor=editors.first.actor)
    change = publish_edition(version_id=version.pk, seen=version.content_sha256, actor=editors.second.actor)
    pack_of(change.route_version)  # parsed once a process, whoever needs it first
    counts, after = [], ""
    for _batch in range(2):
        with CaptureQueriesContext(connection) as queries:
            compute_impact(change_id=str(change.pk), after=after)
        counts.append(len(queries))
        change.refresh_from_db()
        after = str(change.computed_up_to)
        assert change.computed_at is None
    compute_impact(change_id=str(change.pk), after=after)

    change.refresh_from_db()
    assert counts[0] == counts[1] and counts[0] < 15
    assert change.cases_done == 7 and CaseChange.objects.filter(change=change, case__in=cases).count() == 7


def test_a_group_is_decided_at_once_as_far_as_a_person_waits_and_then_in_the_background(
    in_scope, editors, staff, monkeypatch
):
    several(in_scope, 7)
    monkeypatch.setattr(deciding_changes, "AT_ONCE", 2)
    monkeypatch.setattr(deciding_changes, "BATCH", 2)
    change = police_of_three_months(editors)
    (key,) = set(CaseChange.objects.values_list("group_key", flat=True))

    decided = decide_group(change_id=change.pk, group_key=key, choice=Choice.MIGRATE, actor=staff)
    assert (decided.done, decided.refused, decided.left) == (2, 0, 5)
    relay.drain("default")

    decision = ChangeDecision.objects.get()
    assert set(CaseChange.objects.values_list("state", "decision")) == {("migrated", decision.pk)}
    assert (decision.cases_done, decision.cases_refused) == (7, 0) and decision.done_at is not None
    with pytest.raises(Conflict, match="group_decided"):
        decide_group(change_id=change.pk, group_key=key, choice=Choice.MIGRATE, actor=staff)


def test_a_case_of_a_group_that_moved_meanwhile_is_left_open(in_scope, editors, staff):
    first, second = several(in_scope, 2)
    change = police_of_three_months(editors)
    key = row_of(change, first).group_key
    waive_item(case_id=second.pk, code="police", reason="Sent by the consulate", actor=staff)

    decided = decide_group(change_id=change.pk, group_key=key, choice=Choice.MIGRATE, actor=staff)

    assert (decided.done, decided.refused) == (1, 1)
    assert row_of(change, first).state == "migrated"
    assert row_of(change, second).state == "open" and row_of(change, second).group_key != key


def test_what_nobody_decided_on_an_earlier_edition_is_decided_on_the_later_one(policed, editors, staff):
    first = police_of_three_months(editors)
    second = published(drafted(editors.first.actor, "2026-12-02"), editors)

    assert row_of(first, policed).state == "overtaken" and row_of(second, policed).state == "open"
    with pytest.raises(Conflict, match="change_decided"):
        decide(row_of(first, policed), staff)
    decide(row_of(second, policed), staff)
    policed.refresh_from_db()
    assert policed.route_version_id == second.route_version_id


def publish_base(shipped, edition="2027-01-01", **changes):
    pack = next(one for one in shipped if one.code == "CN-K").model_copy(update={"edition": edition, **changes})
    with system_scope("a new base"):
        return publish_base_version(pack=pack, actor=system_actor("tests"))


def test_a_new_base_is_offered_to_cases_on_a_base_and_applied_to_none(k_case, in_scope, shipped):
    before = k_case.route_version_id
    publish_base(shipped)
    relay.drain("default")

    (change,) = RuleChange.objects.all()
    k_case.refresh_from_db()
    assert row_of(change, k_case).state == "open" and k_case.route_version_id == before


def test_a_new_base_leaves_cases_on_an_edition_of_the_agency_alone(policed, editors, staff, shipped):
    decide(row_of(police_of_three_months(editors), policed), staff)
    publish_base(shipped)
    relay.drain("default")

    offered = RuleChange.objects.get(route_version__agency=None)
    assert offered.cases_done == 0 and offered.computed_at is not None


def test_loading_the_same_base_again_offers_nothing(k_case, in_scope, shipped):
    publish_base(shipped)
    publish_base(shipped)

    assert RuleChange.objects.count() == 1 and waiting().count("cases.compute_impact") == 1


def test_a_case_that_was_closed_when_new_rules_came_is_told_of_them_when_it_is_taken_up_again(policed, editors, staff):
    move_case(case_id=policed.pk, move_name="withdraw", reason="They wait a while.", actor=staff)
    police_of_three_months(editors, "2026-12-01")
    change = police_of_three_months(editors, "2026-12-02")
    assert not CaseChange.objects.filter(case=policed).exists()

    move_case(case_id=policed.pk, move_name="take_up_again", actor=staff)

    row = CaseChange.objects.get(case=policed)
    assert row.change_id == change.pk and row.state == "open"
    decide(row, staff)
    policed.refresh_from_db()
    assert policed.route_version_id == change.route_version_id


def test_a_closed_case_is_not_touched(k_case, editors):
    type(k_case).objects.filter(pk=k_case.pk).update(closed_at=clock.now())
    change = police_of_three_months(editors)

    assert change.cases_done == 0 and not CaseChange.objects.exists()


def test_the_candidates_are_told_by_a_click_once_and_in_their_language(policed, editors, staff, mailoutbox):
    change = police_of_three_months(editors)
    row = row_of(change, policed)
    draft = draft_message(row, *packs_of(row, change))
    # A restricted paper is not named.
    assert "One of your papers" in draft.en and "Police" not in draft.en and "材料" in draft.zh
    relay.drain("mail")
    assert mailoutbox == []

    def send():
        return send_change_message(
            change_id=change.pk,
            group_key=row.group_key,
            text_en="Send a newer one.",
            text_zh="请提交新件。",
            actor=staff,
        )

    assert send() == (1, 0)
    relay.drain("mail")
    (mail,) = mailoutbox
    assert "Send a newer one." in mail.body and "请提交新件" not in mail.body and "rules" in mail.subject
    assert Mail.objects.get(kind="change").state == "sent" and "mail.sent" in timeline(policed)
    with pytest.raises(Conflict, match="nobody_to_tell"):
        send()


def test_a_message_in_one_language_is_not_sent(policed, editors, staff):
    change = police_of_three_months(editors)
    with pytest.raises(Invalid) as refused:
        send_change_message(
            change_id=change.pk, group_key=row_of(change, policed).group_key, text_en="Hello", text_zh=" ", actor=staff
        )
    assert set(refused.value.errors) == {"text_zh"} and "cases.send_mail" not in waiting()


def test_a_case_closed_meanwhile_gets_no_mail(policed, editors, staff, mailoutbox):
    change = police_of_three_months(editors)
    key = row_of(change, policed).group_key
    send_change_message(change_id=change.pk, group_key=key, text_en="Hello", text_zh="您好", actor=staff)
    type(policed).objects.filter(pk=policed.pk).update(closed_at=clock.now())
    relay.drain("mail")

    assert mailoutbox == [] and Mail.objects.get(kind="change").state == "skipped"
