"""The way in: e-mail and password, then the second factor of those who have one."""

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.edit import FormView

from relo.accounts.own_sign_in import own_sign_in_changed
from relo.accounts.security_models import SecurityAct
from relo.accounts.sessions import renew_key
from relo.core.networks import network_of
from relo.desk.requests import staff
from relo.desk.sign_in.forms import ChangePasswordForm, SignInForm
from relo.desk.sign_in.pages import DeskPage, is_own_address, session_of

FIRST_STEP = "relo_first_step"  # in the session: what the password was when the first step was made


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignInView(DeskPage, FormView[SignInForm]):
    form_class = SignInForm
    template_name = "admin/sign_in/sign_in.html"
    title = _("Log in")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self._target())
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(app_path=self.request.path, next=self._target(), **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        self.request.session[FIRST_STEP] = form.user.get_session_auth_hash()
        answer: HttpResponse = form.login(self.request, redirect_url=self._target())
        return answer

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        status = 429 if form.has_error("__all__", "too_many_tries") else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _target(self) -> str:
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        return wanted if is_own_address(self.request, wanted) else reverse("admin:index")


class SecondStepView(DeskPage, AuthenticateView):
    template_name = "admin/sign_in/second_step.html"
    title = _("Second step")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A password that was changed since the first step makes that step void."""
        known = request.session.get(FIRST_STEP, "")
        is_void = not constant_time_compare(known, self.stage.login.user.get_session_auth_hash())
        leaves = is_void or "back" in request.POST
        answer: HttpResponse = self.stage.abort() if leaves else super().post(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.stage.login.user
        passkeys = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN)
        return {**super().get_context_data(**kwargs), "has_passkey": passkeys.exists()}


class ChangePasswordView(DeskPage, PasswordChangeView):
    """Ends every other session: whoever changes a password may have to shut somebody out."""

    form_class = ChangePasswordForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")
    title = _("Change password")  # type: ignore[misc]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "network": network_of(self.request)}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        session = session_of(self.request)
        renew_key(session_id=session.pk, key=self.request.session.session_key or "")
        own_sign_in_changed(SecurityAct.PASSWORD_CHANGED, session_id=session.pk, actor=staff(self.request))
        return answer
