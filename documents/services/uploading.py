"""Taking in a file: looked at in a throw-away process, stored encrypted, and only then a document."""

import unicodedata
from datetime import date
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import ChecklistItem
from cases.packs import pack_of_case
from cases.routes.schema import Requirement
from cases.selectors import hand_in_of, visible_case
from cases.services.checklist import refuse_no_more_documents, submit_item
from cases.services.locking import item_of, lock_case, name_of
from documents.intake.inspect import inspect_file
from documents.intake.sandbox import TimeLeft
from documents.intake.scan import ScanResult
from documents.intake.verdicts import Verdict
from documents.models import Document, DocumentState
from documents.models.document import LIVE_STATES
from documents.quota import refuse_full
from documents.services.converting import Derived, NoSafeCopy, TakesLonger, check_later, derive, keep
from documents.services.scanning import scanned
from relo.accounts.roles import Permission
from relo.core import clock, storage
from relo.core.actors import Actor
from relo.core.errors import Conflict, ReloError, TooLarge, Unprocessable, UnsupportedType
from relo.core.languages import in_language

# Which of the types a requirement names a converted picture stands for.
_AS_GOOD_AS = {"heic": "jpeg", "webp": "jpeg", "tiff": "pdf"}
REFUSED_AS: dict[int, type[ReloError]] = {413: TooLarge, 415: UnsupportedType, 422: Unprocessable}


def upload_document(*, case_id: UUID, code: str, file: BinaryIO, file_name: str, actor: Actor) -> Document:
    """Store a file as the next version of an item. The same bytes again give the same document.

    Runs outside any transaction but the last step: looking at a file takes longer than a lock may be held.
    """
    actor.require(Permission.UPLOAD_DOCUMENTS)
    case = visible_case(case_id, actor)
    item = item_of(case, code)
    pack = pack_of_case(case)
    requirement = pack.requirement(code)
    _refuse_closed(item, requirement, hand_in_of(case, pack).on)
    refuse_full(case.candidate_id)
    time_left = TimeLeft()
    verdict = inspect_file(file, file_name, accept_heic=settings.ACCEPT_HEIC)
    refuse_verdict(verdict)
    _refuse_type(verdict, requirement)
    scan = scanned(file, case.agency)
    derived = _derived(file, verdict, time_left)
    blob = None
    try:
        file.seek(0)
        blob = storage.put(file)
        refuse_other_bytes(blob, verdict)
        document, is_new = _attach(case_id, code, blob, verdict, scan, derived, file_name, actor)
    except ReloError:
        # Only what was surely rolled back. After anything else the row may stand, and an orphan is harmless.
        _discard(blob, derived)
        raise
    if not is_new:
        _discard(blob, derived)
    return document


def _derived(file: BinaryIO, verdict: Verdict, time_left: TimeLeft) -> Derived | None:
    """None where it takes longer than somebody can be kept waiting."""
    try:
        return derive(file, verdict, time_left)
    except TakesLonger:
        return None
    except NoSafeCopy as refused:
        refuse_verdict(refused.verdict)
        raise


def _discard(blob: storage.BlobRef | None, derived: Derived | None) -> None:
    if blob is not None:
        storage.delete(blob.key)
    if derived is not None:
        derived.discard()


