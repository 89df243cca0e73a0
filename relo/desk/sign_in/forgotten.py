"""A forgotten password, and a first one: ask for a link by mail; set a password with it."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from relo.accounts.forgotten import LASTS, LinkVoid, ask_for_link, set_password, user_of_link
from relo.accounts.mail_limits import TooManyRequests
from relo.core.networks import network_of
from relo.desk.acting import done
from relo.desk.sign_in.pages import DeskPage


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class ForgottenView(DeskPage, FormView[AddressForm]):
    """Every well-formed address gets the same answer."""

    form_class = AddressForm
    template_name = "admin/sign_in/forgotten.html"
    success_url = reverse_lazy("staff_password_link_sent")
    title = gettext_lazy("Forgot your password?")

    def form_valid(self, form: AddressForm) -> HttpResponse:
        try:
            ask_for_link(email=form.cleaned_data["email"], network=network_of(self.request))
        except TooManyRequests as refusal:
            form.add_error(None, str(refusal.detail))
            refused = self.render_to_response(self.get_context_data(form=form), status=refusal.status)
            refused["Retry-After"] = str(refusal.seconds)
            return refused
        return super().form_valid(form)


class LinkSentView(DeskPage, TemplateView):
    template_name = "admin/sign_in/link_sent.html"
    title = gettext_lazy("Look into your mailbox")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(minutes=LASTS.seconds // 60, **kwargs)


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SetPasswordView(DeskPage, FormView[Any]):
    """GET shows a form and changes nothing, for mail scanners follow links."""

    form_class = SetPasswordForm
    template_name = "admin/sign_in/set_password.html"
    title = gettext_lazy("Set your password")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.user = user_of_link(kwargs["token"])
        answer = self.void() if self.user is None else super().dispatch(request, *args, **kwargs)
        answer["Referrer-Policy"] = "no-referrer"
        return answer  # type: ignore[return-value]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            set_password(
                token=self.kwargs["token"],
                password=form.cleaned_data["new_password1"],
                network=network_of(self.request),
            )
        except LinkVoid:
            return self.void()
        return done(self.request, _("The password is set. Sign in with it."), reverse("account_login"))

    def void(self) -> HttpResponse:
        context = DeskPage.get_context_data(self, form=None)
        return self.render_to_response({**context, "title": _("This link no longer works")}, status=410)
