"""The post on the page of a case: where it is handed in, what the page said, and how fresh that is."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.admin.parts import CasePart, Section
from cases.admin.post_acts import ChoosePostForm
from cases.models import Case, Post
from cases.packs import in_force
from cases.post_selectors import freshness_of, newer_edition, waiver_of
from cases.post_words import matters
from cases.routes.schema import Pack
from relo.accounts.roles import Permission
from relo.desk.people import names_of
from relo.desk.requests import agency_in, staff


class PostPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        actor = staff(request)
        may_choose = actor.may(Permission.EDIT_CASES) and case.closed_at is None
        context: dict[str, Any] = {"agency": agency_in(request), "case": case, "form": None, "post": None}
        if case.post_edition_id is not None:
            edition = in_force(case.post_edition_id)
            freshness = freshness_of(case, pack)
            waiver = waiver_of(case) if freshness and freshness.is_waived else None
            context |= {
                "post": Post.objects.get(pk=edition.post_id),
                "overlay": edition.overlay,
                "freshness": freshness,
                "waiver": waiver,
                "newer": newer_edition(case),
                "read_by": names_of([edition.overlay.read_by]).get(edition.overlay.read_by, ""),
                "matters": matters(edition.overlay),
                "may_waive": actor.may(Permission.WAIVE_ITEMS) and case.closed_at is None,
                "may_see_post": actor.may(Permission.VIEW_ROUTES),
            }
        if may_choose and actor.may(Permission.VIEW_ROUTES):
            chosen = context["post"]
            context["form"] = ChoosePostForm(case=case, initial={"post": chosen.pk if chosen else None})
        body = render_to_string("admin/cases/case/post.html", context, request)
        yield Section("post", _("Consulate or visa centre"), body)
