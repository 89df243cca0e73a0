"""A mail to the member whenever something about their sign-in changed, whoever changed it. It opens nothing."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from relo.accounts.mails import letter
from relo.accounts.models import SecurityEvent
from relo.accounts.security_models import SecurityAct

APP, PASSKEY = Authenticator.Type.TOTP.value, Authenticator.Type.WEBAUTHN.value
SENTENCES: Mapping[tuple[str, str], str | Promise] = {
    (SecurityAct.PASSWORD_CHANGED, ""): _("Your password was changed."),
    (SecurityAct.PASSWORD_SET, ""): _("A new password was set with a link from a mail, and you were signed out."),
    (SecurityAct.FACTOR_ADDED, APP): _("An authenticator app was set up for your account."),
    (SecurityAct.FACTOR_ADDED, PASSKEY): _("A passkey was added to your account."),
    (SecurityAct.FACTOR_REMOVED, APP): _("The authenticator app of your account was removed."),
    (SecurityAct.FACTOR_REMOVED, PASSKEY): _("A passkey of your account was removed."),
    (SecurityAct.CODES_RENEWED, ""): _("New recovery codes were made for your account. The old ones no longer work."),
    (SecurityAct.FACTORS_TAKEN, ""): _(
        "An administrator removed the second factors of your account and signed you out everywhere."
    ),
}


def tell_member(*, event_id: int) -> None:
    """Outbox handler."""
    event = SecurityEvent.objects.select_related("agency", "user").get(pk=event_id)
    user, agency = event.user, event.agency
    zone = agency.time_zone
    with translation.override(user.language):
        at = formats.date_format(event.at.astimezone(ZoneInfo(zone)), pgettext("moment", "j F Y, H:i"))
    letter(
        agency=agency,
        to=user.email,
        language=user.language,
        subject=_("Your sign-in at %(agency)s was changed"),
        template="sign_in_changed",
        context={
            "user": user,
            "sentence": SENTENCES[event.act, event.data.get("factor", "")],
            "at": at,
            "zone": zone,
            "url": settings.PUBLIC_URL + reverse("account_login"),
        },
    ).send()
