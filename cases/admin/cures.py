"""Where each blocker can be cured."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.admin.fact_sections import section_of
from cases.admin.links import Link, act_url, case_url
from cases.admin.parts import PARTS
from cases.gates import Blocker
from cases.models import Case
from cases.routes.schema import Pack, Requirement


def item_cures(request: HttpRequest, case: Case) -> dict[str, Link]:
    """What other rooms know of curing items, asked once a page."""
    return {code: link for part in PARTS for code, link in part.item_cures(request, case).items()}


def cure_of(case: Case, blocker: Blocker, pack: Pack, known: Mapping[str, Link]) -> Link:
    if blocker.code in ("item_open", "item_to_check") and blocker.subject in known:
        return known[blocker.subject]
    return _own_cure(case, blocker, pack)


def _own_cure(case: Case, blocker: Blocker, pack: Pack) -> Link:
    match blocker.code:
        case "item_open" if pack.requirement(blocker.subject).fills:
            return Link(_("Tell us"), tell_us_url(case, pack.requirement(blocker.subject)))
        case "item_open" if pack.requirement(blocker.subject).kind != "document":
            return Link(_("Settle it"), act_url(case, "settle", blocker.subject))
        case "item_to_check":
            return Link(_("Check it"), act_url(case, "settle", blocker.subject))
        case "item_undecided" | "finding_untold":
            return Link(_("Tell us"), facts_url(case, blocker.missing))
        case "finding_fails":
            return Link(_("Look at the facts"), act_url(case, "facts"))
        case "finding_undecided" | "finding_decided_against":
            return Link(_("Decide"), act_url(case, "decide", blocker.subject))
        case "signature_missing" | "signature_of_the_same_person":
            return Link(_("To the signature"), case_url(case, "signature"))
        case "case_on_hold":
            return Link(_("To the hold"), case_url(case, "hold"))
        case "post_not_chosen" | "post_stale":
            return Link(_("To the consulate"), case_url(case, "post"))
        case "packet_not_sealed":
            return Link(_("To the packets"), case_url(case, "packets"))
        case _:
            return Link(_("To the item"), case_url(case, f"item-{blocker.subject}"))


def tell_us_url(case: Case, requirement: Requirement) -> str:
    """Where what the requirement asks for is filled in; the planned hand-in is a detail of the case, not a fact."""
    if requirement.fills == ("planned_hand_in",):
        return act_url(case, "details")
    return (
        facts_url(case, requirement.fills[:1]) if _is_of_the_post(case, requirement.fills) else act_url(case, "facts")
    )


def facts_url(case: Case, missing: Sequence[str]) -> str:
    """Where the first of the missing facts is told; what a chosen post asks, on its own page."""
    if _is_of_the_post(case, missing):
        return case_url(case, "post")
    section = section_of(missing[0]) if missing else None
    url = act_url(case, "facts")
    return f"{url}#fact-{section.code}" if section is not None else url


def _is_of_the_post(case: Case, paths: Sequence[str]) -> bool:
    return case.post_edition_id is not None and bool(paths) and paths[0].startswith("post.")
