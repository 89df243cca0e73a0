"""The API of documents and packets."""

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.selectors import visible_case
from documents import serving
from documents.api import outputs
from documents.models import PacketVolume, Purpose
from documents.selectors import accesses_visible_to, known_packet, packets_of, visible_document
from documents.services.handing_out import hand_out_document, hand_out_packet, hand_out_volume
from documents.services.packets import request_packet
from documents.services.reviewing import accept_document, request_changes
from documents.services.uploading import upload_document
from documents.told_dates import Dates
from relo.accounts.roles import Permission
from relo.api.base import ApiView
from relo.api.idempotency import answered_once
from relo.api.pagination import CursorPages
from relo.api.problems import ProblemSerializer
from relo.api.strict import StrictSerializer
from relo.core.errors import Invalid
from relo.core.receiving import refuse_too_large, refuse_trouble

P = ProblemSerializer
BYTES = OpenApiResponse(response=OpenApiTypes.BINARY, description="the file, as an attachment")


class ToldIn(serializers.Serializer[Any]):
    """What may come beside the file. `original`: the document that it was made of, as the degree of a translation."""

    issued_on = serializers.DateField(required=False)
    expires_on = serializers.DateField(required=False)
    original = serializers.UUIDField(required=False)


class FileIn(ToldIn):
    file = serializers.FileField()


class AcceptIn(StrictSerializer):
    """`sha256` of the bytes that were looked at: a newer version meanwhile is refused."""

    sha256 = serializers.CharField(max_length=64, required=False)
    issued_on = serializers.DateField(required=False)
    expires_on = serializers.DateField(required=False)
    language = serializers.CharField(max_length=10, required=False)


class RequestChangesIn(StrictSerializer):
    reason = serializers.CharField(max_length=40)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    sha256 = serializers.CharField(max_length=64, required=False)


class UploadView(ApiView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="uploadDocument",
        request={"multipart/form-data": FileIn},
        responses={201: outputs.DocumentOut, 400: P, 403: P, 404: P, 409: P, 413: P, 415: P, 422: P, 503: P, 507: P},
    )
    def post(self, request: Request, case_id: UUID, code: str) -> Response:
        """Send a document for a requirement. It is inspected before the answer; what is refused then is not stored.

        Where making its working copy takes longer, its state is `checking`: ask again until it is `ready` or `refused`.
        """
        refuse_too_large(request)
        refuse_trouble(request)
        file = request.FILES.get("file")
        if file is None:
            message = _("Send one file, as the multipart field `file`.")
            raise Invalid("file_missing", message, errors={"file": message})
        told = ToldIn(data=request.data)
        told.is_valid(raise_exception=True)
        said = told.validated_data
        document = upload_document(
            case_id=case_id,
            code=code,
            file=file.file,
            file_name=file.name or "",
            actor=self.actor(request),
            dates=Dates(said.get("issued_on"), said.get("expires_on")),
            original_id=said.get("original"),
        )
        return Response(outputs.uploaded_out(document, self.actor(request)), status=201)


class DocumentView(ApiView):
    @extend_schema(operation_id="getDocument", responses={200: outputs.DocumentOut, 403: P, 404: P})
    def get(self, request: Request, document_id: UUID) -> Response:
        """One version of a document, and what was decided on it."""
        return Response(outputs.document_out(visible_document(document_id, self.actor(request))))


class DocumentContentView(ApiView):
    @extend_schema(
        operation_id="getDocumentContent", responses={(200, "application/octet-stream"): BYTES, 403: P, 404: P}
    )
    def get(self, request: Request, document_id: UUID) -> HttpResponseBase:
        """The original, byte for byte."""
        self.actor(request).require(Permission.DOWNLOAD_FILES)
        document = hand_out_document(document_id=document_id, actor=self.actor(request), purpose=Purpose.API)
        return serving.original_as_sent(document)


