"""An agency's draft of a route: begun from a published edition, changed part by part or by file, checked each time."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import yaml
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from cases.models import EditionEvent, RouteVersion, VersionStatus
from cases.packs import pack_of
from cases.routes.checks import check_pack
from cases.routes.faults import Fault, PackInvalid
from cases.routes.merging import merged
from cases.routes.reading import shape_fault, shipped_sources
from cases.routes.schema import Fee, Pack
from cases.routes.sources import Sources
from cases.routes.yaml_lines import LinedFile
from cases.services.locking import name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound, TooLarge
from relo.core.languages import in_language
from relo.core.scoping import scoped_agency_id

EditionEventKind = Literal[
    "drafted", "edited", "added", "removed", "replaced", "sent_to_review", "sent_back", "published", "discarded"
]
MOST_BYTES = 1024 * 1024
# What has a code is edited by itself; moves and golden cases by file.
EDITABLE = ("stages", "requirements", "rules", "reminders", "fees", "open_questions")


class DraftRefused(Invalid):
    """What was to be saved is no pack. Each fault says where, what, and the cure."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(
            "pack_invalid",
            _("The rules would have faults. Nothing was saved."),
            errors={f"{at}": sentence for at, sentence in (said(fault) for fault in faults)},
        )


def said(fault: Fault) -> tuple[str, str]:
    """Where, and in words of the reader's language."""
    words = in_language(fault.text)
    line = _("line %(line)s") % {"line": fault.line} if fault.line else ""
    at = ".".join(str(step) for step in fault.place)
    return ", ".join(one for one in (line, at) if one), words


@cache
def sources() -> Sources:
    return shipped_sources()


@transaction.atomic
def draft_edition(*, based_on: UUID, edition: str, actor: Actor) -> RouteVersion:
    """Begin the agency's next edition of a route as a copy of a published one. One at a time a route.

    Begun from a base that is newer than the one the agency's last edition stems from, it carries over what that edition
    changed; what the base changed as well is named in the story of the draft, and entered by hand.
    """
    actor.require(Permission.EDIT_ROUTES)
    agency_id = scoped_agency_id()
    base = RouteVersion.objects.filter(pk=based_on, status=VersionStatus.PUBLISHED).first()
    if base is None:
        raise NotFound("not_found", _("There is no such published edition."))
    content, carried = _with_own_changes(base, {**base.content, "edition": edition.strip()}, agency_id)
    pack = checked(content)
    content = pack.model_dump(mode="json")
    now = clock.now()
    try:
        with transaction.atomic():
            version = RouteVersion.objects.create(
                agency_id=agency_id,
                code=base.code,
                edition=pack.edition,
                content=content,
                content_sha256=digest_of(content),
                based_on=base,
                written_by=name_of(actor),
                edited_by=name_of(actor),
                edited_at=now,
            )
    except IntegrityError:
        raise Conflict(
            "draft_open",
            _("There is a draft of this route already, or an edition of this name. Finish or discard the draft first."),
        ) from None
    tell(version, "drafted", actor, note=carried)
    return version


def _with_own_changes(base: RouteVersion, content: dict[str, Any], agency_id: UUID) -> tuple[dict[str, Any], str]:
    """The content of the draft, and in words what of the agency's last edition is in it and what is not."""
    last = RouteVersion.objects.filter(agency_id=agency_id, code=base.code, status=VersionStatus.PUBLISHED)
    own = last.order_by("-published_at").first()
    if base.agency_id is not None or own is None:
        return content, ""
    stem = _stem_of(own)
    if stem is None or stem.pk == base.pk:
        return content, ""
    stored = [pack_of(one).model_dump(mode="json") for one in (stem, own, base)]
    found = merged(*stored)
    if not found.carried and not found.clashing:
        return content, ""
    whole = {**found.content, "edition": content["edition"]}
    try:
        checked(whole)
    except DraftRefused:
        left = ", ".join((*found.carried, *found.clashing))
        return content, _("Not carried over from %(edition)s, enter it again: %(parts)s") % {
            "edition": own.edition, "parts": left,
        }  # fmt: skip
    words = [_("Carried over from %(edition)s: %(parts)s.") % {
        "edition": own.edition, "parts": ", ".join(found.carried) or "–",
    }]  # fmt: skip
    if found.clashing:
        words.append(_("Changed in both, enter it again: %(parts)s.") % {"parts": ", ".join(found.clashing)})
    return whole, " ".join(words)


def _stem_of(edition: RouteVersion) -> RouteVersion | None:
    """The base that an agency's edition stems from, through its earlier editions."""
    at: RouteVersion | None = edition
    while at is not None and at.agency_id is not None:
        at = at.based_on
    return at


@transaction.atomic
def save_part(
    *, version_id: UUID, section: str, code: str | None, part: Mapping[str, Any], seen: str, actor: Actor
) -> RouteVersion:
    """Put a part in the place of the one with this code, or, without a code, behind the others."""
    version = locked_draft(version_id, actor)
    refuse_unseen_changes(version, seen)
    parts = _parts(version, section)
    if code is None:
        parts.append(dict(part))
    else:
        parts[_place_of(section, parts, code)] = dict(part)
    return _save(version, section, parts, actor, kind="edited" if code is not None else "added", part=part)


@transaction.atomic
def remove_part(*, version_id: UUID, section: str, code: str, seen: str, actor: Actor) -> RouteVersion:
    """Refused while anything else in the draft names it."""
    version = locked_draft(version_id, actor)
    refuse_unseen_changes(version, seen)
    parts = _parts(version, section)
    gone = parts.pop(_place_of(section, parts, code))
    return _save(version, section, parts, actor, kind="removed", part=gone)


