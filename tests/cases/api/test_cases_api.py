from datetime import timedelta
from uuid import uuid4

import pytest

from cases.models import Candidate, Case, CaseEvent
from relo.accounts.models import ApiToken
from relo.core import clock
from tests.api import Program, anna_json
from tests.conftest import World
from tests.days import in_days


@pytest.fixture
def program(world: World) -> Program:
    return Program(world)


@pytest.fixture
def opened(program: Program) -> dict:
    answer = program.post("cases/", {"route": "CN-K", "candidate": anna_json(), "external_ref": "HR-1"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status and body["detail"]
    return body


def test_a_case_is_opened_and_read_back(program, world, opened):
    assert opened["reference"].startswith("ARC-") and opened["route"] == "CN-K"
    assert (opened["stage"], opened["whose_turn"]) == ("intake", "candidate")
    assert opened["progress"]["total"] > 20
    assert program.get(f"cases/{opened['id']}/").json() == opened
    assert [row["id"] for row in program.get("cases/").json()["results"]] == [opened["id"]]
    with world.scope():
        assert CaseEvent.objects.get(kind="case.opened").actor_kind == "service"


def test_the_route_shows_every_part_with_evidence_and_source(program):
    route = program.get("routes/CN-K/").json()

    assert program.get("routes/").json()[0]["code"] == "CN-K"
    for part in ("stages", "requirements", "rules", "reminders", "fees", "open_questions"):
        assert route[part]
        for row in route[part]:
            assert row["evidence"]["level"] and "source" in row["evidence"]
    assert all(stage["name"]["zh"] for stage in route["stages"])
    assert "golden_cases" not in route


REFUSED = {
    "unknown route": ({"route": "XX-9"}, 404, "route_unknown", None),
    "birth in the future": (
        {"candidate": anna_json(date_of_birth=str(in_days(2)))},
        400,
        "facts_invalid",
        "date_of_birth",
    ),
    "e-mail without @": ({"candidate": anna_json(email="anna")}, 400, "invalid", "candidate.email"),
    "no name": ({"candidate": anna_json(given_names="")}, 400, "invalid", "candidate.given_names"),
    "a typo": ({"candidate": anna_json(nationalty="UTO")}, 400, "invalid", "candidate.nationalty"),
    "not a date": ({"candidate": anna_json(date_of_birth="12/08/98")}, 400, "invalid", "candidate.date_of_birth"),
    "past hand-in": ({"planned_hand_in": "2020-01-01"}, 400, "hand_in_in_the_past", "planned_hand_in"),
    "unknown candidate": ({"candidate": {"id": str(uuid4())}}, 404, "candidate_unknown", None),
}


@pytest.mark.parametrize(("change", "status", "code", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_a_case_that_cannot_be_right_is_refused_and_nothing_is_stored(program, world, change, status, code, field):
    body = problem(program.post("cases/", {"route": "CN-K", "candidate": anna_json(), **change}), status)

    assert body["code"] == code
    if field:
        assert field in body["errors"]
    with world.scope():
        assert not Case.objects.exists() and not Candidate.objects.exists()


def test_a_second_open_case_with_the_same_external_ref_is_a_conflict(program, world, opened):
    again = {"route": "CN-K", "candidate": {"id": opened["candidate"]["id"]}, "external_ref": "HR-1"}

    assert problem(program.post("cases/", again), 409)["code"] == "external_ref_taken"
    with world.scope():
        assert Case.objects.count() == 1


def test_a_repeat_with_the_same_key_acts_once_and_answers_the_same(program, world):
    body = {"route": "CN-K", "candidate": anna_json()}
    first = program.post("cases/", body, **{"Idempotency-Key": "abc"})
    second = program.post("cases/", body, **{"Idempotency-Key": "abc"})

    assert first.status_code == second.status_code == 201 and first.json() == second.json()
    other = program.post("cases/", {**body, "external_ref": "HR-2"}, **{"Idempotency-Key": "abc"})
    assert problem(other, 409)["code"] == "idempotency_key_reused"
    with world.scope():
        assert Case.objects.count() == 1


def test_a_refused_call_leaves_its_key_free(program, world):
    problem(program.post("cases/", {"route": "XX-9", "candidate": anna_json()}, **{"Idempotency-Key": "k"}), 404)
    retry = program.post("cases/", {"route": "CN-K", "candidate": anna_json()}, **{"Idempotency-Key": "k"})

    assert retry.status_code == 201


def test_another_agencys_case_answers_like_a_missing_one(opened, other_world):
    stranger = Program(other_world)
    foreign, missing = (stranger.get(f"cases/{case_id}/") for case_id in (opened["id"], str(uuid4())))

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert stranger.get("cases/").json()["results"] == []
    for path in ("checklist", "eligibility", "timeline", "moves"):
        assert stranger.get(f"cases/{opened['id']}/{path}/").status_code == 404
    moved = stranger.post(f"cases/{opened['id']}/moves/", {"move": "withdraw"})
    assert moved.status_code == 404


@pytest.mark.parametrize("token", ["", "relo_wrong", "Zm9v"])
def test_without_a_token_in_force_nothing_is_said(routes, token):
    answer = Program(None, token or "x").get("cases/")

    assert problem(answer, 401)["code"] == "token_missing"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_and_a_revoked_token_open_nothing(program, world):
    ApiToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert program.get("cases/").status_code == 401
    ApiToken.objects.update(expires_at=clock.now() + timedelta(days=1), revoked_at=clock.now())
    assert program.get("cases/").status_code == 401


def test_a_shut_gate_answers_with_every_blocker(program, opened):
    body = problem(program.post(f"cases/{opened['id']}/moves/", {"move": "start_screening"}), 409)

    assert body["code"] == "gate_closed"
    assert [row["subject"] for row in body["blockers"]] == ["passport", "consent"]
    assert all(row["detail"]["en"] and row["detail"]["zh"] for row in body["blockers"])


def test_a_move_that_does_not_exist_is_missing(program, opened):
    assert problem(program.post(f"cases/{opened['id']}/moves/", {"move": "fly"}), 404)["code"] == "move_unknown"


def test_facts_are_patched_and_the_checklist_follows(program, opened):
    path = f"cases/{opened['id']}/"
    before = {row["code"]: row for row in program.get(f"{path}checklist/").json()}
    assert before["police"]["state"] == "may_be_needed" and before["police"]["needs_to_know"][0]["zh"]

    answer = program.patch(path, {"facts": {"post": {"asks_police": True}}, "planned_hand_in": None})

    assert answer.status_code == 200, answer.content
    after = {row["code"]: row for row in program.get(f"{path}checklist/").json()}
    assert after["police"]["state"] == "requested"


def test_lists_are_narrowed_and_paged(program, opened):
    for number in range(3):
        program.post("cases/", {"route": "CN-K", "candidate": anna_json(email=f"p{number}@example.org")})

    assert len(program.get("cases/", stage="intake").json()["results"]) == 4
    assert program.get("cases/", stage="review").json()["results"] == []
    assert [row["id"] for row in program.get("cases/", q="L898902C3 ").json()["results"]][-1] == opened["id"]
    assert len(program.get("cases/", q="Eriksson").json()["results"]) == 4
    assert program.get("cases/", q="Eriksen").json()["results"] == []
    page = program.get("cases/", page_size=3).json()
    assert len(page["results"]) == 3 and page["next"]
    rest = program.client.get(page["next"]).json()
    assert len(rest["results"]) == 1 and rest["next"] is None


@pytest.mark.parametrize(
    ("name", "value"), [("manager", "me"), ("updated_since", "yesterday"), ("updated_since", "2026-13-40")]
)
def test_a_filter_that_cannot_be_read_is_refused(program, name, value):
    assert name in problem(program.get("cases/", **{name: value}), 400)["errors"]


def test_a_list_of_many_cases_costs_a_fixed_number_of_queries(program, django_assert_max_num_queries):
    def count() -> int:
        with django_assert_max_num_queries(10) as captured:
            assert program.get("cases/").status_code == 200
        return len(captured)

    program.post("cases/", {"route": "CN-K", "candidate": anna_json()})
    program.get("cases/")  # the pack is parsed once a process, the token's last use is noted every five minutes
    one = count()
    for number in range(5):
        program.post("cases/", {"route": "CN-K", "candidate": anna_json(email=f"p{number}@example.org")})

    assert count() == one


def test_the_answer_comes_in_the_readers_language(program, opened):
    answer = program.client.post(
        f"/api/v1/cases/{opened['id']}/moves/",
        {"move": "fly"},
        content_type="application/json",
        headers={"Accept-Language": "zh-hans"},
    )

    assert answer.status_code == 404 and answer.json()["code"] == "move_unknown"
    assert answer["Content-Language"] == "zh-hans"
