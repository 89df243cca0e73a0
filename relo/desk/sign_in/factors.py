"""Second factors of the signed-in person: an authenticator app, passkeys, and recovery codes in their stead."""

import base64
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from relo.accounts.models import Membership
from relo.accounts.own_sign_in import own_sign_in_changed
from relo.accounts.security_models import SecurityAct
from relo.accounts.sessions import live_sessions
from relo.desk.requests import agency_in, staff
from relo.desk.sign_in.pages import DeskPage, session_of


class SecurityView(DeskPage, TemplateView):
    """How one signs in: what is set up, and what can be."""

    template_name = "admin/sign_in/security.html"
    title = _("Sign-in and security")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user_id = int(staff(self.request).ref)
        own = list(Authenticator.objects.filter(user_id=user_id).order_by("pk"))
        kinds = {one.type: one for one in own}
        codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
        passkeys = [one for one in own if one.type == Authenticator.Type.WEBAUTHN]
        app, agency = kinds.get(Authenticator.Type.TOTP), agency_in(self.request)
        return super().get_context_data(
            app=app,
            passkeys=passkeys,
            has_codes=codes is not None,
            codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
            sessions=live_sessions(user_id).count(),
            factor_missing=agency.requires_second_factor and not app and not passkeys,
            gets_morning_mail=Membership.objects.get(user=user_id).gets_morning_mail,
            morning_hour=agency.morning_hour,
            **kwargs,
        )


class _ChangesFactors:
    """What is open elsewhere was opened without the factor, or with one that may be in other hands."""

    request: HttpRequest
    act: ClassVar[SecurityAct]
    factor: ClassVar[str] = ""
    done: ClassVar[str | Promise]

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        own_sign_in_changed(
            self.act,
            session_id=session_of(self.request).pk,
            actor=staff(self.request),
            data={"factor": self.factor} if self.factor else {},
        )
        messages.success(self.request, str(self.done))
        return answer


class AddAppView(_ChangesFactors, DeskPage, ActivateTOTPView):
    template_name = "admin/sign_in/add_app.html"
    title = _("Set up an authenticator app")
    act, factor = SecurityAct.FACTOR_ADDED, Authenticator.Type.TOTP.value
    done = _("The authenticator app is set up. Your other sessions have ended.")


class RemoveAppView(_ChangesFactors, DeskPage, DeactivateTOTPView):
    template_name = "admin/sign_in/remove.html"
    title = _("Remove the authenticator app")
    act, factor = SecurityAct.FACTOR_REMOVED, Authenticator.Type.TOTP.value
    done = _("The authenticator app is removed. Your other sessions have ended.")


class AddPasskeyView(_ChangesFactors, DeskPage, AddWebAuthnView):
    template_name = "admin/sign_in/add_passkey.html"
    title = _("Add a passkey")
    act, factor = SecurityAct.FACTOR_ADDED, Authenticator.Type.WEBAUTHN.value
    done = _("The passkey is added. Your other sessions have ended.")


class RemovePasskeyView(_ChangesFactors, DeskPage, RemoveWebAuthnView):
    template_name = "admin/sign_in/remove.html"
    pk_url_kwarg = "passkey_id"
    success_url = reverse_lazy("mfa_index")
    title = _("Remove a passkey")
    act, factor = SecurityAct.FACTOR_REMOVED, Authenticator.Type.WEBAUTHN.value
    done = _("The passkey is removed. Your other sessions have ended.")


class RecoveryCodesView(DeskPage, ViewRecoveryCodesView):
    """Shown once; the same page carries them as a file, so that they need not be asked for again."""

    template_name = "admin/sign_in/recovery_codes.html"
    title = _("Recovery codes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        text = "".join(f"{code}\r\n" for code in context["unused_codes"])
        file = base64.b64encode(text.encode()).decode()
        return {**context, "file": f"data:text/plain;base64,{file}"}


class RenewRecoveryCodesView(_ChangesFactors, DeskPage, GenerateRecoveryCodesView):
    template_name = "admin/sign_in/renew_recovery_codes.html"
    title = _("New recovery codes")
    act = SecurityAct.CODES_RENEWED
    done = _("The new recovery codes count from now on. Your other sessions have ended.")
