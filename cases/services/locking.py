"""Every act on a case takes its row first, so that two acts never read the same past."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Candidate, Case, ChecklistItem, Mail
from cases.selectors import cases_visible_to
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound


def lock_case(case_id: UUID, actor: Actor, *, closed_too: bool = False) -> Case:
    """The case, locked until the transaction ends. A closed case refuses to change, but for a move that reopens it."""
    visible = cases_visible_to(actor).filter(pk=case_id)
    locked = visible.select_for_update(of=("self",)).select_related("route_version", "agency")
    case = locked.defer("route_version__content").first()
    if case is None:
        raise NotFound("not_found", _("There is no such case."))
    # In a statement of its own: PostgreSQL gives a joined row as it was before the wait for the lock.
    case.candidate = Candidate.objects.select_for_update(no_key=True).get(pk=case.candidate_id)
    if not closed_too:
        refuse_closed(case)
    return case


def refuse_closed(case: Case) -> None:
    if case.closed_at is not None:
        raise Conflict("case_closed", _("This case is closed. Open a new one to go on."))


def lock_cases_of(candidate_id: UUID) -> dict[UUID, Case]:
    """All cases of a candidate, locked in one order: two acts on the same person must not wait in a ring."""
    return _locked(Case.objects.filter(candidate_id=candidate_id))


def lock_cases_of_mail(mail_id: UUID) -> dict[UUID, Case]:
    """All cases of whom the mail goes to."""
    return _locked(Case.objects.filter(candidate=Mail.objects.filter(pk=mail_id).values("candidate")[:1]))


def _locked(cases: QuerySet[Case]) -> dict[UUID, Case]:
    locked = cases.select_for_update(of=("self",)).select_related("candidate", "route_version", "agency")
    return {case.pk: case for case in locked.defer("route_version__content").order_by("pk")}


def lock_case_rows_of(candidate_id: UUID) -> None:
    """The same, where nothing of them is read."""
    list(Case.objects.select_for_update().filter(candidate=candidate_id).order_by("pk").values_list("pk"))


def lock_free_case_rows_of(candidate_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of many candidates' cases: whose each is. Whoever is acted on just now is left out, so that nobody waits here."""
    cases = Case.objects.filter(candidate__in=candidate_ids).order_by("pk")
    free = dict(cases.select_for_update(skip_locked=True).values_list("pk", "candidate_id"))
    busy = {candidate_id for pk, candidate_id in cases.values_list("pk", "candidate_id") if pk not in free}
    return {pk: candidate_id for pk, candidate_id in free.items() if candidate_id not in busy}


def item_of(case: Case, code: str) -> ChecklistItem:
    item = ChecklistItem.objects.filter(case=case, code=code).first()
    if item is None:
        raise NotFound("not_found", _("This case has no such requirement."))
    return item


def name_of(actor: Actor) -> str:
    """How an actor stands in a row: kind and id, never a name."""
    return f"{actor.kind}:{actor.ref}"
