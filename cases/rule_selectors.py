"""Reads: editions of the agency, rule changes, and what each does to the cases that an actor sees."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from cases.models import Case, CaseChange, ChangeDecision, RouteVersion, RuleChange, waits_for_decision
from cases.routes.impact import Effect
from cases.selectors import cases_visible_to
from cases.snapshots import effect_from
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import NotFound
from relo.core.scoping import scoped_agency_id


def own_edition(version_id: UUID, actor: Actor) -> RouteVersion:
    actor.require(Permission.EDIT_ROUTES)
    version = RouteVersion.objects.filter(pk=version_id, agency_id=scoped_agency_id()).first()
    if version is None:
        raise NotFound("not_found", _("There is no such edition of your agency."))
    return version


def rule_changes(actor: Actor) -> QuerySet[RuleChange]:
    actor.require(Permission.VIEW_ROUTES)
    changes = RuleChange.objects.select_related("route_version", "post_edition")
    changes = changes.defer("route_version__content", "post_edition__content")
    return changes.order_by("-made_at", "id")


def known_change(change_id: UUID, actor: Actor) -> RuleChange:
    change = rule_changes(actor).filter(pk=change_id).first()
    if change is None:
        raise NotFound("not_found", _("There is no such rule change."))
    return change


def case_changes_visible_to(actor: Actor) -> QuerySet[CaseChange]:
    """Of the cases the actor sees."""
    rows = CaseChange.objects.filter(case__in=cases_visible_to(actor))
    return rows.select_related("from_version", "decision").defer("from_version__content")


@dataclass(frozen=True, slots=True)
class Group:
    """Cases on which a change has the same effect; `sample` is any one of them."""

    key: str
    cases: int
    waiting: int
    is_blocked: bool
    sample: CaseChange

    @property
    def effects(self) -> list[Effect]:
        return [effect_from(row) for row in self.sample.effects]


def groups_of(change: RuleChange, actor: Actor, today: date) -> list[Group]:
    """The largest first; three queries, however many groups."""
    rows = case_changes_visible_to(actor).filter(change=change)
    counted = rows.order_by().values("group_key").annotate(
        cases=Count("pk"), waiting=Count("pk", filter=waits_for_decision(today))
    )  # fmt: skip
    counts = {row["group_key"]: row for row in counted}
    samples: dict[str, CaseChange] = {}
    ids = dict(rows.order_by("group_key", "-pk").values_list("group_key", "pk"))
    for sample in rows.filter(pk__in=ids.values()):
        samples[sample.group_key] = sample
    groups = [
        Group(key, row["cases"], row["waiting"], samples[key].is_blocked, samples[key])
        for key, row in counts.items()
        if key in samples
    ]
    return sorted(groups, key=lambda group: (-group.waiting, -group.cases, group.key))


def rows_of_group(change: RuleChange, key: str, actor: Actor) -> QuerySet[CaseChange]:
    rows = case_changes_visible_to(actor).filter(change=change, group_key=key)
    return rows.select_related("case__candidate").order_by("case__reference")


def decisions_on(change: RuleChange, actor: Actor) -> QuerySet[ChangeDecision]:
    """For cases that the actor sees, by themselves or in a group: a reason may tell of a person."""
    decisions = ChangeDecision.objects.filter(change=change).select_related("case")
    if not actor.may(Permission.VIEW_CASES):
        return decisions.none()
    seen = case_changes_visible_to(actor).filter(change=change)
    groups = Exists(seen.filter(group_key=OuterRef("group_key"))) | Exists(seen.filter(decision=OuterRef("pk")))
    return decisions.filter(Q(case=None) & groups | Q(case__in=cases_visible_to(actor))).order_by("-decided_at")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open cases for which nobody has decided; of them, those kept on the old rules until a day that is over."""

    change: RuleChange
    cases: int
    over: int


def changes_waiting(actor: Actor, today: date, cases: QuerySet[Case] | None = None) -> list[Waiting]:
    """Of the cases the actor sees, or of these among them; the newest rules first; two queries."""
    seen = cases_visible_to(actor) if cases is None else cases
    rows = CaseChange.objects.filter(waits_for_decision(today), case__in=seen, case__closed_at=None)
    counted = rows.order_by().values("change").annotate(cases=Count("pk"), over=Count("pk", filter=Q(state="kept")))
    counts = {row["change"]: row for row in counted}
    changes = rule_changes(actor).filter(pk__in=counts)
    return [Waiting(change, counts[change.pk]["cases"], counts[change.pk]["over"]) for change in changes]


def changes_to_decide(case: Case, today: date) -> list[CaseChange]:
    rows = CaseChange.objects.filter(waits_for_decision(today), case=case)
    rows = rows.select_related("change__route_version", "change__post_edition", "from_version", "decision")
    rows = rows.defer("change__route_version__content", "change__post_edition__content", "from_version__content")
    return list(rows.order_by("-change__made_at"))
