"""The morning mail to the staff: who gets it, when, what stands in it, and when there is none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Candidate, Case, MorningMail
from cases.morning import Reader, sections_for
from cases.services.morning import queue_morning_mails, works_on
from cases.services.opening import open_case
from cases.tasks import send_morning_mails
from relo.accounts.changing import choose_morning_mail
from relo.accounts.leaving import end_membership
from relo.accounts.models import Agency
from relo.core import clock
from relo.core.purging import purge_old_rows
from relo.core.scoping import agency_scope
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.cases.morning_steps import fates, moment, morning, on_the_morning, to, working_day
from tests.conftest import World, anna
from tests.smtp import HANG_UP, MailServer, body_of, mail_server, subject_of

__all__ = ["mail_server"]
MANAGER, ADMINISTRATOR, REVIEWER = "manager@arc.example", "administrator@arc.example", "reviewer@arc.example"


def a_case(world: World, manager_id: int | None = None) -> Case:
    return open_case(route_code="CN-K", candidate=anna(), manager_id=manager_id, actor=world.manager.actor)


@pytest.fixture
def case(in_scope: World) -> Case:
    """Managed by the case manager, to be handed in soon."""
    case = a_case(in_scope, manager_id=in_scope.manager.user.pk)
    Case.objects.filter(pk=case.pk).update(planned_hand_in=working_day(in_scope.agency) + timedelta(days=2))
    return case


def test_a_member_is_told_in_the_morning_what_needs_them(case, in_scope, mail_server: MailServer):
    with on_the_morning(in_scope.agency):
        morning()

    [mail] = [mail for mail in mail_server.taken if mail["To"] == MANAGER]
    assert subject_of(mail) == "1 thing needs you today"
    for body in (body_of(mail), body_of(mail, "html")):
        assert f"{case.reference} · planned hand-in" in body
        assert f"http://testserver/admin/cases/case/{case.pk}/" in body
        assert "http://testserver/admin/security/#morning-mail" in body
    stored = MorningMail.objects.get(user=in_scope.manager.user)
    assert (stored.state, stored.lines) == ("sent", 1)
    assert mail["Message-ID"] == stored.message_id
    assert mail["From"] == "ARC Relocation <relo@testserver>"


def test_nobody_is_named_and_no_paper(case, in_scope, mail_server: MailServer, staff):
    Candidate.objects.filter(pk=case.candidate_id).update(address_failed_at=clock.now())
    with on_the_morning(in_scope.agency):
        morning()

    [told] = to(mail_server, MANAGER)
    assert "the e-mail address does not work" in told
    for secret in ("Anna", "Eriksson", "anna@example.org", "L898902C3", "assport"):
        assert secret not in told


def test_it_is_written_in_the_members_language(case, in_scope, mail_server: MailServer):
    in_scope.manager.user.language = "zh-hans"
    in_scope.manager.user.save()
    with on_the_morning(in_scope.agency):
        morning()

    [mail] = [mail for mail in mail_server.taken if mail["To"] == MANAGER]
    assert subject_of(mail) == "今天有1件事需要您处理"
    assert "早上好" in body_of(mail) and "Good morning" not in body_of(mail) + body_of(mail, "html")


def test_who_has_nothing_to_do_gets_no_mail(case, in_scope, mail_server: MailServer):
    """The case is in somebody's charge, so it is not the administrator's; who only reads has nothing to do."""
    with on_the_morning(in_scope.agency):
        morning()

    assert [mail["To"] for mail in mail_server.taken] == [MANAGER]
    assert fates() == {"manager": "sent", "administrator": "skipped", "reviewer": "skipped", "read_only": "skipped"}


def test_a_case_that_is_nobodys_is_told_to_all_who_work_on_cases(in_scope, mail_server: MailServer):
    case = a_case(in_scope)
    Case.objects.filter(pk=case.pk).update(planned_hand_in=working_day(in_scope.agency) + timedelta(days=2))
    with on_the_morning(in_scope.agency):
        morning()

    assert {mail["To"] for mail in mail_server.taken} == {MANAGER, ADMINISTRATOR}


def test_the_cases_of_who_has_left_are_told_to_the_others(case, in_scope, mail_server: MailServer):
    end_membership(membership_id=in_scope.manager.user.membership.pk, actor=in_scope.administrator.actor)
    with on_the_morning(in_scope.agency):
        morning()

    assert [mail["To"] for mail in mail_server.taken] == [ADMINISTRATOR]


def test_sweeps_workers_and_brokers_run_twice_and_one_mail_goes(case, in_scope, mail_server: MailServer):
    with on_the_morning(in_scope.agency):
        for _ in range(3):
            morning()
        OutboxMessage.objects.update(done_at=None, due_at=clock.now())
        relay.drain("mail")

    assert len(to(mail_server, MANAGER)) == 1


def test_the_database_holds_one_a_day(case, in_scope):
    day = date(2026, 11, 27)
    MorningMail.objects.create(user=in_scope.manager.user, local_day=day, created_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        MorningMail.objects.create(user=in_scope.manager.user, local_day=day, created_at=clock.now())


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_queue_one_each(world: World):
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # which has one writer at a time
        return
    barrier = Barrier(2)

    def sweep(_number: int) -> None:
        barrier.wait()
        try:
            queue_morning_mails()
        finally:
            connection.close()

    with on_the_morning(world.agency), ThreadPoolExecutor(2) as pool:
        list(pool.map(sweep, range(2)))
    with agency_scope(world.agency.pk):
        assert MorningMail.objects.count() == 4
        assert OutboxMessage.objects.filter(handler="cases.send_morning_mail").count() == 4


def test_there_is_another_the_next_morning(case, in_scope, mail_server: MailServer):
    first = working_day(in_scope.agency)
    with time_machine.travel(moment(in_scope.agency, first), tick=True):
        morning()
        with on_the_morning(in_scope.agency):
            Case.objects.filter(pk=case.pk).update(planned_hand_in=clock.today("Asia/Shanghai"))
            morning()

    assert len(to(mail_server, MANAGER)) == 2


@pytest.mark.parametrize(("hour", "goes"), [(7, False), (8, True), (13, True), (14, False), (23, False)])
def test_it_goes_in_the_morning_of_the_agencys_zone(case, in_scope, mail_server: MailServer, hour, goes):
    with on_the_morning(in_scope.agency, hour=hour):
        morning()

    assert (len(to(mail_server, MANAGER)) == 1) is goes
    assert MorningMail.objects.exists() is goes


def test_the_agency_chooses_the_hour(case, in_scope, mail_server: MailServer):
    Agency.objects.filter(pk=in_scope.agency.pk).update(morning_hour=10, time_zone="America/New_York")
    agency = Agency.objects.get(pk=in_scope.agency.pk)
    with on_the_morning(agency, hour=9):
        morning()
        assert mail_server.taken == []
    with on_the_morning(agency, hour=10):
        morning()
        assert len(to(mail_server, MANAGER)) == 1


def test_the_morning_begins_at_its_hour_on_the_days_the_clocks_change(in_scope):
    agency = in_scope.agency
    agency.time_zone, agency.morning_hour = "Africa/Cairo", 5  # on a Friday, at midnight
    agency.save()
    day = date(2027, 4, 30)
    for hour, queued in ((4, 0), (5, 4)):
        with time_machine.travel(moment(agency, day, hour, 1), tick=False):
            assert queue_morning_mails() == queued


def test_no_mail_on_days_the_agency_does_not_work(in_scope):
    agency = in_scope.agency
    assert not works_on(date(2026, 11, 28), agency)  # a Saturday
    assert not works_on(date(2026, 10, 1), agency)  # the national day of China
    assert works_on(date(2026, 10, 10), agency)  # a Saturday that is made up for it
    for day, queued in ((date(2026, 11, 28), 0), (date(2026, 11, 30), 4)):
        with time_machine.travel(moment(agency, day), tick=False):
            assert queue_morning_mails() == queued

    agency.time_zone = "Europe/Berlin"
    assert works_on(date(2026, 10, 1), agency) and not works_on(date(2026, 10, 10), agency)


def test_a_zone_that_is_no_more_stops_that_agency_alone(case, in_scope, other_world, mail_server: MailServer):
    Agency.objects.filter(pk=other_world.agency.pk).update(time_zone="Mars/Phobos")
    with on_the_morning(in_scope.agency):
        morning()

    assert len(to(mail_server, MANAGER)) == 1


def test_who_switched_it_off_gets_none(case, in_scope, mail_server: MailServer):
    client = in_scope.manager.client()
    assert "Switch it off" in client.get("/admin/security/").content.decode()
    client.post("/admin/security/morning-mail/", {"wanted": "no"})
    with on_the_morning(in_scope.agency):
        morning()
    assert to(mail_server, MANAGER) == [] and "manager" not in fates()

    client.post("/admin/security/morning-mail/", {"wanted": "yes"})
    with on_the_morning(in_scope.agency):
        morning()
    assert len(to(mail_server, MANAGER)) == 1


def test_who_switched_it_off_after_it_was_queued_gets_none(case, in_scope, mail_server: MailServer):
    with on_the_morning(in_scope.agency):
        send_morning_mails()
        choose_morning_mail(wanted=False, actor=in_scope.manager.actor)
        relay.drain("mail")

    assert to(mail_server, MANAGER) == [] and fates()["manager"] == "skipped"


def test_one_that_waited_past_its_day_is_not_sent(case, in_scope, mail_server: MailServer):
    with on_the_morning(in_scope.agency):
        send_morning_mails()
    with on_the_morning(in_scope.agency, after=5):
        relay.drain("mail")

    assert mail_server.taken == [] and fates()["manager"] == "skipped"


def test_a_server_that_is_busy_is_asked_again(case, in_scope, mail_server: MailServer):
    mail_server.answers = ["451 later"]
    with on_the_morning(in_scope.agency):
        morning()
        assert fates()["manager"] == "queued"
        OutboxMessage.objects.filter(done_at=None).update(due_at=clock.now())
        relay.drain("mail")

    assert len(to(mail_server, MANAGER)) == 1 and fates()["manager"] == "sent"


def test_a_server_that_refuses_is_not_asked_again_and_the_page_says_so(case, in_scope, mail_server: MailServer):
    mail_server.answers = ["550 nobody here"]
    with on_the_morning(in_scope.agency):
        morning()

    assert fates()["manager"] == "failed"
    page = in_scope.administrator.client().get("/admin/cases/morningmail/").content.decode()
    assert "ARC manager" in page and "Failed" in page and "Not sent: nothing to tell" in page
    assert in_scope.manager.client().get("/admin/cases/morningmail/").status_code == 403


def test_where_the_line_broke_nobody_is_told_twice(case, in_scope, mail_server: MailServer):
    mail_server.answers = [HANG_UP]
    with on_the_morning(in_scope.agency):
        morning()
        OutboxMessage.objects.filter(done_at=None).update(due_at=clock.now())
        relay.drain("mail")

    assert len(to(mail_server, MANAGER)) == 1 and fates()["manager"] == "unknown"


def test_the_other_agency_is_told_nothing_of_it(case, in_scope, other_world, mail_server: MailServer):
    with on_the_morning(in_scope.agency):
        morning()

    assert not [mail for mail in mail_server.taken if "bel.example" in str(mail["To"])]
    assert not any(case.reference in text for text in to(mail_server, "manager@bel.example"))


def test_old_ones_go(case, in_scope):
    with on_the_morning(in_scope.agency):
        send_morning_mails()
    with time_machine.travel(clock.now() + timedelta(days=80), tick=False):
        purge_old_rows()
        assert MorningMail.objects.count() == 4
    with time_machine.travel(clock.now() + timedelta(days=110), tick=False):
        purge_old_rows()
        assert MorningMail.objects.count() == 0


def test_it_costs_no_statement_a_case(in_scope):
    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            list(sections_for(Reader(in_scope.manager.actor, in_scope.agency, clock.today("Asia/Shanghai"))))
        return len(told)

    for number in range(8):
        case = open_case(
            route_code="CN-K", candidate=anna(email=f"a{number}@example.org"), actor=in_scope.manager.actor
        )
        Case.objects.filter(pk=case.pk).update(planned_hand_in=clock.today("Asia/Shanghai"))
        Candidate.objects.filter(pk=case.candidate_id).update(address_failed_at=clock.now())
        if number == 0:
            asked()  # what is parsed once a process
            first = asked()
    assert asked() == first
