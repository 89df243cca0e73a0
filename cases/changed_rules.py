"""Which cases a rule change touches, and which rules each of them would be on. Everything else asks here."""

from typing import Any

from django.db.models import QuerySet

from cases.models import Case, CaseChange, RouteVersion, RuleChange
from cases.packs import in_force, pack_under
from cases.routes.fact_models import CandidateFacts
from cases.routes.schema import Pack
from cases.routes.values import Text
from cases.selectors import facts_under


def pack_after(change: RuleChange, case: Case) -> Pack:
    """The pack the case would have. It is not put on it by asking."""
    return pack_under(change.route_version or case.route_version, change.post_edition_id or case.post_edition_id)


def facts_after(change: RuleChange, case: Case) -> CandidateFacts:
    """What would be known: a post tells some of it."""
    return facts_under(case, change.post_edition_id or case.post_edition_id)


def pins_after(change: RuleChange, case: Case) -> dict[str, Any]:
    """What the case would be pinned to, by the name of its fields."""
    if change.post_edition_id is not None:
        return {"post_edition": change.post_edition}
    return {"route_version": change.route_version}


def is_on(change: RuleChange, case: Case) -> bool:
    return all(getattr(case, name) == value for name, value in pins_after(change, case).items())


def cases_touched(change: RuleChange) -> QuerySet[Case]:
    """Open cases on other rules of the route or post. A base is no business of cases on an agency's own edition."""
    if change.post_edition is not None:
        edition = change.post_edition
        at_the_post = Case.objects.filter(closed_at=None, route_code=edition.route_code)
        return at_the_post.filter(post_edition__post=edition.post_id).exclude(post_edition=edition)
    version = _version(change)
    cases = Case.objects.filter(closed_at=None, route_code=version.code).exclude(route_version=version)
    if version.agency_id is None:
        cases = cases.filter(route_version__in=RouteVersion.objects.filter(agency=None, code=version.code).values("pk"))
    return cases


def packs_of(row: CaseChange, change: RuleChange) -> tuple[Pack, Pack]:
    """The rules it was worked out from, and the new ones."""
    version, post = row.from_version, row.from_post_edition_id
    return pack_under(version, post), pack_under(change.route_version or version, change.post_edition_id or post)


def name_of_change(change: RuleChange) -> str:
    """For the timeline: a code, the same in every language."""
    return change.post_edition.edition if change.post_edition is not None else _version(change).edition


def title_of_change(change: RuleChange) -> Text:
    """What was published, as people call it."""
    if change.post_edition_id is None:
        return Text(en=str(_version(change)), zh=str(_version(change)))
    edition = in_force(change.post_edition_id)
    post = edition.post_name
    return Text(en=f"{post.en} {edition.edition}", zh=f"{post.zh} {edition.edition}")


def _version(change: RuleChange) -> RouteVersion:
    if change.route_version is None:
        raise LookupError("a rule change without rules")
    return change.route_version
