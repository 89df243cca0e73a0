"""What the authority does and where the person is, on the page of the case: dated records, and acts on them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.admin.candidate import number_for
from cases.admin.links import Link, case_url
from cases.admin.parts import CasePart, Section
from cases.admin.record_forms import RecordForm
from cases.models import Appointment, AppointmentState, Case, FormerPassport
from cases.models.process import ProcessRecord
from cases.process_notices import ProcessNotice, notices_of
from cases.records import KINDS, RecordKind, records_of
from cases.routes.schema import Pack
from cases.selectors import visible_case
from cases.services.passport_page import open_proposals
from cases.services.process import add_record, change_record, record_of, remove_record
from relo.accounts.roles import Permission
from relo.core.languages import in_language
from relo.desk.acting import refusals_are_answers
from relo.desk.people import names_of
from relo.desk.requests import agency_in, staff, staff_who_may
from relo.desk.wording import day_in_words


class RecordActs:
    """Mixed into CaseActs, which gives `_from_form()`."""

    _from_form: Callable[..., HttpResponse]

    def record_acts(self) -> list[tuple[str, str, Any]]:
        of_kind = "<uuid:case_id>/records/<slug:kind>/"
        return [
            (f"{of_kind}add/", "add_record", self.add_record),
            (f"{of_kind}<uuid:record_id>/", "change_record", self.change_record),
            (f"{of_kind}<uuid:record_id>/remove/", "remove_record", self.remove_record),
        ]

    @refusals_are_answers
    def add_record(self, request: HttpRequest, case_id: UUID, kind: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case, of_kind = visible_case(case_id, actor), _known(kind)
        form = RecordForm(request.POST or None, kind=of_kind, case=case)
        return self._from_form(
            request, case, form, lambda: add_record(case_id=case_id, kind=kind, values=form.said(), actor=actor),
            title=_("Note: %(name)s") % {"name": in_language(of_kind.label)},
            done_with=_("Noted."), submit=_("Note it"), anchor="process",
        )  # fmt: skip

    @refusals_are_answers
    def change_record(self, request: HttpRequest, case_id: UUID, kind: str, record_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case, of_kind = visible_case(case_id, actor), _known(kind)
        row = record_of(case, of_kind, record_id)
        form = RecordForm(request.POST or None, kind=of_kind, case=case, row=row)
        return self._from_form(
            request, case, form,
            lambda: change_record(case_id=case_id, kind=kind, record_id=record_id, values=form.said(), actor=actor),
            title=_("Correct: %(name)s") % {"name": in_language(of_kind.label)},
            done_with=_("Corrected."), submit=_("Save"), anchor="process",
        )  # fmt: skip

    @refusals_are_answers
    def remove_record(self, request: HttpRequest, case_id: UUID, kind: str, record_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case, of_kind = visible_case(case_id, actor), _known(kind)
        row = record_of(case, of_kind, record_id)
        form = forms.Form(request.POST if request.method == "POST" else None)
        return self._from_form(
            request, case, form,
            lambda: remove_record(case_id=case_id, kind=kind, record_id=record_id, actor=actor),
            title=_("Take out: %(name)s") % {"name": in_language(of_kind.label)},
            done_with=_("Taken out."), submit=_("Take it out"), anchor="process", said=shown(row, of_kind).words,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownRecord:
    words: str
    badge: str
    row: ProcessRecord
    noted_by: str
    change: str
    remove: str


@dataclass(frozen=True, slots=True)
class ShownKind:
    kind: RecordKind
    rows: list[ShownRecord]
    add: str


class ProcessPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        may_edit = staff(request).may(Permission.EDIT_CASES) and case.closed_at is None
        rows = {kind.code: list(records_of(case, kind)) for kind in KINDS.values()}
        names = names_of([row.noted_by for each in rows.values() for row in each])
        context = {
            "agency": agency_in(request),
            "case": case,
            "may_edit": may_edit,
            "passports": [
                (row, number_for(row.number, staff(request)))
                for row in FormerPassport.objects.filter(candidate=case.candidate_id).order_by("-noted_at")
            ],
            "proposed": len(open_proposals(case)),
            "notices": [(in_language(notice.text), _cure(case, notice)) for notice in notices_of(case, pack)],
            "kinds": [
                ShownKind(
                    kind,
                    [shown(row, kind, names.get(row.noted_by, "")) for row in rows[kind.code]],
                    reverse("admin:cases_case_add_record", args=[case.pk, kind.code]),
                )
                for kind in KINDS.values()
            ],
        }
        body = render_to_string("admin/cases/case/process.html", context, request)
        yield Section("process", _("At the authority, and in the country"), body)


def shown(row: ProcessRecord, kind: RecordKind, noted_by: str = "") -> ShownRecord:
    where = [row.case_id, kind.code, row.pk]
    return ShownRecord(
        words=" · ".join(word for word in (_in_words(row, name) for name in kind.fields if name != "state") if word),
        badge=str(AppointmentState(row.state).label) if isinstance(row, Appointment) else "",
        row=row,
        noted_by=noted_by,
        change=reverse("admin:cases_case_change_record", args=where),
        remove=reverse("admin:cases_case_remove_record", args=where),
    )


def _in_words(row: ProcessRecord, name: str) -> str:
    value, field = getattr(row, name), row._meta.get_field(name)
    if isinstance(row, Appointment) and name == "at":
        return f"{day_in_words(row.at.astimezone(ZoneInfo(row.time_zone)).date())} {row.local_time}"
    if getattr(field, "choices", None):
        return str(getattr(row, f"get_{name}_display")())
    if isinstance(value, date):
        label = getattr(field, "verbose_name", name)
        return day_in_words(value) if name == "on" else f"{label} {day_in_words(value)}"
    return str(value or "")


def _cure(case: Case, notice: ProcessNotice) -> Link:
    if notice.act == "attempts":
        return Link(_("To the applications"), case_url(case, "attempts"))
    return Link(_("To the details"), reverse(f"admin:cases_case_{notice.act}", args=[case.pk]))


def _known(kind: str) -> RecordKind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]
