"""The items of a case that comes from one pack to another."""

from cases.models import Case, ChecklistItem, ItemState
from cases.routes.former import as_former
from cases.routes.schema import Pack
from cases.validity import valid_until
from relo.core import clock


def line_up(case: Case, old: Pack, new: Pack) -> None:
    """Each item in the place, in the stage and with the last day that the new pack gives it.

    Whoever calls saves `former_requirements` of the case: an item that the new pack does not know keeps what it was.
    """
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
