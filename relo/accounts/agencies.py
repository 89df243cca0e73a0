from django.db import transaction

from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.scoping import scoped_agency_id


@transaction.atomic
def change_agency(
    *, name: str, contact_email: str, language: str, requires_second_factor: bool, actor: Actor
) -> Agency:
    """What the agency in scope is called, how it is reached, and what it asks of its members."""
    actor.require(Permission.MANAGE_MEMBERS)
    agency = Agency.objects.select_for_update().get(pk=scoped_agency_id())
    agency.name = name
    agency.contact_email = contact_email
    agency.language = language
    agency.requires_second_factor = requires_second_factor
    agency.save(update_fields=["name", "contact_email", "language", "requires_second_factor"])
    return agency
