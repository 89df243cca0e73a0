"""On the page of a case: new rules that somebody has yet to decide on."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.admin.effect_lines import effect_lines
from cases.admin.parts import CasePart, Section
from cases.changed_rules import title_of_change
from cases.models import Case
from cases.routes.schema import Pack
from cases.rule_selectors import changes_to_decide
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.languages import in_language
from relo.desk.requests import staff


class RulesPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        rows = changes_to_decide(case, clock.today(case.agency.time_zone)) if case.closed_at is None else []
        if not rows:
            return
        context = {
            "case": case,
            "may_decide": staff(request).may(Permission.MOVE_CASES),
            "changes": [
                {
                    "change": row.change,
                    "title": in_language(title_of_change(row.change)),
                    "effects": effect_lines(row.change, row, with_days=True),
                }
                for row in rows
            ],
        }
        body = render_to_string("admin/cases/case/new_rules.html", context, request)
        yield Section("new-rules", _("New rules to decide on"), body)
