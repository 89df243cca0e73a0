"""Keeping a copy of the page of a post: inspected like every file, stored encrypted, and only then a copy."""

from typing import BinaryIO
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import PostEdition
from cases.post_selectors import known_edition
from cases.services.locking import name_of
from documents.intake.inspect import inspect_file
from documents.intake.verdicts import ACTIVE_CONTENT, Text, Verdict, refusal
from documents.models import PostCopy
from documents.services.scanning import scanned
from documents.services.uploading import clean_file_name, refuse_other_bytes, refuse_verdict
from relo.accounts.roles import Permission
from relo.core import clock, storage
from relo.core.actors import Actor
from relo.core.errors import Conflict, ReloError


def keep_copy(*, edition_id: UUID, file: BinaryIO, file_name: str, actor: Actor) -> PostCopy:
    """Of an edition that is not published yet: what was published never changes, what it was read from neither.

    Runs outside any transaction but the last step: looking at a file takes longer than a lock may be held.
    """
    actor.require(Permission.EDIT_ROUTES)
    edition = _unpublished(edition_id, actor)
    verdict = inspect_file(file, file_name, accept_heic=False)
    refuse_verdict(_as_it_is(verdict))
    scanned(file, edition.agency)
    file.seek(0)
    blob = storage.put(file)
    try:
        refuse_other_bytes(blob, verdict)
        return _attach(edition_id, blob, verdict, file_name, actor)
    except ReloError:
        storage.delete(blob.key)  # only what was surely rolled back; any other orphan is harmless
        raise


def _as_it_is(verdict: Verdict) -> Verdict:
    """A copy of a page is kept and handed out as it came, so what would first have to be converted is refused."""
    if verdict.ok and verdict.removes:
        values = {"found": Text.listing([ACTIVE_CONTENT[name] for name in verdict.removes])}
        return refusal("active_content", size=verdict.size, kind=verdict.kind, values=values)
    if verdict.ok and verdict.kind not in dict(PostCopy.KINDS):
        return refusal(
            "image_type_not_accepted", size=verdict.size, values={"type": Text.same(verdict.evidence["type"])}
        )
    return verdict


@transaction.atomic
def _attach(edition_id: UUID, blob: storage.BlobRef, verdict: Verdict, file_name: str, actor: Actor) -> PostCopy:
    PostEdition.objects.select_for_update().filter(pk=edition_id).first()  # no publication meanwhile
    edition = _unpublished(edition_id, actor)
    try:
        with transaction.atomic():
            return PostCopy.objects.create(
                agency_id=edition.agency_id,
                post_edition=edition,
                file_name=clean_file_name(file_name),
                kind=verdict.kind or "",
                blob_key=blob.key,
                sha256=blob.sha256,
                size=blob.size,
                pages=verdict.pages,
                uploaded_by=name_of(actor),
                uploaded_at=clock.now(),
            )
    except IntegrityError:
        raise Conflict("copy_exists", _("This copy is there already.")) from None


def _unpublished(edition_id: UUID, actor: Actor) -> PostEdition:
    edition = known_edition(edition_id, actor)
    if edition.is_frozen:
        raise Conflict(
            "edition_published", _("This edition is published and never changes. Keep the copy with a new reading.")
        )
    return edition
