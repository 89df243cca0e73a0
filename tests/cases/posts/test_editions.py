"""An edition of a post: written by one person, published by another, and never changed again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import PostEdition
from cases.post_selectors import current_edition
from cases.services.post_editions import (
    NewPost,
    add_post,
    change_draft,
    draft_edition,
    publish_edition,
    send_back_edition,
    submit_edition,
)
from relo.accounts.roles import Role
from relo.accounts.services import actor_of_user, add_member
from relo.core import clock
from relo.core.actors import Actor, system_actor
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.case_steps import new_post, of_page, page_says, publish
from tests.conftest import World
from tests.days import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(in_scope: World) -> Actor:
    membership = add_member(
        agency_id=in_scope.agency.pk, email="rules@arc.example", full_name="Rules", role=Role.RULES_EDITOR,
        password="correct horse battery staple", actor=system_actor("tests"),
    )  # fmt: skip
    actor = actor_of_user(membership.user)
    assert actor is not None
    return actor


@pytest.fixture
def administrator(world: World) -> Actor:
    return world.administrator.actor


def drafted(actor: Actor, **changes) -> PostEdition:
    post = new_post()
    return draft_edition(post_id=post.pk, route_code="CN-K", content={**page_says(), **changes}, actor=actor)


def status(edition: PostEdition) -> str:
    edition.refresh_from_db()
    return edition.status


def test_two_people_bring_it_into_force(editor, administrator):
    edition = drafted(editor)
    assert current_edition(edition.post_id, "CN-K") is None

    submit_edition(edition_id=edition.pk, actor=editor)
    publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=administrator)

    assert status(edition) == "published" and current_edition(edition.post_id, "CN-K") == edition
    assert (edition.author, edition.published_by) == (f"staff:{editor.ref}", f"staff:{administrator.ref}")
    assert edition.content["read_by"] == f"staff:{editor.ref}"


def test_whoever_wrote_or_submitted_it_does_not_publish_it(editor, administrator):
    edition = drafted(editor)
    submit_edition(edition_id=edition.pk, actor=administrator)

    for actor in (editor, administrator):
        with pytest.raises(Conflict) as refused:
            publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=actor)
        assert refused.value.code == "same_person"
    assert status(edition) == "in_review" and edition.published_at is None


def test_whoever_read_the_page_does_not_publish_it_though_others_saved_and_submitted(editor, administrator):
    edition = drafted(editor)
    change_draft(edition_id=edition.pk, seen=edition.content_sha256, content=edition.content, actor=administrator)
    submit_edition(edition_id=edition.pk, actor=administrator)

    with pytest.raises(Conflict):
        publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=editor)
    assert status(edition) == "in_review"


def test_whoever_wrote_last_is_the_author(editor, administrator):
    edition = drafted(editor)
    change_draft(edition_id=edition.pk, seen=edition.content_sha256, content=page_says("police"), actor=administrator)
    submit_edition(edition_id=edition.pk, actor=editor)

    with pytest.raises(Conflict):
        publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=administrator)


def test_a_program_publishes_nothing(editor):
    edition = drafted(editor)
    submit_edition(edition_id=edition.pk, actor=editor)

    with pytest.raises(NotPermitted) as refused:
        publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=system_actor("tests"))
    assert refused.value.code == "person_needed"


def test_it_goes_back_with_a_reason_and_is_written_again(editor, administrator):
    edition = drafted(editor)
    submit_edition(edition_id=edition.pk, actor=editor)
    with pytest.raises(Invalid):
        send_back_edition(edition_id=edition.pk, reason="no", actor=administrator)

    send_back_edition(edition_id=edition.pk, reason="The fee page says something else.", actor=administrator)

    assert status(edition) == "draft" and edition.sent_back_reason == "The fee page says something else."
    change_draft(edition_id=edition.pk, seen=edition.content_sha256, content=page_says("medical"), actor=editor)
    submit_edition(edition_id=edition.pk, actor=editor)
    assert status(edition) == "in_review" and edition.sent_back_reason == ""


def test_each_step_is_taken_from_where_it_starts(editor, administrator):
    edition = drafted(editor)

    for early in (
        lambda: publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=administrator),
        lambda: send_back_edition(edition_id=edition.pk, reason="Not this way at all.", actor=administrator),
    ):
        with pytest.raises(Conflict) as refused:
            early()
        assert refused.value.code == "edition_moved_on"
    submit_edition(edition_id=edition.pk, actor=editor)
    for late in (
        lambda: submit_edition(edition_id=edition.pk, actor=editor),
        lambda: change_draft(
            edition_id=edition.pk, seen=edition.content_sha256, content=page_says("police"), actor=editor
        ),
    ):
        with pytest.raises(Conflict):
            late()
    assert status(edition) == "in_review"


def test_another_reading_makes_another_reader(editor, administrator):
    edition = drafted(editor)

    change_draft(edition_id=edition.pk, seen=edition.content_sha256, content=page_says("police"), actor=administrator)
    edition.refresh_from_db()
    assert edition.content["read_by"] == f"staff:{editor.ref}"

    moved = {**page_says("police"), "source_url": "https://example.org/another-page"}
    change_draft(
        edition_id=edition.pk,
        seen=edition.content_sha256,
        content={**moved, "read_by": "staff:999"},
        actor=administrator,
    )
    edition.refresh_from_db()
    assert edition.content["read_by"] == f"staff:{administrator.ref}"


def test_the_newer_one_replaces_the_older_and_a_second_of_the_day_has_a_name_of_its_own(in_scope):
    post = new_post()
    first = publish(post, page_says())
    second = publish(post, page_says("police"))

    assert status(first) == "retired" and current_edition(post.pk, "CN-K") == second
    assert (first.edition, second.edition) == (in_days(0).isoformat(), f"{in_days(0).isoformat()}-2")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"read_on": lambda: str(in_days(2))}, "read_on"),
        ({"review_by": lambda: str(in_days(-1))}, ""),
        ({"dropped": lambda: [of_page(code="polise")]}, "dropped.0.code"),
        ({"appointment": lambda: of_page(answer=True, text={"en": "x" * 2_000_000, "zh": "长"})}, ""),
        ({"facts": {"asks_blood": {"value": True}}}, "facts.asks_blood.[key]"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_place(in_scope, editor, changes, path):
    given = {name: value() if callable(value) else value for name, value in changes.items()}

    with pytest.raises(Invalid) as refused:
        drafted(editor, **given)

    assert path in refused.value.errors and not PostEdition.objects.exists()


def test_a_draft_that_the_route_has_left_behind_is_not_published(editor, administrator):
    edition = drafted(editor)
    submit_edition(edition_id=edition.pk, actor=editor)
    edition.content["dropped"] = [of_page(code="gone_meanwhile")]
    edition.save(update_fields=["content"])

    with pytest.raises(Invalid):
        publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=administrator)
    assert status(edition) == "in_review"


def test_who_does_not_edit_routes_writes_nothing(in_scope, editor, staff):
    edition = drafted(editor)
    new = NewPost("consulate", "A", "甲", "UTO", "C", "UTC")

    for act in (
        lambda: add_post(new=new, actor=staff),
        lambda: draft_edition(post_id=edition.post_id, route_code="CN-K", content=page_says(), actor=staff),
        lambda: change_draft(edition_id=edition.pk, seen=edition.content_sha256, content=page_says(), actor=staff),
        lambda: submit_edition(edition_id=edition.pk, actor=staff),
        lambda: send_back_edition(edition_id=edition.pk, reason="Because I say so.", actor=staff),
        lambda: publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=staff),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_another_agencys_post_and_edition_are_not_there(editor, other_world):
    edition = drafted(editor)
    with other_world.scope():
        stranger = other_world.administrator.actor
        with pytest.raises(NotFound):
            draft_edition(post_id=edition.post_id, route_code="CN-K", content=page_says(), actor=stranger)
        with pytest.raises(NotFound):
            submit_edition(edition_id=edition.pk, actor=stranger)
    assert status(edition) == "draft"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"kind": "bakery"}, "kind"),
        ({"name_zh": " "}, "name_zh"),
        ({"country": "XX"}, "country"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"serves": ("UTO", "XX")}, "serves"),
    ],
)
def test_a_post_that_cannot_be_is_refused(in_scope, administrator, changes, name):
    known = {"kind": "embassy", "name_en": "A", "name_zh": "甲", "country": "UTO", "city": "C", "time_zone": "UTC"}

    with pytest.raises(Invalid) as refused:
        add_post(new=NewPost(**{**known, **changes}), actor=administrator)
    assert set(refused.value.errors) == {name}


def test_two_posts_of_one_name_are_refused(in_scope, administrator):
    new_post()

    with pytest.raises(Conflict) as refused:
        new_post()
    assert refused.value.code == "post_exists"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_postedition SET content = '{}' WHERE edition = %s",
        "UPDATE cases_postedition SET status = 'draft' WHERE edition = %s",
        "UPDATE cases_postedition SET published_at = now() + interval '1 day' WHERE edition = %s",
        "DELETE FROM cases_postedition WHERE edition = %s",
    ],
)
def test_what_is_published_does_not_change_in_plain_sql(in_scope, statement):
    edition = publish(new_post(), page_says())
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # keeps no triggers
        return

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [edition.edition])

    fresh = PostEdition.objects.get(pk=edition.pk)
    assert (fresh.status, fresh.content_sha256) == ("published", edition.content_sha256)
    assert clock.now() - timedelta(days=1) < fresh.published_at < clock.now()


def test_nobody_overwrites_what_a_colleague_wrote_meanwhile(editor, administrator):
    edition = drafted(editor)
    seen = edition.content_sha256
    change_draft(edition_id=edition.pk, seen=seen, content=page_says("police"), actor=administrator)

    with pytest.raises(Conflict, match="draft_changed"):
        change_draft(edition_id=edition.pk, seen=seen, content=page_says("medical"), actor=editor)
    edition.refresh_from_db()
    assert edition.content["facts"]["asks_police"]["value"] is True and edition.author == f"staff:{administrator.ref}"


def test_what_the_second_person_read_is_what_they_publish(editor, administrator):
    edition = drafted(editor)
    submit_edition(edition_id=edition.pk, actor=editor)
    seen = edition.content_sha256
    send_back_edition(edition_id=edition.pk, reason="The fee page says something else.", actor=administrator)
    change_draft(edition_id=edition.pk, seen=seen, content=page_says("medical"), actor=editor)
    submit_edition(edition_id=edition.pk, actor=editor)

    with pytest.raises(Conflict, match="edition_changed"):
        publish_edition(edition_id=edition.pk, seen=seen, actor=administrator)
    assert status(edition) == "in_review"
    publish_edition(edition_id=edition.pk, seen=edition.content_sha256, actor=administrator)
    assert status(edition) == "published"
