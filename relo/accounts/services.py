"""Members and tokens of an agency: joining, and the actor each of them acts as."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from relo.accounts.models import Agency, ApiToken, Membership, User
from relo.accounts.roles import (
    PERMISSIONS,
    Permission,
    Role,
    TokenScope,
    permissions_of_member,
    permissions_of_token,
)
from relo.accounts.security_log import note, note_of_member
from relo.accounts.security_models import SecurityAct
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotPermitted
from relo.outbox.service import put

TOKEN_PREFIX = "relo_"  # noqa: S105  # lets secret scanners recognise a leaked one
LONGEST_TOKEN = timedelta(days=400)
LAST_USED_RESOLUTION = timedelta(minutes=5)


@transaction.atomic
def add_member(
    *,
    agency_id: UUID,
    email: str,
    full_name: str,
    role: Role,
    password: str | None = None,
    ends_on: date | None = None,
    actor: Actor,
) -> Membership:
    """Give a new person a role in the agency. Nobody hands out more than they may do themselves.

    Without a password they get a mail with a link to set one.
    """
    actor.require(Permission.MANAGE_MEMBERS)
    _refuse_another_agency(actor, agency_id)
    refuse_higher_role(role, actor)
    agency = Agency.objects.get(pk=agency_id)
    refuse_end(role, ends_on, agency)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, full_name, agency.language)
    except IntegrityError:
        raise Conflict("email_taken", _("This e-mail already has an account. Use another one.")) from None
    membership = Membership.objects.create(agency_id=agency_id, user=user, role=role, ends_on=ends_on)
    note_of_member(SecurityAct.MEMBER_ADDED, membership=membership, actor=actor, data=terms(role, ends_on))
    if password is None:
        put(
            handler="accounts.mail_password_link",
            key=f"added:{user.pk}",
            payload={"user_id": user.pk},
            agency_id=agency_id,
        )
    return membership


def terms(role: str, ends_on: date | None) -> dict[str, str]:
    """Of a membership, as the security log has them."""
    return {"role": str(role), "ends_on": str(ends_on or "")}


@transaction.atomic
def issue_token(
    *,
    agency_id: UUID,
    name: str,
    role: Role,
    scopes: Collection[TokenScope],
    expires_at: datetime,
    actor: Actor,
) -> tuple[ApiToken, str]:
    """A new token for a program, and its one showing in the clear."""
    actor.require(Permission.MANAGE_MEMBERS)
    _refuse_another_agency(actor, agency_id)
    _refuse_unfit_token(role, scopes, expires_at)
    if not all(actor.may(permission) for permission in permissions_of_token(role, scopes)):
        raise NotPermitted("not_permitted", _("A token cannot do more than you may do yourself."))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        agency_id=agency_id,
        name=name,
        role=role,
        scopes=[scope.value for scope in TokenScope if scope in scopes],
        digest=digest_of(secret),
        created_by_id=actor.ref if actor.kind is ActorKind.STAFF else None,
        expires_at=expires_at,
    )
    issued = {"token": str(token.pk), "role": role.value}
    note(SecurityAct.TOKEN_ISSUED, agency_id=agency_id, actor=actor, data=issued)
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: UUID, actor: Actor) -> None:
    actor.require(Permission.MANAGE_MEMBERS)
    tokens = ApiToken.objects.select_for_update().filter(pk=token_id, revoked_at=None)
    if actor.agency_id is not None:
        tokens = tokens.filter(agency_id=actor.agency_id)
    for token in tokens:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        note(SecurityAct.TOKEN_REVOKED, agency_id=token.agency_id, actor=actor, data={"token": str(token.pk)})


def digest_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits; a password hash would only slow every call."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_in_force(secret: str) -> ApiToken | None:
    """The token, if it is known and good now; notes its use at most every five minutes."""
    token = with_issuer(ApiToken.objects.filter(digest=digest_of(secret))).first()
    now = clock.now()
    if token is None or not is_good(token, now):
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def with_issuer(tokens: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
    return tokens.select_related("created_by__membership__user", "created_by__membership__agency")


def is_good(token: ApiToken, now: datetime) -> bool:
    """Neither expired nor revoked, and whoever issued it may still do what it may: they may know the secret.

    A token that relo itself made has no issuer.
    """
    if not token.is_in_force(now):
        return False
    if token.created_by is None:
        return True
    issuer: Membership | None = getattr(token.created_by, "membership", None)
    if issuer is None or not issuer.is_in_force(clock.today(issuer.agency.time_zone)):
        return False
    return permissions_of_token(token.role, token.scopes) <= PERMISSIONS[issuer.role]


def tokens_in_use(user_id: int) -> int:
    """How many tokens stop working when this member goes."""
    return ApiToken.objects.filter(created_by_id=user_id, revoked_at=None, expires_at__gt=clock.now()).count()


def actor_of_token(token: ApiToken) -> Actor:
    return Actor(ActorKind.SERVICE, str(token.pk), token.agency_id, permissions_of_token(token.role, token.scopes))


def actor_of_user(user: User) -> Actor | None:
    """The staff actor of a signed-in user, or None when their membership is not in force."""
    membership = Membership.objects.select_related("user", "agency").filter(user_id=user.pk).first()
    if membership is None or not membership.is_in_force(clock.today(membership.agency.time_zone)):
        return None
    granted = permissions_of_member(membership.role, membership.agency.visibility)
    return Actor(ActorKind.STAFF, str(user.pk), membership.agency_id, granted)


def members_in_force(agency: Agency) -> QuerySet[Membership]:
    """Those who can sign in today, by the agency's calendar."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=clock.today(agency.time_zone))
    return Membership.objects.filter(lasting, agency=agency, is_active=True, user__is_active=True)


