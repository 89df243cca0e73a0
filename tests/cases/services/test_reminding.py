"""Planning and gathering: what stands in the ledger after things happen to a case."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from cases.models import Case, Mail, Reminder
from cases.services.candidates import NewCandidate
from cases.services.changing import change_case
from cases.services.checklist import settle_item, waive_item
from cases.services.gathering import queue_due_mails
from cases.services.opening import open_case
from cases.services.reminding import plan_reminders
from cases.tasks import send_due_reminders
from relo.core import clock
from relo.core.actors import system_actor
from relo.outbox.models import OutboxMessage
from tests.cases.post import days_later, hand_over, leave_open, mail_states, plan, states
from tests.conftest import World, anna
from tests.days import in_days

OPEN = {"consent+7": "planned", "consent+14": "planned", "consent+21": "planned", "consent+28": "planned"}


@pytest.fixture
def case(k_case: Case, in_scope: World) -> Case:
    """Anna's case with one thing open: the consent she has to sign."""
    leave_open(k_case, {"consent"}, in_scope.manager.actor)
    plan()
    return k_case


def of(case: Case, item: str) -> dict[str, str]:
    return {key: state for key, state in states(case).items() if key.startswith(item)}


def test_opening_a_case_plans_its_reminders(k_case):
    plan()

    assert of(k_case, "consent") == OPEN
    assert of(k_case, "passport+") != {}
    assert of(k_case, "degree+") == {}


def test_planning_again_changes_nothing(case):
    before = list(Reminder.objects.values("id", "state", "due_at", "updated_at").order_by("id"))

    plan_reminders(case_id=case.pk, actor=system_actor("tests"))
    plan_reminders(case_id=case.pk, actor=system_actor("tests"))

    assert list(Reminder.objects.values("id", "state", "due_at", "updated_at").order_by("id")) == before


def test_an_event_heard_twice_plans_once(case, in_scope):
    before = Reminder.objects.count()
    OutboxMessage.objects.filter(handler="cases.plan_reminders").update(done_at=None, due_at=clock.now())

    plan()

    assert Reminder.objects.count() == before


def test_reminders_are_due_at_nine_where_the_candidate_lives(in_scope):
    someone = anna(email="shanghai@example.org", time_zone="Asia/Shanghai")
    case = open_case(route_code="CN-K", candidate=someone, actor=in_scope.manager.actor)
    plan()

    to_her = Reminder.objects.filter(case=case, audience="candidate")
    assert {row.due_at.strftime("%H:%M") for row in to_her} == {"01:00"}


def test_an_item_that_is_handed_over_is_not_asked_for_any_more(case):
    hand_over(case, "consent")
    plan()

    assert set(of(case, "consent").values()) == {"skipped item_done"}


def test_a_waived_item_is_not_asked_for_any_more(case, staff):
    waive_item(case_id=case.pk, code="consent", reason="Known from an earlier case.", actor=staff)
    plan()

    assert set(of(case, "consent").values()) == {"skipped item_done"}


def test_a_closed_case_is_left_alone(case):
    Case.objects.filter(pk=case.pk).update(closed_at=clock.now())

    plan_reminders(case_id=case.pk, actor=system_actor("tests"))

    assert set(states(case).values()) <= {"skipped case_closed", "skipped item_done"}


def test_a_corrected_date_moves_the_reminder(case, staff):
    passport = {"expires_on": str(in_days(500)), "blank_pages": 20}
    change_case(case_id=case.pk, facts={"passport": passport}, actor=staff)
    plan()

    due = Reminder.objects.filter(case=case, rule="R-PASS", state="planned").order_by("due_at")
    assert [(row.due_at.date() - in_days(0)).days for row in due] == [500 - 270, 500 - 210]
    skipped = Reminder.objects.filter(case=case, rule="R-PASS", state="skipped").values_list("skip_reason", flat=True)
    assert list(skipped) == ["no_longer_applies"] * 2


def test_a_fact_about_the_person_counts_in_all_their_cases(case, staff):
    second = open_case(route_code="CN-K", candidate=case.candidate_id, actor=staff)
    plan()

    passport = {"expires_on": str(in_days(500))}
    change_case(case_id=case.pk, facts={"passport": passport}, actor=staff)
    plan()

    planned = Reminder.objects.filter(case=second, rule="R-PASS", state="planned").order_by("due_at")
    assert [(row.due_at.date() - in_days(0)).days for row in planned] == [500 - 270, 500 - 210]


def test_a_date_that_comes_back_brings_its_reminder_back(case, staff):
    first = str(in_days(2000))
    for day in (str(in_days(500)), first):
        change_case(case_id=case.pk, facts={"passport": {"expires_on": day, "blank_pages": 20}}, actor=staff)
        plan()

    planned = Reminder.objects.filter(case=case, rule="R-PASS", state="planned")
    assert {row.cycle[1:11] for row in planned} == {first}
    assert planned.count() == 2


