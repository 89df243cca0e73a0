"""A file that was sent before, for another requirement or case of the same person. Its validity is judged anew."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case
from cases.packs import pack_of_case
from cases.selectors import cases_visible_to, visible_case
from cases.services.locking import item_of
from documents.intake.scan import ScanResult
from documents.models import Document, DocumentState
from documents.selectors import documents_visible_to, may_open, visible_document
from documents.services.converting import plain
from documents.services.scanning import scanned
from documents.services.uploading import Sent, attach, refuse_type
from documents.told_dates import Dates
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound
from relo.core.storage import BlobRef

_NOT_USABLE = (DocumentState.CHECKING, DocumentState.REFUSED)
OFFERED = 50


def reuse_document(*, document_id: UUID, case_id: UUID, code: str, actor: Actor) -> Document:
    """A document of its own, of the same stored bytes. What was decided on the other says nothing about this one."""
    actor.require(Permission.UPLOAD_DOCUMENTS)
    case = visible_case(case_id, actor)
    item_of(case, code)
    source = _of_the_same_person(document_id, case, actor)
    requirement = pack_of_case(case).requirement(code)
    if not requirement.is_restricted and _is_restricted(source):
        raise Conflict(
            "reuse_restricted",
            _("Police and medical papers cannot be used for a requirement that more people may open."),
        )
    if source.state in _NOT_USABLE:
        raise Conflict("document_not_usable", _("This file is not checked yet or was not taken. Send it anew."))
    refuse_type(source.kind, requirement)
    sent = Sent(
        BlobRef(source.blob_key, source.sha256, source.size),
        source.kind,
        source.pages,
        source.file_name,
        Dates(source.issued_on, source.expires_on),
        _scan_of(source, case),
        copied_from=source,
    )
    return attach(case_id, code, sent, actor)[0]


def _of_the_same_person(document_id: UUID, case: Case, actor: Actor) -> Document:
    """One of somebody else's is as unknown as none, to whoever may see both."""
    try:
        source = visible_document(document_id, actor)
    except NotFound:
        source = None
    if source is None or source.case.candidate_id != case.candidate_id:
        message = _("There is no such document of this person. Choose one of those that are offered.")
        raise Invalid("document_unknown", message, errors={"document": message})
    return source


def _scan_of(source: Document, case: Case) -> str:
    """One that was taken unscanned is scanned now where that is demanded."""
    if source.scan == ScanResult.CLEAN or not case.agency.requires_scanning:
        return source.scan
    with plain(source.blob_key) as file:
        return scanned(file, case.agency)


def reusable_documents(case: Case, code: str, actor: Actor) -> list[Document]:
    """What can be offered for this requirement: of all cases of the person, each file once, the newest first."""
    requirement = pack_of_case(case).requirement(code)
    there = Document.objects.filter(case=case, item__code=code).exclude(state=DocumentState.SUPERSEDED)
    found = documents_visible_to(actor).filter(case__in=cases_visible_to(actor).filter(candidate=case.candidate_id))
    found = found.exclude(Q(state__in=_NOT_USABLE) | Q(sha256__in=there.values("sha256")))
    offered: dict[str, Document] = {}
    for document in found.order_by("-uploaded_at", "-id")[: 4 * OFFERED]:
        if may_open(document, actor) and (requirement.is_restricted or not _is_restricted(document)):
            offered.setdefault(document.sha256, document)
    return list(offered.values())[:OFFERED]


def _is_restricted(document: Document) -> bool:
    return pack_of_case(document.case).requirement(document.item.code).is_restricted
