"""What the publishing of new rules means for open cases, and what people decided about it."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.post import PostEdition
from cases.models.route import RouteVersion
from relo.core.models import OwnedModel, Privacy, privacy


class RuleChange(OwnedModel):
    """New rules for an agency: a route's edition, its own or a base that is offered to it; or that of a post."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="route_version post_edition made_at cases_total cases_done computed_up_to computed_at"
    )

    route_version = models.ForeignKey(RouteVersion, on_delete=models.PROTECT, null=True, related_name="+")
    post_edition = models.ForeignKey(PostEdition, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("published"))
    # Counted when it was made; how many it turned out to be stands in `cases_done`.
    cases_total = models.PositiveIntegerField(default=0)
    cases_done = models.PositiveIntegerField(default=0)
    computed_up_to = models.UUIDField(null=True, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("rule change")
        verbose_name_plural = _("rule changes")
        constraints = [
            models.UniqueConstraint(fields=["agency", "route_version"], name="change_once_per_version"),
            models.UniqueConstraint(fields=["agency", "post_edition"], name="change_once_per_post_edition"),
            models.CheckConstraint(
                condition=Q(route_version__isnull=False, post_edition__isnull=True)
                | Q(route_version__isnull=True, post_edition__isnull=False),
                name="change_of_one_thing",
            ),
        ]
        indexes = [models.Index(F("agency"), F("made_at").desc(), name="change_list")]


class Choice(models.TextChoices):
    MIGRATE = "migrate", _("Put on the new rules")
    KEEP = "keep", _("Keep on the old rules until a day")
    LATER = "later", _("Decide later")


class ChangeDecision(OwnedModel):
    """A person's decision for a group of cases, or for one (`case`). What became of it is counted as it is done."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="change group_key case choice keep_until decided_by decided_at cases_done cases_refused done_at",
        personal="reason",
    )

    change = models.ForeignKey(RuleChange, on_delete=models.PROTECT, related_name="decisions")
    group_key = models.CharField(max_length=16)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    choice = models.CharField(_("decision"), max_length=10, choices=Choice.choices)
    reason = models.TextField(_("reason"), blank=True)
    keep_until = models.DateField(_("until"), null=True, blank=True)
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()
    cases_done = models.PositiveIntegerField(default=0)
    cases_refused = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("decision on a rule change")
        verbose_name_plural = _("decisions on rule changes")
        constraints = [
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="change_decision_is_known"),
            models.CheckConstraint(
                condition=~Q(choice="keep") | (~Q(reason="") & Q(keep_until__isnull=False)),
                name="change_kept_has_a_reason_and_a_day",
            ),
        ]
        indexes = [models.Index(F("change"), F("decided_at"), name="decision_of_change")]


class ChangeState(models.TextChoices):
    OPEN = "open", _("To decide")
    MIGRATED = "migrated", _("On the new rules")
    KEPT = "kept", _("Kept on the old rules")
    LATER = "later", _("To decide later")
    OVERTAKEN = "overtaken", _("Overtaken by newer rules")


class CaseChange(OwnedModel):
    """What a rule change would do to one open case. `effects`: Effect of cases.routes.impact."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="change case from_version from_post_edition group_key is_blocked state decision computed_at",
        personal="effects",
    )

    change = models.ForeignKey(RuleChange, on_delete=models.PROTECT, related_name="case_changes")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rule_changes")
    from_version = models.ForeignKey(RouteVersion, on_delete=models.PROTECT, related_name="+")
    from_post_edition = models.ForeignKey(PostEdition, on_delete=models.PROTECT, null=True, related_name="+")
    effects = models.JSONField(default=list)
    group_key = models.CharField(max_length=16)
    is_blocked = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=ChangeState.choices, default=ChangeState.OPEN)
    decision = models.ForeignKey(ChangeDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    computed_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("rule change of a case")
        verbose_name_plural = _("rule changes of cases")
        constraints = [
            models.UniqueConstraint(fields=["change", "case"], name="change_once_per_case"),
            models.CheckConstraint(condition=Q(state__in=ChangeState.values), name="case_change_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "overtaken"]) | Q(decision__isnull=False),
                name="case_change_decided_has_a_decision",
            ),
        ]
        indexes = [
            models.Index(F("change"), F("group_key"), F("id"), name="case_change_group"),
            models.Index(
                F("agency"), F("change"), condition=Q(state__in=["open", "later", "kept"]), name="case_change_to_decide"
            ),
        ]


def waits_for_decision(today: date) -> Q:
    """Nobody decided, somebody put it off, or the day is over until which the old rules were kept."""
    return Q(state__in=[ChangeState.OPEN, ChangeState.LATER]) | Q(
        state=ChangeState.KEPT, decision__keep_until__lt=today
    )


class ChangeMessage(OwnedModel):
    """What a person wrote to the candidates of a group, in both languages, and sent with one click."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="change group_key sent_by sent_at", personal="text_en text_zh"
    )

    change = models.ForeignKey(RuleChange, on_delete=models.PROTECT, related_name="messages")
    group_key = models.CharField(max_length=16)
    text_en = models.TextField()
    text_zh = models.TextField()
    sent_by = models.CharField(max_length=80)
    sent_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("message about a rule change")
        verbose_name_plural = _("messages about rule changes")
        indexes = [models.Index(F("change"), F("sent_at"), name="message_of_change")]
