"""The agency's security log: what was done about members, tokens, settings and sign-ins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from relo.core.append_only import LogLine
from relo.core.models import Privacy, privacy

KEPT_DAYS = 400
# A day longer than the trigger asks for: the clocks of a worker and of the database differ.
KEPT_FOR = timedelta(days=KEPT_DAYS + 1)


class SecurityAct(models.TextChoices):
    MEMBER_ADDED = "member.added", _("Member added")
    MEMBER_CHANGED = "member.changed", _("Membership changed")
    MEMBER_SWITCHED_OFF = "member.switched_off", _("Member switched off")
    MEMBER_SWITCHED_ON = "member.switched_on", _("Member let in again")
    MEMBER_ENDED = "member.ended", _("Membership ended")
    SESSIONS_ENDED = "sessions.ended", _("Member signed out everywhere")
    FACTORS_TAKEN = "factors.taken", _("Second factors of a member removed")
    AGENCY_CHANGED = "agency.changed", _("Settings of the agency changed")
    TOKEN_ISSUED = "token.issued", _("API token issued")
    TOKEN_REVOKED = "token.revoked", _("API token revoked")
    RULE_PAUSED = "rule.paused", _("Reminders of a rule paused in every case")
    RULE_RESUMED = "rule.resumed", _("Reminders of a rule go on in every case")
    LINK_SENT = "password_link.sent", _("Link to set a password sent to a member")
    LINK_ASKED = "password_link.asked", _("Link to set a password asked for")
    PASSWORD_SET = "password.set", _("Password set with a link")
    PASSWORD_CHANGED = "password.changed", _("Own password changed")
    FACTOR_ADDED = "factor.added", _("Own second factor added")
    FACTOR_REMOVED = "factor.removed", _("Own second factor removed")
    CODES_RENEWED = "recovery_codes.renewed", _("Own recovery codes made anew")
    SIGNED_IN = "member.signed_in", _("Signed in")
    PASSWORD_REFUSED = "password.refused", _("Wrong password")
    CODE_REFUSED = "code.refused", _("Wrong code at the second step")


# Whoever it is about gets a mail.
TOLD = frozenset(
    {
        SecurityAct.FACTORS_TAKEN,
        SecurityAct.PASSWORD_SET,
        SecurityAct.PASSWORD_CHANGED,
        SecurityAct.FACTOR_ADDED,
        SecurityAct.FACTOR_REMOVED,
        SecurityAct.CODES_RENEWED,
    }
)


class SecurityEvent(LogLine):
    """One line. `user` is the member it is about; `data` holds codes and ids alone."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="act user data")

    act = models.CharField(max_length=40)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    data = models.JSONField(default=dict)

    class Meta(LogLine.Meta):
        verbose_name = _("line of the security log")
        verbose_name_plural = _("security log")
        indexes = [
            models.Index(F("agency"), F("id").desc(), name="security_log_of_agency"),
            models.Index(F("at"), name="security_log_by_age"),
        ]

    @property
    def label(self) -> str:
        """A line that a later release wrote keeps its code."""
        return str(SecurityAct(self.act).label) if self.act in SecurityAct.values else self.act
