"""The people of a case: its manager, those assigned to it, and who sees it besides them."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.admin.act_forms import AssignForm
from cases.admin.parts import CasePart, Section
from cases.models import Case
from cases.routes.schema import Pack
from cases.selectors import assignments_of
from relo.accounts.roles import Permission, Visibility
from relo.desk.requests import agency_in, staff


class MembersPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        may_assign = staff(request).may(Permission.EDIT_CASES)
        context = {
            "case": case,
            "people": [row.user for row in assignments_of(case)],
            "assigned_only": agency_in(request).visibility == Visibility.ASSIGNED,
            "form": AssignForm() if may_assign else None,
        }
        yield Section("members", _("People"), render_to_string("admin/cases/case/members.html", context, request))
