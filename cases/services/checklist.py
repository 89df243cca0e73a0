"""The checklist of a case: made from the route's rules, settled item by item, evaluated again when a fact changes."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case, ChecklistItem, ItemState
from cases.models.item import WEB_ADDRESS
from cases.packs import pack_of_case
from cases.routes.expressions import missing
from cases.routes.facts import label
from cases.routes.schema import Requirement
from cases.selectors import facts_of, hand_in_of, may_see_paper
from cases.services.evaluating import accept, derive, follow, known_of, save_item
from cases.services.locking import item_of, lock_case, name_of
from cases.services.reasons import refuse_no_reason, refuse_no_sentence
from cases.validity import valid_until
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid
from relo.core.languages import is_chinese


@transaction.atomic
def settle_item(
    *,
    case_id: UUID,
    code: str,
    actor: Actor,
    note: str = "",
    on: date | None = None,
    url: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
    language: str = "",
    is_reviewed: bool = False,
) -> ChecklistItem:
    """Accept an item: a step that was done, paper over the counter, or a document that passed review.

    `on` is the day a step happened. What the requirement asks for (note, date, address) must be given. `is_reviewed`:
    it follows from the review of its documents; one person alone does not settle what two have to look at.
    """
    actor.require(Permission.SETTLE_ITEMS)
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    _refuse_settled(item)
    pack = pack_of_case(case)
    requirement = pack.requirement(code)
    refuse_unseen(requirement, actor)
    if requirement.four_eyes and not is_reviewed:
        raise Conflict(
            "two_people_needed",
            _("Two people have to accept this document. Upload it, and let both review it."),
        )
    _refuse_untold(requirement, known_of(case, facts_of(case), hand_in_of(case, pack).on))
    _refuse_incomplete(
        requirement,
        note=note,
        on=on,
        url=url,
        issued_on=issued_on,
        expires_on=expires_on,
        today=clock.today(case.agency.time_zone),
    )
    if issued_on and expires_on and expires_on < issued_on:
        raise Invalid("dates_cross", _("The document expires before it was issued. Check both dates."))
    accept(item, actor)
    _unseal(case, requirement)
    item.note, item.settled_on, item.url, item.language = note, on, url, language
    item.issued_on, item.expires_on = issued_on, expires_on
    item.valid_until = valid_until(requirement, issued_on, expires_on)
    save_item(item)
    record(case=case, kind="item.accepted", actor=actor, item=code)
    follow(case, pack, code, actor)
    return item


@transaction.atomic
def waive_item(*, case_id: UUID, code: str, reason: str, actor: Actor) -> ChecklistItem:
    actor.require(Permission.WAIVE_ITEMS)
    refuse_no_sentence(reason)
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    _refuse_settled(item)
    item.state, item.note = ItemState.WAIVED, reason.strip()
    item.settled_at, item.settled_by = clock.now(), name_of(actor)
    save_item(item)
    record(case=case, kind="item.waived", actor=actor, item=code)
    follow(case, pack_of_case(case), code, actor)
    return item


@transaction.atomic
def submit_item(*, case_id: UUID, code: str, actor: Actor) -> ChecklistItem:
    """Something was handed over for checking. Refused when the item is settled, and good until the hand-in."""
    actor.require(Permission.UPLOAD_DOCUMENTS)
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    pack = pack_of_case(case)
    refuse_no_more_documents(item, hand_in_of(case, pack).on)
    item.state, item.note = ItemState.SUBMITTED, ""
    item.valid_until = item.settled_at = None
    item.settled_by = ""
    save_item(item)
    record(case=case, kind="item.submitted", actor=actor, item=code)
    follow(case, pack, code, actor)
    return item


@transaction.atomic
def ask_for_changes(*, case_id: UUID, code: str, reason: str, actor: Actor) -> ChecklistItem:
    """Give a submitted item back to whoever provides it, with the reason they will read."""
    actor.require(Permission.REVIEW_DOCUMENTS)
    refuse_no_reason(reason)
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    if item.state not in (ItemState.SUBMITTED, ItemState.CHANGES_REQUESTED):
        raise Conflict("item_not_submitted", _("Nothing waits for checking here. Reload the page."))
    # Of several documents each may be given back, and each reason is read.
    before = [item.note] if item.state == ItemState.CHANGES_REQUESTED else []
    item.state, item.note = ItemState.CHANGES_REQUESTED, "\n".join([*before, reason.strip()])
    save_item(item)
    record(case=case, kind="item.changes_requested", actor=actor, item=code)
    derive(case)
    return item


@transaction.atomic
def reopen_item(*, case_id: UUID, code: str, actor: Actor) -> ChecklistItem:
    """Take an acceptance or waiver back, for a person found it was wrong."""
    actor.require(Permission.WAIVE_ITEMS)
    case = lock_case(case_id, actor)
    item = item_of(case, code)
    if item.state not in (ItemState.ACCEPTED, ItemState.WAIVED):
        raise Conflict("item_not_settled", _("This requirement is not settled, so there is nothing to take back."))
    pack = pack_of_case(case)
    take_back(case, item, pack.requirement(code), actor)
    follow(case, pack, code, actor)
    return item


def take_back(case: Case, item: ChecklistItem, requirement: Requirement, actor: Actor) -> None:
    """Ask for it again. Inside the transaction of the act that makes it necessary."""
    item.state, item.note, item.settled_at, item.settled_by = ItemState.REQUESTED, "", None, ""
    _unseal(case, requirement)
    item.valid_until = item.settled_on = None
    save_item(item)
    record(case=case, kind="item.reopened", actor=actor, item=item.code)


def put_back(case: Case, item: ChecklistItem, state: ItemState, note: str, actor: Actor) -> None:
    """To what its documents say, after a decision was taken back or a document went elsewhere. Inside that act."""
    pack = pack_of_case(case)
    if item.state == ItemState.ACCEPTED:
        _unseal(case, pack.requirement(item.code))
    item.state, item.note, item.settled_at, item.settled_by = state, note, None, ""
    item.valid_until = item.settled_on = item.issued_on = item.expires_on = None
    save_item(item)
    record(case=case, kind="item.put_back", actor=actor, item=item.code)
    follow(case, pack, item.code, actor)


def _unseal(case: Case, requirement: Requirement) -> None:
    """A seal stands for the documents it was put on."""
    if requirement.in_packet and case.sealed_at is not None:
        case.sealed_packet = case.sealed_at = None
        case.save(update_fields=["sealed_packet", "sealed_at"])


def _refuse_untold(requirement: Requirement, known: dict[str, Any]) -> None:
    """What a step or an answer brings must be told: settled with a note alone, the rules would never learn of it."""
    untold = missing(known, requirement.fills)
    if requirement.kind in ("answer", "step") and untold:
        chinese = is_chinese()
        words = [label(path).zh if chinese else label(path).en for path in untold]
        raise Invalid(
            "facts_missing",
            _("First tell relo, among the facts: %(facts)s.") % {"facts": ("、" if chinese else ", ").join(words)},
            missing=list(untold),
        )


def refuse_unseen(requirement: Requirement, actor: Actor) -> None:
    """Who settles a restricted document has seen it, and so must be allowed to."""
    if not may_see_paper(requirement, actor):
        actor.require(Permission.VIEW_RESTRICTED)


def refuse_no_more_documents(item: ChecklistItem, hand_in_on: date) -> None:
    if not item.takes_documents(hand_in_on):
        _refuse_settled(item)


def _refuse_settled(item: ChecklistItem) -> None:
    if item.is_settled:
        raise Conflict("item_settled", _("This requirement is settled already. Ask for it to be opened again first."))


def _refuse_incomplete(
    requirement: Requirement,
    *,
    note: str,
    on: date | None,
    url: str,
    issued_on: date | None,
    expires_on: date | None,
    today: date,
) -> None:
    errors: dict[str, str] = {}
    if "note" in requirement.asks_for and not note.strip():
        errors["note"] = _("Write down what was done or seen.")
    if "date" in requirement.asks_for and on is None:
        errors["date"] = _("Give the day it happened.")
    if ("url" in requirement.asks_for or url) and not url.startswith(WEB_ADDRESS):
        errors["url"] = _("Give the address of the page, beginning with https://.")
    if on is not None and on > today:
        errors["date"] = _("This day lies in the future. Settle the step once it has happened.")
    counts_from = requirement.shelf_life.counts_from if requirement.shelf_life else ""
    if counts_from == "issued_on" and issued_on is None:
        errors["issued_on"] = _("Give the day it was issued: its age counts from there.")
    if counts_from == "expires_on" and expires_on is None:
        errors["expires_on"] = _("Give the day it expires: this document must still be valid at the hand-in.")
    if issued_on is not None and issued_on > today:
        errors["issued_on"] = _("The day of issue lies in the future.")
    if errors:
        raise Invalid("item_incomplete", _("This requirement asks for more before it can be settled."), errors=errors)