@transaction.atomic
def _attach(
    case_id: UUID,
    code: str,
    blob: storage.BlobRef,
    verdict: Verdict,
    scan: ScanResult,
    derived: Derived | None,
    file_name: str,
    actor: Actor,
) -> tuple[Document, bool]:
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    pack = pack_of_case(case)
    requirement, hand_in_on = pack.requirement(code), hand_in_of(case, pack).on
    _refuse_closed(item, requirement, hand_in_on)
    live = Document.objects.filter(item=item, state__in=LIVE_STATES).order_by("version")
    same = live.filter(sha256=blob.sha256).first()
    if same is not None and item.lapses_before(hand_in_on):
        raise Conflict(
            "document_sent_before",
            _("This is the file you sent before, and it lapses before the hand-in. Send a newer one."),
        )
    if same is not None and same.state == DocumentState.ACCEPTED and not item.is_settled:
        # Its acceptance was taken back; sent again, it is looked at again.
        Document.objects.filter(pk=same.pk).update(state=DocumentState.SUPERSEDED)
        live, same = live.exclude(pk=same.pk), None
    if same is not None and same.state != DocumentState.CHANGES_REQUESTED:
        return same, False
    if same is not None:
        raise Conflict(
            "document_sent_before",
            _("This is the very file that needs changes. Correct it, save it again, and send the new one."),
        )
    refuse_full(case.candidate_id, more=blob.size)
    _make_room(list(live), requirement, all_lapse=item.lapses_before(hand_in_on))
    last = Document.objects.filter(item=item).aggregate(last=Max("version"))["last"] or 0
    try:
        document = Document.objects.create(
            agency_id=case.agency_id,
            case=case,
            item=item,
            version=last + 1,
            state=DocumentState.READY if derived else DocumentState.CHECKING,
            file_name=clean_file_name(file_name),
            kind=verdict.kind or "",
            blob_key=blob.key,
            sha256=blob.sha256,
            size=blob.size,
            pages=verdict.pages,
            measures=derived.measures if derived else {},
            scan=scan,
            uploaded_by=name_of(actor),
            uploaded_at=clock.now(),
        )
    except IntegrityError:
        raise Conflict("document_exists", _("This file is there already. Reload the page.")) from None
    if derived is not None:
        keep(document, derived)
    else:
        check_later(document)
    record(case=case, kind="document.uploaded", actor=actor, item=code, document=str(document.pk))
    submit_item(case_id=case_id, code=code, actor=actor)
    return document, True


def _make_room(live: list[Document], requirement: Requirement, *, all_lapse: bool) -> None:
    """A new version replaces what was given back or lapses, and for a single document whatever was there."""
    all_go = all_lapse or requirement.how_many.max == 1
    replaced = [d for d in live if all_go or d.state == DocumentState.CHANGES_REQUESTED]
    most = requirement.how_many.max
    if most is not None and len(live) - len(replaced) >= most:
        raise Conflict(
            "item_full",
            _("This requirement takes at most %(most)s documents, and they are all there.") % {"most": most},
        )
    Document.objects.filter(pk__in=[d.pk for d in replaced]).update(state=DocumentState.SUPERSEDED)


def _refuse_closed(item: ChecklistItem, requirement: Requirement, hand_in_on: date) -> None:
    if requirement.kind != "document":
        raise Conflict("item_takes_no_document", _("This requirement takes no file."))
    refuse_no_more_documents(item, hand_in_on)


def refuse_verdict(verdict: Verdict) -> None:
    if not verdict.ok and verdict.code and verdict.detail:
        raise REFUSED_AS[verdict.status](verdict.code, in_language(verdict.detail))


def _refuse_type(verdict: Verdict, requirement: Requirement) -> None:
    if requirement.accepts and _AS_GOOD_AS.get(verdict.kind or "", verdict.kind) not in requirement.accepts:
        names = ", ".join(kind.upper() for kind in requirement.accepts)
        raise UnsupportedType(
            "type_not_accepted_here",
            _("This requirement takes %(names)s. Save the document in that format and send it again.")
            % {"names": names},
        )


def refuse_other_bytes(blob: storage.BlobRef, verdict: Verdict) -> None:
    """What is stored must be what was looked at."""
    if verdict.evidence.get("sha256") != blob.sha256:
        raise Conflict("file_changed", _("The file changed while it was being read. Send it again."))


def clean_file_name(name: str) -> str:
    """The last part of the name as sent, without control and direction characters; text to show, never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    return visible.strip()[-255:] or "document"
