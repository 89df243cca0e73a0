import re
from dataclasses import fields
from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from relo.accounts.agencies import AgencySettings, change_agency
from relo.accounts.models import Agency, ApiToken, Membership
from relo.accounts.services import token_in_force
from relo.core import clock
from relo.core.errors import Invalid
from relo.outbox.models import OutboxMessage, Queue
from tests.conftest import World, waiting

MEMBERS = "/admin/accounts/membership/"
TOKENS = "/admin/accounts/apitoken/"


def someone(**changes: str) -> dict[str, str]:
    known = {"full_name": "Cleo Chen", "email": "cleo@arc.example", "role": "reviewer"}
    return {**known, "ends_on": "", **changes}


def test_an_administrator_adds_a_member(world: World) -> None:
    world.administrator.client().post(f"{MEMBERS}add/", someone())

    member = Membership.objects.get(user__email="cleo@arc.example")
    assert (member.agency_id, member.role) == (world.agency.pk, "reviewer")


def test_a_member_that_cannot_be_is_refused_with_the_cure(world: World) -> None:
    client, before = world.administrator.client(), Membership.objects.count()
    for changes, sentence in (
        ({"role": "guest"}, "Give the last day of the guest"),
        ({"email": "reviewer@arc.example"}, "already has an account"),
        ({"role": "superuser"}, "Select a valid choice"),
    ):
        answer = client.post(f"{MEMBERS}add/", someone(**changes))
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert Membership.objects.count() == before


def end(member: Membership) -> str:
    return reverse("admin:accounts_membership_end", args=[member.pk])


def test_a_membership_is_ended_and_the_person_is_out(world: World) -> None:
    membership, client = world.reviewer.user.membership, world.reviewer.client()
    assert client.get("/admin/").status_code == 200

    world.administrator.client().post(end(membership))

    assert client.get("/admin/").status_code == 302


def test_the_last_administrator_stays(world: World) -> None:
    answer = world.administrator.client().post(end(world.administrator.user.membership), follow=True)

    assert "last administrator" in answer.content.decode()
    assert Membership.objects.get(user=world.administrator.user).is_active


def test_only_administrators_of_the_same_agency_manage_members(world: World, other_world: World) -> None:
    membership = world.reviewer.user.membership
    assert other_world.administrator.client().post(end(membership)).status_code == 404
    assert world.manager.client().post(end(membership)).status_code == 403
    assert world.manager.client().post(f"{MEMBERS}add/", someone()).status_code == 403
    page = other_world.administrator.client().get(MEMBERS).content.decode()
    assert world.reviewer.user.email not in page
    assert Membership.objects.get(pk=membership.pk).is_active


def test_a_token_is_shown_once_and_works(world: World) -> None:
    client = world.administrator.client()
    answer = client.post(f"{TOKENS}add/", {"name": "HR", "role": "case_manager", "scopes": "read", "days": "90"})

    secret = re.search(r"relo_[\w-]+", answer.content.decode())
    assert answer.status_code == 201 and secret is not None
    token = token_in_force(secret[0])
    assert token is not None and token.agency_id == world.agency.pk
    assert secret[0] not in client.get(reverse("admin:accounts_apitoken_change", args=[token.pk])).content.decode()
    assert "no-store" in answer.headers["Cache-Control"]

    client.post(reverse("admin:accounts_apitoken_revoke", args=[token.pk]))
    assert token_in_force(secret[0]) is None


def test_another_agencys_token_is_as_unknown_as_none(world: World, other_world: World) -> None:
    token = ApiToken.objects.get(agency=world.agency)
    client = other_world.administrator.client()

    assert client.post(reverse("admin:accounts_apitoken_revoke", args=[token.pk])).status_code == 404
    assert client.get(reverse("admin:accounts_apitoken_change", args=[token.pk])).status_code == 404
    assert token_in_force(world.token) is not None


def dead_message(world: World) -> OutboxMessage:
    return OutboxMessage.objects.create(
        agency=world.agency,
        queue=Queue.PACKETS,
        handler="documents.build_packet",
        key="packet:1",
        payload={"packet_id": "1"},
        due_at=clock.now() - timedelta(hours=3),
        attempts=5,
        dead_at=clock.now(),
        last_error="OSError",
    )


def test_a_dead_message_is_tried_again_once(world: World) -> None:
    message, client = dead_message(world), world.administrator.client()
    assert "documents.build_packet" in client.get("/admin/outbox/outboxmessage/").content.decode()
    again = reverse("admin:outbox_outboxmessage_again", args=[message.pk])

    client.post(again)
    second = client.post(again, follow=True)

    assert waiting() == ["documents.build_packet"]
    assert "tried again already" in second.content.decode()
    kept = OutboxMessage.objects.get(pk=message.pk)
    assert (kept.attempts, kept.dead_at is not None) == (5, True)


def test_only_administrators_of_the_same_agency_try_again(world: World, other_world: World) -> None:
    again = reverse("admin:outbox_outboxmessage_again", args=[dead_message(world).pk])

    assert world.manager.client().post(again).status_code == 403
    assert other_world.administrator.client().post(again).status_code == 404
    assert waiting() == []


def test_a_route_is_read_with_its_evidence(world: World, k_case: Case) -> None:
    page = world.read_only.client().get(reverse("admin:cases_routeversion_change", args=[k_case.route_version_id]))

    assert "Not published" in page.content.decode()
    assert "Second check" in page.content.decode()
    assert "K-AGE" in page.content.decode() or "Age" in page.content.decode()


def test_a_candidate_is_shown_and_the_passport_number_only_to_those_who_work_with_it(
    world: World, other_world: World, k_case: Case
) -> None:
    address = reverse("admin:cases_candidate_change", args=[k_case.candidate_id])

    assert "L898902C3" in world.manager.client().get(address).content.decode()
    assert "L898902C3" not in world.read_only.client().get(address).content.decode()
    assert other_world.manager.client().get(address).status_code == 404


def test_hours_of_mails_that_cannot_be_are_refused_by_page_and_service(in_scope: World) -> None:
    agency, client = in_scope.agency, in_scope.administrator.client()
    known = {field.name: getattr(agency, field.name) for field in fields(AgencySettings)}
    said = {name: value for name, value in known.items() if value is not False}
    for wrong in ({"morning_hour": 4}, {"morning_hour": 13}, {"mail_from_hour": 13}, {"mail_until_hour": 12}):
        assert client.post("/admin/accounts/agency/", {**said, **wrong}).status_code == 422
        with pytest.raises(Invalid):
            change_agency(settings=AgencySettings(**{**known, **wrong}), actor=in_scope.administrator.actor)
    before = Agency.objects.get(pk=agency.pk)
    assert (before.morning_hour, before.mail_from_hour, before.mail_until_hour) == (8, 0, 24)

    client.post("/admin/accounts/agency/", {**said, "morning_hour": 5, "mail_from_hour": 12, "mail_until_hour": 13})
    after = Agency.objects.get(pk=agency.pk)
    assert (after.morning_hour, after.mail_from_hour, after.mail_until_hour) == (5, 12, 13)
