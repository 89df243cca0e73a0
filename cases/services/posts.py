"""Which consulate or visa centre a case is handed in at. The checklist follows in the same transaction."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.applicability import applicable
from cases.history import record
from cases.models import Case, CaseChange, ChangeState, ChecklistItem, FreshnessWaiver, ItemState, PostEdition
from cases.packs import in_force, pack_of_case, pack_under
from cases.post_selectors import current_edition, freshness_of, known_post
from cases.routes.expressions import missing
from cases.routes.facts import to_cel
from cases.routes.schema import Pack, Requirement
from cases.selectors import facts_of, hand_in_of
from cases.services.checklist import take_back
from cases.services.deciding import end_signature
from cases.services.evaluating import evaluate_checklist
from cases.services.lining_up import line_up
from cases.services.locking import lock_case
from cases.services.reasons import refuse_no_sentence
from cases.validity import is_undated, valid_until
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, NotPermitted


@transaction.atomic
def choose_post(*, case_id: UUID, post_id: UUID | None, actor: Actor) -> Case:
    """Put the case on what the post asks now; None takes the post out. Chosen again, it brings the newest edition."""
    actor.require(Permission.EDIT_CASES)
    case = lock_case(case_id, actor)
    pin_edition(case, edition_for(case, post_id, actor), actor)
    return case


def pin_edition(case: Case, edition: PostEdition | None, actor: Actor) -> None:
    """Inside the transaction of the decision, with the case locked. The same edition again changes nothing.

    Items keep. What was done at or for another post is asked anew, what only that one asked for falls away, and
    documents are judged by the shelf lives that count now.
    """
    before, after = case.post_edition_id, edition.pk if edition else None
    if before == after:
        return
    pack_before, post_before = pack_of_case(case), facts_of(case).post
    has_moved = before is not None and (edition is None or in_force(before).post_id != edition.post_id)
    case.post_edition = edition
    case.facts = {name: value for name, value in case.facts.items() if name != "post"}  # was told without a post
    line_up(case, pack_before, pack_under(case.route_version, after))
    case.save(update_fields=["post_edition", "former_requirements", "facts"])
    if (_asked(pack_before), post_before) != (_asked(pack_of_case(case)), facts_of(case).post):
        end_signature(case)  # read again with the same result, it is what was signed
    if edition is None:
        record(case=case, kind="case.post_removed", actor=actor)
    else:
        record(case=case, kind="case.post_chosen", actor=actor, post=str(edition.post_id), edition=edition.edition)
    undecided = CaseChange.objects.filter(case=case, state__in=[ChangeState.OPEN, ChangeState.LATER, ChangeState.KEPT])
    undecided.filter(change__post_edition__isnull=False).update(state=ChangeState.OVERTAKEN)
    _bring_items_in_line(case, pack_before, actor, has_moved=has_moved)
    evaluate_checklist(case, actor)


@transaction.atomic
def waive_freshness(*, case_id: UUID, reason: str, actor: Actor) -> FreshnessWaiver:
    """Go on with a page read too long ago: for this visit to the stage, dated, with a reason, and a person's own."""
    actor.require(Permission.WAIVE_ITEMS)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can take this on. Do it in the admin."))
    refuse_no_sentence(reason)
    case = lock_case(case_id, actor)
    freshness = freshness_of(case, pack_of_case(case))
    if freshness is None or case.post_edition_id is None:
        raise Conflict(
            "post_not_chosen", _("No consulate or visa centre is chosen, so there is nothing to go on with.")
        )
    if not freshness.is_stale:
        raise Conflict("post_is_fresh", _("What the consulate asks was read lately enough. No reason is needed."))
    if freshness.is_waived:
        raise Conflict("freshness_waived", _("A colleague has given a reason already. It counts for this stage."))
    waiver = FreshnessWaiver.objects.create(
        agency_id=case.agency_id,
        case=case,
        post_edition_id=case.post_edition_id,
        stage_entered_at=case.stage_entered_at,
        reason=reason.strip(),
        waived_by_id=int(actor.ref),
        waived_at=clock.now(),
    )
    record(case=case, kind="freshness.waived", actor=actor)
    return waiver


def edition_for(case: Case, post_id: UUID | None, actor: Actor) -> PostEdition | None:
    """What the post asks now on the route of the case."""
    _refuse_handed_in(case)
    if post_id is None:
        return None
    post = known_post(post_id, actor)
    if not post.is_active:
        raise Conflict(
            "post_not_in_use", _("This consulate or visa centre is not in use any more. Choose another one.")
        )
    edition = current_edition(post.pk, case.route_code)
    if edition is None:
        raise Conflict(
            "post_has_no_edition",
            _("What this consulate asks on this route is not published here yet. Read its page, draft an edition, and"
              " have a colleague publish it."),
        )  # fmt: skip
    _refuse_who_may_not_decide(case, edition, actor)
    return edition


def _refuse_handed_in(case: Case) -> None:
    """The packet that was handed in stands for what was asked then."""
    pack = pack_of_case(case)
    if case.sealed_packet is not None and pack.stage_index(case.stage) > pack.stage_index(pack.packet_from):
        raise Conflict(
            "packet_handed_in", _("The packet is sealed and handed in: this case stays on what it was built for.")
        )


def _refuse_who_may_not_decide(case: Case, edition: PostEdition, actor: Actor) -> None:
    """A newer page of the same post is a change of rules, which a person decides on."""
    if case.post_edition_id in (None, edition.pk) or in_force(case.post_edition_id).post_id != edition.post_id:
        return
    actor.require(Permission.MOVE_CASES)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can decide this. Do it in the admin."))


def _bring_items_in_line(case: Case, pack_before: Pack, actor: Actor, *, has_moved: bool) -> None:
    """Accepted items only: a waiver is a person's, and stands."""
    pack, facts = pack_of_case(case), facts_of(case)
    on = hand_in_of(case, pack).on
    known = to_cel(facts, on)
    needed = {row.code for row in applicable(pack, facts, on) if row.state != "not_needed"}
    before = {requirement.code: requirement for requirement in pack_before.requirements}
    for item in ChecklistItem.objects.filter(case=case, state=ItemState.ACCEPTED, code__in=needed):
        requirement = pack.requirement(item.code)
        was = before.get(item.code, requirement)
        is_other = has_moved and (requirement.of_post or was.of_post)
        if is_other or _ages_anew(item, requirement, was) or _is_untold(requirement, known):
            take_back(case, item, requirement, actor)
            continue
        until = valid_until(requirement, item.issued_on, item.expires_on)
        if until != item.valid_until:
            item.valid_until, item.updated_at = until, clock.now()
            item.save(update_fields=["valid_until", "updated_at"])


def _asked(pack: Pack) -> list[dict[str, Any]]:
    """What is asked, whatever it rests on."""
    return [requirement.model_dump(exclude={"evidence"}) for requirement in pack.requirements]


def _ages_anew(item: ChecklistItem, requirement: Requirement, was: Requirement) -> bool:
    return requirement.shelf_life != was.shelf_life and is_undated(requirement, item.issued_on, item.expires_on)


def _is_untold(requirement: Requirement, known: dict[str, Any]) -> bool:
    """An answer about the post, which the page of this one leaves open."""
    return requirement.kind == "answer" and any(path.startswith("post.") for path in missing(known, requirement.fills))
