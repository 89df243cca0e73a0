"""Review: one decision per version, bound to the bytes that were looked at."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import ChecklistItem
from cases.packs import pack_of_case
from cases.routes.schema import Requirement
from cases.services.checklist import ask_for_changes, settle_item
from cases.services.locking import lock_case, name_of
from cases.validity import valid_until
from documents.models import Decision, Document, DocumentState, Review
from documents.models.document import LIVE_STATES
from documents.reasons import REASONS
from documents.selectors import visible_document
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid
from relo.core.languages import in_language


@transaction.atomic
def accept_document(
    *,
    document_id: UUID,
    actor: Actor,
    sha256: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
    language: str = "",
) -> Document:
    """Accept a version. Once enough of an item's documents are accepted and none waits, the item is settled.

    `sha256`: of the bytes the reviewer saw; a newer version meanwhile is refused.
    """
    actor.require(Permission.REVIEW_DOCUMENTS)
    document = _locked(document_id, actor, sha256)
    case, item = document.case, document.item
    requirement = pack_of_case(case).requirement(item.code)
    shelf = requirement.shelf_life
    if shelf is not None and (expires_on if shelf.counts_from == "expires_on" else issued_on) is None:
        name = shelf.counts_from
        message = (
            _("Give the day it expires: this document must still be valid at the hand-in.")
            if name == "expires_on"
            else _("Give the day it was issued: its age counts from there.")
        )
        raise Invalid("date_missing", message, errors={name: message})
    if issued_on is not None and issued_on > clock.today(case.agency.time_zone):
        message = _("The day of issue lies in the future.")
        raise Invalid("date_invalid", message, errors={"issued_on": message})
    _decide(document, Decision.ACCEPTED, actor, issued_on=issued_on, expires_on=expires_on)
    record(case=case, kind="document.accepted", actor=actor, item=item.code, document=str(document.pk))
    states = list(Document.objects.filter(item=item, state__in=LIVE_STATES).values_list("state", flat=True))
    if not item.is_settled and set(states) == {DocumentState.ACCEPTED} and len(states) >= requirement.how_many.min:
        first = _first_to_lapse(item, requirement)
        settle_item(
            case_id=case.pk,
            code=item.code,
            actor=actor,
            issued_on=first.issued_on,
            expires_on=first.expires_on,
            language=language,
        )
    return document


@transaction.atomic
def request_changes(*, document_id: UUID, reason: str, actor: Actor, note: str = "", sha256: str = "") -> Document:
    """Give a version back with a reason from the library, and the reviewer's own words."""
    actor.require(Permission.REVIEW_DOCUMENTS)
    if reason not in REASONS:
        message = _("Choose a reason: %(reasons)s.") % {"reasons": ", ".join(REASONS)}
        raise Invalid("reason_unknown", message, errors={"reason": message})
    if reason == "other" and not note.strip():
        message = _("Say in a sentence what has to change.")
        raise Invalid("note_missing", message, errors={"note": message})
    document = _locked(document_id, actor, sha256)
    _decide(document, Decision.CHANGES_REQUESTED, actor, reason=reason, note=note.strip())
    record(
        case=document.case,
        kind="document.changes_requested",
        actor=actor,
        item=document.item.code,
        document=str(document.pk),
        reason=reason,
    )
    # What the candidate will read on the item, in their own language.
    words = in_language(REASONS[reason], document.case.candidate.language)
    own_words = note.strip()
    text = own_words if reason == "other" else f"{words} {own_words}".strip()
    if document.item.is_settled:  # by hand meanwhile: nothing is asked of the candidate
        return document
    ask_for_changes(case_id=document.case_id, code=document.item.code, reason=text, actor=actor)
    return document


def _locked(document_id: UUID, actor: Actor, sha256: str) -> Document:
    document = visible_document(document_id, actor)
    case = lock_case(document.case_id, actor)
    document = Document.objects.select_related("item").get(pk=document_id)  # as it is under the lock
    document.case = case
    if document.state != DocumentState.READY:
        raise Conflict("document_decided", _("This version was decided on or replaced meanwhile. Reload the page."))
    if sha256 and sha256 != document.sha256:
        raise Conflict("document_changed", _("This is not the version you looked at. Open the current one."))
    return document


def _first_to_lapse(item: ChecklistItem, requirement: Requirement) -> Review:
    """Of an item's accepted documents the one that is good for the shortest time: the item is good no longer."""
    accepted = Review.objects.filter(document__item=item, document__state=DocumentState.ACCEPTED)
    return min(accepted, key=lambda row: valid_until(requirement, row.issued_on, row.expires_on) or date.max)


def _decide(
    document: Document,
    decision: Decision,
    actor: Actor,
    *,
    reason: str = "",
    note: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
) -> None:
    try:
        with transaction.atomic():
            Review.objects.create(
                agency_id=document.agency_id,
                document=document,
                sha256=document.sha256,
                decision=decision,
                reason=reason,
                note=note,
                issued_on=issued_on,
                expires_on=expires_on,
                reviewed_by=name_of(actor),
                reviewed_at=clock.now(),
            )
    except IntegrityError:
        raise Conflict("document_decided", _("This version was decided on meanwhile. Reload the page.")) from None
    document.state = DocumentState(decision)
    document.save(update_fields=["state"])
