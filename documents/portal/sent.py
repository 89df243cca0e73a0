"""The files of one requirement, as their owner reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.portal.words import Words
from cases.routes.schema import Requirement
from documents.hints import Hint, hints_of
from documents.models import Document, DocumentState
from documents.reasons import refused_for

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


def sent_documents(documents: QuerySet[Document], requirement: Requirement) -> list[Sent]:
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
        )
        for document in documents.order_by("-version")
    ]
