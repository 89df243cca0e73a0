"""The API's door for e-mails that came back: what a mail provider calls, or forwards the report to as it came."""

from typing import Any, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.records import ZonedMoment
from cases.api.views import KEY, parsed
from cases.bounce_reports import Report, read_report, status_in
from cases.models import BounceKind
from cases.services.bouncing import note_bounce
from relo.accounts.roles import Permission
from relo.api.base import ApiView
from relo.api.idempotency import answered_once
from relo.api.parsers import ShallowJSONParser
from relo.api.problems import ProblemSerializer
from relo.api.strict import StrictSerializer
from relo.core.errors import TooLarge
from relo.core.receiving import announced_length


class BounceIn(StrictSerializer):
    message_id = serializers.CharField(
        max_length=250, required=False, allow_blank=True, help_text="of the mail; goes before the address"
    )
    address = serializers.CharField(max_length=254, required=False, allow_blank=True)
    kind = serializers.ChoiceField(
        choices=BounceKind.values, help_text="hard: nobody is reached there; soft: not for now; complaint: called spam"
    )
    at = ZonedMoment(required=False, help_text="when it came back; now, where it is left out")
    diagnostic = serializers.CharField(
        max_length=4000, required=False, allow_blank=True, help_text="only the status code in it is kept, such as 5.1.1"
    )

    def more_faults(self, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("message_id") or data.get("address"):
            return {}
        return {"message_id": [_("Name the mail by its Message-ID, or the address it was sent to.")]}


class HeardOut(serializers.Serializer[Any]):
    heard = serializers.BooleanField()


class WholeMail(BaseParser):
    """As it came; what it says is found out later."""

    media_type = "message/rfc822"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, bytes]:
        return {"report": stream.read()}


class BouncesView(ApiView):
    parser_classes = (ShallowJSONParser, WholeMail)

    @extend_schema(
        operation_id="reportBounce",
        request={"application/json": BounceIn, "message/rfc822": OpenApiTypes.BINARY},
        parameters=[KEY],
        responses={
            202: OpenApiResponse(HeardOut, description="The same whether relo knows the mail and address or not."),
            **dict.fromkeys((400, 403, 413, 422), ProblemSerializer),
        },
    )
    def post(self, request: Request) -> Response:
        """Report an e-mail that came back. After a hard one or a complaint nothing more is sent to the address.

        Repeats count once. A report as the mail server sent it (RFC 3464, RFC 5965) goes by the Message-ID of the mail
        that it returns; the address in it counts for nothing, since anybody can write such a report.
        """
        actor = self.actor(request)
        actor.require(Permission.REPORT_BOUNCES)
        if announced_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge("report_too_large", _("A report about a mail has at most 1 MB."))
        if (request.content_type or "").partition(";")[0].strip().casefold() == WholeMail.media_type:
            report = read_report(cast(dict[str, bytes], request.data).get("report", b""))
            if report is not None:
                note_bounce(report=report, actor=actor)
            return _heard()

        def act() -> Response:
            sent = parsed(BounceIn, request)
            code = status_in(sent.pop("diagnostic", ""))
            note_bounce(report=Report(**sent, code=code), actor=actor)
            return _heard()

        return answered_once(request, act)


def _heard() -> Response:
    return Response({"heard": True}, status=202)
