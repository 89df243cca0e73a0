"""Where allauth asks relo: who may sign in and how often one may guess, what is sealed, and in which words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from relo.accounts.guessing import TooManyTries, account_of_email, forget_tries, take_try
from relo.accounts.models import User
from relo.accounts.sessions import is_confirmed
from relo.core.crypto import decrypt, encrypt

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
            take_try(account_of_email(credentials["email"]))
        except TooManyTries as refusal:
            raise ValidationError(str(refusal.detail), code=refusal.code) from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            forget_tries(account_of_email(credentials["email"]))
        return user

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
