"""An agency whose every text is hostile, as an import or a member who means harm could leave it.

Which fields those are comes from the models: one that is added is filled the next time this runs.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from cases.models import Attempt, Candidate, Case, FreshnessWaiver, PostEdition, Signature
from cases.packs import in_force
from cases.routes.fact_models import CandidateFacts
from cases.routes.samples import RESEARCHER
from cases.routes.schema import Pack
from cases.services.changing import CASE_FACTS
from cases.services.publishing import publish_base_version
from documents.models import DocumentAccess, Packet, PacketState, Purpose
from documents.services.reviewing import accept_document
from documents.services.uploading import upload_document
from relo.accounts.models import Agency, Membership, SecurityEvent, User
from relo.core import clock
from relo.core.actors import system_actor
from relo.core.checks import our_models
from relo.core.models import OwnedModel
from relo.core.scoping import agency_scope, system_scope
from relo.outbox.models import OutboxMessage
from tests.browser.payloads import KINDS, LEAST_ROOM, Texts, Trap
from tests.matrix.filled_agency import SAMPLES, Filled

NO_LIMIT = 600
# What nobody writes as text: relo looks it up in a table of its own, or works it out. Each with the reason.
CODES = {
    "accounts.Agency.code": "capital letters and digits, by a constraint",
    "accounts.Agency.time_zone": "a name of the time zone database",
    "accounts.ApiToken.digest": "a digest",
    "accounts.ApiToken.scopes": "codes of a table",
    "accounts.CacheEntry.cache_key": "written by the cache",
    "accounts.CacheEntry.value": "written by the cache",
    "accounts.StaffSession.key_digest": "a digest",
    "accounts.StaffCount.key": "a digest",
    "accounts.User.password": "a hash",
    "accounts.WrongTries.account": "a digest",
    "api.IdempotentReply.request_sha256": "a digest",
    "cases.Appointment.time_zone": "a name of the time zone database",
    "cases.Candidate.nationalities": "codes of countries",
    "cases.Candidate.passport_index": "a digest",
    "cases.Candidate.time_zone": "a name of the time zone database",
    "cases.Attempt.papers": "codes of the route and days",
    "cases.CaseChange.effects": "worked out from two editions",
    "cases.Case.former_requirements": "requirements of rules that a case was on",
    "cases.Case.route_code": "a code of the route",
    "cases.Case.stage": "a code of the route",
    "cases.CaseEvent.kind": "a code with a label",
    "cases.ChecklistItem.code": "a code of the route",
    "cases.EditionEvent.actor": "kind and id of a member",
    "cases.EditionEvent.kind": "a code with a label",
    "cases.EditionEvent.part": "a section and a code of the route",
    "cases.FindingDecision.rule": "a code of the route",
    "cases.FormerPassport.noted_by": "kind and id of a member",
    "cases.PassportProposal.decided_by": "kind and id of a member",
    "cases.PassportProposal.proposed_by": "kind and id of a member",
    "cases.Post.serves": "codes of countries",
    "cases.Post.time_zone": "a name of the time zone database",
    "cases.PostEdition.content_sha256": "a digest",
    "cases.PostEdition.edition": "a day and a code, by a pattern",
    "cases.PostEdition.route_code": "a code of the route",
    "cases.Reminder.cycle": "worked out from the route",
    "cases.Reminder.rule": "a code of the route",
    "cases.ReminderPause.rule": "a code of the route",
    "cases.RouteVersion.edited_by": "kind and id of a member",
    "cases.RouteVersion.written_by": "kind and id of a member",
    "cases.RouteVersion.code": "a code of the route",
    "cases.RouteVersion.content_sha256": "a digest",
    "cases.RouteVersion.edition": "a day and a code, by a pattern",
    "documents.Document.blob_key": "a name in the store",
    "documents.Document.measures": "numbers that were measured",
    "documents.Document.refiled_from": "a code of the route",
    "documents.Document.refused_for": "a code of a table",
    "documents.Document.sha256": "a digest",
    "documents.LooseFile.blob_key": "a name in the store",
    "documents.Packet.blob_key": "a name in the store",
    "documents.Packet.fingerprint": "a digest",
    "documents.Packet.inputs": "taken from the other rows when a packet is asked for",
    "documents.Packet.copy_key": "a name in the store",
    "documents.Packet.sha256": "a digest",
    "documents.PacketVolume.blob_key": "a name in the store",
    "documents.PacketVolume.sha256": "a digest",
    "documents.PostCopy.blob_key": "a name in the store",
    "documents.PostCopy.sha256": "a digest",
    "documents.Rendition.blob_key": "a name in the store",
    "documents.Rendition.removed": "codes of a table",
    "documents.Rendition.sha256": "a digest",
    "documents.Review.reason": "a code of a table",
    "documents.Review.seconded_by": "kind and id of a member, and never without a time",
    "documents.Review.sha256": "a digest",
    "outbox.OutboxMessage.payload": "ids that the handler is called with",
    "portal.PortalSession.key_digest": "a digest",
    "portal.SignInCode.code_digest": "a digest",
    "portal.SignInCode.link_digest": "a digest",
    "portal.SignInCount.key": "a digest",
    "portal.SignInRequest.browser_digest": "a digest",
}
# Of an event's data: codes of the route and of tables, ids.
CODES_INSIDE = ("item", "post", "change", "original", "made_for", "refiled_from", "decision")
# Filled another way: below, or by the browser, which asks for a sign-in.
ROUTE, POST_PAGE = "cases.RouteVersion", "cases.PostEdition"
LOG, SECURITY = "documents.DocumentAccess", "accounts.SecurityEvent"
TYPED = {"portal.SignInRequest.email", "portal.SignInRequest.masked_email"}
IN_A_ROUTE = ("en", "zh", "quote", "note")


@dataclass
class Hostile:
    filled: Filled
    texts: Texts
    url: str
    shown: set[str] = field(default_factory=set)  # labels of fields of which a text was read somewhere

    def read(self, trap: Trap) -> None:
        self.shown |= self.texts.shown_by(trap.look())


def writable_texts(model: type[models.Model]) -> Iterator[Any]:
    """The fields of a model that hold what somebody wrote."""
    for one in model._meta.concrete_fields:
        is_text = isinstance(one, models.CharField | models.TextField | models.JSONField)
        too_short = one.max_length is not None and one.max_length < LEAST_ROOM
        if is_text and not one.choices and not too_short and label_of(one) not in CODES:
            yield one


def label_of(one: Any) -> str:
    return f"{one.model._meta.label}.{one.name}"


def left_out(texts: Texts) -> set[str]:
    """What could hold a payload and holds none, and codes of fields that are gone."""
    labels = {label_of(one) for model in our_models() for one in model._meta.concrete_fields}
    wanted = {label_of(one) for model in our_models() for one in writable_texts(model)}
    filled = {".".join(label.split(".")[:3]) for label in texts.labels}
    return (wanted - filled - TYPED) | (set(CODES) - labels)


def publish_hostile(pack: Pack, texts: Texts) -> None:
    """Read anew from its own words, each of them hostile; what a condition or a table reads stays."""

    with system_scope("base route versions belong to no agency"):
        hostile = Pack.model_validate(_worse(pack.model_dump(mode="json"), "", ROUTE, texts))
        publish_base_version(pack=hostile, actor=system_actor(texts.one(f"{ROUTE}.published_by", 70)))


def _worse(value: Any, key: str, label: str, texts: Texts) -> Any:
    """The words of a route or of a post's page."""
    if isinstance(value, dict):
        return {name: _worse(inner, name, label, texts) for name, inner in value.items()}
    if isinstance(value, list):
        return [_worse(inner, key, label, texts) for inner in value]
    if isinstance(value, str) and key in IN_A_ROUTE:
        return texts.one(f"{label}.content.{key}", 120)
    return value


