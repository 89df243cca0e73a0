from dataclasses import fields
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relo.accounts.agencies import AgencySettings, change_agency
from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.desk.acting import act_from_form, done, refusals_are_answers
from relo.desk.admin.forms import AgencyForm
from relo.desk.base import AgencyAdmin
from relo.desk.requests import agency_in, staff_who_may
from relo.desk.sign_in.pages import confirmed


@admin.register(Agency)
class OwnAgencyAdmin(AgencyAdmin[Agency]):
    """No list: a member sees their own agency and no other."""

    view_permission = Permission.MANAGE_MEMBERS
    place: ClassVar[int | None] = 9
    place_name = gettext_lazy("Agency")

    @method_decorator(confirmed)
    @refusals_are_answers
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        actor = staff_who_may(request, Permission.MANAGE_MEMBERS)
        agency = agency_in(request)
        known = {field.name: getattr(agency, field.name) for field in fields(AgencySettings)}
        form = AgencyForm(request.POST if request.method == "POST" else None, initial=known)
        if form.is_valid() and act_from_form(
            request, form, lambda: change_agency(settings=AgencySettings(**form.cleaned_data), actor=actor)
        ):
            return done(request, _("Saved."), reverse("admin:accounts_agency_changelist"))
        context = self.page(request, title=agency.name, form=form, submit=_("Save"), list_url=reverse("admin:index"))
        return render(request, "admin/accounts/form.html", context, status=422 if form.errors else 200)