def test_a_move_to_another_time_zone_moves_what_is_planned(case):
    case.candidate.time_zone = "Asia/Shanghai"
    case.candidate.save()

    plan_reminders(case_id=case.pk, actor=system_actor("tests"))

    to_her = Reminder.objects.filter(case=case, state="planned", audience="candidate")
    assert {row.due_at.strftime("%H:%M") for row in to_her} == {"01:00"}


def test_a_due_reminder_is_gathered_once_however_often_the_sweep_runs(case):
    with days_later(7):
        assert queue_due_mails() == 1
        send_due_reminders()
        send_due_reminders()

    assert of(case, "consent") == {**OPEN, "consent+7": "gathered"}
    assert mail_states(case) == ["queued"]
    assert OutboxMessage.objects.filter(handler="cases.send_mail").count() == 1


def test_nothing_is_gathered_before_it_is_due(case):
    with days_later(6):
        assert queue_due_mails() == 0

    assert mail_states(case) == []


def test_after_an_outage_the_last_reminder_of_a_thing_says_it_all(case):
    with days_later(15):
        assert queue_due_mails() == 1

    assert of(case, "consent") == {**OPEN, "consent+7": "skipped overtaken", "consent+14": "gathered"}


def test_what_falls_due_after_todays_mail_waits_for_tomorrow(case, staff):
    with days_later(7):
        send_due_reminders()
        Mail.objects.update(state="sent", message_id="<a@b>", sending_at=clock.now(), sent_at=clock.now())
        Reminder.objects.filter(case=case, cycle__endswith="+14").update(due_at=clock.now())

        assert queue_due_mails() == 0
        assert queue_due_mails() == 0
        waiting = Reminder.objects.get(case=case, item__code="consent", cycle__endswith="+14")
        assert waiting.due_at == (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)

    assert mail_states(case) == ["sent"]
    with days_later(8):
        assert queue_due_mails() == 1
    assert mail_states(case) == ["sent", "queued"]


def test_a_candidate_with_two_cases_gets_one_mail(case, in_scope):
    second = open_case(route_code="CN-K", candidate=case.candidate_id, actor=in_scope.manager.actor)
    leave_open(second, {"consent"}, in_scope.manager.actor)
    plan()

    with days_later(7):
        assert queue_due_mails() == 1

    gathered = Reminder.objects.filter(state="gathered")
    assert {row.case_id for row in gathered} == {case.pk, second.pk}
    assert len({row.mail_id for row in gathered}) == 1


def test_every_agency_is_swept(case, other_world):
    with other_world.scope():
        other = open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)
        plan()
        with days_later(7):
            queue_due_mails()

        assert Mail.objects.filter(candidate=other.candidate).count() == 1
    assert Mail.objects.filter(candidate=case.candidate).count() == 1


def test_one_candidates_trouble_is_not_the_others(case, in_scope):
    unlucky = anna(email="bo@example.org", time_zone="Asia/Shanghai")
    trouble = open_case(route_code="CN-K", candidate=unlucky, actor=in_scope.manager.actor)
    plan()
    trouble.candidate.time_zone = "Nowhere/Land"
    trouble.candidate.save()

    with days_later(7):
        assert queue_due_mails() == 1

    assert mail_states(case) == ["queued"]
    assert mail_states(trouble) == []


def test_an_accepted_document_is_chased_before_it_lapses(case, staff):
    today = in_days(0)
    settle_item(case_id=case.pk, code="photo_digital", issued_on=today - timedelta(days=60), actor=staff)
    plan()

    valid_until = case.items.get(code="photo_digital").valid_until
    assert valid_until is not None
    row = Reminder.objects.get(case=case, rule="R-PHOTO")
    assert (row.due_at.date(), row.state) == (valid_until - timedelta(days=14), "planned")


def test_a_candidate_is_one_person_whatever_the_name(in_scope):
    # Many passports carry one name only.
    one_name = NewCandidate(given_names="Suharto", email="suharto@example.org")
    case = open_case(route_code="CN-K", candidate=one_name, actor=in_scope.manager.actor)
    plan()

    assert Reminder.objects.filter(case=case, state="planned").exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_the_same_time_queue_one_mail(case, in_scope):
    with days_later(7):
        barrier = Barrier(2)

        def sweep() -> int:
            barrier.wait()
            try:
                return queue_due_mails()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            queued = [pool.submit(sweep) for _ in range(2)]
        assert sorted(one.result() for one in queued) == [0, 1]

    assert mail_states(case) == ["queued"]