def add_what_is_rare(filled: Filled) -> None:
    """What the pages show of a signed case, of an accepted and a waiting document, and of packets failed and sealed."""
    with agency_scope(filled.agency.pk):
        Case.objects.filter(pk=filled.case.pk).update(stage="review")
        _read_long_ago(filled.case)
        Signature.objects.update(stage_entered_at=filled.case.stage_entered_at)
        accept_document(document_id=filled.document.pk, actor=filled.members["reviewer"].actor)
        with (SAMPLES / "photo-compliant.jpg").open("rb") as file:  # one that waits to be looked at
            upload_document(
                case_id=filled.case.pk,
                code="photo_digital",
                file=file,
                file_name="x.jpg",
                actor=filled.members["manager"].actor,
            )
        common: dict[str, Any] = {
            "case": filled.case,
            "fingerprint": "0",
            "requested_by": "",
            "requested_at": clock.now(),
        }
        Packet.objects.create(
            **common, number=2, state=PacketState.FAILED, inputs={}, failure={"code": "x", "en": "x", "zh": "x"}
        )
        Packet.objects.create(
            **common, number=3, state=PacketState.SEALED, inputs=filled.packet.inputs, sealed_at=clock.now(),
            blob_key=filled.packet.blob_key, sha256="0", size=1, pages=1, manifest={},
        )  # fmt: skip


