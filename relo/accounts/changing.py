"""Changing a membership. Nobody raises their own rights, and an agency keeps an administrator."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from relo.accounts.models import Membership
from relo.accounts.roles import Permission, Role
from relo.accounts.security_log import note_of_member
from relo.accounts.security_models import SecurityAct
from relo.accounts.services import members_in_force, refuse_end, refuse_higher_role, terms
from relo.accounts.sessions import end_sessions_of_user
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, NotFound, NotPermitted
from relo.core.scoping import scoped_agency_id


@transaction.atomic
def change_member(*, membership_id: int, role: Role, ends_on: date | None, is_active: bool, actor: Actor) -> Membership:
    """A new role, another last day, or somebody who left let in again. It counts from their next request on."""
    membership = locked_member(membership_id, actor)
    refuse_higher_role(role, actor)
    refuse_end(role, ends_on, membership.agency)
    if role != Role.ADMINISTRATOR or ends_on is not None or not is_active:
        refuse_no_administrator(membership)
    refuse_own(membership, actor)
    before = (terms(membership.role, membership.ends_on), membership.is_active)
    membership.role, membership.ends_on, membership.is_active = role, ends_on, is_active
    membership.save(update_fields=["role", "ends_on", "is_active"])
    _note_change(membership, *before, actor)
    if not is_active:  # none of their browsers may come back to life with them
        end_sessions_of_user(membership.user_id)
    return membership


@transaction.atomic
def choose_morning_mail(*, wanted: bool, actor: Actor) -> None:
    """One's own: to be told by mail each morning what needs one, or not."""
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a member of the staff can choose this."))
    Membership.objects.filter(agency_id=scoped_agency_id(), user_id=int(actor.ref)).update(gets_morning_mail=wanted)


def _note_change(membership: Membership, known: dict[str, str], was_active: bool, actor: Actor) -> None:
    now = terms(membership.role, membership.ends_on)
    changes = {name: value for name, value in now.items() if value != known[name]}
    if changes:
        changes |= {f"{name}_before": known[name] for name in changes}
        note_of_member(SecurityAct.MEMBER_CHANGED, membership=membership, actor=actor, data=changes)
    if membership.is_active != was_active:
        on, off = SecurityAct.MEMBER_SWITCHED_ON, SecurityAct.MEMBER_SWITCHED_OFF
        note_of_member(on if membership.is_active else off, membership=membership, actor=actor)


def locked_member(membership_id: int, actor: Actor) -> Membership:
    """Of the agency in scope, with its administrators: two of them must not remove each other at once."""
    actor.require(Permission.MANAGE_MEMBERS)
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "agency")
    taken = rows.filter(agency_id=scoped_agency_id()).order_by("pk")
    membership = next((row for row in taken if row.pk == membership_id), None)
    if membership is None:
        raise NotFound("not_found", _("There is no such member."))
    refuse_higher_role(membership.role, actor)
    return membership


def refuse_own(membership: Membership, actor: Actor) -> None:
    if actor.kind is ActorKind.STAFF and actor.ref == str(membership.user_id):
        raise NotPermitted("own_membership", _("Nobody changes their own membership. Ask another administrator."))


def refuse_no_administrator(membership: Membership) -> None:
    """Before one of them goes: another must be in force, and without a last day if this one is."""
    if membership.role != Role.ADMINISTRATOR or not membership.is_active:
        return
    others = members_in_force(membership.agency).filter(role=Role.ADMINISTRATOR).exclude(pk=membership.pk)
    if membership.ends_on is None:
        others = others.filter(ends_on=None)
    if not others.exists():
        raise Conflict("last_administrator", _("This is the last administrator. Make somebody else one first."))
