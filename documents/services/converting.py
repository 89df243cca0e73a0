"""Beside each original its working copy and pictures of its pages: made at the upload, or by a worker where that takes
longer than a request may, or when they are first asked for."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from cases.history import record
from cases.models import ItemState
from cases.services.checklist import ask_for_changes
from cases.services.locking import lock_case
from documents.intake.convert import PAGE_SIDE, THUMBNAIL_SIDE, Conversion, converted, drawn
from documents.intake.figures import figures_of
from documents.intake.inspect import file_in_memory, inspect_file
from documents.intake.sandbox import WHILE_SOMEONE_WAITS, TimeLeft
from documents.intake.verdicts import REFUSALS, Verdict, refusal
from documents.intake.walls import Limits
from documents.models import Document, DocumentState, Rendition, RenditionKind
from relo.core import clock, storage
from relo.core.actors import Actor, system_actor
from relo.core.languages import in_language
from relo.outbox.service import put

log = logging.getLogger(__name__)

HANDLER = "documents.finish_checking"
_TO_DRAW = 3.0  # seconds; with fewer left the pictures wait until they are asked for
_FIRST = ((RenditionKind.PREVIEW, 1, PAGE_SIDE), (RenditionKind.THUMBNAIL, 1, THUMBNAIL_SIDE))


@dataclass
class Derived:
    """Stored already, and not yet any document's."""

    copy: storage.BlobRef
    pages: int
    removed: tuple[str, ...]
    measures: Mapping[str, float] = field(default_factory=dict)
    pictures: list[tuple[RenditionKind, int, storage.BlobRef]] = field(default_factory=list)

    def discard(self) -> None:
        for blob in (self.copy, *(picture for _, _, picture in self.pictures)):
            storage.delete(blob.key)


class TakesLonger(Exception):
    """No working copy within the time; a worker has more of it."""


class NoSafeCopy(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.code)
        self.verdict = verdict


def derive(file: BinaryIO, verdict: Verdict, time_left: TimeLeft) -> Derived:
    """The working copy of an accepted file, and its first pictures where time is left.

    Raises NoSafeCopy, and TakesLonger.
    """
    with converted(file, verdict, time_left) as conversion:
        copy = _copy_of(conversion)
        derived = Derived(storage.put(copy), conversion.pages, verdict.removes, _measures_of(verdict))
        try:
            _add_first_pictures(derived, copy, time_left)
        except BaseException:
            derived.discard()
            raise
    return derived


def _measures_of(verdict: Verdict) -> dict[str, float]:
    """Of a picture that was sent as one: on the sheet it is laid upon, it would be measured with its margins."""
    figures = figures_of(verdict.evidence.get("measures"))
    sides = [verdict.width, verdict.height]
    if verdict.evidence.get("orientation", 1) in (5, 6, 7, 8):  # it lies on its side in the file
        sides.reverse()
    told = dict(zip(("width", "height"), sides, strict=True)) if figures else {}
    return figures | {name: float(side) for name, side in told.items() if side is not None}


def _add_first_pictures(derived: Derived, copy: BinaryIO, time_left: TimeLeft) -> None:
    limits = time_left.limits(least=_TO_DRAW)
    drawing = drawn(copy, [(page, side) for _, page, side in _FIRST], limits) if limits else None
    if drawing is None or not drawing.pictures:
        return
    derived.measures = derived.measures or drawing.measures
    for (kind, page, _), picture in zip(_FIRST, drawing.pictures, strict=True):
        derived.pictures.append((kind, page, storage.put(BytesIO(picture))))


def keep(document: Document, derived: Derived) -> None:
    """Inside the transaction that makes the document, or finishes it."""
    rows = [(RenditionKind.WORKING_COPY, 0, derived.copy, derived.pages, list(derived.removed))]
    rows += [(kind, page, blob, 1, []) for kind, page, blob in derived.pictures]
    Rendition.objects.bulk_create(
        Rendition(
            agency_id=document.agency_id,
            document=document,
            kind=kind,
            page=page,
            blob_key=blob.key,
            sha256=blob.sha256,
            size=blob.size,
            pages=pages,
            removed=removed,
            made_at=clock.now(),
        )
        for kind, page, blob, pages, removed in rows
    )


def keep_those_of(source: Document, document: Document) -> None:
    """The same bytes have the same copy and pictures: rows of the new document name them as well. What nobody has asked
    for yet is drawn when somebody does."""
    for row in Rendition.objects.filter(document=source):
        row.pk, row._state.adding, row.document = uuid4(), True, document
        row.save()


def check_later(document: Document) -> None:
    """Inside the transaction that makes the document."""
    put(
        handler=HANDLER,
        key=f"document:{document.pk}",
        payload={"document_id": str(document.pk)},
        agency_id=document.agency_id,
    )


def finish_checking(*, document_id: str) -> None:
    """Outbox handler: with the limits of a worker, make what the request had no time for. Twice is once."""
    document = Document.objects.filter(pk=document_id, state=DocumentState.CHECKING).first()
    if document is None:
        return
    try:
        derived = _derived_from_storage(document, TimeLeft(Limits()))
    except TakesLonger:
        _refuse(document, refusal("unreadable_safely", size=document.size))
    except NoSafeCopy as refused:
        _refuse(document, refused.verdict)
    else:
        _finish(document, derived)


