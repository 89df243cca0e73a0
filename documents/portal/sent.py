"""The files of one requirement, as their owner reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cases.packs import pack_of_case
from cases.portal.words import Words
from cases.routes.schema import Pack, Requirement
from documents.hint import Hint
from documents.hints import hints_of
from documents.models import Document, DocumentState
from documents.models.document import LIVE_STATES
from documents.reasons import refused_for
from relo.core.languages import in_language

STATES: Mapping[str, Words] = {
    DocumentState.CHECKING: _("Sent – the file is being checked for safety"),
    DocumentState.REFUSED: _("Not taken"),
    DocumentState.READY: _("Sent – we are checking"),
    DocumentState.ACCEPTED: _("Accepted"),
    DocumentState.CHANGES_REQUESTED: _("Changes needed"),
    DocumentState.SUPERSEDED: _("Replaced by a newer one"),
}


_HINTED = (DocumentState.READY, DocumentState.CHANGES_REQUESTED)  # what was decided needs no guesses
_NOT_SHOWN = (DocumentState.CHECKING, DocumentState.REFUSED)


@dataclass(frozen=True, slots=True)
class Sent:
    id: UUID
    name: str
    version: int
    state: str
    status: Words
    size: str
    pages: str
    kind: str
    at: datetime
    url: str
    thumbnail: str  # empty while there is none
    is_checking: bool
    hints: list[Hint]
    refused_for: str
    issued_on: date | None
    expires_on: date | None
    chain: tuple[str, ...]  # its original, and what was made of it


def sent_documents(documents: QuerySet[Document], requirement: Requirement) -> list[Sent]:
    rows = list(documents.select_related("original__item").order_by("-version"))
    made = Document.objects.filter(original__in=rows, state__in=LIVE_STATES).select_related(
        "item", "case__route_version"
    )
    made_of: dict[UUID, list[Document]] = {}
    for one in made.order_by("item__position", "version"):
        made_of.setdefault(one.original_id, []).append(one)  # type: ignore[arg-type]
    return [
        Sent(
            id=document.pk,
            name=document.file_name,
            version=document.version,
            state=document.state,
            status=STATES[document.state],
            size=filesizeformat(document.size),
            pages=ngettext("%(count)s page", "%(count)s pages", document.pages) % {"count": document.pages},
            kind=document.get_kind_display(),
            at=document.uploaded_at,
            url=reverse("portal:document", args=[document.pk]),
            thumbnail=reverse("portal:thumbnail", args=[document.pk]) if document.state not in _NOT_SHOWN else "",
            is_checking=document.state == DocumentState.CHECKING,
            hints=hints_of(document, requirement) if document.state in _HINTED else [],
            refused_for=refused_for(document.refused_for),
            issued_on=document.issued_on,
            expires_on=document.expires_on,
            chain=tuple(_chain(document, made_of.get(document.pk, []))),
        )
        for document in rows
    ]


def _chain(document: Document, made: list[Document]) -> Iterator[str]:
    pack = pack_of_case(document.case)
    if document.original is not None:
        yield gettext("%(step)s of: %(name)s, version %(number)s") % {
            "step": document.get_made_for_display(),
            **_named(document.original, pack),
        }
    for one in made:
        yield gettext("%(step)s: %(name)s, version %(number)s") % {
            "step": one.get_made_for_display(),
            **_named(one, pack),
        }


def _named(document: Document, pack: Pack) -> dict[str, object]:
    return {"name": in_language(pack.requirement(document.item.code).name), "number": document.version}
