"""The pack of a case that was on other rules before: it still knows the requirements behind the items from then."""

from collections.abc import Mapping
from typing import Any

from cases.routes.schema import Pack, Requirement


class PackWithFormer(Pack):
    """`former` is asked of nobody: it is there to be named."""

    former: tuple[Requirement, ...] = ()

    def requirement(self, code: str) -> Requirement:
        return next(one for one in (*self.requirements, *self.former) if one.code == code)


def every_requirement(pack: Pack) -> tuple[Requirement, ...]:
    """Those of now, and those the case was once asked for."""
    return (*pack.requirements, *(pack.former if isinstance(pack, PackWithFormer) else ()))


def with_former(pack: Pack, stored: Mapping[str, Any]) -> Pack:
    if not stored:
        return pack
    asked = {requirement.code for requirement in pack.requirements}
    former = tuple(Requirement.model_validate(one) for code, one in stored.items() if code not in asked)
    # The parts are validated already.
    return PackWithFormer.model_construct(**dict(pack), former=former)


def as_former(requirement: Requirement, new: Pack) -> dict[str, Any]:
    """As it is kept with the case: in a stage that there is."""
    stages = {stage.code for stage in new.stages}
    stage = requirement.stage if requirement.stage in stages else new.first_stage
    return requirement.model_copy(update={"stage": stage}).model_dump(mode="json")
