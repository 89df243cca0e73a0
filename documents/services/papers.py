"""Other paper of a case, made when asked for and stored nowhere."""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import override

from cases.country_names import country_name
from cases.history import record
from cases.models import Case, ItemState
from cases.packs import in_force, pack_of_case
from cases.routes.schema import Pack
from cases.selectors import facts_of, items_of
from cases.services.locking import lock_case
from documents.packets.builder import run_paper
from documents.packets.errors import PacketFailed
from documents.packets.text import Text, day
from documents.packets.workspace import packet_workspace
from documents.services.data_sheet import data_sheet
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict
from relo.core.languages import in_language

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """`more`: what its template needs besides what all of them get."""

    name: Text
    more: Callable[[Case, Pack], Context]


def print_paper(*, case_id: UUID, code: str, actor: Actor) -> bytes:
    actor.require(Permission.BUILD_PACKETS)
    with transaction.atomic():
        case = lock_case(case_id, actor, closed_too=True)
        pack = pack_of_case(case)
        post = in_force(case.post_edition_id) if case.post_edition_id else None
        paper = {
            "code": code,
            "route_code": pack.code,
            "post_code": slugify(post.post_name.en)[:40] if post else "",
            "context": {**_usual(case, pack), **PAPERS[code].more(case, pack)},
        }
        record(case=case, kind="paper.printed", actor=actor, paper=code)
    with packet_workspace(Path(tempfile.gettempdir()) / f"relo-packets-{os.getuid()}") as folder:
        target = folder / "paper.pdf"
        try:
            run_paper(paper, target, folder)
        except PacketFailed as failure:
            raise Conflict("paper_failed", in_language(failure.detail)) from None
        return target.read_bytes()


def both_days(value: Any) -> Context:
    said = day(value) if value else Text("", "")
    return {"en": said.en, "zh": said.zh}


def _usual(case: Case, pack: Pack) -> Context:
    facts, candidate = facts_of(case), case.candidate
    post = in_force(case.post_edition_id).post_name if case.post_edition_id else Text("", "")
    return {
        "reference": case.reference,
        "agency": case.agency.name,
        "agency_email": case.agency.contact_email,
        "candidate": candidate.name,
        "candidate_chinese": candidate.chinese_name,
        "born_on": both_days(candidate.date_of_birth),
        "nationality": country_in_both(candidate.nationalities[0]) if candidate.nationalities else {"en": "", "zh": ""},
        "passport_number": candidate.passport_number,
        "route": {"en": pack.name.en, "zh": pack.name.zh},
        "post": {"en": post.en, "zh": post.zh},
        "hand_in": both_days(case.planned_hand_in),
        "today": both_days(clock.today(case.agency.time_zone)),
        "employer": (facts.offer.employer if facts.offer else "") or "",
        "city": (facts.offer.city if facts.offer else "") or "",
        "occupation": (facts.offer.occupation if facts.offer else "") or "",
    }


def country_in_both(code: str) -> Context:
    with override("en"):
        en = country_name(code)
    with override("zh-hans"):
        return {"en": en, "zh": country_name(code)}


def _sheet(case: Case, pack: Pack) -> Context:
    return {"sections": data_sheet(case)}


def _to_bring(case: Case, pack: Pack) -> Context:
    """What is still asked of the candidate, in the route's order."""
    rows = []
    for item in items_of(case):
        requirement = pack.requirement(item.code)
        if item.is_undecided or item.state == ItemState.NO_LONGER_NEEDED or requirement.provider == "authority":
            continue
        rows.append(
            {
                "en": requirement.name.en,
                "zh": requirement.name.zh,
                "why_en": requirement.why.en,
                "why_zh": requirement.why.zh,
                "is_done": item.is_settled,
            }
        )
    return {"rows": rows}


def _originals(case: Case, pack: Pack) -> Context:
    """Papers of which an original may change hands."""
    kinds = ("document", "physical")
    rows = [pack.requirement(item.code) for item in items_of(case) if item.state != ItemState.NO_LONGER_NEEDED]
    return {"rows": [{"en": row.name.en, "zh": row.name.zh} for row in rows if row.kind in kinds]}


def _documents(case: Case, pack: Pack) -> Context:
    rows = [
        pack.requirement(item.code)
        for item in items_of(case)
        if item.state == ItemState.ACCEPTED and pack.requirement(item.code).in_packet
    ]
    return {"rows": [{"en": row.name.en, "zh": row.name.zh} for row in rows]}


def _leaving(case: Case, pack: Pack) -> Context:
    facts = facts_of(case)
    visa = facts.visa
    entries = visa.entries if visa else None
    return {
        "travel_on": both_days(facts.travel_on),
        "valid_to": both_days(visa.valid_to if visa else None),
        "entries_en": "multiple" if entries == 99 else str(entries or ""),
        "entries_zh": "多次" if entries == 99 else str(entries or ""),
        "stay_days": str(visa.stay_days) if visa and visa.stay_days is not None else "",
        "work": {"en": pack.right_to_work.text.en, "zh": pack.right_to_work.text.zh},
    }


def _nothing(case: Case, pack: Pack) -> Context:
    return {}


PAPERS: Mapping[str, Paper] = {
    "data-sheet": Paper(Text("Data sheet for the online form", "网上填表资料单"), _sheet),
    "cover-letter": Paper(Text("Cover letter", "申请函"), _documents),
    "employer-letter": Paper(Text("Letter of the employer", "用人单位说明函"), _nothing),
    "consent": Paper(Text("Consent and authority", "授权与同意书"), _nothing),
    "checklist": Paper(Text("Checklist for the candidate", "申请人材料清单"), _to_bring),
    "originals": Paper(Text("Receipt for originals", "原件收据"), _originals),
    "pre-departure": Paper(Text("Pre-departure sheet", "行前须知"), _leaving),
    "emergency-card": Paper(Text("Emergency card in Chinese", "中文应急卡"), _leaving),
}
