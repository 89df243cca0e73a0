"""The staff's way in, under /admin/. allauth finds its way by these names; what is not here is not reachable."""

from typing import Any

from django.contrib import admin
from django.urls import path

from relo.desk.sign_in import confirming, entering, factors, forgotten, morning, sessions
from relo.desk.sign_in.pages import View, confirmed


def page(view: type[Any]) -> View:
    shown: View = admin.site.admin_view(view.as_view())
    return shown


def guarded(view: type[Any]) -> View:
    """Only for somebody who proved lately who they are."""
    shown: View = admin.site.admin_view(confirmed(view.as_view()))
    return shown


urlpatterns = [
    path("login/", entering.SignInView.as_view(), name="account_login"),
    path("login/second-step/", entering.SecondStepView.as_view(), name="mfa_authenticate"),
    path("login/forgotten/", forgotten.ForgottenView.as_view(), name="staff_password_forgotten"),
    path("login/forgotten/sent/", forgotten.LinkSentView.as_view(), name="staff_password_link_sent"),
    path("login/password/<str:token>/", forgotten.SetPasswordView.as_view(), name="staff_set_password"),
    path("security/", page(factors.SecurityView), name="mfa_index"),
    path("security/app/add/", guarded(factors.AddAppView), name="mfa_activate_totp"),
    path("security/app/remove/", guarded(factors.RemoveAppView), name="mfa_deactivate_totp"),
    path("security/passkeys/add/", guarded(factors.AddPasskeyView), name="mfa_add_webauthn"),
    path("security/passkeys/<int:passkey_id>/remove/", guarded(factors.RemovePasskeyView), name="mfa_remove_webauthn"),
    path("security/recovery-codes/", guarded(factors.RecoveryCodesView), name="mfa_view_recovery_codes"),
    path("security/recovery-codes/renew/", guarded(factors.RenewRecoveryCodesView), name="mfa_generate_recovery_codes"),
    path("security/confirm/", page(confirming.ConfirmByPasswordView), name="account_reauthenticate"),
    path("security/confirm/code/", page(confirming.ConfirmByCodeView), name="mfa_reauthenticate"),
    path("security/confirm/passkey/", page(confirming.ConfirmByPasskeyView), name="mfa_reauthenticate_webauthn"),
    path("security/morning-mail/", admin.site.admin_view(morning.choose), name="staff_morning_mail"),
    path("security/sessions/", page(sessions.SessionsView), name="staff_sessions"),
    path("security/sessions/<int:session_id>/end/", admin.site.admin_view(sessions.end_one), name="staff_session_end"),
    path("security/sessions/end-others/", admin.site.admin_view(sessions.end_others), name="staff_sessions_end_others"),
]
