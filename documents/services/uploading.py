"""Taking in a file: looked at in a throw-away process, stored encrypted, and only then a document."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, cast
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
from documents.intake.verdicts import Verdict
from documents.models import Document, DocumentState
from documents.models.document import LIVE_STATES
from documents.quota import refuse_full
from documents.services.converting import (
    Derived,
    NoSafeCopy,
    TakesLonger,
    check_later,
    derive,
    keep,
    keep_those_of,
)
from documents.services.linking import link, original_for
from documents.services.scanning import scanned
from documents.told_dates import NO_DATES, Dates, refuse_dates
from relo.accounts.roles import Permission
from relo.core import clock, storage
from relo.core.actors import Actor
from relo.core.errors import Conflict, ReloError, TooLarge, Unprocessable, UnsupportedType
from relo.core.languages import in_language

# Which of the types a requirement names a converted picture stands for.
_AS_GOOD_AS = {"heic": "jpeg", "webp": "jpeg", "tiff": "pdf"}
REFUSED_AS: dict[int, type[ReloError]] = {413: TooLarge, 415: UnsupportedType, 422: Unprocessable}


def upload_document(
    *,
    case_id: UUID,
    code: str,
    file: BinaryIO,
    file_name: str,
    actor: Actor,
    dates: Dates = NO_DATES,
    original_id: UUID | None = None,
) -> Document:
    """Store a file as the next version of an item. The same bytes again give the same document.

    `original_id`: the document that this one is the translation, authentication or notarial certificate of.

    Runs outside any transaction but the last step: looking at a file takes longer than a lock may be held.
    """
    actor.require(Permission.UPLOAD_DOCUMENTS)
    case = visible_case(case_id, actor)
    item = item_of(case, code)
    pack = pack_of_case(case)
    requirement = pack.requirement(code)
    refuse_closed(item, requirement, hand_in_of(case, pack).on)
    refuse_dates(dates, case)
    if original_id is not None:  # told before anything is stored
        original_for(case, code, original_id, actor)
    refuse_full(case.candidate_id)
    time_left = TimeLeft()
    verdict = inspect_file(file, file_name, accept_heic=settings.ACCEPT_HEIC)
    refuse_verdict(verdict)
    refuse_type(verdict.kind, requirement)
    scan = scanned(file, case.agency)
    derived = _derived(file, verdict, time_left)
    blob = None
    try:
        file.seek(0)
        blob = storage.put(file)
        refuse_other_bytes(blob, verdict)
        sent = Sent(blob, verdict.kind or "", verdict.pages, file_name, dates, scan, derived, original_id=original_id)
        document, is_new = attach(case_id, code, sent, actor)
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


@dataclass(frozen=True, slots=True)
class Sent:
    """What becomes a document: stored, looked at, with a working copy of its own or of the one it is taken from."""

    blob: storage.BlobRef
    kind: str
    pages: int
    file_name: str
    dates: Dates
    scan: str
    derived: Derived | None = None
    copied_from: Document | None = None
    original_id: UUID | None = None

    @property
    def measures(self) -> Mapping[str, float]:
        if self.copied_from is not None:
            return cast("Mapping[str, float]", self.copied_from.measures)
        return self.derived.measures if self.derived is not None else {}


@transaction.atomic
def attach(case_id: UUID, code: str, sent: Sent, actor: Actor) -> tuple[Document, bool]:
    """Whether it is new as well: the same bytes on the same item are one document."""
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    pack = pack_of_case(case)
    requirement, hand_in_on = pack.requirement(code), hand_in_of(case, pack).on
    refuse_closed(item, requirement, hand_in_on)
    blob = sent.blob
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
    make_room(list(live), requirement, all_lapse=item.lapses_before(hand_in_on))
    is_checked = sent.derived is not None or sent.copied_from is not None
    try:
        document = Document.objects.create(
            agency_id=case.agency_id,
            case=case,
            item=item,
            version=next_version(item),
            state=DocumentState.READY if is_checked else DocumentState.CHECKING,
            file_name=clean_file_name(sent.file_name),
            kind=sent.kind,
            blob_key=blob.key,
            sha256=blob.sha256,
            size=blob.size,
            pages=sent.pages,
            measures=sent.measures,
            scan=sent.scan,
            uploaded_by=name_of(actor),
            uploaded_at=clock.now(),
            issued_on=sent.dates.issued_on,
            expires_on=sent.dates.expires_on,
            copied_from=sent.copied_from,
        )
    except IntegrityError:
        raise Conflict("document_exists", _("This file is there already. Reload the page.")) from None
    if sent.derived is not None:
        keep(document, sent.derived)
    elif sent.copied_from is not None:
        keep_those_of(sent.copied_from, document)
    else:
        check_later(document)
    kind = "document.reused" if sent.copied_from else "document.uploaded"
    record(case=case, kind=kind, actor=actor, item=code, document=str(document.pk))
    if sent.original_id is not None:
        link(document, original_for(case, code, sent.original_id, actor), actor)
    submit_item(case_id=case_id, code=code, actor=actor)
    return document, True


def next_version(item: ChecklistItem) -> int:
    return (Document.objects.filter(item=item).aggregate(last=Max("version"))["last"] or 0) + 1


def make_room(live: list[Document], requirement: Requirement, *, all_lapse: bool) -> None:
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


def refuse_closed(item: ChecklistItem, requirement: Requirement, hand_in_on: date) -> None:
    if requirement.kind != "document":
        raise Conflict("item_takes_no_document", _("This requirement takes no file."))
    refuse_no_more_documents(item, hand_in_on)


def refuse_verdict(verdict: Verdict) -> None:
    if not verdict.ok and verdict.code and verdict.detail:
        raise REFUSED_AS[verdict.status](verdict.code, in_language(verdict.detail))


def refuse_type(kind: str | None, requirement: Requirement) -> None:
    if requirement.accepts and _AS_GOOD_AS.get(kind or "", kind) not in requirement.accepts:
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
