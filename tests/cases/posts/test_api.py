"""Posts for programs: which there are, which one a case has, and changing it."""

from uuid import uuid4

from cases.models import Case, ChecklistItem
from tests.api import Program
from tests.case_steps import new_post, of_page, published_post
from tests.conftest import World, timeline
from tests.days import in_days


def test_programs_see_what_each_post_asks(in_scope: World) -> None:
    published_post("police", appointment=of_page(answer=True), payment=of_page(when="at_hand_in", refundable=False))
    new_post("Sample centre, Nowhere")

    answer = Program(in_scope).get("posts/").json()

    bare, full = answer["results"]
    assert bare["editions"] == [] and bare["name"]["en"] == "Sample centre, Nowhere"
    edition = full["editions"][0]
    assert (edition["route"], edition["page"]) == ("CN-K", "https://example.org/sample-consulate/k")
    said = {one["code"]: one["answer"]["en"] for one in edition["says"]}
    assert said["appointment"] == "An appointment is needed."
    assert said["payment"] == "Paid at the hand-in.; Not given back on refusal."


def test_a_case_is_put_on_a_post_and_taken_off(k_case: Case, in_scope: World) -> None:
    post, program = published_post("police"), Program(in_scope)
    assert program.get(f"cases/{k_case.pk}/").json()["post"] is None

    chosen = program.patch(f"cases/{k_case.pk}/", {"post": str(post.pk), "external_ref": "HR-1"}).json()

    assert chosen["external_ref"] == "HR-1" and chosen["post"]["id"] == str(post.pk)
    assert chosen["post"]["read_on"] == in_days(0).isoformat()
    assert chosen["post"]["fresh_until"] == (in_days(30)).isoformat()
    assert not ChecklistItem.objects.get(code="police").is_undecided
    assert timeline(k_case).count("case.post_chosen") == 1

    assert program.patch(f"cases/{k_case.pk}/", {"external_ref": "HR-2"}).json()["post"] == chosen["post"]
    assert program.patch(f"cases/{k_case.pk}/", {"post": None}).json()["post"] is None


def test_a_post_that_is_not_there_changes_nothing(k_case: Case, in_scope: World, other_world: World) -> None:
    with other_world.scope():
        foreign = published_post()
    program, before = Program(in_scope), timeline(k_case)

    for post in (foreign.pk, uuid4()):
        answer = program.patch(f"cases/{k_case.pk}/", {"post": str(post), "external_ref": "HR-1"})
        assert (answer.status_code, answer.json()["code"]) == (404, "post_unknown")
    assert program.patch(f"cases/{k_case.pk}/", {"post": "Algiers"}).status_code == 400
    k_case.refresh_from_db()
    assert k_case.external_ref == "" and timeline(k_case) == before
    assert program.get("posts/").json()["results"] == []


def test_the_evidence_of_an_item_names_the_page(k_case: Case, in_scope: World) -> None:
    dropped = [of_page(code="cv")]
    program = Program(in_scope)
    program.patch(f"cases/{k_case.pk}/", {"post": str(published_post(dropped=dropped).pk)})

    items = {one["code"]: one for one in program.get(f"cases/{k_case.pk}/checklist/").json()}

    assert items["cv"]["state"] == "no_longer_needed"
    assert items["cv"]["evidence"]["page"] == "https://example.org/sample-consulate/k"
    assert items["passport"]["evidence"]["page"] is None