@transaction.atomic
def replace_draft(*, version_id: UUID, file: bytes, file_name: str, seen: str, actor: Actor) -> RouteVersion:
    """The whole draft from a YAML file, as it is downloaded. Route and edition stay those of the draft."""
    version = locked_draft(version_id, actor)
    refuse_unseen_changes(version, seen)
    pack = read_upload(file, file_name)
    if pack.code != version.code:
        raise Invalid(
            "route_differs",
            _("The file is about %(code)s, this draft about %(own)s.") % {"code": pack.code, "own": version.code},
        )
    content = {**pack.model_dump(mode="json"), "edition": version.edition}
    return _store(version, content, actor, "replaced")


@transaction.atomic
def discard_draft(*, version_id: UUID, actor: Actor) -> RouteVersion:
    version = locked_draft(version_id, actor)
    version.status = VersionStatus.RETIRED
    version.save(update_fields=["status"])
    tell(version, "discarded", actor)
    return version


def checked(content: Mapping[str, Any]) -> Pack:
    """The pack, or DraftRefused with every fault. Golden cases are tried when it is published."""
    try:
        pack = Pack.model_validate(content)
    except ValidationError as refused:
        raise DraftRefused([shape_fault(error) for error in refused.errors()]) from None
    if faults := check_pack(pack, sources()):
        raise DraftRefused(faults)
    return pack


def read_upload(file: bytes, file_name: str) -> Pack:
    if len(file) > MOST_BYTES:
        raise TooLarge("file_too_large", _("The file is larger than 1 MB. A route is a few hundred kilobytes at most."))
    lined = _lined(file, file_name)
    try:
        pack = Pack.model_validate(lined.data)
    except ValidationError as refused:
        raise DraftRefused([lined.placed(shape_fault(error)) for error in refused.errors()]) from None
    if faults := check_pack(pack, sources()):
        raise DraftRefused([lined.placed(fault) for fault in faults])
    return pack


def plain_yaml(text: str) -> dict[str, Any]:
    """A block of named values as it was typed. Refused like a file."""
    return _lined(text.encode(errors="surrogatepass"), "").data if text.strip() else {}


def part_in(version: RouteVersion, section: str, code: str) -> dict[str, Any]:
    parts = _parts(version, section)
    return parts[_place_of(section, parts, code)]


def as_yaml(version: RouteVersion) -> str:
    """The edition as a file that can be uploaded again. What is left to its default is left out."""
    told = pack_of(version).model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120)


def _lined(file: bytes, file_name: str) -> LinedFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(file_name).name or "route.yaml")
        path.write_bytes(file)
        try:
            return LinedFile(path)
        except PackInvalid as refused:
            raise DraftRefused(refused.faults) from None


def digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def locked_draft(version_id: UUID, actor: Actor, status: VersionStatus = VersionStatus.DRAFT) -> RouteVersion:
    """The agency's own version, locked, if it stands where the act wants it."""
    actor.require(Permission.EDIT_ROUTES)
    version = RouteVersion.objects.select_for_update().filter(pk=version_id, agency_id=scoped_agency_id()).first()
    if version is None:
        raise NotFound("not_found", _("There is no such edition of your agency."))
    if version.status != status:
        raise Conflict("edition_elsewhere", _("This edition is not at that point any more. Reload the page."))
    return version


def refuse_unseen_changes(version: RouteVersion, seen: str) -> None:
    if seen != version.content_sha256:
        raise Conflict(
            "draft_changed", _("A colleague changed the draft meanwhile. Reload the page and enter yours again.")
        )


def tell(version: RouteVersion, kind: EditionEventKind, actor: Actor, *, part: str = "", note: str = "") -> None:
    EditionEvent.objects.create(
        agency_id=scoped_agency_id(), version=version, kind=kind, actor=name_of(actor), at=clock.now(), part=part,
        note=note.strip(),
    )  # fmt: skip


def _parts(version: RouteVersion, section: str) -> list[dict[str, Any]]:
    if section not in EDITABLE:
        raise NotFound("not_found", _("There is no such part of a route."))
    return [dict(one) for one in version.content.get(section, [])]


def _place_of(section: str, parts: list[dict[str, Any]], code: str) -> int:
    """`code`: of a fee its key, since windows of one fee share their code."""
    for at, part in enumerate(parts):
        if code == (Fee.model_validate(part).key if section == "fees" else part["code"]):
            return at
    raise NotFound("not_found", _("There is no such part of this draft any more."))


def _save(
    version: RouteVersion, section: str, parts: list[dict[str, Any]], actor: Actor, *, kind: EditionEventKind,
    part: Mapping[str, Any],
) -> RouteVersion:  # fmt: skip
    named = f"{section}.{part.get('code', '')}"[:120]
    return _store(version, {**version.content, section: parts}, actor, kind, part=named)


def _store(
    version: RouteVersion, content: dict[str, Any], actor: Actor, kind: EditionEventKind, *, part: str = ""
) -> RouteVersion:
    """Whole and checked, in the form a published version has: the same values are the same content."""
    whole = checked(content).model_dump(mode="json")
    if (digest := digest_of(whole)) == version.content_sha256:
        return version
    version.content, version.content_sha256 = whole, digest
    version.edited_by, version.edited_at = name_of(actor), clock.now()
    version.save(update_fields=["content", "content_sha256", "edited_by", "edited_at"])
    tell(version, kind, actor, part=part)
    return version
