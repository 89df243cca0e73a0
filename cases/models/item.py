from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from relo.core.models import OwnedModel, Privacy, privacy


class ItemState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    STARTED = "started", _("Started")
    SUBMITTED = "submitted", _("To check")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked")
    ACCEPTED = "accepted", _("Accepted")
    WAIVED = "waived", _("Waived")
    CANNOT_PROVIDE = "cannot_provide", _("Cannot provide")
    NO_LONGER_NEEDED = "no_longer_needed", _("No longer needed")


SETTLED_STATES = (ItemState.ACCEPTED, ItemState.WAIVED, ItemState.NO_LONGER_NEEDED)


WEB_ADDRESS = ("https://", "http://")


class ChecklistItem(OwnedModel):
    """A requirement of the route on one case. What it asks stands in the route version, under `code`."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "case code kind position stage_position state is_undecided missing_facts is_asked valid_until settled_at"
            " settled_by updated_at language"
        ),
        personal="note settled_on url issued_on expires_on",
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    stage_position = models.PositiveSmallIntegerField()  # of the stage that it must be settled in
    state = models.CharField(_("state"), max_length=20, choices=ItemState.choices, default=ItemState.REQUESTED)
    # Whether it is needed hangs on facts nobody has told us yet.
    is_undecided = models.BooleanField(default=False)
    missing_facts = models.JSONField(default=list, blank=True)
    # Settled, and nobody asks for it any more: it stays, and holds nothing up.
    is_asked = models.BooleanField(default=True)

    note = models.TextField(_("note"), blank=True)  # of a settled step; the reason of a waiver or of asked changes
    settled_on = models.DateField(_("date"), null=True, blank=True)  # the day the step happened
    url = models.URLField(_("address"), max_length=500, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)  # derived from the shelf life
    language = models.CharField(_("language of the document"), max_length=10, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=80, blank=True)
    updated_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="item_once_per_case"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="item_state_is_known"),
            models.CheckConstraint(condition=~Q(state="waived") | ~Q(note=""), name="item_waiver_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(state="changes_requested") | ~Q(note=""), name="item_changes_have_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(settled_at__isnull=False), name="item_accepted_has_a_time"
            ),
        ]
        indexes = [
            models.Index(F("case"), F("position"), name="item_of_case"),
            models.Index(F("agency"), F("updated_at"), condition=Q(state="submitted"), name="item_to_check"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED_STATES

    @property
    def leads_somewhere(self) -> bool:
        """The address may be made a link: what came past the services may begin with anything, javascript: as well."""
        return self.url.startswith(WEB_ADDRESS)

    def lapses_before(self, day: date) -> bool:
        """Asked for, accepted, and no longer good on that day: a newer document is welcome."""
        return self.is_asked and self.is_over_on(day)

    def is_over_on(self, day: date) -> bool:
        return self.state == ItemState.ACCEPTED and self.valid_until is not None and self.valid_until < day

    def takes_documents(self, hand_in_on: date) -> bool:
        return not self.is_settled or self.lapses_before(hand_in_on)
