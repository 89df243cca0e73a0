"""Liveness and readiness. Readiness says which part is away, never why in detail: anyone may ask."""

import logging

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string

from relo.core import storage
from relo.core.checks import policies_hold
from relo.core.errors import NotReady

log = logging.getLogger(__name__)


def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """503 without database or storage. A broker that is away only slows things: the sweep finds the rows.

    What rooms above tell besides is named by settings.READINESS: `walls` are those around the process that opens files.
    `row_security` is false on SQLite and for a role that goes around it: then relo's managers stand alone.
    """
    checks = {"database": _database(), "row_security": _row_security(), "storage": _storage(), "broker": _broker()}
    ok = checks["database"] and checks["storage"]
    told = {name: import_string(path)() for name, path in settings.READINESS.items()}
    return JsonResponse({"ready": ok, "checks": checks, **told}, status=200 if ok else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_agency LIMIT 1")
    except Exception as failure:
        log.warning("health.database", extra={"error": type(failure).__name__})
        return False
    return True


def _row_security() -> bool:
    try:
        return policies_hold(connection)
    except DatabaseError:
        return False


def _storage() -> bool:
    try:
        storage.probe()
    except NotReady as failure:
        log.warning("health.storage", extra={"error": type(failure.__cause__).__name__})
        return False
    return True


def _broker() -> bool:
    try:
        address = settings.ENVIRONMENT.REDIS_URL
        with redis.Redis.from_url(address, socket_connect_timeout=0.2, socket_timeout=0.5) as broker:
            return bool(broker.ping())
    except redis.RedisError as failure:
        log.warning("health.broker", extra={"error": type(failure).__name__})
        return False
