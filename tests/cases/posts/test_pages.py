"""The staff's pages about posts, from the reading of a page to the case that stands on it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, FreshnessWaiver, Post, PostEdition, RuleChange
from cases.routes.overlay_parts import Overlay
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.posts import choose_post
from relo.accounts.roles import Role
from relo.accounts.services import actor_of_user, add_member
from relo.core import clock
from relo.core.actors import system_actor
from relo.outbox import relay
from tests.case_steps import move_to_review, new_post, of_page, page_says, publish, published_post
from tests.conftest import PASSWORD, Member, World
from tests.days import in_days
from tests.page_forms import posted_back

LIST = "/admin/cases/post/"
FULL: dict[str, Any] = {
    "appointment": lambda: of_page(answer=True, text={"en": "Book online.", "zh": "网上预约。"}),
    "interview": lambda: of_page(answer=False, level="observed"),
    "proxy": lambda: of_page(text={"en": "Relatives only.", "zh": "仅限亲属。"}),
    "payment": lambda: of_page(when="at_collection", refundable=False),
    "form": lambda: of_page(counts_from="confirmation"),
    "holidays": lambda: of_page(country="DZ", closed_on=["2026-12-24", "2026-12-25"]),
    "fees": lambda: [
        of_page(code="visa", amount="60.00", currency="EUR", nationality="DE"),
        of_page(code="visa", amount="126.00", currency="EUR"),
    ],
    "pages": lambda: [{"url": "https://example.org/fees", "text": {"en": "Fees", "zh": "费用"}}],
    "dropped": lambda: [of_page(code="cv")],
    "changed": lambda: [
        of_page(
            code="police",
            shelf_life={"counts_from": "issued_on", "months": 3},
            how_many={"min": 1, "max": 2},
            when="has_offer",
            reads=["has_offer"],
            good_enough=[{"en": "Stamped.", "zh": "已盖章。"}],
        )
    ],
    "extra": lambda: [
        of_page(
            code="bank_letter", kind="document", group="records", stage="collect", provider="candidate",
            name={"en": "Letter of the bank", "zh": "银行证明"}, why={"en": "It asks.", "zh": "页面要求。"},
            accepts=["pdf", "jpeg", "png"], in_packet=True, packet_order=900,
        )
    ],
}  # fmt: skip


def full() -> dict[str, Any]:
    return page_says("police", **{name: value() for name, value in FULL.items()})


@pytest.fixture
def editor(in_scope: World) -> Member:
    membership = add_member(
        agency_id=in_scope.agency.pk, email="rules@arc.example", full_name="Rae Rules", role=Role.RULES_EDITOR,
        password=PASSWORD, actor=system_actor("tests"),
    )  # fmt: skip
    actor = actor_of_user(membership.user)
    assert actor is not None
    return Member(membership.user, actor)


def page(name: str, row: Any) -> str:
    return reverse(f"admin:cases_post_{name}", args=[row.pk])


def case_page(case: Case, name: str = "change") -> str:
    return reverse(f"admin:cases_case_{name}", args=[case.pk])


def form_of(client: Client, path: str, **changes: str) -> dict[str, Any]:
    return {**posted_back(client.get(path).content.decode()), **changes}


def test_from_the_reading_to_the_case(k_case: Case, editor: Member, world: World) -> None:
    client, second, manager = editor.client(), world.administrator.client(), world.manager.client()
    new = {"kind": "consulate", "name_en": "Sample consulate, Utopia", "name_zh": "乌托邦样例领事馆", "country": "UTO"}
    client.post(f"{LIST}add/", {**new, "city": "Utopia City", "time_zone": "UTC"})
    post = Post.objects.get()
    told = form_of(
        client,
        f"{page('draft', post)}?route=CN-K",
        **{"source_url": "https://example.org/k", "fact-asks_police": "yes", "fact-asks_medical": "no"},
        **{"appointment-answer": "yes", "appointment-en": "Book online.", "appointment-zh": "网上预约。"},
        **{"changes-0-code": "police", "changes-0-months": "3", "changes-1-code": "cv", "changes-1-what": "drop"},
        **{"added-0-name-en": "Letter of the bank", "added-0-name-zh": "银行证明"},
        **{"added-0-why-en": "It asks.", "added-0-why-zh": "页面要求。"},
    )
    answer = client.post(f"{page('draft', post)}?route=CN-K", told)
    assert answer.status_code == 302, answer.context["form"].errors
    edition = PostEdition.objects.get()
    overlay = Overlay.model_validate(edition.content)
    assert overlay.told() == {"asks_police": True, "asks_medical": False}
    assert [one.code for one in overlay.extra] == ["letter_of_the_bank"]
    assert (overlay.read_on, overlay.read_by) == (in_days(0), f"staff:{editor.user.pk}")

    client.post(page("submit", edition))
    assert "Somebody else has to publish it" in client.get(page("edition", edition)).content.decode()
    client.post(page("publish", edition), {"seen": edition.content_sha256})
    edition.refresh_from_db()
    assert edition.status == "in_review"
    second.post(page("publish", edition), {"seen": edition.content_sha256})
    edition.refresh_from_db()
    assert edition.status == "published"

    assert "None is chosen yet" in manager.get(case_page(k_case)).content.decode()
    manager.post(case_page(k_case, "post"), {"post": post.pk})
    shown = manager.get(case_page(k_case)).content.decode()
    for words in ("Sample consulate, Utopia", "An appointment is needed.", "Book online.", "Letter of the bank"):
        assert words in shown
    assert "by Rae Rules" in shown and 'tone-done">Fresh' in shown


def test_a_police_record_of_three_months_at_one_post_finds_its_cases_in_under_ten_clicks(
    in_scope: World, k_case: Case, editor: Member
) -> None:
    """Each request below is one click; typing is none."""
    post, clicks, manager = published_post("police"), 0, in_scope.manager
    choose_post(case_id=k_case.pk, post_id=post.pk, actor=manager.actor)
    change_case(case_id=k_case.pk, planned_hand_in=in_days(30), actor=manager.actor)
    settle_item(case_id=k_case.pk, code="police", issued_on=in_days(-120), actor=manager.actor)
    first, second = editor.client(), in_scope.administrator.client()

    def click(client: Client, method: str, url: str, **data: Any) -> Any:
        nonlocal clicks
        clicks += 1
        answer = getattr(client, method)(url, data, follow=True)
        assert answer.status_code == 200
        return answer

    click(first, "get", LIST)
    click(first, "get", page("change", post))
    draft = f"{page('draft', post)}?route=CN-K"
    values = posted_back(click(first, "get", draft).content.decode())
    click(first, "post", draft, **values | {"changes-0-code": "police", "changes-0-months": "3"})
    edition = PostEdition.objects.get(status="draft")
    click(first, "post", page("submit", edition))
    click(second, "get", page("edition", edition))
    told = click(second, "post", page("publish", edition), seen=edition.content_sha256).content.decode()
    relay.drain("default")
    change = RuleChange.objects.get(post_edition=edition)
    address = reverse("admin:cases_rulechange_change", args=[change.pk])
    assert address in told
    found = click(second, "get", address).content.decode()

    assert k_case.reference in found and "will no longer serve at the hand-in" in found
    assert clicks < 10


def test_a_draft_opened_and_saved_untouched_says_the_same(in_scope: World, editor: Member) -> None:
    from cases.services.post_editions import draft_edition

    edition = draft_edition(post_id=new_post().pk, route_code="CN-K", content=full(), actor=system_actor("tests"))
    before = edition.content
    client = editor.client()

    answer = client.post(page("edit", edition), form_of(client, page("edit", edition)))

    edition.refresh_from_db()
    assert answer.status_code == 302, answer.context["form"].errors
    assert edition.content["extra"][0].pop("packet_order") >= 1  # places are given anew, behind those of the route
    before["extra"][0].pop("packet_order")
    assert edition.content == before
    assert edition.author == f"staff:{editor.user.pk}"


def test_what_was_written_beside_a_value_stays_as_long_as_the_value_does(in_scope: World, editor: Member) -> None:
    """Quotes and notes have no field of their own: they are shown, kept, and end with the value they stand beside."""
    from cases.services.post_editions import draft_edition

    def noted(**values: Any) -> dict[str, Any]:
        told = of_page(**values)
        told["evidence"] |= {"quote": "as the page puts it", "note": {"en": "By phone.", "zh": "电话确认。"}}
        return told

    content = page_says("police", proxy=noted(answer=True), changed=[
        noted(code="legal_stay", shelf_life={"counts_from": "expires_on", "must_outlast_hand_in_months": 3}),
    ], extra=[
        {**FULL["extra"]()[0], "evidence": noted()["evidence"], "sensitivity": "restricted",
         "shelf_life": {"counts_from": "expires_on"}, "how_many": {"min": 2, "max": 3}},
    ])  # fmt: skip
    content["facts"]["asks_police"] = noted(value=True)
    edition = draft_edition(post_id=new_post().pk, route_code="CN-K", content=content, actor=system_actor("tests"))
    before, client = edition.content, editor.client()
    shown = client.get(page("edit", edition)).content.decode()
    assert "“as the page puts it” By phone." in shown

    client.post(page("edit", edition), posted_back(shown))
    edition.refresh_from_db()
    for one in (before, edition.content):
        one["extra"][0].pop("packet_order")
    assert edition.content == before

    client.post(page("edit", edition), form_of(client, page("edit", edition), **{"fact-asks_police": "no"}))
    edition.refresh_from_db()
    facts = edition.content["facts"]["asks_police"]
    assert facts["value"] is False and not {"quote", "note"} & facts["evidence"].keys()
    assert edition.content["proxy"] == before["proxy"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source_url": "javascript:alert(1)"}, "begins with https://"),
        ({"source_url": ""}, "This field is required"),
        ({"read_on": lambda: str(in_days(1))}, "has not come yet"),
        ({"review_by": lambda: str(in_days(-1))}, "Give a later day"),
        ({"proxy-en": "Only in person."}, "both languages"),
        ({"proxy-en": "x" * 2001, "proxy-zh": "长"}, "at most 2000 characters"),
        ({"form_days": "0"}, "must be 1 or more"),
        ({"holidays-closed_on": "Christmas"}, "no day of the calendar"),
        ({"pages-0-url": "ftp://example.org", "pages-0-en": "F", "pages-0-zh": "费"}, "begins with https://"),
        ({"changes-0-code": "cv", "changes-0-what": "drop", "changes-1-code": "cv", "changes-1-months": "3"},
         "named twice"),
        ({"fees-0-code": "visa", "fees-0-amount": "1.00", "fees-0-currency": "euro"}, "at most 3 characters"),
        ({"fees-0-code": "visa", "fees-0-amount": "1.00", "fees-0-currency": "E1"}, "not written as expected"),
        ({"changes-0-code": "cv"}, "Nothing is other than"),
        ({"changes-0-code": "cv", "changes-0-needed": "if", "changes-0-condition": "1 +"}, "parse"),
        ({"added-0-name-en": "Letter"}, "both languages"),
        ({"added-0-name-en": "Letter", "added-0-name-zh": "Letter", "added-0-why-en": "a", "added-0-why-zh": "因"},
         "holds no Chinese character"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_comes_back_with_a_word_and_nothing_is_stored(in_scope, editor, changes, said):
    client, post = editor.client(), new_post()
    given = {name: value() if callable(value) else value for name, value in changes.items()}
    told = form_of(client, page("draft", post), **{"source_url": "https://example.org/k", **given})

    answer = client.post(page("draft", post), told)

    assert answer.status_code == 422 and said in str(answer.context["form"].errors)
    assert not PostEdition.objects.exists()


def test_what_is_other_than_before_is_said_in_words(in_scope: World, editor: Member) -> None:
    post = new_post()
    publish(post, page_says("police", appointment=of_page(answer=False)))
    second = publish(post, page_says("medical", proxy=of_page(answer=True)))

    shown = " ".join(editor.client().get(page("edition", second)).content.decode().split())

    assert "yes; (stands on the page) → no; (stands on the page)" in shown
    assert "Not said any more: No appointment is needed." in shown
    assert "New: Somebody else may hand in for you." in shown
    chinese = editor.client("zh-hans").get(page("edition", second)).content.decode()
    assert "不再载明：" in chinese and "可由他人代为递交。" in chinese


def test_it_is_sent_back_with_a_reason(in_scope: World, editor: Member, world: World) -> None:
    from cases.services.post_editions import draft_edition, submit_edition

    edition = draft_edition(post_id=new_post().pk, route_code="CN-K", content=page_says(), actor=editor.actor)
    submit_edition(edition_id=edition.pk, actor=editor.actor)
    client = world.administrator.client()

    assert client.post(page("send_back", edition), {"reason": "no"}).status_code == 422
    client.post(page("send_back", edition), {"reason": "The fee page says otherwise."})

    edition.refresh_from_db()
    assert edition.status == "draft"
    assert "The fee page says otherwise." in editor.client().get(page("edition", edition)).content.decode()


def test_the_list_tells_what_is_fresh(in_scope: World) -> None:
    published_post(review_by=str(in_days(3)))
    published_post(name="Sample embassy, Erewhon")
    new_post("Sample centre, Nowhere")
    client = in_scope.manager.client()

    with time_machine.travel(clock.now() + timedelta(days=4), tick=True):
        client = in_scope.manager.client()
        badges = re.findall(r'badge tone-(\w+)">', client.get(LIST).content.decode())

    assert badges == ["quiet", "stop", "done"] or sorted(badges) == ["done", "quiet", "stop"]


def test_the_list_asks_the_database_as_often_for_one_post_as_for_five(in_scope: World) -> None:
    client = in_scope.manager.client()
    published_post("police")

    def asked() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    before = asked()
    for name in "ABCD":
        published_post("police", name=f"Sample consulate {name}")
    assert asked() == before


def test_a_stale_page_is_cured_from_the_case(k_case: Case, staff, world: World) -> None:
    move_to_review(k_case, staff)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        client = world.manager.client()
        shown = client.get(case_page(k_case)).content.decode()
        assert f'<a href="{case_page(k_case)}#post">To the consulate</a>' in shown and "Read too long ago" in shown

        assert client.post(case_page(k_case, "go_on"), {"reason": "ok"}).status_code == 422
        client.post(case_page(k_case, "go_on"), {"reason": "Called the counter; nothing has changed."})

        shown = client.get(case_page(k_case)).content.decode()
    assert "Called the counter" in shown and "Read long ago, taken on" in shown and '#post">To the' not in shown
    assert FreshnessWaiver.objects.count() == 1


def test_with_a_post_what_it_asks_is_no_longer_told_by_hand(k_case: Case, staff, world: World) -> None:
    client = world.manager.client()
    assert "post.asks_police" in client.get(case_page(k_case, "facts")).content.decode()

    choose_post(case_id=k_case.pk, post_id=published_post().pk, actor=staff)

    assert "post.asks_police" not in client.get(case_page(k_case, "facts")).content.decode()


def test_another_agency_sees_none_of_it(k_case: Case, staff, other_world: World) -> None:
    post = published_post()
    edition = PostEdition.objects.get()
    client = other_world.administrator.client()

    assert "Sample consulate" not in client.get(LIST).content.decode()
    for path in (page("change", post), page("draft", post), page("edition", edition), page("edit", edition)):
        assert client.get(path).status_code == 404
    for path in (page("submit", edition), page("publish", edition), page("in_use", post)):
        assert client.post(path).status_code == 404


def test_a_post_out_of_use_is_not_offered(k_case: Case, editor: Member, world: World) -> None:
    post = published_post()
    editor.client().post(page("in_use", post), {"in_use": "no"})
    client = world.manager.client()

    assert str(post.pk) not in client.get(case_page(k_case)).content.decode()
    client.post(case_page(k_case, "post"), {"post": post.pk})

    k_case.refresh_from_db()
    assert k_case.post_edition is None
