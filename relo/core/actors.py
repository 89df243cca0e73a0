"""Who acts. Every service takes an actor; doors make one from a session, a cookie or a token."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from relo.core.errors import NotPermitted


class ActorKind(StrEnum):
    STAFF = "staff"
    CANDIDATE = "candidate"
    SERVICE = "service"  # an API token
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`ref` is an id (of a user, a candidate, a token) or a command's name, never a person's name."""

    kind: ActorKind
    ref: str
    agency_id: UUID | None
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        return self.kind is ActorKind.SYSTEM or permission in self.permissions

    def require(self, permission: str) -> None:
        if not self.may(permission):
            raise NotPermitted(
                "not_permitted",
                _("This token may not do this. Ask an administrator of the agency for one that may.")
                if self.kind is ActorKind.SERVICE
                else _("Your role does not allow this. Ask an administrator of your agency."),
                permission=permission,
            )


def system_actor(name: str, agency_id: UUID | None = None) -> Actor:
    """An act of relo itself: a command, the relay, a reminder."""
    return Actor(ActorKind.SYSTEM, name, agency_id)