def working_copy_of(document: Document, time_left: TimeLeft) -> Rendition | None:
    """None while it is being checked, and where none can be made. A document of before there were copies gets its own
    now."""
    found = Rendition.objects.filter(document=document, kind=RenditionKind.WORKING_COPY).first()
    if found is not None or document.state in (DocumentState.CHECKING, DocumentState.REFUSED):
        return found
    try:
        derived = _derived_from_storage(document, time_left)
    except (NoSafeCopy, TakesLonger):
        return None
    try:
        with transaction.atomic():
            keep(document, derived)
    except IntegrityError:  # another was first
        derived.discard()
    return Rendition.objects.filter(document=document, kind=RenditionKind.WORKING_COPY).first()


def picture_of(document: Document, kind: RenditionKind, page: int) -> Rendition | None:
    """A picture of a page, drawn when it is first asked for; None where there is none and none can be drawn."""
    found = Rendition.objects.filter(document=document, kind=kind, page=page).first()
    if found is None and (copy := working_copy_of(document, TimeLeft())) is not None and 1 <= page <= copy.pages:
        _draw(document, copy, kind, page)
        found = Rendition.objects.filter(document=document, kind=kind, page=page).first()
    return found if found is not None and found.size else None


def _draw(document: Document, copy: Rendition, kind: RenditionKind, page: int) -> None:
    side = PAGE_SIDE if kind == RenditionKind.PREVIEW else THUMBNAIL_SIDE
    with plain(copy.blob_key) as file:
        drawing = drawn(file, [(page, side)], WHILE_SOMEONE_WAITS)
    if drawing is None:
        return  # it may be drawn another time
    blob = storage.put(BytesIO(drawing.pictures[0])) if drawing.pictures else None
    try:
        with transaction.atomic():
            Rendition.objects.create(
                agency_id=document.agency_id,
                document=document,
                kind=kind,
                page=page,
                blob_key=blob.key if blob else "",
                sha256=blob.sha256 if blob else "",
                size=blob.size if blob else 0,
                pages=1,
                made_at=clock.now(),
            )
    except IntegrityError:  # drawn for somebody else meanwhile
        if blob:
            storage.delete(blob.key)


def _derived_from_storage(document: Document, time_left: TimeLeft) -> Derived:
    limits = time_left.limits()
    if limits is None:
        raise TakesLonger
    with plain(document.blob_key) as file:
        verdict = inspect_file(file, document.file_name, limits=limits, accept_heic=settings.ACCEPT_HEIC)
        if not verdict.ok:
            raise NoSafeCopy(verdict)
        return derive(file, verdict, time_left)


@contextmanager
def plain(blob_key: str) -> Iterator[BinaryIO]:
    """A stored file in memory, to be read by a throw-away process of ours: it never leaves by this way."""
    with file_in_memory() as memory:
        for piece in storage.chunks(blob_key):
            while piece:
                piece = piece[os.write(memory, piece) :]
        with os.fdopen(os.dup(memory), "rb") as file:
            file.seek(0)
            yield file


def _copy_of(conversion: Conversion) -> BinaryIO:
    if conversion.refused is not None:
        raise NoSafeCopy(conversion.refused)
    if conversion.copy is None:
        raise TakesLonger
    return conversion.copy


def _finish(document: Document, derived: Derived) -> None:
    with transaction.atomic():
        current = _locked(document)
        if current is not None:
            keep(current, derived)
            current.state, current.pages, current.measures = DocumentState.READY, derived.pages, derived.measures
            current.save(update_fields=["state", "pages", "measures"])
            _record(current, "document.checked")
    if current is None:
        derived.discard()


@transaction.atomic
def _refuse(document: Document, verdict: Verdict) -> None:
    current = _locked(document)
    if current is None:
        return
    code = verdict.code or "unreadable_safely"
    log.warning("intake.refused_late", extra={"document_id": str(document.pk), "code": code})
    current.state, current.refused_for = DocumentState.REFUSED, code
    current.save(update_fields=["state", "refused_for"])
    _record(current, "document.refused", code=code)
    item, case = current.item, current.case
    if case.closed_at is None and item.state in (ItemState.SUBMITTED, ItemState.CHANGES_REQUESTED):
        words = in_language(verdict.detail or REFUSALS[code].detail, case.candidate.language)
        ask_for_changes(case_id=case.pk, code=item.code, reason=words, actor=_actor(current))


def _actor(document: Document) -> Actor:
    return system_actor("intake", document.agency_id)


def _locked(document: Document) -> Document | None:
    """As it is under the lock of its case; None where another has finished or replaced it."""
    case = lock_case(document.case_id, _actor(document), closed_too=True)
    current = Document.objects.select_related("item").get(pk=document.pk)
    current.case = case
    return current if current.state == DocumentState.CHECKING else None


def _record(document: Document, kind: str, **data: str) -> None:
    record(
        case=document.case,
        kind=kind,
        actor=_actor(document),
        item=document.item.code,
        document=str(document.pk),
        **data,
    )
