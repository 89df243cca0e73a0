"""What a case's details must satisfy, at opening and at every change."""

from datetime import date

from django.utils.translation import gettext as _

from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.accounts.services import members_who_may
from relo.core import clock
from relo.core.errors import Invalid


def refuse_past_hand_in(planned: date | None, agency: Agency) -> None:
    if planned is not None and planned < clock.today(agency.time_zone):
        message = _("The planned hand-in lies in the past. Give a day from today on, or leave it empty.")
        raise Invalid("hand_in_in_the_past", message, errors={"planned_hand_in": message})


def refuse_unknown_manager(manager_id: int | None, agency: Agency) -> None:
    managers = members_who_may(agency, Permission.MOVE_CASES)
    if manager_id is not None and not managers.filter(user_id=manager_id).exists():
        message = _("Choose a member of the agency who may run cases.")
        raise Invalid("manager_unknown", message, errors={"manager": message})
