"""What every API view shares."""

from typing import cast

from rest_framework.request import Request
from rest_framework.views import APIView

from relo.core.actors import Actor


class ApiView(APIView):
    """A door: parses, calls one selector or service, renders."""

    @staticmethod
    def actor(request: Request) -> Actor:
        return cast(Actor, request.auth)
