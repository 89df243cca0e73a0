"""What the API shows: plain dicts built from rows and the route, and serializers that describe them in the schema."""

from typing import Any

from rest_framework import serializers

from cases.api.post_outputs import CasePostOut, post_of_case
from cases.api.texts import TextOut, text_out
from cases.attempts import asks_reason
from cases.explaining import explain
from cases.gates import Blocker
from cases.history import EVENT_LABELS
from cases.models import Case, CaseEvent, Reminder, ReminderAudience
from cases.packs import pack_of_case
from cases.routes.facts import label
from cases.routes.schema import Pack
from cases.routes.values import Text
from cases.selectors import DecidedFinding, OpenMove, may_see_paper
from relo.core.actors import Actor


class RouteRefOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    edition = serializers.CharField()
    name = TextOut()


class RouteOut(RouteRefOut):
    country = serializers.CharField()
    legal_basis = serializers.DictField()
    right_to_work = serializers.DictField()
    first_stage = serializers.CharField()
    packet_from = serializers.CharField()
    stages = serializers.ListField(child=serializers.DictField())
    moves = serializers.ListField(child=serializers.DictField())
    requirements = serializers.ListField(child=serializers.DictField())
    rules = serializers.ListField(child=serializers.DictField())
    reminders = serializers.ListField(child=serializers.DictField())
    fees = serializers.ListField(child=serializers.DictField())
    open_questions = serializers.ListField(child=serializers.DictField())


class ProgressOut(serializers.Serializer[Any]):
    settled = serializers.IntegerField(help_text="accepted or waived, and good until the planned hand-in")
    total = serializers.IntegerField(help_text="requirements of all stages, without those no longer needed")


class CandidateOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    given_names = serializers.CharField()
    family_name = serializers.CharField(allow_blank=True)
    chinese_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField()
    language = serializers.CharField()


class CaseOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    route = serializers.CharField()
    route_version = serializers.CharField()
    stage = serializers.CharField()
    stage_name = TextOut()
    stage_entered_at = serializers.DateTimeField()
    whose_turn = serializers.CharField(allow_blank=True)
    progress = ProgressOut()
    candidate = CandidateOut()
    manager = serializers.IntegerField(allow_null=True)
    external_ref = serializers.CharField(allow_blank=True)
    planned_hand_in = serializers.DateField(allow_null=True)
    post = CasePostOut(allow_null=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class DecisionOut(serializers.Serializer[Any]):
    go_ahead = serializers.BooleanField()
    reason = serializers.CharField()
    decided_by = serializers.CharField()
    decided_at = serializers.DateTimeField()


class FindingOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = TextOut()
    result = serializers.ChoiceField(choices=["pass", "fail", "needs_review"])
    severity = serializers.ChoiceField(choices=["blocks", "warns"])
    curable = serializers.BooleanField()
    says = TextOut()
    missing = TextOut(many=True)
    open_question = serializers.CharField(allow_null=True)
    evidence = serializers.CharField(help_text="evidence level")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    checked_on = serializers.DateField()
    decision = DecisionOut(allow_null=True)


class EventOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    label = TextOut()  # type: ignore[assignment]
    at = serializers.DateTimeField()
    actor_kind = serializers.CharField()
    actor_ref = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]


class ReminderOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    cycle = serializers.CharField()
    text = TextOut()
    item = serializers.CharField(allow_null=True)
    audience = serializers.ChoiceField(choices=ReminderAudience.choices, help_text="for whom it is")
    state = serializers.CharField()
    skip_reason = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()


class BlockerOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    detail = TextOut()


class MoveOut(serializers.Serializer[Any]):
    move = serializers.CharField()
    label = TextOut()  # type: ignore[assignment]
    kind = serializers.CharField()
    target = serializers.CharField()
    gates = serializers.ListField(child=serializers.CharField())
    asks_reason = serializers.BooleanField(help_text="it says what became of the application, and takes the reason")
    blockers = BlockerOut(many=True)


