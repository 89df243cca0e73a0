"""What the staff's sign-in keeps besides the user: signed-in browsers, wrong tries, and what processes share."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relo.core.counting import Count
from relo.core.models import Privacy, privacy


class StaffSession(models.Model):
    """A signed-in browser. Beside Django's session: it knows whose it is, and when it began, was seen and confirmed."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id user key_digest browser started_at last_seen_at confirmed_at ended_at"
    )

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64, unique=True)
    browser = models.CharField(max_length=20)  # the family alone: more would be a fingerprint
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()  # when the person last proved who they are
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("staff session")
        verbose_name_plural = _("staff sessions")
        indexes = [models.Index(F("user"), condition=Q(ended_at=None), name="session_of_user")]


class WrongTries(models.Model):
    """How often something was guessed for an account since it was last right. The account need not exist."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="id account tries last_at wait_until")

    account = models.CharField(max_length=80, unique=True)  # keyed digest of an address, or a user's id
    tries = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    wait_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("wrong tries")
        verbose_name_plural = _("wrong tries")


class StaffCount(Count):
    """What the sign-in counts within a time: wrong passwords by network, say. The account need not exist."""

    class Meta:
        verbose_name = _("count at the staff's sign-in")
        verbose_name_plural = _("counts at the staff's sign-in")


class CacheEntry(models.Model):
    """The table of Django's database cache, in the shape that it expects: codes of authenticator apps already used.

    A cache of each process would accept such a code once for each process.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="cache_key value expires")

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "relo_cache"
        verbose_name = _("cache entry")
        verbose_name_plural = _("cache entries")
