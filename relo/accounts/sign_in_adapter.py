"""Where allauth asks relo: who may sign in and how often one may guess, what is sealed, and in which words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from relo.accounts.entering import count_for_the_log, signed_in
from relo.accounts.guessing import TooManyTries, password_was_right, take_password_try
from relo.accounts.models import User
from relo.accounts.security_models import SecurityAct
from relo.accounts.sessions import is_confirmed
from relo.core.crypto import decrypt, encrypt
from relo.core.networks import network_of

# allauth seals a secret before it knows the row that will hold it.
BOUND_TO = "mfa.authenticator:data"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail and password do not belong together. Check both and try again."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            take_password_try(credentials["email"], network_of(request))
        except TooManyTries as refusal:
            count_for_the_log(SecurityAct.PASSWORD_REFUSED, credentials["email"])
            raise ValidationError(str(refusal.detail), code=refusal.code) from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            password_was_right(credentials["email"], network_of(request))
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        count_for_the_log(SecurityAct.PASSWORD_REFUSED, credentials["email"])

    @transaction.atomic
    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        signed_in(user_id=user.pk, language=request.LANGUAGE_CODE)

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(context.request, email=user.email, password=password) == user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return not is_confirmed(context.request.staff_session)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A factor guards itself: who has one proves it, since whoever learned the password must not remove it."""
        methods = super().get_reauthentication_methods(user)
        return [way for way in methods if way["id"] != "reauthenticate"] or methods

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Only what is wrong: what was done is said by relo's own pages."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Codes change every 30 seconds, and each works once."),
        "cannot_generate_recovery_codes": _("Recovery codes stand in for a second factor. Set up one first."),
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text, bound_to=BOUND_TO)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, bound_to=BOUND_TO)

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        return _("Passkey %(number)d") % {"number": Authenticator.objects.filter(user=user, type=type).count() + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "relo"}
