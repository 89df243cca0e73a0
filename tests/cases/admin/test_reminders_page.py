"""Pausing on the page of a case, its ledger, the next fourteen days of all, and the candidate's own choice."""

from datetime import timedelta

import pytest

from cases.models import Case, Reminder, ReminderPause
from relo.core import clock
from tests.cases.post import one_open
from tests.conftest import World


@pytest.fixture
def case(in_scope: World) -> Case:
    return one_open(in_scope, "consent")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_case_tells_what_is_planned_and_lets_it_rest(case, in_scope, language):
    client = in_scope.manager.client(language)
    soon = Reminder.objects.filter(case=case, due_at__lte=clock.now() + timedelta(days=14)).count()
    page = client.get(f"/admin/cases/case/{case.pk}/change/").content.decode()
    section = page[page.index('id="reminders"') :]
    assert soon and section.count('class="badge tone-wait"') >= soon

    wish = {"what": "case", "reason": "At sea until spring.", "until": ""}
    answer = client.post(f"/admin/cases/case/{case.pk}/reminders/pause/", wish)
    assert answer.status_code == 302 and ReminderPause.objects.get().reason == "At sea until spring."
    page = client.get(f"/admin/cases/case/{case.pk}/change/").content.decode()
    assert "At sea until spring." in page

    pause = ReminderPause.objects.get()
    assert client.post(f"/admin/cases/case/{case.pk}/reminders/pauses/{pause.pk}/end/").status_code == 302
    assert "At sea until spring." not in client.get(f"/admin/cases/case/{case.pk}/change/").content.decode()


def test_a_day_that_is_over_is_said_beside_its_field(case, in_scope):
    wish = {"what": "case", "reason": "At sea until spring.", "until": "2020-01-01"}
    answer = in_scope.manager.client().post(f"/admin/cases/case/{case.pk}/reminders/pause/", wish)
    assert answer.status_code == 422 and "still to come" in answer.content.decode()
    assert not ReminderPause.objects.exists()


def test_the_next_fourteen_days_of_all_cases(case, in_scope, django_assert_max_num_queries):
    Reminder.objects.filter(case=case).update(due_at=clock.now() + timedelta(days=20))
    client = in_scope.manager.client()
    assert case.reference not in client.get("/admin/cases/reminder/").content.decode()
    Reminder.objects.filter(case=case).update(due_at=clock.now() + timedelta(days=13))
    with django_assert_max_num_queries(40):
        assert case.reference in client.get("/admin/cases/reminder/").content.decode()


def test_what_nobody_but_the_staff_can_settle_is_listed(case, in_scope):
    client = in_scope.manager.client()
    assert case.reference not in client.get("/admin/cases/reminder/?which=staff").content.decode()
    Reminder.objects.filter(case=case).update(state="skipped", skip_reason="capped")
    assert case.reference in client.get("/admin/cases/reminder/?which=staff").content.decode()
