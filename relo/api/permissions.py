from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class HasActor(BasePermission):
    """A token in force. What it may do is decided by the service it calls."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth is not None
