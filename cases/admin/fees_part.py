"""What the case costs, as far as anybody has published it."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.admin.evidence import shown
from cases.admin.parts import CasePart, Section
from cases.fees import fees_asked
from cases.models import Case
from cases.routes.facts import label
from cases.routes.schema import Pack
from cases.selectors import facts_of, hand_in_of
from relo.core import clock


class FeesPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        today = clock.today(case.agency.time_zone)
        rows = [
            {
                "fee": one.fee,
                "evidence": shown(one.fee.evidence, today),
                "missing": [label(path) for path in one.missing],
            }
            for one in fees_asked(pack, facts_of(case), hand_in_of(case, pack).on)
        ]
        yield Section("fees", _("Fees"), render_to_string("admin/cases/case/fees.html", {"rows": rows}, request))
