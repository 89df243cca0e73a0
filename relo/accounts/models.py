"""Agencies and the people and programs that work for them. Read without a scope: they decide the scope."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relo.accounts.roles import Role, TokenScope, Visibility
from relo.accounts.security_models import SecurityEvent
from relo.accounts.sign_in_models import CacheEntry, StaffCount, StaffSession, WrongTries
from relo.core.models import Privacy, privacy

__all__ = [
    "Agency",
    "ApiToken",
    "CacheEntry",
    "Membership",
    "SecurityEvent",
    "StaffCount",
    "StaffSession",
    "User",
    "WrongTries",
]

LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]


class Agency(models.Model):
    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id name code language time_zone contact_email visibility requires_second_factor requires_scanning"
        " morning_hour mail_from_hour mail_until_hour created_at"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    code = models.CharField(_("code"), max_length=6, unique=True, help_text=_("Begins every case reference, e.g. ARC."))
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    visibility = models.CharField(
        _("who sees which cases"), max_length=10, choices=Visibility.choices, default=Visibility.AGENCY
    )
    requires_second_factor = models.BooleanField(_("members need a second factor"), default=True)
    requires_scanning = models.BooleanField(_("takes only files scanned for viruses"), default=False)
    # In the candidate's time zone: when a mail may reach them.
    mail_from_hour = models.PositiveSmallIntegerField(_("first hour for mails to candidates"), default=8)
    mail_until_hour = models.PositiveSmallIntegerField(_("hour from which candidates get no mail"), default=20)
    # In the agency's: when its members are told what needs them.
    morning_hour = models.PositiveSmallIntegerField(_("hour of the morning mail"), default=8)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z][A-Z0-9]{1,5}$"), name="agency_code_is_plain"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="agency_visibility_is_known"),
            models.CheckConstraint(condition=Q(morning_hour__range=(5, 12)), name="agency_morning_is_one"),
            models.CheckConstraint(
                condition=Q(mail_from_hour__lte=12, mail_until_hour__range=(13, 24)), name="agency_mails_go_at_noon"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def create_user(
        self, email: str, password: str | None, full_name: str = "", language: str = settings.LANGUAGE_CODE
    ) -> "User":
        user = self.model(email=self.normalize_email(email), full_name=full_name, language=language)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A member of an agency's staff. What they may do stands in their membership, not here."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id password is_active last_login language created_at", personal="email full_name"
    )

    email = models.EmailField(_("e-mail"), max_length=254)
    full_name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_is_unique")]

    def __str__(self) -> str:
        return self.full_name or self.email

    # What Django's admin asks of a user. relo's own answer is request.actor.
    @property
    def is_staff(self) -> bool:
        return self.is_active

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Membership(models.Model):
    """A user's one role in one agency."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id agency user role ends_on is_active gets_morning_mail created_at"
    )

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="membership")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    gets_morning_mail = models.BooleanField(_("gets the morning mail"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.GUEST) | Q(ends_on__isnull=False), name="membership_of_a_guest_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    def is_in_force(self, today: date) -> bool:
        return self.is_active and self.user.is_active and (self.ends_on is None or today <= self.ends_on)


class ApiToken(models.Model):
    """A key for another system. Only its SHA-256 is kept; the token itself is shown once."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id agency name role scopes digest created_by created_at expires_at revoked_at last_used_at"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    scopes = models.JSONField(_("scopes"), default=list)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="token_role_is_known"),
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_has_a_scope"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str | Promise]:
        return [TokenScope(scope).label for scope in self.scopes]

    def is_in_force(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
