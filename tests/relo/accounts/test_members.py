"""Who may change whose membership, and when it ends."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from relo.accounts.changing import change_member
from relo.accounts.leaving import end_membership
from relo.accounts.models import Membership
from relo.accounts.roles import Permission, Role
from relo.accounts.services import actor_of_user, add_member
from relo.core import clock
from relo.core.actors import Actor, ActorKind, system_actor
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.conftest import PASSWORD, Member, World


def member_of(world: World, role: Role, ends_on: date | None = None, name: str = "another") -> Member:
    membership = add_member(
        agency_id=world.agency.pk,
        email=f"{name}@arc.example",
        full_name=name,
        role=role,
        password=PASSWORD,
        ends_on=ends_on,
        actor=system_actor("tests"),
    )
    actor = actor_of_user(membership.user)
    assert actor is not None
    return Member(membership.user, actor)


def stored(member: Member) -> tuple[str, date | None, bool]:
    row = Membership.objects.get(user=member.user)
    return row.role, row.ends_on, row.is_active


def change(member: Member, actor: Actor, **changes) -> None:
    role, ends_on, is_active = stored(member)
    said = {"role": Role(role), "ends_on": ends_on, "is_active": is_active, **changes}
    change_member(membership_id=Membership.objects.get(user=member.user).pk, actor=actor, **said)


def today(world: World) -> date:
    return clock.today(world.agency.time_zone)


def test_an_administrator_changes_role_and_last_day_and_it_counts_at_once(in_scope):
    last_day = today(in_scope) + timedelta(days=30)
    change(in_scope.reviewer, in_scope.administrator.actor, role=Role.CASE_MANAGER, ends_on=last_day)

    assert stored(in_scope.reviewer) == ("case_manager", last_day, True)
    actor = actor_of_user(in_scope.reviewer.user)
    assert actor is not None and actor.may(Permission.MOVE_CASES)


def test_somebody_who_left_is_let_in_again(in_scope):
    boss = in_scope.administrator.actor
    end_membership(membership_id=Membership.objects.get(user=in_scope.reviewer.user).pk, actor=boss)
    assert actor_of_user(in_scope.reviewer.user) is None

    change(in_scope.reviewer, boss, is_active=True)

    assert actor_of_user(in_scope.reviewer.user) is not None


def test_nobody_changes_their_own_membership(in_scope):
    boss = in_scope.administrator
    member_of(in_scope, Role.ADMINISTRATOR)
    own = Membership.objects.get(user=boss.user).pk
    for changes in ({"role": Role.REVIEWER}, {"ends_on": today(in_scope)}, {"is_active": False}):
        with pytest.raises(NotPermitted) as refused:
            change(boss, boss.actor, **changes)
        assert refused.value.code == "own_membership"
    with pytest.raises(NotPermitted):
        end_membership(membership_id=own, actor=boss.actor)

    assert stored(boss) == ("administrator", None, True)


def test_only_who_manages_members_changes_one(in_scope, other_world):
    with pytest.raises(NotPermitted):
        change(in_scope.manager, in_scope.manager.actor, role=Role.ADMINISTRATOR)
    with pytest.raises(NotPermitted):
        change(in_scope.reviewer, in_scope.manager.actor, role=Role.READ_ONLY)
    with other_world.scope(), pytest.raises(NotFound):
        change(in_scope.reviewer, other_world.administrator.actor, role=Role.READ_ONLY)

    assert stored(in_scope.manager)[0] == "case_manager" and stored(in_scope.reviewer)[0] == "reviewer"


def test_nobody_gives_or_touches_a_role_that_may_do_more(in_scope):
    """A role that manages members and does little else is not in the table yet; the rule holds for it already."""
    granted = frozenset({Permission.MANAGE_MEMBERS, *in_scope.reviewer.actor.permissions})
    little = Actor(ActorKind.STAFF, in_scope.reviewer.actor.ref, in_scope.agency.pk, granted)

    with pytest.raises(NotPermitted):
        change(in_scope.read_only, little, role=Role.CASE_MANAGER)
    with pytest.raises(NotPermitted):
        change(in_scope.manager, little, role=Role.READ_ONLY)
    with pytest.raises(NotPermitted):
        end_membership(membership_id=Membership.objects.get(user=in_scope.manager.user).pk, actor=little)
    with pytest.raises(NotPermitted):
        add_member(
            agency_id=in_scope.agency.pk,
            email="new@arc.example",
            full_name="New",
            role=Role.ADMINISTRATOR,
            password=PASSWORD,
            actor=little,
        )

    assert stored(in_scope.read_only)[0] == "read_only" and stored(in_scope.manager) == ("case_manager", None, True)
    assert not Membership.objects.filter(user__email="new@arc.example").exists()
    change(in_scope.read_only, little, role=Role.REVIEWER)


@pytest.mark.parametrize("gone", ["role", "ends_on", "is_active"])
def test_the_last_administrator_stays_one(in_scope, gone):
    """Of two, one with a last day: the other is the last."""
    second = member_of(in_scope, Role.ADMINISTRATOR, ends_on=today(in_scope) + timedelta(days=9))
    changes = {"role": Role.REVIEWER, "ends_on": today(in_scope) + timedelta(days=9), "is_active": False}

    with pytest.raises(Conflict) as refused:
        change(in_scope.administrator, second.actor, **{gone: changes[gone]})
    assert refused.value.code == "last_administrator"
    assert stored(in_scope.administrator) == ("administrator", None, True)

    change(second, in_scope.administrator.actor, ends_on=None)
    change(in_scope.administrator, second.actor, **{gone: changes[gone]})


def test_a_guest_needs_a_last_day_that_is_still_to_come(in_scope):
    boss = in_scope.administrator.actor
    for ends_on, code in ((None, "guest_without_end"), (today(in_scope) - timedelta(days=1), "end_in_the_past")):
        with pytest.raises(Invalid) as refused:
            change(in_scope.reviewer, boss, role=Role.GUEST, ends_on=ends_on)
        assert refused.value.code == code
    assert stored(in_scope.reviewer)[0] == "reviewer"


def test_a_guests_last_day_ends_with_the_agencys_calendar(world):
    """In Shanghai the day is over eight hours before it is in London."""
    zone = ZoneInfo("Asia/Shanghai")
    last_day = datetime.now(zone).date() + timedelta(days=3)
    guest = member_of(world, Role.GUEST, ends_on=last_day)
    end = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), zone)

    with time_machine.travel(end - timedelta(minutes=5), tick=False):
        client = guest.client()
        assert client.get("/admin/").status_code == 200
        assert client.login(username=guest.user.email, password=PASSWORD)
    with time_machine.travel(end + timedelta(minutes=5), tick=False):
        assert client.get("/admin/").status_code == 302
        assert client.get("/admin/cases/case/").status_code == 302
        assert not client.login(username=guest.user.email, password=PASSWORD)
        # Seen by somebody whose day is the same: not in force.
        page = world.administrator.client().get("/admin/accounts/membership/").content.decode()
        assert page.count("icon-no") == 1


def test_the_page_changes_a_member_and_refuses_ones_own(world):
    boss = world.administrator.client()
    address = reverse("admin:accounts_membership_edit", args=[Membership.objects.get(user=world.reviewer.user).pk])
    assert boss.get(address).status_code == 200

    boss.post(address, {"role": "read_only", "ends_on": "", "is_active": "on"})
    assert stored(world.reviewer) == ("read_only", None, True)
    assert boss.post(address, {"role": "guest", "ends_on": "", "is_active": "on"}).status_code == 422
    member_of(world, Role.ADMINISTRATOR)
    own = reverse("admin:accounts_membership_edit", args=[Membership.objects.get(user=world.administrator.user).pk])
    assert boss.post(own, {"role": "reviewer", "ends_on": "", "is_active": "on"}).status_code == 403

    assert stored(world.administrator) == ("administrator", None, True)