def route_out(pack: Pack) -> dict[str, Any]:
    """The whole published version but its sample cases; `evidence` and `source` stand on each part."""
    return pack.model_dump(mode="json", exclude={"golden_cases"})


def case_out(case: Case) -> dict[str, Any]:
    pack = pack_of_case(case)
    person = case.candidate
    return {
        "id": case.pk,
        "reference": case.reference,
        "route": case.route_code,
        "route_version": pack.edition,
        "stage": case.stage,
        "stage_name": text_out(pack.stage(case.stage).name),
        "stage_entered_at": case.stage_entered_at,
        "whose_turn": case.whose_turn,
        "progress": {"settled": case.items_settled, "total": case.items_total},
        "candidate": {
            "id": person.pk,
            "given_names": person.given_names,
            "family_name": person.family_name,
            "chinese_name": person.chinese_name,
            "email": person.email,
            "language": person.language,
        },
        "manager": case.manager_id,
        "external_ref": case.external_ref,
        "planned_hand_in": case.planned_hand_in,
        "post": post_of_case(case, pack),
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "updated_at": case.updated_at,
    }


def finding_out(row: DecidedFinding, pack: Pack) -> dict[str, Any]:
    finding, decision = row.finding, row.decision
    return {
        "code": finding.code,
        "name": text_out(next(rule.name for rule in pack.rules if rule.code == finding.code)),
        "result": finding.result,
        "severity": finding.severity,
        "curable": finding.curable,
        "says": text_out(finding.says),
        "missing": [text_out(label(path)) for path in finding.missing],
        "open_question": finding.open_question,
        "evidence": finding.evidence.level,
        "source": finding.evidence.source,
        "checked_on": finding.evidence.checked_on,
        "decision": None
        if decision is None
        else {
            "go_ahead": decision.go_ahead,
            "reason": decision.reason,
            "decided_by": decision.decided_by,
            "decided_at": decision.decided_at,
        },
    }


def event_out(event: CaseEvent, pack: Pack, actor: Actor) -> dict[str, Any]:
    data = event.data
    if "item" in data and not may_see_paper(pack.requirement(data["item"]), actor):
        data = {name: value for name, value in data.items() if name != "reason"}  # why a paper was given back
    return {
        "id": event.pk,
        "kind": event.kind,
        "label": text_out(EVENT_LABELS[event.kind]),
        "at": event.at,
        "actor_kind": event.actor_kind,
        "actor_ref": event.actor_ref,
        "data": data,
    }


def reminder_out(reminder: Reminder, pack: Pack) -> dict[str, Any]:
    return {
        "rule": reminder.rule,
        "cycle": reminder.cycle,
        "text": text_out(_text_of(reminder.rule, pack)),
        "item": reminder.item.code if reminder.item else None,
        "audience": reminder.audience,
        "state": reminder.state,
        "skip_reason": reminder.skip_reason,
        "due_at": reminder.due_at,
    }


def _text_of(rule: str, pack: Pack) -> Text:
    """A reminder of former rules is known by its code alone."""
    return next((one.text for one in pack.reminders if one.code == rule), Text(en=rule, zh=rule))


def move_out(row: OpenMove, pack: Pack) -> dict[str, Any]:
    return {
        "move": row.move.name,
        "label": text_out(row.move.label),
        "kind": row.move.kind,
        "target": row.move.target,
        "gates": list(row.move.gates),
        "asks_reason": asks_reason(row.move),
        "blockers": [blocker_out(blocker, pack) for blocker in row.blockers],
    }


def blocker_out(blocker: Blocker, pack: Pack) -> dict[str, Any]:
    return {"code": blocker.code, "subject": blocker.subject, "detail": text_out(explain(blocker, pack))}


class CasePageOut(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CaseOut(many=True)


class EventPageOut(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventOut(many=True)


class GateClosedOut(serializers.Serializer[Any]):
    """A problem document with every reason why the move cannot be made."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    blockers = BlockerOut(many=True, required=False)
