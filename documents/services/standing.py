"""What the documents of an item make of it: settled once enough are accepted, given back, to be checked, or open."""

from datetime import date

from cases.models import Case, ChecklistItem, ItemState
from cases.packs import pack_of_case
from cases.routes.schema import Requirement
from cases.services.checklist import put_back, settle_item
from cases.validity import valid_until
from documents.models import Document, DocumentState, Review
from documents.models.document import LIVE_STATES
from documents.reasons import REASONS
from relo.core.actors import Actor
from relo.core.languages import in_language


def settle_if_complete(
    case: Case, item: ChecklistItem, requirement: Requirement, actor: Actor, language: str = ""
) -> bool:
    states = list(Document.objects.filter(item=item, state__in=LIVE_STATES).values_list("state", flat=True))
    if item.is_settled or set(states) != {DocumentState.ACCEPTED} or len(states) < requirement.how_many.min:
        return False
    first = _first_to_lapse(item, requirement)
    settle_item(
        case_id=case.pk,
        code=item.code,
        actor=actor,
        issued_on=first.issued_on,
        expires_on=first.expires_on,
        language=language or item.language,
        is_reviewed=True,
    )
    return True


def set_by_documents(case: Case, item: ChecklistItem, actor: Actor) -> None:
    """After a decision was taken back, or a document went to another item."""
    live = list(Document.objects.filter(item=item, state__in=LIVE_STATES).order_by("version"))
    given_back = [document for document in live if document.state == DocumentState.CHANGES_REQUESTED]
    if given_back:
        reviews = Review.objects.filter(document__in=given_back).order_by("reviewed_at")
        note = "\n".join(words_of(row.reason, row.note, case.candidate.language) for row in reviews)
        put_back(case, item, ItemState.CHANGES_REQUESTED, note, actor)
        return
    put_back(case, item, ItemState.SUBMITTED if live else ItemState.REQUESTED, "", actor)
    settle_if_complete(case, item, pack_of_case(case).requirement(item.code), actor)


def words_of(reason: str, own_words: str, language: str) -> str:
    """Why a document was given back, as the candidate reads it on the item, in their own language."""
    if reason == "other":
        return own_words
    return f"{in_language(REASONS[reason], language)} {own_words}".strip()


def _first_to_lapse(item: ChecklistItem, requirement: Requirement) -> Review:
    """Of an item's accepted documents the one that is good for the shortest time: the item is good no longer."""
    accepted = Review.objects.filter(document__item=item, document__state=DocumentState.ACCEPTED)
    return min(accepted, key=lambda row: valid_until(requirement, row.issued_on, row.expires_on) or date.max)
