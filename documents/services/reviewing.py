"""Review: one decision per version, bound to the bytes that were looked at."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import ChecklistItem, ItemState
from cases.packs import pack_of_case
from cases.services.checklist import ask_for_changes
from cases.services.locking import lock_case, name_of
from cases.services.mailing import TIME_TO_TAKE_BACK
from documents.models import Decision, Document, DocumentState, Review
from documents.reasons import REASONS
from documents.selectors import visible_document
from documents.services.standing import set_by_documents, settle_if_complete, words_of
from documents.told_dates import NO_DATES, Dates, refuse_dates
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid


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
    document = locked_to_decide(document_id, actor, sha256)
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
    dates = Dates(issued_on, expires_on)
    refuse_dates(dates, case)
    first = Review.objects.filter(document=document).first()
    is_complete = first is not None or not requirement.four_eyes
    if first is not None:
        _second(first, document, dates, actor)
    else:
        _write(document, Decision.ACCEPTED, actor, dates=dates)
    document.issued_on, document.expires_on = issued_on, expires_on
    if is_complete:
        document.state = DocumentState.ACCEPTED
    document.save(update_fields=["state", "issued_on", "expires_on"])
    kind = "document.accepted" if is_complete else "document.accepted_first"
    record(case=case, kind=kind, actor=actor, item=item.code, document=str(document.pk))
    settle_if_complete(case, item, requirement, actor, language)
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
    document = locked_to_decide(document_id, actor, sha256)
    first = Review.objects.filter(document=document).first()
    if first is not None:  # accepted by one of two; the other finds something
        _refuse_same_person(first, actor)
        first.delete()
    _write(document, Decision.CHANGES_REQUESTED, actor, reason=reason, note=note.strip())
    document.state = DocumentState.CHANGES_REQUESTED
    document.save(update_fields=["state"])
    record(
        case=document.case,
        kind="document.changes_requested",
        actor=actor,
        item=document.item.code,
        document=str(document.pk),
        reason=reason,
    )
    text = words_of(reason, note.strip(), document.case.candidate.language)
    if document.item.is_settled:  # by hand meanwhile: nothing is asked of the candidate
        return document
    ask_for_changes(case_id=document.case_id, code=document.item.code, reason=text, actor=actor)
    return document


@transaction.atomic
def take_back_decision(*, document_id: UUID, actor: Actor) -> Document:
    """Within a few seconds, by the person who made it: as if it had not been made, but for the timeline."""
    actor.require(Permission.REVIEW_DOCUMENTS)
    document = visible_document(document_id, actor)
    case = lock_case(document.case_id, actor)
    document = Document.objects.select_related("item").get(pk=document_id)  # as it is under the lock
    document.case = case
    review = Review.objects.filter(document=document).first()
    if review is None or not may_take_back(document, review, actor):
        raise Conflict(
            "decision_stands",
            _("A decision can be taken back within %(seconds)s seconds, by the person who made it.")
            % {"seconds": int(TIME_TO_TAKE_BACK.total_seconds())},
        )
    decision = review.decision
    if review.seconded_by:
        review.seconded_by, review.seconded_at = "", None
        review.save(update_fields=["seconded_by", "seconded_at"])
    else:
        review.delete()
    was_final = document.state != DocumentState.READY
    document.state = DocumentState.READY
    document.save(update_fields=["state"])
    record(
        case=case,
        kind="document.taken_back",
        actor=actor,
        item=document.item.code,
        document=str(document.pk),
        decision=decision,
    )
    if was_final and _hangs_on_documents(document.item):
        set_by_documents(case, document.item, actor)
    return document


def may_take_back(document: Document, review: Review, actor: Actor) -> bool:
    who, when = (
        (review.seconded_by, review.seconded_at) if review.seconded_at else (review.reviewed_by, review.reviewed_at)
    )
    is_latest = document.state in (review.decision, DocumentState.READY)
    return is_latest and who == name_of(actor) and clock.now() - when <= TIME_TO_TAKE_BACK


def waits_for_second(document: Document) -> bool:
    return document.state == DocumentState.READY and Review.objects.filter(document=document).exists()


def _hangs_on_documents(item: ChecklistItem) -> bool:
    """What a person waived, or no longer needs, does not follow its documents."""
    return not item.is_settled or item.state == ItemState.ACCEPTED


def locked_to_decide(document_id: UUID, actor: Actor, sha256: str) -> Document:
    document = visible_document(document_id, actor)
    case = lock_case(document.case_id, actor)
    document = Document.objects.select_related("item").get(pk=document_id)  # as it is under the lock
    document.case = case
    if document.state != DocumentState.READY:
        raise Conflict("document_decided", _("This version was decided on or replaced meanwhile. Reload the page."))
    if sha256 and sha256 != document.sha256:
        raise Conflict("document_changed", _("This is not the version you looked at. Open the current one."))
    return document


def _second(first: Review, document: Document, dates: Dates, actor: Actor) -> None:
    """The dates are those of the second person, who looked last."""
    _refuse_same_person(first, actor)
    first.seconded_by, first.seconded_at = name_of(actor), clock.now()
    first.issued_on, first.expires_on = dates.issued_on, dates.expires_on
    first.save(update_fields=["seconded_by", "seconded_at", "issued_on", "expires_on"])


def _refuse_same_person(first: Review, actor: Actor) -> None:
    if first.reviewed_by == name_of(actor):
        raise Conflict(
            "second_person_needed", _("You have accepted this version. Now somebody else has to look at it.")
        )


def _write(
    document: Document,
    decision: Decision,
    actor: Actor,
    *,
    reason: str = "",
    note: str = "",
    dates: Dates = NO_DATES,
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
                issued_on=dates.issued_on,
                expires_on=dates.expires_on,
                reviewed_by=name_of(actor),
                reviewed_at=clock.now(),
            )
    except IntegrityError:
        raise Conflict("document_decided", _("This version was decided on meanwhile. Reload the page.")) from None