class AcceptView(ApiView):
    @extend_schema(
        operation_id="acceptDocument",
        request=AcceptIn,
        responses={200: outputs.DocumentOut, 400: P, 403: P, 404: P, 409: P},
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Accept a version. Its dates are asked for where the requirement's validity hangs on them."""

        def act() -> Response:
            sent = _parsed(AcceptIn, request)
            document = accept_document(document_id=document_id, actor=self.actor(request), **sent)
            return Response(outputs.document_out(document))

        return answered_once(request, act)


class RequestChangesView(ApiView):
    @extend_schema(
        operation_id="requestChanges",
        request=RequestChangesIn,
        responses={200: outputs.DocumentOut, 400: P, 403: P, 404: P, 409: P},
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Give a version back with a reason from the library. The candidate reads it in their language."""

        def act() -> Response:
            sent = _parsed(RequestChangesIn, request)
            document = request_changes(document_id=document_id, actor=self.actor(request), **sent)
            return Response(outputs.document_out(document))

        return answered_once(request, act)


class PacketsView(ApiView):
    @extend_schema(operation_id="listPackets", responses={200: outputs.PacketOut(many=True), 404: P})
    def get(self, request: Request, case_id: UUID) -> Response:
        """The packets of a case, the latest first."""
        actor = self.actor(request)
        return Response([outputs.packet_out(packet, actor) for packet in packets_of(case_id, actor)])

    @extend_schema(
        operation_id="requestPacket", request=None, responses={202: outputs.PacketOut, 403: P, 404: P, 409: P}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Ask for a packet. It is built in the background: look at its `state`."""

        def act() -> Response:
            packet = request_packet(case_id=case_id, actor=self.actor(request))
            return Response(outputs.packet_out(packet, self.actor(request)), status=202)

        return answered_once(request, act)


class PacketView(ApiView):
    @extend_schema(operation_id="getPacket", responses={200: outputs.PacketOut, 404: P})
    def get(self, request: Request, packet_id: UUID) -> Response:
        """One packet and its state."""
        actor = self.actor(request)
        return Response(outputs.packet_out(known_packet(packet_id, actor), actor))


PART = OpenApiParameter("part", int, description="of a packet that was split: 2 and so on, as `volumes` lists them")


class OfPacketView(ApiView):
    def _volume(self, request: Request, packet_id: UUID, number: int) -> PacketVolume:
        actor = self.actor(request)
        return hand_out_volume(packet_id=packet_id, number=number, actor=actor, purpose=Purpose.API)


class PacketContentView(OfPacketView):
    @extend_schema(
        operation_id="getPacketContent",
        parameters=[PART],
        responses={(200, "application/pdf"): BYTES, 403: P, 404: P, 409: P},
    )
    def get(self, request: Request, packet_id: UUID) -> HttpResponseBase:
        """The PDF, once the packet is built."""
        self.actor(request).require(Permission.DOWNLOAD_FILES)
        if (part := serving.part_asked(request.query_params)) > 1:
            return serving.volume_pdf(self._volume(request, packet_id, part))
        packet = hand_out_packet(packet_id=packet_id, actor=self.actor(request), purpose=Purpose.API)
        return serving.packet_pdf(packet)


class PacketManifestView(OfPacketView):
    @extend_schema(
        operation_id="getPacketManifest",
        parameters=[PART],
        responses={200: OpenApiTypes.OBJECT, 403: P, 404: P, 409: P},
    )
    def get(self, request: Request, packet_id: UUID) -> Response:
        """What stands in the packet, with the hash of each part."""
        if (part := serving.part_asked(request.query_params)) > 1:
            return Response(self._volume(request, packet_id, part).manifest)
        packet = hand_out_packet(packet_id=packet_id, actor=self.actor(request), purpose=Purpose.API)
        return Response(packet.manifest)


class NewestAccesses(CursorPages):
    ordering = ("-id",)


class AccessesView(ApiView):
    @extend_schema(operation_id="listAccesses", responses={200: outputs.AccessPageOut, 403: P, 404: P})
    def get(self, request: Request, case_id: UUID) -> Response:
        """Who opened which document or packet of a case, when and why, the newest first."""
        actor = self.actor(request)
        pages = NewestAccesses()
        accesses = accesses_visible_to(actor).filter(case=visible_case(case_id, actor))
        page = pages.paginate_queryset(accesses, request, view=self) or []
        return pages.get_paginated_response([outputs.access_out(access) for access in page])


def _parsed(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    parsed = serializer(data=request.data)
    parsed.is_valid(raise_exception=True)
    data: dict[str, Any] = dict(parsed.validated_data)
    return data
