"""Staff withdraw a candidate's access and give it again: at once, on record, and for whoever is at the door."""

import time

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from cases.models import Case
from cases.services.opening import open_case
from cases.services.portal_access import restore_access, withdraw_access
from relo.core.errors import Conflict, NotFound, NotPermitted
from relo.portal.models import PortalSession, WithdrawnAccess
from tests.conftest import World, anna, timeline
from tests.portal_steps import SENT, ask, browser, code_in, is_inside, link_in, mails, signed_in, text

ANNA = "anna@example.org"


def test_a_session_ends_with_the_access_at_the_next_request(in_scope: World, k_case: Case):
    client = signed_in(k_case)
    assert is_inside(client)

    withdraw_access(candidate_id=k_case.candidate_id, actor=in_scope.manager.actor)

    began = time.monotonic()
    assert not is_inside(client)
    assert client.post(reverse("portal:upload", args=[k_case.pk, "passport"])).status_code == 303
    assert time.monotonic() - began < 1
    assert timeline(k_case) == ["case.opened", "access.withdrawn"]


def test_neither_an_old_mail_nor_a_new_one_lets_anybody_in(in_scope: World, k_case: Case):
    client = browser()
    ask(client, ANNA)
    letter = mails()[0]

    withdraw_access(candidate_id=k_case.candidate_id, actor=in_scope.manager.actor)

    assert client.post(link_in(letter)).status_code == 410
    assert client.post(SENT, {"code": code_in(letter)}).status_code == 400
    assert ask(browser(), ANNA).status_code == 303 and len(mails()) == 1  # the same answer, and silence
    assert not PortalSession.objects.exists()
    with pytest.raises(CommandError, match="Access was withdrawn"):
        call_command("signin_link", k_case.reference)
    assert timeline(k_case) == ["case.opened", "access.withdrawn"]


def test_a_session_that_slips_in_while_the_door_is_shut_counts_for_nothing(in_scope: World, k_case: Case):
    withdraw_access(candidate_id=k_case.candidate_id, actor=in_scope.manager.actor)
    late = signed_in(k_case)
    assert not is_inside(late)

    restore_access(candidate_id=k_case.candidate_id, actor=in_scope.manager.actor)

    assert not is_inside(late)  # nor afterwards
    client = browser()
    ask(client, ANNA)
    client.post(SENT, {"code": code_in(mails()[-1])})
    assert is_inside(client)
    assert timeline(k_case) == ["case.opened", "access.withdrawn", "access.restored"]


def test_every_case_of_the_person_tells_of_it_and_nobody_elses(in_scope: World, k_case: Case):
    second = open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=in_scope.manager.actor)
    nina = anna(given_names="Nina", email="nina@example.org")
    other = open_case(route_code="CN-K", candidate=nina, actor=in_scope.manager.actor)
    client = signed_in(other)

    withdraw_access(candidate_id=k_case.candidate_id, actor=in_scope.manager.actor)

    assert timeline(k_case)[-1] == timeline(second)[-1] == "access.withdrawn"
    assert timeline(other) == ["case.opened"] and is_inside(client)


def test_a_second_time_is_refused_and_changes_nothing(in_scope: World, k_case: Case):
    actor = in_scope.manager.actor
    with pytest.raises(Conflict):
        restore_access(candidate_id=k_case.candidate_id, actor=actor)
    withdraw_access(candidate_id=k_case.candidate_id, actor=actor)
    with pytest.raises(Conflict):
        withdraw_access(candidate_id=k_case.candidate_id, actor=actor)

    assert timeline(k_case) == ["case.opened", "access.withdrawn"] and WithdrawnAccess.objects.count() == 1


def test_who_may_only_read_and_who_is_of_another_agency_withdraw_nothing(
    in_scope: World, k_case: Case, other_world: World
):
    with pytest.raises(NotPermitted):
        withdraw_access(candidate_id=k_case.candidate_id, actor=in_scope.reviewer.actor)
    with other_world.scope(), pytest.raises(NotFound):
        withdraw_access(candidate_id=k_case.candidate_id, actor=other_world.manager.actor)

    assert not WithdrawnAccess.objects.exists() and timeline(k_case) == ["case.opened"]


def test_the_page_of_the_candidate_has_the_button_and_says_how_it_stands(in_scope: World, k_case: Case):
    candidate = k_case.candidate_id
    page, manager = reverse("admin:cases_candidate_change", args=[candidate]), in_scope.manager.client()
    withdraw, restore = (
        reverse(f"admin:cases_candidate_{act}_access", args=[candidate]) for act in ("withdraw", "restore")
    )
    assert "Withdraw access" in text(manager.get(page))
    assert "Withdraw access" not in text(in_scope.reviewer.client().get(page))

    shown = text(manager.post(withdraw, follow=True))
    assert "Access is withdrawn." in shown and "Withdrawn on" in shown and "Give access again" in shown
    assert "已撤销门户访问权限" in text(
        in_scope.manager.client("zh-hans").get(reverse("admin:cases_case_change", args=[k_case.pk]))
    )
    assert "Access was withdrawn already." in text(manager.post(withdraw, follow=True))
    assert manager.get(withdraw).status_code == 405

    assert "Access is given again." in text(manager.post(restore, follow=True))
    assert timeline(k_case) == ["case.opened", "access.withdrawn", "access.restored"]
