"""Taking a decision back, filing elsewhere, linking to an original, and using a document again."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.selectors import visible_case
from cases.services.locking import item_of
from documents.api import outputs
from documents.services.linking import link_document
from documents.services.refiling import refile_document
from documents.services.reusing import reusable_documents, reuse_document
from documents.services.reviewing import take_back_decision
from relo.accounts.roles import Permission
from relo.api.base import ApiView
from relo.api.idempotency import answered_once
from relo.api.problems import ProblemSerializer
from relo.api.strict import StrictSerializer

P = ProblemSerializer
REFUSALS = {400: P, 403: P, 404: P, 409: P}


class RefileIn(StrictSerializer):
    """`sha256` of the bytes that were looked at: a newer version meanwhile is refused."""

    item = serializers.CharField(max_length=40)
    sha256 = serializers.CharField(max_length=64, required=False)


class OriginalIn(StrictSerializer):
    """The document that this one was made of; null takes the link away."""

    original = serializers.UUIDField(allow_null=True)


class ReuseIn(StrictSerializer):
    document = serializers.UUIDField()


class TakeBackView(ApiView):
    @extend_schema(operation_id="takeBackDecision", request=None, responses={200: outputs.DocumentOut, **REFUSALS})
    def post(self, request: Request, document_id: UUID) -> Response:
        """Take a decision back, within ten seconds and by whoever made it. The candidate is told of none before."""

        def act() -> Response:
            document = take_back_decision(document_id=document_id, actor=self.actor(request))
            return Response(outputs.document_out(document))

        return answered_once(request, act)


class RefileView(ApiView):
    @extend_schema(operation_id="refileDocument", request=RefileIn, responses={200: outputs.DocumentOut, **REFUSALS})
    def post(self, request: Request, document_id: UUID) -> Response:
        """Move a document that waits to be checked to the requirement it is for."""

        def act() -> Response:
            sent = _parsed(RefileIn, request)
            document = refile_document(
                document_id=document_id,
                code=sent["item"],
                sha256=sent.get("sha256", ""),
                actor=self.actor(request),
            )
            return Response(outputs.document_out(document))

        return answered_once(request, act)


class OriginalView(ApiView):
    @extend_schema(operation_id="linkOriginal", request=OriginalIn, responses={200: outputs.DocumentOut, **REFUSALS})
    def post(self, request: Request, document_id: UUID) -> Response:
        """Say which document a translation, authentication or notarial certificate was made of."""

        def act() -> Response:
            sent = _parsed(OriginalIn, request)
            document = link_document(document_id=document_id, original_id=sent["original"], actor=self.actor(request))
            return Response(outputs.document_out(document))

        return answered_once(request, act)


class ReuseView(ApiView):
    @extend_schema(operation_id="listReusable", responses={200: outputs.DocumentOut(many=True), 403: P, 404: P})
    def get(self, request: Request, case_id: UUID, code: str) -> Response:
        """Documents of the same person that can be used for this requirement, the newest first."""
        actor = self.actor(request)
        actor.require(Permission.VIEW_DOCUMENTS)
        case = visible_case(case_id, actor)
        item_of(case, code)
        return Response([outputs.document_out(one) for one in reusable_documents(case, code, actor)])

    @extend_schema(
        operation_id="reuseDocument",
        request=ReuseIn,
        responses={201: outputs.DocumentOut, 415: P, **REFUSALS},
    )
    def post(self, request: Request, case_id: UUID, code: str) -> Response:
        """Use a document again for another requirement, or in another case of the same person. It is checked anew."""

        def act() -> Response:
            actor = self.actor(request)
            actor.require(Permission.UPLOAD_DOCUMENTS)
            visible_case(case_id, actor)
            sent = _parsed(ReuseIn, request)
            document = reuse_document(document_id=sent["document"], case_id=case_id, code=code, actor=actor)
            return Response(outputs.document_out(document), status=201)

        return answered_once(request, act)


def _parsed(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    parsed = serializer(data=request.data)
    parsed.is_valid(raise_exception=True)
    data: dict[str, Any] = dict(parsed.validated_data)
    return data
