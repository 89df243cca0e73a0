"""Side states at every door: the page that takes the reason, the hold, and the applications that ended."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Attempt, AuthorityDecision, Case, Hold
from cases.services.changing import change_case
from cases.services.holding import hold_case
from cases.services.moving import move_case
from tests.api import Program
from tests.case_steps import move
from tests.conftest import World
from tests.days import in_days
from tests.portal_steps import signed_in, text

REASON = "No reason was given at the counter."


def act(case: Case, name: str, *more: object) -> str:
    return reverse(f"admin:cases_case_{name}", args=[case.pk, *more])


def page(client: Client, case: Case) -> str:
    return client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()


@pytest.fixture
def decided(k_case: Case) -> Case:
    k_case.stage = "decision"
    k_case.save()
    return k_case


def test_a_refusal_is_recorded_on_a_page_that_asks_why(decided: Case, world: World) -> None:
    client = world.manager.client()
    assert act(decided, "leave", "record_refusal") in page(client, decided)
    bare = client.post(act(decided, "move"), {"move": "record_refusal"})
    assert bare["Location"] == act(decided, "leave", "record_refusal")

    empty = client.post(act(decided, "leave", "record_refusal"), {"reason": "", "on": str(in_days(0))})
    assert empty.status_code == 422 and not AuthorityDecision.objects.exists()

    client.post(act(decided, "leave", "record_refusal"), {"reason": REASON, "on": str(in_days(0))})

    assert Case.objects.get(pk=decided.pk).stage == "refused" and AuthorityDecision.objects.get().reason == REASON


def test_a_move_along_the_way_has_no_such_page(decided: Case, world: World) -> None:
    for name in ("record_grant", "fly_to_the_moon", "apply_again"):
        assert world.manager.client().get(act(decided, "leave", name)).status_code == 404


def test_from_a_refused_case_another_application_begins(decided: Case, world: World) -> None:
    client, staff = world.manager.client(), world.manager.actor
    move_case(case_id=decided.pk, move_name="record_refusal", reason=REASON, actor=staff)
    closed = page(client, decided)
    assert "Apply again" in closed and REASON in closed and act(decided, "asked_visa") not in closed

    client.post(act(decided, "move"), {"move": "apply_again"})
    change_case(case_id=decided.pk, facts={"has_offer": True}, actor=staff)

    words = page(client, decided)
    assert "application 2" in words and "Application 1 was refused on" in words
    assert "1 answer differs today" in words
    assert "1 answer differs today" not in page(world.read_only.client(), decided)


def test_a_case_rests_and_goes_on(k_case: Case, world: World) -> None:
    client = world.manager.client()
    client.post(act(k_case, "hold"), {"reason": "The degree comes in June.", "until": str(in_days(90))})

    assert "The degree comes in June." in page(client, k_case) and act(k_case, "resume") in page(client, k_case)
    assert act(k_case, "resume") not in page(world.read_only.client(), k_case)
    assert "Your application is on hold." in text(signed_in(k_case).get("/portal/"))
    assert "The degree comes in June." not in text(signed_in(k_case).get("/portal/"))

    client.post(act(k_case, "resume"))

    assert Hold.objects.get().ended_at is not None
    assert "Your application is on hold." not in text(signed_in(k_case).get("/portal/"))


def test_a_resting_case_is_not_listed_as_ours_to_do(k_case: Case, world: World) -> None:
    Case.objects.filter(pk=k_case.pk).update(whose_turn="agency")
    panel = "No case waits for us."
    assert panel not in world.manager.client().get("/admin/").content.decode()

    hold_case(case_id=k_case.pk, reason="The degree comes in June.", actor=world.manager.actor)
    Case.objects.filter(pk=k_case.pk).update(whose_turn="agency")

    assert panel in world.manager.client().get("/admin/").content.decode()


def test_what_was_asked_for_is_noted_and_a_differing_visa_pointed_out(k_case: Case, world: World) -> None:
    client = world.manager.client()
    client.post(act(k_case, "asked_visa"), {"visa_class": "K", "entries": "99", "stay_days": "180"})
    assert "multiple entries" in page(client, k_case)
    assert 'value="180"' in client.get(act(k_case, "asked_visa")).content.decode()

    change_case(case_id=k_case.pk, facts={"visa": {"visa_class": "K", "entries": 1}}, actor=world.manager.actor)

    assert "The visa is not what was asked for" in page(client, k_case)
    assert "所签发的签证与申请不一致" in page(world.manager.client("zh-hans"), k_case)


def test_a_program_says_why_holds_and_reads_the_applications(decided: Case, world: World) -> None:
    program, path = Program(world), f"cases/{decided.pk}/"
    moves = {one["move"]: one["asks_reason"] for one in program.get(f"{path}moves/").json()}
    assert moves["record_refusal"] and moves["ask_more_papers"] and not moves["record_grant"]

    assert program.post(f"{path}hold/", {"reason": "The degree comes in June."}).json()["ended_at"] is None
    assert program.post(f"{path}hold/", {"reason": "The degree comes in June."}).status_code == 409
    assert program.post(f"{path}resume/").status_code == 200
    assert program.post(f"{path}asked-visa/", {"entries": 2}).json()["asked_entries"] == 2

    refused = program.post(f"{path}moves/", {"move": "record_refusal"})
    assert refused.status_code == 400 and refused.json()["code"] == "reason_missing"
    told = {"move": "record_refusal", "reason": REASON, "on": str(in_days(-2))}
    assert program.post(f"{path}moves/", told).json()["stage"] == "refused"

    (attempt,) = program.get(f"{path}attempts/").json()
    assert (attempt["number"], attempt["outcome"], attempt["ended_on"]) == (1, "refused", str(in_days(-2)))
    assert attempt["reason"] == REASON and attempt["facts"]["residence_country"] == "UTO"


def test_the_candidate_reads_of_this_application_alone(decided: Case, world: World) -> None:
    move_case(case_id=decided.pk, move_name="record_refusal", reason=REASON, actor=world.manager.actor)
    refused = text(signed_in(decided).get("/portal/"))
    assert "Your application was refused." in refused and REASON not in refused

    move(decided, "apply_again", world.manager.actor)

    assert "Your application was refused." not in text(signed_in(decided).get("/portal/"))
    assert Attempt.objects.count() == 2
