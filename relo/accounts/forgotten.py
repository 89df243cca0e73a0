"""A new password by mail, for whoever forgot theirs or has none yet.

The link is Django's own token: nothing of it is stored, it names the password it may replace, and so works once. It is
bound to no browser: whoever reads the mailbox can ask in a browser of their own, so binding would shut out nobody but
the member who asks at the desk and reads mail on the phone. It opens no session, and the second factor stays.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relo.accounts.changing import locked_member
from relo.accounts.entering import count_for_the_log, user_id_of
from relo.accounts.guessing import forget_password_tries
from relo.accounts.mail_limits import count_mail
from relo.accounts.mails import letter
from relo.accounts.models import StaffCount, User
from relo.accounts.security_log import note, note_of_member
from relo.accounts.security_models import SecurityAct
from relo.accounts.services import actor_of_user, agency_of
from relo.accounts.sessions import end_sessions_of_user
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict
from relo.core.scoping import system_scope
from relo.outbox.service import put

LASTS = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
LONGEST_ID = 18  # digits that a number of the database surely holds


class LinkVoid(Conflict):
    """Used, too old, overtaken by another, or never one."""


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "relo.accounts.forgotten"


_tokens = _Tokens()


@transaction.atomic
def ask_for_link(*, email: str, network: str) -> None:
    """The same work and answer for every address; the mail, if any, follows from the outbox."""
    now = clock.now()
    count_mail(StaffCount, email=email, network=network, now=now)
    count_for_the_log(SecurityAct.LINK_ASKED, email)
    payload = {"user_id": user_id_of(email), "asked_at": now.isoformat()}
    with system_scope("whose account it is, and of which agency, shows when the mail is written"):
        put(handler="accounts.mail_password_link", key=f"asked:{uuid4()}", payload=payload)


@transaction.atomic
def send_link_to_member(*, membership_id: int, actor: Actor) -> None:
    """Instead of a password that somebody would have to tell them."""
    membership = locked_member(membership_id, actor)
    if actor_of_user(membership.user) is None:
        raise Conflict("membership_not_in_force", _("This membership is not in force. Let the person in first."))
    event = note_of_member(SecurityAct.LINK_SENT, membership=membership, actor=actor)
    put(handler="accounts.mail_password_link", key=f"security:{event.pk}", payload={"user_id": membership.user_id})


def mail_link(*, user_id: int | None, asked_at: str = "") -> None:
    """Outbox handler. The link is made here and lives in the mail alone. Without `asked_at` an administrator's."""
    user = User.objects.filter(pk=user_id).first() if user_id is not None else None
    actor = actor_of_user(user) if user is not None else None
    is_late = bool(asked_at) and clock.now() - datetime.fromisoformat(asked_at) > LASTS
    if user is None or actor is None or is_late:
        return
    letter(
        agency=agency_of(actor),
        to=user.email,
        language=user.language,
        subject=gettext_lazy("Set your password at %(agency)s"),
        template="password_link",
        context={
            "user": user,
            "url": settings.PUBLIC_URL + reverse("staff_set_password", args=[link_token(user)]),
            "minutes": LASTS.seconds // 60,
            "is_asked": bool(asked_at),
        },
    ).send()


def link_token(user: User) -> str:
    return f"{user.pk}-{_tokens.make_token(user)}"


def user_of_link(token: str, users: QuerySet[User] | None = None) -> User | None:
    """Whose password the link may set, if it still may. Changes nothing."""
    number, _dash, rest = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_ID):
        return None
    user = (User.objects.all() if users is None else users).filter(pk=int(number)).first()
    is_good = user is not None and _tokens.check_token(user, rest) and actor_of_user(user) is not None
    return user if is_good else None


@transaction.atomic
def set_password(*, token: str, password: str, network: str) -> None:
    """Every session of the member ends, and a mail tells them. One of all who try at once gets through."""
    user = user_of_link(token, User.objects.select_for_update())
    actor = actor_of_user(user) if user is not None else None
    if user is None or actor is None:
        raise LinkVoid("link_void", _("This link no longer works. Ask for a new one."))
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions_of_user(user.pk)
    forget_password_tries(user.email, network)
    note(SecurityAct.PASSWORD_SET, agency_id=agency_of(actor).pk, actor=actor, user_id=user.pk)