def members_who_may(agency: Agency, permission: Permission) -> QuerySet[Membership]:
    roles = [role for role, permissions in PERMISSIONS.items() if permission in permissions]
    return members_in_force(agency).filter(role__in=roles)


def agency_of(actor: Actor) -> Agency:
    """Raises for an actor of no agency: the system itself."""
    if actor.agency_id is None:
        raise LookupError("this actor belongs to no agency")
    return Agency.objects.get(pk=actor.agency_id)


def _refuse_another_agency(actor: Actor, agency_id: UUID) -> None:
    if actor.agency_id is not None and actor.agency_id != agency_id:
        raise NotPermitted("not_permitted", _("This belongs to another agency."))


def refuse_higher_role(role: str, actor: Actor) -> None:
    """Nobody gives, takes or changes a role that may do more than their own."""
    if not all(actor.may(permission) for permission in PERMISSIONS[role]):
        raise NotPermitted("not_permitted", _("This role may do more than yours. Ask somebody who has it."))


def refuse_end(role: str, ends_on: date | None, agency: Agency) -> None:
    if role == Role.GUEST and ends_on is None:
        message = _("A guest's time must end: give the last day.")
        raise Invalid("guest_without_end", message, errors={"ends_on": message})
    if ends_on is not None and ends_on < clock.today(agency.time_zone):
        message = _("This day is over. Give a last day from today on.")
        raise Invalid("end_in_the_past", message, errors={"ends_on": message})


def _refuse_unfit_token(role: Role, scopes: Collection[TokenScope], expires_at: datetime) -> None:
    if role == Role.GUEST:
        message = _("A guest is a person with cases of their own to see. Choose another role for a program.")
        raise Invalid("token_of_a_guest", message, errors={"role": message})
    if not scopes:
        message = _("Choose at least one thing the token is for.")
        raise Invalid("token_without_scope", message, errors={"scopes": message})
    if not clock.now() < expires_at <= clock.now() + LONGEST_TOKEN:
        message = _("A token expires within 400 days from now.")
        raise Invalid("token_expiry", message, errors={"expires_at": message})
