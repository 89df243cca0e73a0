"""The sample agency and its staff."""

from dataclasses import dataclass

from relo.accounts.models import Agency, Membership, User
from relo.accounts.roles import Role
from relo.accounts.services import actor_of_user, add_member
from relo.core.actors import Actor, system_actor

CODE = "MER"
SEEDER = system_actor("seed_demo")


@dataclass(frozen=True, slots=True)
class NewMember:
    role: Role
    full_name: str
    email: str


MEMBERS = (
    NewMember(Role.CASE_MANAGER, "Ingrid Solberg", "ingrid.solberg@meridian.example.org"),
    NewMember(Role.REVIEWER, "Zhao Lin 赵琳", "zhao.lin@meridian.example.org"),
    NewMember(Role.ADMINISTRATOR, "Tomás Quiroga", "tomas.quiroga@meridian.example.org"),
    NewMember(Role.RULES_EDITOR, "Amara Nwosu", "amara.nwosu@meridian.example.org"),
)


@dataclass(frozen=True, slots=True)
class Office:
    agency: Agency
    manager: Actor
    reviewer: Actor
    administrator: Actor
    editor: Actor


class NotTheSample(Exception):
    """An agency that goes by the sample agency's code, and is somebody's own."""


def sample_agency() -> Agency | None:
    """None before the first seeding. Never an agency of the same code that was made otherwise."""
    agency = Agency.objects.filter(code=CODE).first()
    if agency is None:
        return None
    here = Membership.objects.filter(agency=agency, user__email__in=[member.email for member in MEMBERS])
    if here.count() != len(MEMBERS):
        raise NotTheSample(
            f"The agency {agency.code} is not the sample agency: sample data needs a database of its own."
        )
    return agency


def new_agency() -> Agency:
    """Its people get in with e-mail and password alone, so that the demo can be tried at once."""
    return Agency.objects.create(
        mail_from_hour=0,  # whoever takes the tour at night is to see its mails
        mail_until_hour=24,
        name="Meridian Relocation",
        code=CODE,
        contact_email="cases@meridian.example.org",
        requires_second_factor=False,
    )


def hire(agency: Agency, passwords: dict[str, str]) -> Office:
    for member in MEMBERS:
        add_member(
            agency_id=agency.pk,
            email=member.email,
            full_name=member.full_name,
            role=member.role,
            password=passwords[member.email],
            actor=SEEDER,
        )
    return Office(
        agency,
        manager=_actor(agency, Role.CASE_MANAGER),
        reviewer=_actor(agency, Role.REVIEWER),
        administrator=_actor(agency, Role.ADMINISTRATOR),
        editor=_actor(agency, Role.RULES_EDITOR),
    )


def user_of(member: NewMember) -> User:
    return User.objects.get(email=member.email)


def _actor(agency: Agency, role: Role) -> Actor:
    membership = Membership.objects.select_related("user").get(agency=agency, role=role)
    actor = actor_of_user(membership.user)
    if actor is None:
        raise LookupError(f"the {role} of the sample agency is not in force")
    return actor
