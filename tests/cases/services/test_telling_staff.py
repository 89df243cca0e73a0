"""Reminders for the staff: which lines stand in whose morning mail, and until when."""

from datetime import timedelta

import pytest
import time_machine

from cases.models import Case, Mail, Reminder
from cases.services.checklist import settle_item
from cases.services.holding import hold_case
from cases.services.opening import open_case
from cases.services.pausing import end_pause, pause_reminders
from cases.services.reminding import plan_reminders
from relo.core import clock
from relo.core.actors import system_actor
from tests.cases.morning_steps import moment, morning, on_the_morning, to, working_day
from tests.cases.post import hand_over, leave_open, plan, sweep_and_send
from tests.conftest import World, anna
from tests.smtp import MailServer, mail_server

__all__ = ["mail_server"]
MANAGER, ADMINISTRATOR, REVIEWER = "manager@arc.example", "administrator@arc.example", "reviewer@arc.example"
STILL = "Still not done, although reminded of"
LONG = "Not done for long: the case manager was told before you"


@pytest.fixture
def case(in_scope: World) -> Case:
    """Anna's case, managed by the case manager, with one thing open: the consent she has to sign."""
    return open_with("consent", in_scope)


def open_with(code: str, world: World) -> Case:
    manager = world.manager
    case = open_case(route_code="CN-K", candidate=anna(), manager_id=manager.user.pk, actor=manager.actor)
    leave_open(case, {code}, manager.actor)
    plan()
    return case


def staff_rows(case: Case) -> dict[str, str]:
    rows = Reminder.objects.filter(case=case, rule="R-ITEM", item__isnull=False).exclude(audience="candidate")
    return {row.audience: row.state for row in rows}


def test_what_a_candidate_does_not_do_goes_to_the_manager_then_to_the_administrators(
    case, in_scope, mail_server: MailServer
):
    with on_the_morning(in_scope.agency, after=29 - 7):
        morning()
    assert staff_rows(case) == {"manager": "planned", "administrators": "planned"}
    assert not any(STILL in text for text in to(mail_server, MANAGER))

    mail_server.taken.clear()
    with on_the_morning(in_scope.agency, after=31):
        morning()
    [told] = to(mail_server, MANAGER)
    assert STILL in told and f"{case.reference} · Consent and mandate, signed" in told
    assert f"/admin/cases/case/{case.pk}/change/#reminders" in told
    assert not any(case.reference in text for text in to(mail_server, ADMINISTRATOR))
    assert staff_rows(case) == {"manager": "told", "administrators": "planned"}

    mail_server.taken.clear()
    with on_the_morning(in_scope.agency, after=46):
        morning()
    [told] = to(mail_server, ADMINISTRATOR)
    assert LONG in told and case.reference in told
    assert not any(STILL in text for text in to(mail_server, MANAGER))  # two weeks later it is no news
    assert to(mail_server, REVIEWER) == []


def test_a_line_stands_for_a_week_and_no_mail_goes_out_for_it_alone_to_the_candidate(
    case, in_scope, mail_server: MailServer
):
    first = working_day(in_scope.agency, 31)
    for days, stands in ((0, True), (1, True), (8, False)):
        mail_server.taken.clear()
        with time_machine.travel(moment(in_scope.agency, first + timedelta(days=days)), tick=True):
            morning()
            if (first + timedelta(days=days)).weekday() < 5:
                assert any(STILL in text for text in to(mail_server, MANAGER)) is stands
    assert not Mail.objects.exists()


def test_what_was_done_meanwhile_is_not_told(case, in_scope, mail_server: MailServer):
    with on_the_morning(in_scope.agency, after=31):
        morning()
        assert staff_rows(case)["manager"] == "told"
        hand_over(case, "consent")
        plan()
        assert staff_rows(case) == {"manager": "over", "administrators": "skipped"}
    mail_server.taken.clear()
    with on_the_morning(in_scope.agency, after=34):
        morning()

    assert not any(STILL in text for text in to(mail_server, MANAGER))


def test_planning_again_changes_nothing_of_what_the_staff_were_told(case, in_scope):
    with on_the_morning(in_scope.agency, after=31):
        morning()
        before = list(Reminder.objects.values().order_by("id"))
        for _ in range(2):
            plan_reminders(case_id=case.pk, actor=system_actor("tests"))
        assert list(Reminder.objects.values().order_by("id")) == before


def test_a_paper_that_is_restricted_is_not_named(in_scope, mail_server: MailServer):
    case = open_with("consent", in_scope)
    row = Reminder.objects.get(case=case, rule="R-ITEM", audience="manager", item__code="consent")
    police = case.items.get(code="police")
    Reminder.objects.filter(pk=row.pk).update(item=police, state="told", updated_at=clock.now())
    with on_the_morning(in_scope.agency):
        Reminder.objects.filter(pk=row.pk).update(updated_at=clock.now())
        morning()

    [told] = to(mail_server, MANAGER)
    assert f"{case.reference} · a paper that the page of the case names" in told
    assert "olice" not in told


