from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from relo.accounts.models import User
from relo.accounts.services import actor_of_user


class MemberBackend(ModelBackend):
    """E-mail and password, for people whose membership is in force."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        return isinstance(user, User) and user.is_active and actor_of_user(user) is not None

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.is_active else None
