from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.route import VersionStatus
from relo.core.models import OwnedModel, Privacy, privacy


class PostKind(models.TextChoices):
    CONSULATE = "consulate", _("Consulate")
    EMBASSY = "embassy", _("Embassy")
    VISA_CENTRE = "visa_centre", _("Visa centre")


class Post(OwnedModel):
    """Where a candidate hands in. What it asks for stands in its editions."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="kind name_en name_zh country city time_zone serves is_active created_at"
    )

    kind = models.CharField(_("kind"), max_length=12, choices=PostKind.choices)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120)
    country = models.CharField(_("country"), max_length=3)
    city = models.CharField(_("city"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=64)
    serves = models.JSONField(_("countries it serves"), default=list, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("consulate or visa centre")
        verbose_name_plural = _("consulates and visa centres")
        constraints = [
            models.UniqueConstraint(fields=["agency", "name_en"], name="post_name_once_per_agency"),
            models.CheckConstraint(condition=Q(kind__in=PostKind.values), name="post_kind_is_known"),
            models.CheckConstraint(condition=~Q(name_en="") & ~Q(name_zh=""), name="post_has_both_names"),
        ]

    def __str__(self) -> str:
        return self.name_en

    @property
    def en(self) -> str:
        return self.name_en

    @property
    def zh(self) -> str:
        return self.name_zh


class PostEdition(OwnedModel):
    """What a post asks for on a route, as read on a day; whole in `content`. Once published it never changes.

    PostgreSQL holds a trigger to that end; only the status may still go from published to retired.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "post route_code edition status content content_sha256 author submitted_by submitted_at sent_back_reason"
            " published_by published_at created_at"
        )
    )

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="editions")
    route_code = models.CharField(_("route"), max_length=20)
    edition = models.CharField(_("edition"), max_length=40)
    status = models.CharField(_("status"), max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    content = models.JSONField(help_text=_("Overlay of cases.routes.overlays"))
    content_sha256 = models.CharField(max_length=64)
    author = models.CharField(max_length=80)  # who wrote what stands here now
    submitted_by = models.CharField(max_length=80, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    sent_back_reason = models.TextField(_("why it was sent back"), blank=True)
    published_by = models.CharField(_("published by"), max_length=80, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("edition of a post")
        verbose_name_plural = _("editions of posts")
        constraints = [
            models.UniqueConstraint(fields=["agency", "post", "route_code", "edition"], name="post_edition_once"),
            models.CheckConstraint(condition=Q(status__in=VersionStatus.values), name="post_edition_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="post_edition_published_on"
            ),
        ]
        indexes = [models.Index(F("post"), F("route_code"), F("published_at").desc(), name="post_edition_latest")]

    def __str__(self) -> str:
        return f"{self.route_code} {self.edition}"

    @property
    def is_frozen(self) -> bool:
        return self.status in (VersionStatus.PUBLISHED, VersionStatus.RETIRED)


class FreshnessWaiver(OwnedModel):
    """A named person goes on with a page that should be read again: for one case and one visit to the stage.

    A newer edition of the post makes it void, by the time it was published.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case post_edition stage_entered_at waived_by waived_at", personal="reason"
    )

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="freshness_waivers")
    post_edition = models.ForeignKey(PostEdition, on_delete=models.PROTECT, related_name="+")
    stage_entered_at = models.DateTimeField()
    reason = models.TextField(_("reason"))
    waived_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    waived_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("waiver of the freshness of a post")
        verbose_name_plural = _("waivers of the freshness of posts")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="freshness_waiver_has_a_reason")]
        indexes = [models.Index(F("case"), F("waived_at").desc(), name="freshness_waiver_of_case")]
