"""What the page of an edition says besides its rules: what may be done with it, what differs, and who did what."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.admin.difference_lines import difference_lines
from cases.attention import editions_to_judge
from cases.changed_rules import title_of_change
from cases.edition_story import LABELS, story_of
from cases.models import RouteVersion, RuleChange, VersionStatus
from cases.packs import pack_of
from cases.routes.golden import golden_faults
from cases.routes.schema import Pack
from cases.rule_selectors import changes_waiting
from cases.services.editing import said
from cases.services.locking import name_of
from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.languages import in_language
from relo.core.scoping import scoped_agency_id
from relo.desk.panels import ROWS, Panel, PanelRow
from relo.desk.people import names_of
from relo.desk.wording import day_in_words


def edition_context(version: RouteVersion, pack: Pack, actor: Actor) -> dict[str, Any]:
    may_edit, own = actor.may(Permission.EDIT_ROUTES), version.agency_id is not None
    is_draft, in_review = version.status == VersionStatus.DRAFT, version.status == VersionStatus.IN_REVIEW
    base = version.based_on
    return {
        "may_begin": may_edit and version.status == VersionStatus.PUBLISHED,
        "may_edit": may_edit and own and is_draft,
        "may_judge": may_edit and own and in_review,
        "wrote_it": name_of(actor) in (version.written_by, version.edited_by),
        "base": base,
        "differences": difference_lines(pack_of(base), pack) if base is not None else [],
        "golden": [said(fault) for fault in golden_faults(pack)] if own and (is_draft or in_review) else [],
        "story": _story(version) if own else [],
        "change": RuleChange.objects.filter(route_version=version).first() if version.is_frozen else None,
    }


def _story(version: RouteVersion) -> list[dict[str, Any]]:
    events = story_of(version)
    names = names_of(event.actor for event in events)
    return [
        {"what": in_language(LABELS[event.kind]), "part": event.part, "note": event.note, "at": event.at,
         "who": names[event.actor]}
        for event in events
    ]  # fmt: skip


def editions_to_publish(actor: Actor) -> Panel | None:
    """What a colleague sent on, and this person may put into force."""
    if not actor.may(Permission.EDIT_ROUTES):
        return None
    rows = [
        PanelRow(
            title=str(version),
            url=reverse("admin:cases_routeversion_change", args=[version.pk]),
            detail=day_in_words(version.edited_at) if version.edited_at else "",
        )
        for version in editions_to_judge(actor)
    ]
    return Panel(title=_("Editions to publish"), empty=_("No edition waits for a second person."), rows=rows[:ROWS])


def rules_to_decide(actor: Actor) -> Panel | None:
    """New rules that open cases are not on, and that somebody has yet to decide about."""
    if not (actor.may(Permission.MOVE_CASES) and actor.may(Permission.VIEW_ROUTES)):
        return None
    today = clock.today(Agency.objects.get(pk=scoped_agency_id()).time_zone)
    rows = [
        PanelRow(
            title=in_language(title_of_change(waiting.change)),
            url=reverse("admin:cases_rulechange_change", args=[waiting.change.pk]),
            detail=_over(waiting.over) if waiting.over else day_in_words(waiting.change.made_at),
            badge=ngettext("%(count)s case", "%(count)s cases", waiting.cases) % {"count": waiting.cases},
            tone="act" if waiting.over else "wait",
        )
        for waiting in changes_waiting(actor, today)
    ]
    return Panel(
        title=_("New rules to decide on"),
        empty=_("No new rules wait for a decision."),
        rows=rows[:ROWS],
        more_url=reverse("admin:cases_rulechange_changelist"),
        more=_("All rule changes"),
    )


def _over(count: int) -> str:
    words = ngettext(
        "%(count)s was kept on the old rules until a day that is over",
        "%(count)s were kept on the old rules until a day that is over",
        count,
    )
    return words % {"count": count}
