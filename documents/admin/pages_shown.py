"""The pages of a document as pictures, some at a time."""

from typing import Any

from django.http import HttpRequest

from documents.intake.verdicts import ACTIVE_CONTENT, Text
from documents.models import Document, DocumentState, Rendition, RenditionKind
from documents.reasons import refused_for
from relo.core.languages import in_language

AT_ONCE = 20


def pages_shown(document: Document, request: HttpRequest) -> dict[str, Any]:
    """`pages` to show here, the first of the `next_pages`, and what the working copy was made without."""
    first = _first(request.GET.get("from", ""), document.pages)
    last = min(first + AT_ONCE - 1, document.pages)
    copy = Rendition.objects.filter(document=document, kind=RenditionKind.WORKING_COPY).first()
    removed = [ACTIVE_CONTENT[name] for name in copy.removed if name in ACTIVE_CONTENT] if copy else []
    is_drawn = document.state not in (DocumentState.CHECKING, DocumentState.REFUSED)
    return {
        "pages": range(first, last + 1) if is_drawn else [],
        "next_pages": last + 1 if last < document.pages else None,
        "previous_pages": max(first - AT_ONCE, 1) if first > 1 else None,
        "removed": in_language(Text.listing(removed)) if removed else "",
        "is_checking": document.state == DocumentState.CHECKING,
        "refused_for": refused_for(document.refused_for),
    }


def _first(asked: str, pages: int) -> int:
    number = int(asked) if asked.isdecimal() and len(asked) < 5 else 1
    return number if 1 <= number <= pages else 1
