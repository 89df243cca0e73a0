from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relo.accounts.models import Agency
from relo.accounts.roles import Permission, Visibility
from relo.accounts.security_log import note
from relo.accounts.security_models import SecurityAct
from relo.core.actors import Actor
from relo.core.errors import Invalid
from relo.core.scoping import scoped_agency_id
from relo.core.zones import is_time_zone

MORNING_HOURS = range(5, 13)
# To candidates, where they live: whatever is chosen, mails go at noon.
FIRST_MAIL_HOURS, END_MAIL_HOURS = range(13), range(13, 25)
PLAIN = ("name", "contact_email")  # words, and no codes: the log says only that they changed


@dataclass(frozen=True, slots=True)
class AgencySettings:
    """A guest sees only the cases they are assigned to, whatever is chosen."""

    name: str
    contact_email: str
    language: str
    visibility: Visibility
    requires_second_factor: bool
    requires_scanning: bool
    time_zone: str
    morning_hour: int
    mail_from_hour: int
    mail_until_hour: int


@transaction.atomic
def change_agency(*, settings: AgencySettings, actor: Actor) -> Agency:
    """What the agency in scope is called, how it is reached, what it asks of its members and what it shows them."""
    actor.require(Permission.MANAGE_MEMBERS)
    if not is_time_zone(settings.time_zone):
        message = _("Choose a time zone such as Europe/Berlin.")
        raise Invalid("time_zone_unknown", message, errors={"time_zone": message})
    if settings.morning_hour not in MORNING_HOURS:
        message = _("Choose an hour from 5 to 12 in the morning.")
        raise Invalid("hour_out_of_range", message, errors={"morning_hour": message})
    if settings.mail_from_hour not in FIRST_MAIL_HOURS or settings.mail_until_hour not in END_MAIL_HOURS:
        message = _("Mails to candidates begin at an hour up to 12 and end at one from 13 to 24.")
        raise Invalid("hour_out_of_range", message, errors={"mail_from_hour": message})
    agency = Agency.objects.select_for_update().get(pk=scoped_agency_id())
    changes = {name: value for name, value in asdict(settings).items() if getattr(agency, name) != value}
    for name, value in changes.items():
        setattr(agency, name, value)
    agency.save(update_fields=list(changes))
    if changes:
        told = {name: "" if name in PLAIN else str(value) for name, value in changes.items()}
        note(SecurityAct.AGENCY_CHANGED, agency_id=agency.pk, actor=actor, data=told)
    return agency
