from typing import Any, ClassVar, Protocol

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relo.accounts.changing import change_member
from relo.accounts.factors import has_second_factor, take_factors_away
from relo.accounts.forgotten import send_link_to_member
from relo.accounts.leaving import end_membership
from relo.accounts.models import Membership
from relo.accounts.roles import Permission, Role
from relo.accounts.services import add_member, tokens_in_use
from relo.accounts.sessions import end_sessions_of_member, live_sessions
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import NotFound, NotPermitted, ReloError
from relo.core.scoping import scoped_agency_id
from relo.desk.acting import act, act_from_form, done, put_errors, refusals_are_answers
from relo.desk.admin.forms import ChangeMemberForm, MemberForm
from relo.desk.base import AgencyAdmin
from relo.desk.requests import agency_in, staff_who_may
from relo.desk.sign_in.pages import confirmed

LIST = "admin:accounts_membership_changelist"


class Service(Protocol):
    def __call__(self, *, membership_id: int, actor: Actor) -> object: ...


@admin.register(Membership)
class MembershipAdmin(AgencyAdmin[Membership]):
    view_permission = Permission.MANAGE_MEMBERS
    add_permission = Permission.MANAGE_MEMBERS
    place: ClassVar[int | None] = 6
    place_name = gettext_lazy("Members")
    detail_template = "admin/accounts/member.html"
    id_converter = "int"

    list_display = ("person", "email", "role", "ends_on", "in_force")
    list_select_related = ("user", "agency")
    ordering = ("-is_active", "user__full_name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).filter(agency_id=scoped_agency_id())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"add_label": _("Add a member"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("name"))
    def person(self, membership: Membership) -> str:
        return str(membership.user)

    @admin.display(description=gettext_lazy("e-mail"))
    def email(self, membership: Membership) -> str:
        return membership.user.email

    @admin.display(description=gettext_lazy("in force"), boolean=True)
    def in_force(self, membership: Membership) -> bool:
        return membership.is_in_force(clock.today(membership.agency.time_zone))

    def detail(self, request: HttpRequest, row: Membership) -> dict[str, Any]:
        in_force = row.is_in_force(clock.today(agency_in(request).time_zone))
        return {
            "title": str(row.user),
            "membership": row,
            "in_force": in_force,
            "has_factor": has_second_factor(row.user_id),
            "sessions": live_sessions(row.user_id).count(),
            "tokens": tokens_in_use(row.user_id),
            "list_url": reverse(LIST),
        }

    @method_decorator(confirmed)
    @refusals_are_answers
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = staff_who_may(request, Permission.MANAGE_MEMBERS)
        form = MemberForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            said = dict(form.cleaned_data)
            try:
                add_member(agency_id=agency_in(request).pk, actor=actor, **{**said, "role": Role(said["role"])})
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                put_errors(form, refusal)
            else:
                said_so = _("Added. The person gets a mail with a link to set their password.")
                return done(request, said_so, reverse(LIST))
        context = self.page(request, title=_("Add a member"), form=form, submit=_("Add"), list_url=reverse(LIST))
        return render(request, "admin/accounts/form.html", context, status=422 if form.errors else 200)

    def acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<int:membership_id>/edit/", "edit", self.edit),
            ("<int:membership_id>/end/", "end", self.end),
            ("<int:membership_id>/end-sessions/", "end_sessions", self.end_sessions),
            ("<int:membership_id>/send-link/", "send_link", self.send_link),
            ("<int:membership_id>/take-factors/", "take_factors", self.take_factors),
        ]

    @method_decorator(confirmed)
    @refusals_are_answers
    def edit(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        """Role, last day, and whether the person may sign in."""
        actor = staff_who_may(request, Permission.MANAGE_MEMBERS)
        membership = self.get_queryset(request).select_related("user").filter(pk=membership_id).first()
        if membership is None:
            raise NotFound("not_found", _("There is no such member."))
        here = reverse("admin:accounts_membership_change", args=[membership_id])
        known = {"role": membership.role, "ends_on": membership.ends_on, "is_active": membership.is_active}
        form = ChangeMemberForm(request.POST if request.method == "POST" else None, initial=known)
        if form.is_valid():
            said = dict(form.cleaned_data)
            if act_from_form(
                request,
                form,
                lambda: change_member(membership_id=membership_id, actor=actor, **{**said, "role": Role(said["role"])}),
            ):
                return done(request, _("Changed. It counts from now on."), here)
        context = self.page(request, title=str(membership.user), form=form, submit=_("Save"), list_url=here)
        return render(request, "admin/accounts/form.html", context, status=422 if form.errors else 200)

    @method_decorator(confirmed)
    @refusals_are_answers
    def end(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        return self._about(request, membership_id, end_membership, done=_("The membership has ended."))

    @refusals_are_answers
    def end_sessions(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        said = _("The person is signed out everywhere.")
        return self._about(request, membership_id, end_sessions_of_member, done=said)

    @method_decorator(confirmed)
    @refusals_are_answers
    def take_factors(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        said = _("The person's second factors are removed, and they are signed out everywhere.")
        return self._about(request, membership_id, take_factors_away, done=said)

    @method_decorator(confirmed)
    @refusals_are_answers
    def send_link(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        said = _("A mail with the link is on its way. The link works once, for 30 minutes.")
        return self._about(request, membership_id, send_link_to_member, done=said)

    def _about(self, request: HttpRequest, membership_id: int, service: Service, *, done: str) -> HttpResponse:
        """One act about one member, from a button on their page."""
        actor = staff_who_may(request, Permission.MANAGE_MEMBERS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        page = reverse("admin:accounts_membership_change", args=[membership_id])
        return act(request, lambda: service(membership_id=membership_id, actor=actor), done=done, back_to=page)