def test_a_pause_holds_back_lines_and_its_end_brings_them(case, in_scope, mail_server: MailServer):
    pause = pause_reminders(case_id=case.pk, reason="She is at sea until spring.", actor=in_scope.manager.actor)
    with on_the_morning(in_scope.agency, after=31):
        morning()
        assert staff_rows(case)["manager"] == "planned"
        assert not any(STILL in text for text in to(mail_server, MANAGER))
        end_pause(pause_id=pause.pk, actor=in_scope.manager.actor)
    mail_server.taken.clear()
    with on_the_morning(in_scope.agency, after=34):
        morning()
        assert any(STILL in text for text in to(mail_server, MANAGER))
        pause_reminders(case_id=case.pk, reason="She is at sea again.", actor=in_scope.manager.actor)
    mail_server.taken.clear()
    with on_the_morning(in_scope.agency, after=35):
        morning()
    assert not any(STILL in text for text in to(mail_server, MANAGER))


def test_a_rule_for_the_agency_is_a_line_for_the_case_manager(in_scope, mail_server: MailServer, candidate, k_case):
    Case.objects.filter(pk=k_case.pk).update(manager=in_scope.manager.user)
    settle_item(
        case_id=k_case.pk, code="post_page_read", note="Read at the desk.", url="https://consulate.example/k",
        on=clock.today(in_scope.agency.time_zone), actor=in_scope.manager.actor,
    )  # fmt: skip
    plan()
    with on_the_morning(in_scope.agency, after=31):
        morning()
        sweep_and_send()

    [told] = to(mail_server, MANAGER)
    assert "To do by the rules of the route" in told
    assert f"{k_case.reference} · Read the page of the consulate again: thirty days have passed" in told
    assert not any("Read the page" in text for text in to(mail_server, "anna@example.org"))


def test_what_is_asked_of_the_agency_in_many_cases_is_one_line(in_scope, mail_server: MailServer):
    manager = in_scope.manager
    now = clock.now()
    for number in range(3):
        someone = anna(email=f"a{number}@example.org")
        case = open_case(route_code="CN-K", candidate=someone, manager_id=manager.user.pk, actor=manager.actor)
        for offset in (-30, -7):
            Reminder.objects.create(
                case=case, rule="R-SUNSET", cycle=f"@2026-12-31{offset}!m", audience="manager", state="planned",
                due_at=now, created_at=now, updated_at=now,
            )  # fmt: skip
    with on_the_morning(in_scope.agency):
        morning()

    [told] = to(mail_server, MANAGER)
    assert told.count("The fee cut and the fingerprint waiver end on 31 December 2026") == 1 and "3 cases" in told


def test_a_case_on_hold_reminds_nobody(case, in_scope, mail_server: MailServer):
    hold_case(case_id=case.pk, reason="She asked us to wait.", actor=in_scope.manager.actor)
    plan()
    with on_the_morning(in_scope.agency, after=31):
        morning()

    assert staff_rows(case) == {"manager": "skipped", "administrators": "skipped"}
    assert not any(STILL in text for text in to(mail_server, MANAGER))


def test_six_mails_about_a_thing_and_it_goes_to_the_staff(case, in_scope, mail_server: MailServer):
    item = case.items.get(code="consent")
    for number in range(6):
        mail = Mail.objects.create(
            candidate=case.candidate, kind="reminder", language="en", created_at=clock.now(), state="failed",
            local_day=working_day(in_scope.agency, -20 - 2 * number),
        )  # fmt: skip
        Reminder.objects.create(
            case=case, item=item, rule="R-ITEM", cycle=str(number), state="mailed", mail=mail, due_at=clock.now(),
            created_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
        if number == 4:
            with on_the_morning(in_scope.agency):
                morning()
            assert not any("Asked for six times" in text for text in to(mail_server, MANAGER))
    with on_the_morning(in_scope.agency, after=5):
        morning()

    told = to(mail_server, MANAGER)[-1]
    assert "Asked for six times" in told and f"{case.reference} · 1 thing is still open" in told


def test_the_pages_say_for_whom_a_reminder_is(case, in_scope):
    page = in_scope.manager.client().get(f"/admin/cases/case/{case.pk}/change/").content.decode()
    assert "→ Case manager" in page and "→ Administrators" in page
    with on_the_morning(in_scope.agency, after=31):
        morning()
        listed = in_scope.manager.client().get("/admin/cases/reminder/?which=staff").content.decode()
    assert "→ Case manager" in listed and "In the morning mail of the staff" in listed
