"""Keeping the dated records of a case. What the rules read of them follows in the same transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from cases.attempts import attempt_number
from cases.history import record
from cases.models import Case
from cases.models.process import ProcessRecord
from cases.records import FACTS, KINDS, RecordKind, kept_facts, records_of
from cases.routes.fact_models import EARLIEST, LATEST
from cases.services.evaluating import evaluate_checklist
from cases.services.locking import lock_case, name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Invalid, NotFound
from relo.core.zones import is_time_zone


@transaction.atomic
def add_record(*, case_id: UUID, kind: str, values: Mapping[str, Any], actor: Actor) -> ProcessRecord:
    actor.require(Permission.EDIT_CASES)
    case, of_kind = lock_case(case_id, actor), KINDS[kind]
    kept = kept_facts(case)
    row = of_kind.model(agency_id=case.agency_id, case=case, attempt=attempt_number(case))
    _write(row, of_kind, values, case, actor)
    record(case=case, kind="process.noted", actor=actor, record=kind)
    _follow(case, kept | kept_facts(case), actor)
    return row


@transaction.atomic
def change_record(
    *, case_id: UUID, kind: str, record_id: UUID, values: Mapping[str, Any], actor: Actor
) -> ProcessRecord:
    """Only what `values` names changes. The same values again change nothing."""
    actor.require(Permission.EDIT_CASES)
    case, of_kind = lock_case(case_id, actor), KINDS[kind]
    row = record_of(case, of_kind, record_id)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    kept = kept_facts(case)
    _write(row, of_kind, values, case, actor)
    record(case=case, kind="process.corrected", actor=actor, record=kind)
    _follow(case, kept | kept_facts(case), actor)
    return row


@transaction.atomic
def remove_record(*, case_id: UUID, kind: str, record_id: UUID, actor: Actor) -> None:
    """Take out what was noted by mistake."""
    actor.require(Permission.EDIT_CASES)
    case, of_kind = lock_case(case_id, actor), KINDS[kind]
    row, kept = record_of(case, of_kind, record_id), kept_facts(case)
    row.delete()
    record(case=case, kind="process.removed", actor=actor, record=kind)
    _follow(case, kept | kept_facts(case), actor)


def _follow(case: Case, facts: frozenset[str], actor: Actor) -> None:
    """Bring the facts that follow from records in line, and the checklist with them."""
    changed = []
    for fact in sorted(facts):
        day = FACTS[fact].value(case)
        told = day.isoformat() if day is not None else None
        if case.facts.get(fact) != told:
            case.facts = {name: value for name, value in case.facts.items() if name != fact}
            case.facts |= {fact: told} if told is not None else {}
            changed.append(fact)
    if not changed:
        return
    case.save(update_fields=["facts"])
    for fact in changed:
        record(case=case, kind="facts.changed", actor=actor, fact=fact)
    evaluate_checklist(case, actor)


def record_of(case: Case, kind: RecordKind, record_id: UUID) -> ProcessRecord:
    row: ProcessRecord | None = records_of(case, kind).filter(pk=record_id).first()
    if row is None:
        raise NotFound("not_found", _("This case has no such record."))
    return row


def _write(row: ProcessRecord, kind: RecordKind, values: Mapping[str, Any], case: Case, actor: Actor) -> None:
    for name, value in values.items():
        if name not in kind.fields:
            raise LookupError(f"a record of kind {kind.code} has no {name}")
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.noted_by, row.noted_at = name_of(actor), clock.now()
    if errors := {**_misshapen(row, kind), **_impossible(row, kind, clock.today(case.agency.time_zone))}:
        raise Invalid("record_invalid", _("This cannot be noted as it stands."), errors=errors)
    row.save()


def _misshapen(row: ProcessRecord, kind: RecordKind) -> dict[str, str]:
    fields = {field.name: field for field in row._meta.concrete_fields}
    others = fields.keys() - set(kind.fields)
    try:
        row.clean_fields(exclude=others)
    except ValidationError as refused:
        return {name: " ".join(messages) for name, messages in refused.message_dict.items()}
    return {
        name: _("At most %(most)s characters are taken. Shorten it.") % {"most": limit}
        for name in kind.fields
        if (limit := fields[name].max_length) and len(getattr(row, name) or "") > limit
    }


def _impossible(row: ProcessRecord, kind: RecordKind, today: date) -> dict[str, str]:
    errors = {}
    for name in kind.past:
        day = getattr(row, name)
        if isinstance(day, date) and day > today:
            errors[name] = _("This day lies in the future. Check the year.")
    for first, last in kind.spans:
        since, until = getattr(row, first), getattr(row, last)
        if isinstance(since, date) and isinstance(until, date) and until < since:
            errors[last] = _("The end lies before the start. Check both days.")
    zone = getattr(row, "time_zone", None)
    if zone is not None and not is_time_zone(zone):
        errors["time_zone"] = _("There is no such time zone. Write it like Asia/Shanghai.")
    moment = getattr(row, "at", None)
    if isinstance(moment, datetime) and not EARLIEST.year < moment.year < LATEST.year:
        errors["at"] = _("Check the year.")
    return errors
