"""What a candidate can tell of a file, and which of those sent before can be used again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cases.models import Case
from cases.packs import pack_of_case
from cases.portal.item import ItemPage
from documents.models import Document
from documents.services.linking import originals_for
from documents.services.reusing import reusable_documents
from documents.told_dates import Dates
from relo.core.actors import Actor
from relo.core.errors import Invalid, NotFound
from relo.core.languages import in_language


@dataclass(frozen=True, slots=True)
class Choice:
    id: UUID
    name: str
    sent_for: str
    reference: str
    at: datetime


def chain_choices(case: Case, code: str, page: ItemPage, actor: Actor) -> dict[str, Any]:
    """For portal/_told.html and portal/_reuse.html; nothing where no file is asked for."""
    if not page.takes_files:
        return {}
    shelf = pack_of_case(case).requirement(code).shelf_life
    return {
        "asks_issued_on": shelf is not None and shelf.counts_from == "issued_on",
        "asks_expires_on": shelf is not None and shelf.counts_from == "expires_on",
        "originals": [_choice(one) for one, _step in originals_for(case, code, actor)],
        "reusable": [_choice(one) for one in reusable_documents(case, code, actor)],
        "reuse_url": reverse("portal:reuse", args=[case.pk, code]),
    }


def told_with(form: Mapping[str, str]) -> dict[str, Any]:
    """What came with the file, as upload_document takes it."""
    original = form.get("original", "")
    return {
        "dates": Dates(_day(form.get("issued_on", "")), _day(form.get("expires_on", ""))),
        "original_id": document_id(original) if original else None,
    }


def document_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("not_found", _("There is no such document.")) from None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:  # a day that no calendar has
        found = None
    if found is None:
        raise Invalid("date_invalid", _("Give the day as year, month and day, such as 2026-03-31."))
    return found


def _choice(document: Document) -> Choice:
    name = in_language(pack_of_case(document.case).requirement(document.item.code).name)
    sent_for = _("%(name)s, version %(number)s") % {"name": name, "number": document.version}
    return Choice(document.pk, document.file_name, sent_for, document.case.reference, document.uploaded_at)
