from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relo.accounts.models import ApiToken
from relo.accounts.roles import Permission, Role, TokenScope
from relo.accounts.services import is_good, issue_token, revoke_token, with_issuer
from relo.core import clock
from relo.core.errors import NotFound, NotPermitted, ReloError
from relo.core.scoping import scoped_agency_id
from relo.desk.acting import act, put_errors, refusals_are_answers
from relo.desk.admin.forms import TokenForm
from relo.desk.base import AgencyAdmin
from relo.desk.requests import agency_in, staff_who_may
from relo.desk.sign_in.pages import confirmed
from relo.desk.wording import day_in_words

LIST = "admin:accounts_apitoken_changelist"


@admin.register(ApiToken)
class ApiTokenAdmin(AgencyAdmin[ApiToken]):
    view_permission = Permission.MANAGE_MEMBERS
    add_permission = Permission.MANAGE_MEMBERS
    place: ClassVar[int | None] = 7
    detail_template = "admin/accounts/token.html"

    list_display = ("name", "role", "is_for", "expires_on", "used_on", "in_force")
    ordering = ("-created_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        return with_issuer(super().get_queryset(request)).filter(agency_id=scoped_agency_id()).defer("digest")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"add_label": _("Issue a token"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("scopes"))
    def is_for(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=gettext_lazy("expires on"))
    def expires_on(self, token: ApiToken) -> Any:
        return day_in_words(token.expires_at)

    @admin.display(description=gettext_lazy("last used"), empty_value="–")
    def used_on(self, token: ApiToken) -> Any:
        return day_in_words(token.last_used_at) if token.last_used_at else None

    @admin.display(description=gettext_lazy("in force"), boolean=True)
    def in_force(self, token: ApiToken) -> bool:
        return is_good(token, clock.now())

    def detail(self, request: HttpRequest, row: ApiToken) -> dict[str, Any]:
        now = clock.now()
        # One whose issuer is gone may still be revoked: else it would open again when they come back.
        may_be_revoked = row.is_in_force(now)
        is_open = is_good(row, now)
        return {
            "title": row.name,
            "token": row,
            "in_force": is_open,
            "may_be_revoked": may_be_revoked,
            "list_url": reverse(LIST),
        }

    @method_decorator(confirmed)
    @refusals_are_answers
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The token is shown on the answer to this one request and nowhere else."""
        actor = staff_who_may(request, Permission.MANAGE_MEMBERS)
        form = TokenForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            said = form.cleaned_data
            try:
                token, secret = issue_token(
                    agency_id=agency_in(request).pk,
                    name=said["name"],
                    role=Role(said["role"]),
                    scopes=[TokenScope(scope) for scope in said["scopes"]],
                    expires_at=clock.now() + timedelta(days=said["days"]),
                    actor=actor,
                )
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                put_errors(form, refusal)
            else:
                context = self.page(request, title=token.name, token=token, secret=secret, list_url=reverse(LIST))
                return render(request, "admin/accounts/token.html", {**context, "in_force": True}, status=201)
        context = self.page(request, title=_("Issue a token"), form=form, submit=_("Issue"), list_url=reverse(LIST))
        return render(request, "admin/accounts/form.html", context, status=422 if form.errors else 200)

    def acts(self) -> list[tuple[str, str, Any]]:
        return [("<uuid:token_id>/revoke/", "revoke", self.revoke)]

    @refusals_are_answers
    def revoke(self, request: HttpRequest, token_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.MANAGE_MEMBERS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.get_queryset(request).filter(pk=token_id).exists():
            raise NotFound("not_found", _("There is no such token."))
        return act(
            request,
            lambda: revoke_token(token_id=token_id, actor=actor),
            done=_("The token is revoked. It no longer opens anything."),
            back_to=reverse("admin:accounts_apitoken_change", args=[token_id]),
        )
