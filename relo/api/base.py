"""What every API view shares."""

from typing import Any, cast

from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from relo.core.actors import Actor


class OneForm(BaseContentNegotiation):
    """Each answer has one form. `Accept: application/pdf` on a packet must not be refused."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A door: parses, calls one selector or service, renders."""

    content_negotiation_class = OneForm

    @staticmethod
    def actor(request: Request) -> Actor:
        return cast(Actor, request.auth)
