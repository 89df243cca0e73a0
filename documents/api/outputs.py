from typing import Any

from django.urls import reverse
from rest_framework import serializers

from cases.packs import pack_of_case
from documents.hints import hints_of
from documents.models import Document, DocumentAccess, DocumentState, MadeFor, Packet, PacketState, Purpose
from documents.models.document import SCANS
from documents.reasons import words_of_refusal
from documents.selectors import may_open, may_open_packet
from documents.services.reviewing import waits_for_second
from relo.core.actors import Actor


class FailureOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    en = serializers.CharField()
    zh = serializers.CharField()


class HintOut(serializers.Serializer[Any]):
    """What was measured of the first page. It refuses nothing."""

    code = serializers.CharField()
    result = serializers.ChoiceField(choices=["good", "look", "cannot_tell"])
    en = serializers.CharField()
    zh = serializers.CharField()


class DocumentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    case = serializers.UUIDField()
    item = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DocumentState.values)
    kind = serializers.CharField()
    file_name = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()
    pages = serializers.IntegerField()
    sha256 = serializers.CharField()
    refusal = FailureOut(allow_null=True, help_text="where the state is `refused`: why, and what its sender can do")
    scan = serializers.ChoiceField(choices=SCANS, help_text="what the virus scanner said of it when it came")
    uploaded_at = serializers.DateTimeField()
    hints = HintOut(many=True)
    issued_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField(allow_null=True)
    original = serializers.UUIDField(allow_null=True, help_text="the document that this one was made of")
    made_for = serializers.ChoiceField(choices=[*MadeFor.values, ""], help_text="what it is to its original")
    copied_from = serializers.UUIDField(allow_null=True, help_text="the document whose file is used again here")
    refiled_from = serializers.CharField(allow_blank=True, help_text="the requirement it was sent for")
    waits_for_second = serializers.BooleanField(help_text="accepted by one of the two people it takes")
    content = serializers.CharField(help_text="path of the original, as an attachment")


class VolumeOut(serializers.Serializer[Any]):
    """A further file of a packet that was split; the first one stands on the packet itself."""

    number = serializers.IntegerField()
    pages = serializers.IntegerField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField(allow_blank=True)
    content = serializers.CharField()
    manifest = serializers.CharField()


class PacketOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    case = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=PacketState.values)
    pages = serializers.IntegerField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    failure = FailureOut(allow_null=True)
    requested_at = serializers.DateTimeField()
    built_at = serializers.DateTimeField(allow_null=True)
    sealed_at = serializers.DateTimeField(allow_null=True)
    content = serializers.CharField()
    manifest = serializers.CharField()
    volumes = VolumeOut(many=True, help_text="all of them are handed in together with `content`")


class AccessOut(serializers.Serializer[Any]):
    """Bytes that were handed out: of a document, of a packet, or of a document to build that packet."""

    id = serializers.IntegerField()
    document = serializers.UUIDField(allow_null=True)
    packet = serializers.UUIDField(allow_null=True)
    purpose = serializers.ChoiceField(choices=Purpose.values)
    actor_kind = serializers.CharField()
    actor_ref = serializers.CharField()
    at = serializers.DateTimeField()


class AccessPageOut(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = AccessOut(many=True)


def document_out(document: Document) -> dict[str, Any]:
    return {
        "id": document.pk,
        "case": document.case_id,
        "item": document.item.code,
        "version": document.version,
        "state": document.state,
        "kind": document.kind,
        "file_name": document.file_name,
        "size": document.size,
        "pages": document.pages,
        "sha256": document.sha256,
        "refusal": _refusal(document),
        "scan": document.scan,
        "uploaded_at": document.uploaded_at,
        "hints": [
            {"code": hint.code, "result": hint.result, "en": hint.text.en, "zh": hint.text.zh}
            for hint in hints_of(document, pack_of_case(document.case).requirement(document.item.code))
        ],
        "issued_on": document.issued_on,
        "expires_on": document.expires_on,
        "original": document.original_id,
        "made_for": document.made_for,
        "copied_from": document.copied_from_id,
        "refiled_from": document.refiled_from,
        "waits_for_second": waits_for_second(document),
        "content": reverse("api:document-content", args=[document.pk]),
    }


def _refusal(document: Document) -> dict[str, str] | None:
    words = words_of_refusal(document.refused_for)
    return {"code": document.refused_for, "en": words.en, "zh": words.zh} if words is not None else None


def uploaded_out(document: Document, actor: Actor) -> dict[str, Any]:
    """The same bytes may have come before under another name, which is not told to everybody who may send."""
    shown = document_out(document)
    return shown if may_open(document, actor) else {**shown, "file_name": ""}


def packet_out(packet: Packet, actor: Actor) -> dict[str, Any]:
    """Without what tells of restricted papers in it: its hash, and a failure's words, which name files."""
    is_open = may_open_packet(packet, actor)
    content, manifest = (reverse(f"api:packet-{what}", args=[packet.pk]) for what in ("content", "manifest"))
    return {
        "id": packet.pk,
        "case": packet.case_id,
        "number": packet.number,
        "state": packet.state,
        "pages": packet.pages,
        "size": packet.size,
        "sha256": packet.sha256 if is_open else "",
        "failure": packet.failure if is_open else None,
        "requested_at": packet.requested_at,
        "built_at": packet.built_at,
        "sealed_at": packet.sealed_at,
        "content": content,
        "manifest": manifest,
        "volumes": [
            {
                "number": volume.number,
                "pages": volume.pages,
                "size": volume.size,
                "sha256": volume.sha256 if is_open else "",
                "content": f"{content}?part={volume.number}",
                "manifest": f"{manifest}?part={volume.number}",
            }
            for volume in sorted(packet.volumes.all(), key=lambda volume: volume.number)
        ],
    }


def access_out(access: DocumentAccess) -> dict[str, Any]:
    return {
        "id": access.pk,
        "document": access.document_id,
        "packet": access.packet_id,
        "purpose": access.purpose,
        "actor_kind": access.actor_kind,
        "actor_ref": access.actor_ref,
        "at": access.at,
    }
