from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relo.core.models import OwnedModel, Privacy, privacy
from relo.core.scoping import SharedOrOwnedManager


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class RouteVersion(OwnedModel):
    """A dated edition of a route, whole in `content`. Agency null: a base version shipped with relo.

    Once published, only its status may still change (to retired); PostgreSQL holds a trigger to that end.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="code edition status content content_sha256 published_at published_by created_at"
    )

    agency = models.ForeignKey(  # type: ignore[assignment]  # the one owner that may be null
        "accounts.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    code = models.CharField(_("route"), max_length=20)
    edition = models.CharField(_("edition"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    content = models.JSONField(help_text=_("Pack of cases.routes.schema"))
    content_sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.CharField(_("published by"), max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SharedOrOwnedManager()  # type: ignore[misc]

    class Meta(OwnedModel.Meta):
        verbose_name = _("route version")
        verbose_name_plural = _("route versions")
        constraints = [
            models.UniqueConstraint(fields=["agency", "code", "edition"], name="route_edition_once_per_agency"),
            models.UniqueConstraint(
                fields=["code", "edition"], condition=Q(agency=None), name="route_base_edition_once"
            ),
            models.CheckConstraint(condition=Q(status__in=VersionStatus.values), name="route_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="route_published_has_a_date"
            ),
        ]
        indexes = [models.Index(F("code"), F("published_at").desc(), name="route_by_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.edition}"
