from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.candidate import Candidate
from cases.models.post import PostEdition
from cases.models.route import RouteVersion
from relo.core.models import OwnedModel, Privacy, privacy


class WhoseTurn(models.TextChoices):
    CANDIDATE = "candidate", _("Candidate")
    AGENCY = "agency", _("Agency")
    EMPLOYER = "employer", _("Employer")
    AUTHORITY = "authority", _("Authority")
    THIRD_PARTY = "third_party", _("Third party")
    NOBODY = "", _("Nobody: closed")


class Case(OwnedModel):
    """One person on one route. Every act on it locks this row first."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "reference route_code route_version post_edition candidate stage stage_entered_at stage_entered_by"
            " planned_hand_in external_ref manager whose_turn items_settled items_total sealed_packet sealed_at"
            " former_requirements opened_at closed_at updated_at"
        ),
        personal="facts",
    )

    reference = models.CharField(_("reference"), max_length=24)
    route_code = models.CharField(_("route"), max_length=20)
    route_version = models.ForeignKey(RouteVersion, on_delete=models.PROTECT, related_name="+")
    post_edition = models.ForeignKey(PostEdition, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    # Ids: items that a former post asked for keep the name it gave them.
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="cases")
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    external_ref = models.CharField(_("external reference"), max_length=80, blank=True)

    stage = models.CharField(_("stage"), max_length=40)
    stage_entered_at = models.DateTimeField()
    # ActorKind:ref of who moved it here; the second person who signs must be someone else.
    stage_entered_by = models.CharField(max_length=80)
    planned_hand_in = models.DateField(_("planned hand-in"), null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True, help_text=_("facts of the process: post, visa, entry"))
    # By code, as they last stood: asked for by rules the case was on before, with an item that is still there.
    former_requirements = models.JSONField(default=dict, blank=True, editable=False)
    sealed_packet = models.PositiveIntegerField(null=True, blank=True, editable=False)
    sealed_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Derived in the same transaction as what they follow from, so that a list needs no second query.
    whose_turn = models.CharField(_("whose turn"), max_length=12, choices=WhoseTurn.choices, blank=True)
    items_settled = models.PositiveSmallIntegerField(default=0)
    items_total = models.PositiveSmallIntegerField(default=0)

    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta(OwnedModel.Meta):
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["agency", "reference"], name="case_reference_once_per_agency"),
            models.UniqueConstraint(
                fields=["agency", "external_ref"],
                condition=Q(closed_at=None) & ~Q(external_ref=""),
                name="case_open_external_ref_once_per_agency",
            ),
            models.CheckConstraint(condition=Q(whose_turn__in=WhoseTurn.values), name="case_turn_is_known"),
            models.CheckConstraint(condition=Q(items_settled__lte=F("items_total")), name="case_progress_adds_up"),
        ]
        indexes = [
            models.Index(F("agency"), F("updated_at").desc(), F("id").desc(), name="case_list"),
            models.Index(
                F("agency"),
                F("stage"),
                F("updated_at").desc(),
                F("id").desc(),
                condition=Q(closed_at=None),
                name="case_open_by_stage",
            ),
            models.Index(
                F("agency"),
                F("manager"),
                F("updated_at").desc(),
                condition=Q(closed_at=None),
                name="case_open_by_manager",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReferenceCounter(OwnedModel):
    """The last number given out per agency and year."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="year last")

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(OwnedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="counter_once_per_agency_and_year")]
