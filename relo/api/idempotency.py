"""Idempotency-Key: the act and the memory of its answer are one transaction, so a retry never acts twice.

Uploads need no key: the same bytes on the same item are the same document.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from relo.api.models import IdempotentReply
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid

LONGEST_KEY = 120


def answered_once(request: Request, act: Callable[[], Response]) -> Response:
    """Run `act`, or give the stored answer when this token sent the same key before."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > LONGEST_KEY:
        raise Invalid("idempotency_key_too_long", _("An Idempotency-Key has at most 120 characters."))
    digest = _digest(request)
    stored = _stored(request, key)
    if stored is not None:
        return _replay(stored, digest)
    try:
        with transaction.atomic():
            # First, so that of two at once the second waits here for the first to commit or roll back.
            reply = IdempotentReply.objects.create(
                token_id=_token(request), key=key, request_sha256=digest, status=0, created_at=clock.now()
            )
            response = act()
            reply.status = response.status_code
            reply.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
            reply.save(update_fields=["status", "body"])
            return response
    except IntegrityError:
        stored = _stored(request, key)
        if stored is None:
            raise
        return _replay(stored, digest)


def _stored(request: Request, key: str) -> IdempotentReply | None:
    return IdempotentReply.objects.filter(token_id=_token(request), key=key).first()


def _replay(stored: IdempotentReply, digest: str) -> Response:
    if stored.request_sha256 != digest:
        raise Conflict(
            "idempotency_key_reused", _("This Idempotency-Key was used for another request. Take a new one.")
        )
    return Response(stored.body, status=stored.status, headers={"Idempotent-Replayed": "true"})


def _token(request: Request) -> UUID:
    return UUID(cast(Actor, request.auth).ref)


def _digest(request: Request) -> str:
    body: Any = json.dumps(request.data, sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()
