"""What the next packet of a case would be made of, as the case stands."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import slugify
from django.utils.translation import override

from cases.models import Case, ChecklistItem, ItemState
from cases.packs import in_force, pack_of_case
from cases.routes.schema import Pack, Requirement
from cases.selectors import facts_of, items_of
from documents.models import Document, DocumentState, Packet, PacketChoice, Rendition, RenditionKind
from documents.models.document import LIVE_STATES
from documents.packets.errors import Blocker
from documents.packets.inputs import ChecklistLine, LeftOut, PacketDocument, PacketInputs, Unready, fingerprint
from documents.packets.preflight import stops, warnings
from documents.packets.render import templates_digest
from documents.packets.text import Text
from relo.core import clock
from relo.desk.people import names_of

LAST = 999
NOT_ASKED = (ItemState.NO_LONGER_NEEDED, ItemState.WAIVED)
UNSETTLED = Text("accepted, and its requirement is not settled yet", "文件已通过，但该项要求尚未完成")


def packet_inputs(
    case: Case, pack: Pack, *, number: int, printed_on: date, most_pages: int | None, most_bytes: int | None
) -> PacketInputs:
    items = [item for item in items_of(case) if not item.is_undecided]
    gathered = _gathered(case, pack, {item.code: item for item in items})
    post_code = slugify(in_force(case.post_edition_id).post_name.en)[:40] if case.post_edition_id else ""
    return PacketInputs(
        case_reference=case.reference,
        packet_number=number,
        printed_on=printed_on,
        route_code=pack.code,
        route_edition=pack.edition,
        route_name=Text(pack.name.en, pack.name.zh),
        agency_name=case.agency.name,
        candidate_name=case.candidate.name,
        candidate_chinese_name=case.candidate.chinese_name,
        planned_hand_in=case.planned_hand_in,
        documents=tuple(gathered["in"]),
        post_code=post_code,
        unready=tuple(gathered["unready"]),
        left_out=tuple(gathered["out"]),
        checklist=tuple(_checklist(items, pack)),
        names_differ=facts_of(case).names_differ,
        most_pages=most_pages,
        most_bytes=most_bytes,
        templates=_templates(pack.code, post_code),
    )


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the next packet of a case would be made of, what keeps it from being built, what to look at first."""

    inputs: PacketInputs
    stops: tuple[Blocker, ...]
    warnings: tuple[Blocker, ...]


def preflight(case: Case) -> Preflight:
    today = clock.today(case.agency.time_zone)
    inputs = packet_inputs(case, pack_of_case(case), number=1, printed_on=today, most_pages=None, most_bytes=None)
    return Preflight(inputs, tuple(stops(inputs)), tuple(warnings(inputs)))


def is_current(packet: Packet) -> bool:
    """Whether today's documents, details, rules and templates would give this very packet again."""
    return would_be_again(packet, packet.most_pages, packet.most_bytes)


def would_be_again(packet: Packet, most_pages: int | None, most_bytes: int | None) -> bool:
    case = packet.case
    printed_on = PacketInputs.from_json(packet.inputs).printed_on
    again = packet_inputs(
        case,
        pack_of_case(case),
        number=packet.number,
        printed_on=printed_on,
        most_pages=most_pages,
        most_bytes=most_bytes,
    )
    return fingerprint(again) == packet.fingerprint


_templates = cache(templates_digest)  # they change with the code only


def _gathered(case: Case, pack: Pack, items: dict[str, ChecklistItem]) -> dict[str, list[Any]]:
    """The case's documents of requirements that belong in a packet: in it, left out, or not ready for it."""
    places = {r.code: (r.packet_order or LAST, n) for n, r in enumerate(pack.requirements) if r.in_packet}
    choices = {choice.document_id: choice for choice in PacketChoice.objects.filter(case=case)}
    rows = [
        row
        for row in Document.objects.filter(case=case, state__in=LIVE_STATES).select_related("item", "review")
        if row.item.code in places and row.item.state not in NOT_ASKED
    ]

    def place(row: Document) -> tuple[Any, ...]:
        choice = choices.get(row.pk)
        usual = places[row.item.code]
        return ((choice.position, 0) if choice and choice.position else usual, usual, row.version)

    gathered: dict[str, list[Any]] = defaultdict(list)
    rows.sort(key=place)
    with override("en"):
        reviewers = names_of(row.review.reviewed_by for row in rows if row.state == DocumentState.ACCEPTED)
    kept = Rendition.objects.filter(document__in=rows, kind=RenditionKind.WORKING_COPY)
    copies = {copy.document_id: copy for copy in kept}
    for row in rows:
        requirement, choice = pack.requirement(row.item.code), choices.get(row.pk)
        name = Text(requirement.name.en, requirement.name.zh)
        if choice and choice.left_out_reason:
            gathered["out"].append(LeftOut(str(row.pk), row.item.code, name, row.file_name, choice.left_out_reason))
        elif row.state != DocumentState.ACCEPTED or row.item.state != ItemState.ACCEPTED:
            says = UNSETTLED if row.state == DocumentState.ACCEPTED else both(DocumentState(row.state).label)
            gathered["unready"].append(Unready(str(row.pk), name, row.file_name, row.version, says))
        else:
            printed_name = choice.printed_name if choice else ""
            under = _translated_under(requirement, items)
            gathered["in"].append(
                replace(
                    _document(row, name, case, reviewers[row.review.reviewed_by]),
                    printed_name=printed_name,
                    translated_under=under,
                    is_read=requirement.group != "photos",
                    working_sha256=copies[row.pk].sha256 if row.pk in copies else "",
                    working_size=copies[row.pk].size if row.pk in copies else 0,
                )
            )
    return gathered


def _document(row: Document, name: Text, case: Case, reviewer: str) -> PacketDocument:
    return PacketDocument(
        requirement_code=row.item.code,
        requirement_name=name,
        document_id=str(row.pk),
        version=row.version,
        file_name=row.file_name,
        kind=row.kind,
        sha256=row.sha256,
        size=row.size,
        pages=row.pages,
        accepted_on=row.review.reviewed_at.astimezone(ZoneInfo(case.agency.time_zone)).date(),
        reviewer=reviewer,
        issued_on=row.item.issued_on,
        expires_on=row.item.expires_on,
        valid_until=row.item.valid_until,
    )


def _translated_under(requirement: Requirement, items: dict[str, ChecklistItem]) -> str:
    """Where its translation belongs, as long as that is asked for and not settled."""
    for link in requirement.chain:
        if link.step == "translation" and link.item in items and not items[link.item].is_settled:
            return link.item
    return ""


def _checklist(items: list[ChecklistItem], pack: Pack) -> list[ChecklistLine]:
    lines = []
    for item in items:
        requirement = pack.requirement(item.code)
        if requirement.kind != "document" or item.state == ItemState.NO_LONGER_NEEDED:
            continue
        name, says = Text(requirement.name.en, requirement.name.zh), both(ItemState(item.state).label)
        lines.append(ChecklistLine(item.code, name, says, requirement.in_packet, not item.is_settled))
    return lines


def both(label: Any) -> Text:
    """A label of the catalogue, in both languages."""
    with override("en"):
        en = str(label)
    with override("zh-hans"):
        return Text(en, str(label))
