"""Putting a case on other rules, in the transaction of whoever decided it."""

from cases.changed_rules import name_of_change, pack_after, pins_after
from cases.history import record
from cases.models import Case, ChecklistItem, ItemState, RuleChange
from cases.packs import pack_of_case
from cases.routes.former import as_former
from cases.routes.schema import Pack
from cases.services.checklist import evaluate_checklist
from cases.validity import valid_until
from relo.core import clock
from relo.core.actors import Actor


def migrate(case: Case, change: RuleChange, actor: Actor) -> None:
    """Pin the case, locked, to the new rules. Documents, waivers and acceptances stay; the checklist follows.

    An item that the new rules do not know keeps the requirement it was made from. Reminders are planned anew by the
    subscriber of the event.
    """
    old, new = pack_of_case(case), pack_after(change, case)
    pins = pins_after(change, case)
    for name, value in pins.items():
        setattr(case, name, value)
    _line_up(case, old, new)
    case.save(update_fields=[*pins, "former_requirements"])
    record(case=case, kind="rules.migrated", actor=actor, edition=name_of_change(change), change=str(change.pk))
    evaluate_checklist(case, actor)


def _line_up(case: Case, old: Pack, new: Pack) -> None:
    """Each item in the place, in the stage and with the last day that the new rules give it."""
    requirements = {one.code: (at, one) for at, one in enumerate(new.requirements)}
    behind = len(new.requirements)
    for item in ChecklistItem.objects.filter(case=case).order_by("position"):
        before = (item.position, item.stage_position, item.valid_until)
        if item.code in requirements:
            at, requirement = requirements[item.code]
            item.position, item.stage_position = at, new.stage_index(requirement.stage)
            if item.state == ItemState.ACCEPTED:
                item.valid_until = valid_until(requirement, item.issued_on, item.expires_on)
        else:
            kept = as_former(old.requirement(item.code), new)
            case.former_requirements[item.code] = kept
            item.position, item.stage_position = behind, new.stage_index(kept["stage"])
            behind += 1
        if before != (item.position, item.stage_position, item.valid_until):
            item.updated_at = clock.now()
            item.save(update_fields=["position", "stage_position", "valid_until", "updated_at"])
