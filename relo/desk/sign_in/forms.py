"""What is typed in to get in. Every guess is counted before it is judged."""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from relo.accounts.guessing import TooManyTries, account_of_email, account_of_factor, forget_tries, take_try
from relo.accounts.models import User

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


def _take_try(account: str) -> None:
    try:
        take_try(account)
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
        _take_try(account)
        code: str = super().clean_code()  # type: ignore[misc]
        forget_tries(account)
        return code


class SecondStepForm(_CountedCode, AuthenticateForm):
    pass


class ConfirmCodeForm(_CountedCode, ReauthenticateByCodeForm):
    pass


class AuthenticatorForm(_CountedCode, ActivateTOTPForm):
    pass


class ConfirmPasswordForm(ReauthenticateForm):
    password = forms.CharField(label=_("Password"), max_length=1000, strip=False, widget=PASSWORD)


class ChangePasswordForm(PasswordChangeForm):
    """Somebody at a session left open must not find out the password here."""

    def clean_old_password(self) -> str:
        account = account_of_email(self.user.email)
        _take_try(account)
        password: str = super().clean_old_password()
        forget_tries(account)
        return password
