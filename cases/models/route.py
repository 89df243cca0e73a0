from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relo.core.models import OwnedModel, Privacy, privacy
from relo.core.scoping import SharedOrOwnedQuerySet


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


FROZEN = (VersionStatus.PUBLISHED, VersionStatus.RETIRED)


class PublishedIsFrozen(RuntimeError):
    """A published route version was about to be changed or removed. Always a bug."""


class RouteVersionQuerySet(SharedOrOwnedQuerySet["RouteVersion"]):
    """What is published may retire, and nothing else. PostgreSQL holds a trigger to the same end."""

    def update(self, **kwargs: Any) -> int:
        self._refuse_frozen(kwargs)
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]

    def _update(self, values: Any) -> int:
        self._refuse_frozen({field.name: value for field, _model, value in values})
        return super()._update(values)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_frozen({})
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _refuse_frozen(self, values: Mapping[str, Any]) -> None:
        if set(values) == {"status"} and values["status"] == VersionStatus.RETIRED:
            return
        if self.filter(status__in=FROZEN).exists():
            raise PublishedIsFrozen("a published route version never changes; publish a new edition")


RouteVersionManager = models.Manager.from_queryset(RouteVersionQuerySet)


class RouteVersion(OwnedModel):
    """A dated edition of a route, whole in `content`. Agency null: a base version shipped with relo.

    Once published, only its status may still change (to retired).
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "code edition status content content_sha256 based_on written_by edited_by edited_at"
            " published_at published_by created_at"
        )
    )

    agency = models.ForeignKey(  # type: ignore[assignment]  # the one owner that may be null
        "accounts.Agency", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    code = models.CharField(_("route"), max_length=20)
    edition = models.CharField(_("edition"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    content = models.JSONField(help_text=_("Pack of cases.routes.schema"))
    content_sha256 = models.CharField(max_length=64)
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # ActorKind:ref. Neither of the two may publish it.
    written_by = models.CharField(max_length=80, blank=True)
    edited_by = models.CharField(max_length=80, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.CharField(_("published by"), max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RouteVersionManager()  # type: ignore[misc]

    class Meta(OwnedModel.Meta):
        verbose_name = _("route version")
        verbose_name_plural = _("route versions")
        constraints = [
            models.UniqueConstraint(fields=["agency", "code", "edition"], name="route_edition_once_per_agency"),
            models.UniqueConstraint(
                fields=["code", "edition"], condition=Q(agency=None), name="route_base_edition_once"
            ),
            models.UniqueConstraint(
                fields=["agency", "code"],
                condition=Q(status__in=["draft", "in_review"]),
                name="route_one_draft_per_agency",
            ),
            models.CheckConstraint(condition=Q(status__in=VersionStatus.values), name="route_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="route_published_has_a_date"
            ),
        ]
        indexes = [models.Index(F("code"), F("published_at").desc(), name="route_by_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.edition}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Django deletes a single row by its key alone, past the manager."""
        if type(self).objects.filter(pk=self.pk, status__in=FROZEN).exists():
            raise PublishedIsFrozen("a published route version is never deleted")
        return super().delete(*args, **kwargs)

    delete.alters_data = True  # type: ignore[attr-defined]

    @property
    def is_frozen(self) -> bool:
        return self.status in FROZEN


class EditionEvent(OwnedModel):
    """One line of how an edition came about: who did what, when, and what they wrote to it."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="version kind actor at part", personal="note")

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    version = models.ForeignKey(RouteVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    at = models.DateTimeField()
    part = models.CharField(max_length=120, blank=True)  # section and code of what was edited
    note = models.TextField(_("note"), blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("event of an edition")
        verbose_name_plural = _("events of an edition")
        indexes = [models.Index(F("version"), F("id").desc(), name="event_of_edition")]
