"""What is typed in to get in. Every guess is counted before it is judged."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from relo.accounts.entering import count_for_the_log
from relo.accounts.guessing import (
    TooManyTries,
    account_of_factor,
    forget_tries,
    password_was_right,
    take_password_try,
    take_try,
)
from relo.accounts.models import User
from relo.accounts.security_models import SecurityAct

PASSWORD = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class SignInForm(LoginForm):
    username = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False, widget=PASSWORD)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["login"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["login"] = self.cleaned_data.get("username", "")  # as allauth calls it
        said: dict[str, Any] = super().clean()
        return said


@contextmanager
def _refused_in_the_form() -> Iterator[None]:
    try:
        yield
    except TooManyTries as refusal:
        raise forms.ValidationError(str(refusal.detail), code=refusal.code) from None


class _CountedCode(forms.Form):
    """Six digits are guessed in a day by who may try as often as they like."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=_("Code"),
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
        )

    def clean_code(self) -> str:
        account = account_of_factor(self.user.pk)
        with _refused_in_the_form():
            take_try(account)
        code: str = super().clean_code()  # type: ignore[misc]
        forget_tries(account)
        return code


class _GuardingCode(_CountedCode):
    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except forms.ValidationError:
            count_for_the_log(SecurityAct.CODE_REFUSED, self.user.email)
            raise


class SecondStepForm(_GuardingCode, AuthenticateForm):
    pass


class ConfirmCodeForm(_GuardingCode, ReauthenticateByCodeForm):
    pass


class AuthenticatorForm(_CountedCode, ActivateTOTPForm):
    pass


class ConfirmPasswordForm(ReauthenticateForm):
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False, widget=PASSWORD)


class ChangePasswordForm(PasswordChangeForm):
    """Somebody at a session left open must not find out the password here."""

    def __init__(self, *args: Any, network: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.network = network

    def clean_old_password(self) -> str:
        try:
            with _refused_in_the_form():
                take_password_try(self.user.email, self.network)
            password: str = super().clean_old_password()
        except forms.ValidationError:
            count_for_the_log(SecurityAct.PASSWORD_REFUSED, self.user.email)
            raise
        password_was_right(self.user.email, self.network)
        return password
