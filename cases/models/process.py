"""What happens around a case outside the agency: dated records that staff keep, newest first."""

from collections.abc import Mapping
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.case import Case
from relo.core.fields import EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class ProcessRecord(OwnedModel):
    """`attempt`: the number of the application it belongs to; the first is 1."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="case attempt noted_by noted_at")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    noted_by = models.CharField(max_length=80, editable=False)
    noted_at = models.DateTimeField(editable=False)

    class Meta(OwnedModel.Meta):
        abstract = True


class StatusNote(ProcessRecord):
    """A line of the authority's own log, in its own words."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(personal="on status")

    on = models.DateField(_("day"))
    status = EncryptedTextField(_("status, as the authority words it"), max_length=500)

    class Meta(ProcessRecord.Meta):
        verbose_name = _("status at the authority")
        verbose_name_plural = _("statuses at the authority")
        indexes = [models.Index(F("case"), F("on").desc(), name="status_note_of_case")]


class NumberKind(models.TextChoices):
    ONLINE_FORM = "online_form", _("Online visa form (COVA)")
    VISA_CENTRE = "visa_centre", _("Visa centre")
    PICKUP_FORM = "pickup_form", _("Pick-up form")
    VISA = "visa", _("Visa")
    WORK_PERMIT = "work_permit", _("Work permit")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    OTHER = "other", pgettext_lazy("kind of number", "Other")


class ApplicationNumber(ProcessRecord):
    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="kind", sensitive="number")

    kind = models.CharField(_("of what"), max_length=20, choices=NumberKind.choices)
    number = EncryptedTextField(_("number"), max_length=80)

    class Meta(ProcessRecord.Meta):
        verbose_name = _("application number")
        verbose_name_plural = _("application numbers")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NumberKind.values), name="application_number_kind_is_known")
        ]
        indexes = [models.Index(F("case"), F("noted_at").desc(), name="application_number_of_case")]


class AppointmentKind(models.TextChoices):
    HAND_IN = "hand_in", _("Hand-in of the passport")
    INTERVIEW = "interview", _("Interview")
    FINGERPRINTS = "fingerprints", _("Fingerprints")
    COLLECTION = "collection", _("Collection of the passport")
    MEDICAL = "medical", _("Physical examination")
    REGISTRATION = "registration", _("Registration of the address")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    OTHER = "other", pgettext_lazy("kind of appointment", "Other")


class AppointmentState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("appointment", "Planned")
    KEPT = "kept", pgettext_lazy("appointment", "Kept")
    MISSED = "missed", pgettext_lazy("appointment", "Missed")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")


class Appointment(ProcessRecord):
    """A moment, and the zone of the place: its day and hour are those people read there."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="kind state time_zone", personal="at place")

    kind = models.CharField(_("what for"), max_length=20, choices=AppointmentKind.choices)
    at = models.DateTimeField(_("when"))
    time_zone = models.CharField(_("time zone of the place"), max_length=64)
    place = EncryptedTextField(_("place"), max_length=200, blank=True, default="")
    state = models.CharField(
        _("state"), max_length=10, choices=AppointmentState.choices, default=AppointmentState.PLANNED
    )

    class Meta(ProcessRecord.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AppointmentKind.values), name="appointment_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=AppointmentState.values), name="appointment_state_is_known"),
        ]
        indexes = [models.Index(F("case"), F("at").desc(), name="appointment_of_case")]

    @property
    def local_time(self) -> str:
        """Hour and zone as they read at the place."""
        return f"{self.at.astimezone(ZoneInfo(self.time_zone)):%H:%M} ({self.time_zone.replace('_', ' ')})"


class Outcome(models.TextChoices):
    ISSUED = "issued", _("Visa issued")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    MORE_PAPERS = "more_papers", _("More papers asked")


class AuthorityDecision(ProcessRecord):
    """`reason`: as the authority gave it, if it gave one."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="outcome", personal="on reason")

    outcome = models.CharField(_("decision"), max_length=12, choices=Outcome.choices)
    on = models.DateField(_("day"))
    reason = EncryptedTextField(_("reason, as it was given"), max_length=2000, blank=True, default="")

    class Meta(ProcessRecord.Meta):
        verbose_name = _("decision of the authority")
        verbose_name_plural = _("decisions of the authority")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="authority_decision_is_known")
        ]
        indexes = [models.Index(F("case"), F("on").desc(), name="authority_decision_of_case")]


class Entry(ProcessRecord):
    """`left_on` empty: the person is still in the country."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(personal="entered_on left_on")

    entered_on = models.DateField(_("entered on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta(ProcessRecord.Meta):
        verbose_name = _("entry into the country")
        verbose_name_plural = _("entries into the country")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("entered_on")), name="entry_days_are_in_order"
            )
        ]
        indexes = [models.Index(F("case"), F("entered_on").desc(), name="entry_of_case")]


class Address(ProcessRecord):
    """`until` empty: the person lives there. `registered_on`: with the police, who give a slip."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(personal="line since until registered_on")

    line = EncryptedTextField(_("address"), max_length=300)
    since = models.DateField(_("lives there since"))
    until = models.DateField(_("until"), null=True, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)

    class Meta(ProcessRecord.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="address_days_are_in_order")
        ]
        indexes = [models.Index(F("case"), F("since").desc(), name="address_of_case")]
