"""From "kind:ref" as it stands in a row to a name that staff know."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from relo.accounts.models import ApiToken, User
from relo.core.actors import ActorKind


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """A name for each ref, in two queries however many there are."""
    parts = {ref: (ref.partition(":")[0], ref.partition(":")[2]) for ref in refs if ref}
    members = {ref: int(value) for ref, (kind, value) in parts.items() if kind == ActorKind.STAFF and value.isdigit()}
    tokens = {ref: UUID(value) for ref, (kind, value) in parts.items() if kind == ActorKind.SERVICE}
    users = User.objects.in_bulk(set(members.values())) if members else {}
    programs = ApiToken.objects.in_bulk(set(tokens.values())) if tokens else {}
    names: dict[str, str] = {}
    for ref, (kind, _value) in parts.items():
        if ref in members and members[ref] in users:
            names[ref] = str(users[members[ref]])
        elif ref in tokens and tokens[ref] in programs:
            names[ref] = _("%(name)s (API)") % {"name": programs[tokens[ref]].name}
        else:
            names[ref] = _unnamed(kind)
    return names


def _unnamed(kind: str) -> str:
    words = {
        ActorKind.CANDIDATE: _("Candidate"),
        ActorKind.SYSTEM: "relo",
        ActorKind.STAFF: _("A former member of staff"),
        ActorKind.SERVICE: _("A program (API)"),
    }
    return words.get(ActorKind(kind), kind) if kind in set(ActorKind) else kind
