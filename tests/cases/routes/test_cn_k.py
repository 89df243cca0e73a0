"""The shipped K pack: it reads without a fault, and its golden cases come out."""

import json
import re
from datetime import date

import pytest

from cases.eligibility import findings
from cases.gates import GATES
from cases.routes.evidence_checks import evidence_of
from cases.routes.facts import FACT_LABELS, facts_from
from cases.routes.golden import golden_faults
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.routes.samples import full_sample
from cases.routes.schema import Pack

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def sources():
    return shipped_sources()


@pytest.fixture(scope="module")
def pack(sources):
    (path,) = [path for path in shipped_packs() if path.name == "cn-k.yaml"]
    return read_pack(path, sources)


def test_every_golden_case_comes_out(pack):
    assert len(pack.golden_cases) >= 6
    assert golden_faults(pack) == []


def test_the_golden_cases_answer_every_rule_and_try_every_condition_both_ways(pack):
    findings_tried = {code for case in pack.golden_cases for code in case.expects_findings}
    assert findings_tried == {rule.code for rule in pack.rules}
    states = [case.expects_items for case in pack.golden_cases]
    needed = {code for one in states for code in one.needed}
    not_needed = {code for one in states for code in one.not_needed}
    # What is printed on the visa cannot be known when the case is opened.
    after_the_visa = {"residence_permit", "stay_end_noted"}
    conditional = {one.code for one in pack.requirements if one.when} - after_the_visa
    assert conditional - needed == set()
    assert conditional - not_needed == set()


def test_the_pack_comes_back_the_same_from_the_database(pack):
    assert Pack.model_validate(json.loads(json.dumps(pack.model_dump(mode="json")))) == pack


def test_the_way_from_intake_to_stay_passes_every_gate(pack):
    stage, way, gates = pack.first_stage, [], set()
    while stage != "closed":
        way.append(stage)
        move = next(move for move in pack.moves_from(stage) if move.kind == "forward")
        gates |= set(move.gates)
        stage = move.target
    assert way == [
        "intake", "screen", "post_check", "collect", "authenticate", "review", "online_form", "preliminary_review",
        "hand_in", "decision", "collect_passport", "pre_departure", "arrival", "stay",
    ]  # fmt: skip
    assert gates == set(GATES)


def test_every_open_stage_can_be_left_for_withdrawal_and_every_requirement_is_due_in_an_open_stage(pack):
    open_stages = [stage.code for stage in pack.stages if not stage.closing]
    leaving = {move.source for move in pack.moves if move.target in ("withdrawn", "closed")}
    assert set(open_stages) <= leaving
    assert {one.stage for one in pack.requirements} <= set(open_stages)


def test_documents_for_the_consulate_are_due_before_the_packet_is_built(pack):
    late = pack.stage_index(pack.packet_from)
    assert [one.code for one in pack.requirements if one.in_packet and pack.stage_index(one.stage) >= late] == []
    assert all(set(one.accepts) <= {"pdf", "jpeg", "png"} for one in pack.requirements)
    assert pack.requirement("photo_digital").accepts == ("jpeg",)


def test_all_five_kinds_of_requirement_occur(pack):
    assert {one.kind for one in pack.requirements} == {"document", "answer", "step", "physical", "fee"}


@pytest.mark.parametrize("birth", ["2012-01-01", "1999-08-12", "1950-01-01"])
@pytest.mark.parametrize("tier", ["well_known", "other", "unclear"])
def test_what_is_not_published_is_never_passed_and_never_failed(pack, birth, tier):
    facts = facts_from({"date_of_birth": birth, "degrees": [{"level": 3, "institution_tier": tier}]}, TODAY)
    found = {one.code: one for one in findings(pack, facts, TODAY)}
    for code, question in (("K-AGE", "OQ-AGE"), ("K-INST", "OQ-INST")):
        assert (found[code].result, found[code].open_question) == ("needs_review", question)
        assert found[code].evidence.level == "not_published"


def test_all_sixteen_open_questions_are_told_with_the_day_they_were_looked_up(pack):
    assert len(pack.open_questions) == 16
    asked = {question.topic for question in pack.open_questions}
    assert {"work", "family", "money", "job_matching", "long_stay"} <= asked
    told = {question.code: question.what_we_know for question in pack.open_questions}
    assert [code for code, text in told.items() if not re.search("202[56]", text.en)] == []
    assert [code for code, text in told.items() if not re.search("202[56]", text.zh)] == []


def test_nobody_is_told_that_k_allows_employment(pack):
    assert pack.right_to_work.allowed is False
    facts = facts_from({"has_offer": True, "work_route_planned": False}, TODAY)
    (work,) = [one for one in findings(pack, facts, TODAY) if one.code == "K-WORK"]
    assert (work.result, work.severity) == ("fail", "warns")


def test_a_list_nobody_published_is_marked_as_assumed(pack):
    for code in ("transcript", "degree_auth", "cv", "plan", "police", "medical"):
        evidence = pack.requirement(code).evidence
        assert evidence.level == "assumed"
        assert evidence.note is not None


def test_every_source_is_used_and_every_address_is_whole(pack, sources):
    assert set(sources) == {evidence.source for _, evidence in evidence_of(pack)} - {None}
    assert all(source.url is None or source.url.startswith("https://") for source in sources.values())


def test_every_fact_has_a_name_in_words_and_a_value_in_the_full_sample():
    paths = set()
    for name, value in full_sample().items():
        if isinstance(value, list) and isinstance(value[0], dict):
            paths |= {name, *(f"{name}[].{leaf}" for leaf in value[0])}
        else:
            paths |= {f"{name}.{leaf}" for leaf in value} if isinstance(value, dict) else {name}
    assert paths == set(FACT_LABELS)
