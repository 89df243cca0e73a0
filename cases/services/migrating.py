"""Putting a case on other rules, in the transaction of whoever decided it."""

from cases.changed_rules import name_of_change, pack_after, pins_after
from cases.history import record
from cases.models import Case, ChecklistItem, ItemState, RuleChange
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.services.checklist import take_back
from cases.services.deciding import end_signature
from cases.services.evaluating import evaluate_checklist
from cases.services.lining_up import line_up
from cases.services.posts import pin_edition
from cases.validity import is_undated
from relo.core.actors import Actor


def migrate(case: Case, change: RuleChange, actor: Actor) -> None:
    """Pin the case, locked, to the new rules. Documents, waivers and acceptances stay; the checklist follows.

    An item that the new rules do not know keeps the requirement it was made from. Reminders are planned anew by the
    subscriber of the event.
    """
    record(case=case, kind="rules.migrated", actor=actor, edition=name_of_change(change), change=str(change.pk))
    if change.post_edition is not None:
        pin_edition(case, change.post_edition, actor)
        return
    end_signature(case)
    old, new = pack_of_case(case), pack_after(change, case)
    pins = pins_after(change, case)
    for name, value in pins.items():
        setattr(case, name, value)
    line_up(case, old, new)
    case.save(update_fields=[*pins, "former_requirements"])
    _ask_for_undated(case, old, new, actor)
    evaluate_checklist(case, actor)


def _ask_for_undated(case: Case, old: Pack, new: Pack, actor: Actor) -> None:
    """Accepted while its age did not count: from which day it does now, nobody wrote down."""
    before = {one.code: one.shelf_life for one in old.requirements}
    aged = {one.code: one for one in new.requirements if one.code in before and before[one.code] != one.shelf_life}
    for item in ChecklistItem.objects.filter(case=case, state=ItemState.ACCEPTED, code__in=aged):
        if is_undated(aged[item.code], item.issued_on, item.expires_on):
            take_back(case, item, aged[item.code], actor)
