"""Reads: documents and packets of cases that an actor sees."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, PostEdition, RouteVersion, VersionStatus
from cases.packs import pack_of, pack_of_case
from cases.routes.former import every_requirement
from cases.selectors import cases_visible_to, may_see_paper, sees_restricted_papers, visible_case
from documents.models import Document, DocumentAccess, Packet
from documents.models.document import LIVE_STATES
from relo.accounts.roles import Permission
from relo.core.actors import Actor, ActorKind
from relo.core.errors import NotFound


def documents_visible_to(actor: Actor) -> QuerySet[Document]:
    if actor.kind is not ActorKind.CANDIDATE:
        actor.require(Permission.VIEW_DOCUMENTS)
    documents = Document.objects.filter(case__in=cases_visible_to(actor))
    return documents.select_related("case__route_version", "item").defer("case__route_version__content")


def openable_documents(actor: Actor) -> QuerySet[Document]:
    """Without the restricted ones, for those who may only know that they are there."""
    documents = documents_visible_to(actor)
    return documents if sees_restricted_papers(actor) else documents.exclude(_is_restricted())


def visible_document(document_id: UUID | str, actor: Actor) -> Document:
    """Every door to a document's bytes, name and review passes here."""
    document = documents_visible_to(actor).filter(pk=document_id).first()
    if document is None:
        raise NotFound("not_found", _("There is no such document."))
    refuse_restricted(document, actor)
    return document


def may_open(document: Document, actor: Actor) -> bool:
    return may_see_paper(pack_of_case(document.case).requirement(document.item.code), actor)


def refuse_restricted(document: Document, actor: Actor) -> None:
    if not may_open(document, actor):
        actor.require(Permission.VIEW_RESTRICTED)


def _is_restricted() -> Q:
    """By the requirements of each edition that cases run on, and of the posts they are handed in at."""
    versions = RouteVersion.objects.filter(status__in=[VersionStatus.PUBLISHED, VersionStatus.RETIRED])
    found = Q(pk__in=[])
    every: set[str] = set()
    for version in versions.defer("content"):
        codes = [requirement.code for requirement in pack_of(version).requirements if requirement.is_restricted]
        found |= Q(case__route_version=version, item__code__in=codes)
        every.update(codes)
    with_extra = PostEdition.objects.filter(content__has_key="extra").exclude(status=VersionStatus.DRAFT)
    for pk, extra in with_extra.values_list("pk", "content__extra"):
        codes = [one["code"] for one in extra if one.get("sensitivity") == "restricted"]
        if codes:
            found |= Q(case__post_edition=pk, item__code__in=codes)
            every.update(codes)
    for code in sorted(every):  # asked for by the rules that the case was on before
        found |= Q(item__code=code, **{f"case__former_requirements__{code}__sensitivity": "restricted"})
    return found


def live_documents(case: Case) -> QuerySet[Document]:
    """Documents that stand for something now: replaced versions are left out."""
    return Document.objects.filter(case=case, state__in=LIVE_STATES).order_by("item__position", "version")


def packets_visible_to(actor: Actor) -> QuerySet[Packet]:
    actor.require(Permission.VIEW_PACKETS)
    packets = Packet.objects.filter(case__in=cases_visible_to(actor))
    return packets.select_related("case__route_version").defer("case__route_version__content")


def known_packet(packet_id: UUID | str, actor: Actor) -> Packet:
    """That it is there and how far it is; what is in it only after visible_packet() or may_open_packet()."""
    packet = packets_visible_to(actor).filter(pk=packet_id).first()
    if packet is None:
        raise NotFound("not_found", _("There is no such packet."))
    return packet


def visible_packet(packet_id: UUID | str, actor: Actor) -> Packet:
    """Every door to a packet's bytes and manifest passes here."""
    packet = known_packet(packet_id, actor)
    if not may_open_packet(packet, actor):
        actor.require(Permission.VIEW_RESTRICTED)
    return packet


def may_open_packet(packet: Packet, actor: Actor) -> bool:
    """A packet with a restricted document in it is restricted as a whole; one that says why it was left out, too."""
    if sees_restricted_papers(actor):
        return True
    restricted = {row.code for row in every_requirement(pack_of_case(packet.case)) if row.is_restricted}
    named = [*packet.inputs.get("documents", []), *packet.inputs.get("left_out", [])]
    return not any(row["requirement_code"] in restricted for row in named)


def packets_of(case_id: UUID, actor: Actor) -> list[Packet]:
    """The latest first; a case that is not visible answers like one that is missing."""
    case = visible_case(case_id, actor)
    return list(packets_visible_to(actor).filter(case=case).prefetch_related("volumes").order_by("-number"))


def accesses_visible_to(actor: Actor) -> QuerySet[DocumentAccess]:
    """Who opened what, the newest first. Candidates see it for their own papers."""
    if actor.kind is not ActorKind.CANDIDATE:
        actor.require(Permission.VIEW_DOCUMENTS)
    accesses = DocumentAccess.objects.filter(case__in=cases_visible_to(actor)).order_by("-id")
    return accesses.select_related("case__route_version", "document__item", "packet").defer(
        "case__route_version__content", "packet__inputs", "packet__manifest"
    )
