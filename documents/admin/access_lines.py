"""Lines of the access log, in words of the staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cases.routes.schema import Pack
from cases.selectors import may_see_paper
from documents.models import Document, DocumentAccess
from relo.core.actors import Actor
from relo.core.languages import in_language
from relo.desk.people import names_of


@dataclass(frozen=True, slots=True)
class AccessLine:
    what: str
    who: str
    why: str
    reason: str
    at: datetime


def access_lines(accesses: Iterable[DocumentAccess], pack: Pack, actor: Actor) -> list[AccessLine]:
    rows = list(accesses)
    names = names_of(f"{row.actor_kind}:{row.actor_ref}" for row in rows)
    return [
        AccessLine(
            what=_what(row, pack),
            who=names[f"{row.actor_kind}:{row.actor_ref}"],
            why=str(row.get_purpose_display()),
            reason=row.reason if row.document and _may_see(row.document, pack, actor) else "",
            at=row.at,
        )
        for row in rows
    ]


def _may_see(document: Document, pack: Pack, actor: Actor) -> bool:
    """What an original was needed for may say what is in it."""
    return may_see_paper(pack.requirement(document.item.code), actor)


def _what(row: DocumentAccess, pack: Pack) -> str:
    if row.document is None:
        return _("Packet %(number)s") % {"number": row.packet.number if row.packet else ""}
    name = in_language(pack.requirement(row.document.item.code).name)
    return _("%(name)s, version %(number)s") % {"name": name, "number": row.document.version}
