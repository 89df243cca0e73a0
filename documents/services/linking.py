"""A translation, an authentication or a notarial certificate, and the document it was made of."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case
from cases.packs import pack_of_case
from cases.services.locking import lock_case
from documents.chains import possible_originals, step_towards
from documents.models import Document, MadeFor
from documents.selectors import live_documents, may_open, refuse_restricted, visible_document
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound


@transaction.atomic
def link_document(*, document_id: UUID, original_id: UUID | None, actor: Actor) -> Document:
    """Say which document this one was made of; None takes the link away."""
    actor.require(Permission.REVIEW_DOCUMENTS)
    document = visible_document(document_id, actor)
    case = lock_case(document.case_id, actor)
    document = Document.objects.select_related("item").get(pk=document_id)  # as it is under the lock
    document.case = case
    if original_id is None:
        if document.original_id is not None:
            document.original, document.made_for = None, ""
            document.save(update_fields=["original", "made_for"])
            _record(document, "document.unlinked", actor)
        return document
    link(document, original_for(case, document.item.code, original_id, actor), actor)
    return document


def link(document: Document, of: tuple[Document, MadeFor], actor: Actor) -> None:
    """Under the lock of the case."""
    original, step = of
    if document.original_id == original.pk and document.made_for == step:
        return
    document.original, document.made_for = original, step
    document.save(update_fields=["original", "made_for"])
    _record(document, "document.linked", actor, original=str(original.pk), made_for=step)


def original_for(case: Case, code: str, original_id: UUID, actor: Actor) -> tuple[Document, MadeFor]:
    """A document of the case that a document for this requirement can have been made of."""
    original = Document.objects.filter(pk=original_id, case=case).select_related("item").first()
    if original is None:
        raise NotFound("not_found", _("There is no such document."))
    original.case = case
    refuse_restricted(original, actor)
    step = step_towards(pack_of_case(case), original.item.code, code)
    if step is None:
        raise Conflict(
            "not_of_this_chain",
            _("The rules know no such step from that document to this one. Choose the document this one was made of."),
        )
    return original, step


def originals_for(case: Case, code: str, actor: Actor) -> list[tuple[Document, MadeFor]]:
    """What can be chosen, without what the actor could not open."""
    documents = list(live_documents(case).select_related("item"))
    for document in documents:
        document.case = case
    found = possible_originals(pack_of_case(case), code, documents)
    return [(one, step) for one, step in found if may_open(one, actor)]


def _record(document: Document, kind: str, actor: Actor, **data: str) -> None:
    record(case=document.case, kind=kind, actor=actor, item=document.item.code, document=str(document.pk), **data)