def _read_long_ago(case: Case) -> None:
    """The post's page, so that the case went on by a waiver."""
    for edition in PostEdition.objects.filter(cases=case):
        edition.content |= {"read_on": "2020-01-01", "review_by": "2020-01-02"}
        edition.save(update_fields=["content"])
    in_force.cache_clear()
    FreshnessWaiver.objects.filter(case=case).update(stage_entered_at=case.stage_entered_at)


def poison(filled: Filled, texts: Texts, turn: int) -> None:
    """Every text of every row that the agency has. Turns differ in what stands where there is little room."""
    with agency_scope(filled.agency.pk):
        for model in our_models():
            if model._meta.label not in (ROUTE, LOG, SECURITY):
                for row in rows_of(model, filled):
                    _poison_row(row, texts, turn)
        DocumentAccess.objects.create(
            case=filled.case,
            document=filled.document,
            actor_kind="staff",
            actor_ref=texts.one(f"{LOG}.actor_ref", 80, turn),
            purpose=Purpose.VIEW,
            reason=texts.one(f"{LOG}.reason", 200, turn),
            at=clock.now(),
        )
        said = {name: texts.one(f"{SECURITY}.data", NO_LIMIT) for name in ("role", "factor", "language")}
        SecurityEvent.objects.create(
            act=texts.one(f"{SECURITY}.act", 40, turn),
            actor_kind="staff",
            actor_ref=texts.one(f"{SECURITY}.actor_ref", 80, turn),
            data=said,
            at=clock.now(),
        )


def rows_of(model: Any, filled: Filled) -> list[Any]:
    if issubclass(model, OwnedModel):
        return list(model._default_manager.all())
    members = list(Membership.objects.filter(agency=filled.agency).values_list("user_id", flat=True))
    names = {one.name for one in model._meta.concrete_fields}
    if model is OutboxMessage:  # the others are work: a handler of that name is called
        return list(OutboxMessage.objects.filter(agency=filled.agency, dead_at__isnull=False))
    if model is Agency:
        return [filled.agency]
    if model is User:
        return list(User.objects.filter(pk__in=members))
    if "agency" in names:
        return list(model._default_manager.filter(agency=filled.agency))
    return list(model._default_manager.filter(user_id__in=members)) if "user" in names else []


def _poison_row(row: Any, texts: Texts, turn: int) -> None:
    changed = []
    for one in writable_texts(type(row)):
        value, label = getattr(row, one.name), label_of(one)
        if isinstance(row, Candidate | Case) and one.name == "facts":
            value = _facts(label, of_case=isinstance(row, Case), texts=texts)
        elif isinstance(row, Attempt) and one.name == "facts":
            value = json.dumps(_facts(label, of_case=False, texts=texts))
        elif isinstance(row, PostEdition) and one.name == "content":
            value = _worse(value, "", POST_PAGE, texts)
        elif isinstance(one, models.JSONField):
            value = _leaves(value, label, texts)
        elif isinstance(one, models.EmailField):
            value = texts.mailbox(label, turn)
        elif isinstance(one, models.URLField):
            value = texts.address(label, one.max_length or NO_LIMIT)
        else:
            value = texts.one(label, one.max_length or NO_LIMIT, turn)
        setattr(row, one.name, value)
        changed.append(one.name)
    if changed:
        row.save(update_fields=changed)


def _leaves(value: Any, label: str, texts: Texts) -> Any:
    if isinstance(value, dict):
        return {name: inner if name in CODES_INSIDE else _leaves(inner, label, texts) for name, inner in value.items()}
    if isinstance(value, list):
        return [_leaves(inner, label, texts) for inner in value]
    return texts.one(label, NO_LIMIT) if isinstance(value, str) else value


def _facts(label: str, *, of_case: bool, texts: Texts) -> dict[str, Any]:
    """Everything there is to know of a person or a case, hostile wherever the facts take any text."""
    known = {name: value for name, value in RESEARCHER.items() if (name in CASE_FACTS) == of_case}
    for path in _paths(known):
        worse = _with(RESEARCHER, path, KINDS[0].text)
        if _is_taken(worse):
            known = _with(known, path, texts.one(label, 200))
    own = ("date_of_birth", "nationalities", "residence_country")
    return {name: value for name, value in known.items() if name not in own}


def _paths(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from _paths(one, (*so_far, name))
    if isinstance(value, str):
        yield so_far


def _with(known: Any, path: tuple[Any, ...], text: str) -> Any:
    if not path:
        return text
    copy = dict(known) if isinstance(known, dict) else list(known)
    copy[path[0]] = _with(copy[path[0]], path[1:], text)
    return copy


def _is_taken(facts: Any) -> bool:
    try:
        CandidateFacts.model_validate(facts)
    except ValueError:
        return False
    return True
