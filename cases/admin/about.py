"""What the pages of staff say of a requirement: what it asks for, and how sure we are."""

from typing import Any

from cases.admin.evidence import shown
from cases.asked import asked
from cases.models import Case
from cases.packs import pack_of_case
from cases.routes.schema import Requirement
from cases.selectors import hand_in_of
from relo.core import clock


def about(case: Case, requirement: Requirement) -> dict[str, Any]:
    """For admin/cases/case/asked.html and admin/desk/evidence.html."""
    pack = pack_of_case(case)
    return {
        "asked": asked(case, pack, requirement, hand_in_of(case, pack).on),
        "evidence": shown(requirement.evidence, clock.today(case.agency.time_zone)),
    }
