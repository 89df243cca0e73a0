"""A pack broken by hand is refused, with the line and the cure."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.routes.reading import PackInvalid, read_pack, shipped_packs, shipped_sources

ORIGINAL = next(path for path in shipped_packs() if path.name == "cn-k.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sources():
    return shipped_sources()


@pytest.fixture
def refusal(tmp_path: Path, sources) -> Callable[..., list]:
    """The faults of the pack after each `old` became `new`."""

    def read(*changes: tuple[str, str]) -> list:
        text = ORIGINAL
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "broken.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(PackInvalid) as refused:
            read_pack(path, sources)
        return refused.value.faults

    return read


def line_of(text: str) -> int:
    return ORIGINAL[: ORIGINAL.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('when: "names_differ"', 'when: "names_differ &&"', "expression_does_not_parse"),
        ('when: "names_differ"', 'when: "has(passport.expires_on)"', "expression_asks_has"),
        ('when: "names_differ"', 'when: "names_differ || ex_chinese"', "fact_undeclared"),
        ('when: "names_differ"', 'when: "names_differ == true || name_differs"', "expression_not_yes_or_no"),
        ('when: "names_differ"', 'when: "name_differs"', "expression_not_yes_or_no"),
        ('when: "names_differ"', "when: \"names_differ == 'yes'\"", "kinds_differ"),
        ('when: "ex_chinese"\n    reads: [ex_chinese]', 'when: "age == \'18\'"\n    reads: [age]', "kinds_differ"),
        ('when: "ex_chinese"\n    reads: [ex_chinese]', 'when: "residence_country > 3"\n    reads: [residence_country]',
         "kinds_differ"),
        ('expression: "degrees.exists(d, d.level >= 2', "expression: \"degrees.exists(d, d.level == 'bachelor'",
         "kinds_differ"),
        ('when: "names_differ"', 'when: "[[true], [false]].exists(d, d.exists(w, w == names_differ))"',
         "expression_too_deep"),
        ('when: "names_differ"',
         'when: "degrees.exists(d, work.exists(w, nationalities.exists(n, n == w.country && d.level > 1)))"',
         "expression_too_deep"),
        *(
            ("    manager_after_days: 30\n", f"    manager_after_days: 30\n{repeat}", code)
            for repeat, code in (
                ("    repeat_times: 3\n", "repeat_without_step"),
                ("    repeat_every_days: 7\n", "repeat_without_end"),
                ("    repeat_every_days: 7\n    repeat_times: 3\n    repeat_until_days: 60\n", "repeat_with_two_ends"),
                ("    repeat_every_days: 0\n    repeat_times: 3\n", "repeat_step"),
                ("    repeat_every_days: 3650\n    repeat_times: 3\n", "repeat_step"),
                ("    repeat_every_days: 7\n    repeat_times: 1000\n", "repeat_too_often"),
                ("    repeat_every_days: 300\n    repeat_times: 12\n", "repeat_too_often"),
                ("    repeat_every_days: 1\n    repeat_until_days: 3650\n", "repeat_too_often"),
                ("    repeat_every_days: 7\n    repeat_until_days: 30\n", "repeat_never"),
                ("    repeat_every_days: 7\n    repeat_times: -1\n", "repeat_never"),
            )
        ),
        ("    manager_after_days: 30\n", "    manager_after_days: 7\n", "escalated_too_early"),
        ("    administrators_after_days: 45\n", "    administrators_after_days: 30\n", "escalated_too_early"),
        ("    administrators_after_days: 45\n", "    administrators_after_days: 3650\n", "escalated_too_late"),
        ("    to: agency\n", "    to: agency\n    manager_after_days: 30\n", "manager_reminded_anyway"),
        ('when: "size(nationalities) > 1"', 'when: "size(nationalities)"', "expression_not_yes_or_no"),
        ("{level: official, source: consular_faq_z, checked_on", "{level: official, checked_on", "source_missing"),
        ("reads: [names_differ]", "reads: [names_differ, ex_chinese]", "fact_not_read"),
        ("reads: [names_differ]", "reads: [names_differ, shoe_size]", "fact_unknown"),
        ('    when: "names_differ"\n', "", "reads_without_condition"),
        ("gates: [items_settled]", "gates: [items_are_fine]", "gate_unknown"),
        ("source: intake, target: screen,", "source: intake, target: heaven,", "stage_unknown"),
        ("source: decision, target: more_papers,", "source: decision, target: refused,", "stage_unreachable"),
        ("first_stage: intake", "first_stage: limbo", "stage_unknown"),
        ("source: exit_entry_law,", "source: a_friend,", "source_unknown"),
        ("{level: reported, source: photo_private", "{level: official, source: photo_private", "source_too_weak"),
        ("{level: reported, source: cscse_digest,", "{level: reported,", "source_missing"),
        ('quote: "in China or abroad"', 'quote: "anywhere at all"', "quote_unknown"),
        ("zh: \"护照资料页\"", "zh: \"Passport\"", "not_chinese"),
        ("open_question: OQ-AGE", "open_question: OQ-LUCK", "question_unknown"),
        ("if_true: needs_review", "if_true: pass", "unpublished_yet_decides"),
        ("    stage: intake\n", "    stage: closed\n", "stage_closes_with_items"),
        ("code: passport_details", "code: passport", "code_twice"),
        ("trigger: {event: date, item: police,", "trigger: {event: date, item: parrot,", "item_unknown"),
        ("trigger: {event: date, fact: pickup_on}", "trigger: {event: date, fact: post.form_days}", "fact_is_no_day"),
        ("plus_days_fact: post.form_days", "plus_days_fact: travel_on", "fact_is_no_number"),
        ("    accepts: [pdf, jpeg, png]\n", "", "wanted_by_kind"),
        ("{K-ARM: pass, K-CONF: pass, K-AGE", "{K-ARMS: pass, K-CONF: pass, K-AGE", "rule_unknown"),
        ("ways: [[degree_auth], [degree_verification]]", "ways: [[degree_auth], [degree_proof]]", "item_unknown"),
        ("ways: [[degree_auth], [degree_verification]]", "ways: [[degree_auth], [cv]]", "choice_across_stages"),
        ("    issued_in: [CA]", "    issued_in: [XX]", "country_unknown"),
        ("    issued_in: [CA]", "    issued_in: [RW]", "windows_overlap"),
        ("    issued_in: [IN]\n", "", "windows_overlap"),
        ("  - code: rp_change\n", "  - code: rp_three_to_five_years\n", "windows_overlap"),
        ("item: degree_auth}", "item: screening_explained}", "item_unknown"),
        ('issued_in: "degrees[].institution_country"', "issued_in: travel_on", "fact_is_no_country"),
        ('    issued_in: "degrees[].institution_country"\n', "", "value_missing"),
        ("    chain: [{step: translation, item: translation}]\n", "    chain: []\n    kind: step\n", "key_twice"),
        ("      fails: {en: \"Neither ground", "      needs_review: {en: \"Neither ground", "saying_missing"),
    ],
)  # fmt: skip
def test_a_pack_broken_by_hand_is_refused(refusal, old, new, code):
    faults = refusal((old, new))
    assert code in {fault.code for fault in faults}
    for fault in faults:
        assert fault.line > 1
        assert fault.text.en
        assert fault.text.zh


def test_the_line_of_the_fault_is_told(refusal):
    (fault,) = refusal(('when: "names_differ"', 'when: "names_differ &&"'))
    assert (fault.file, fault.line) == ("broken.yaml", line_of('when: "names_differ"'))
    assert "names_differ" not in fault.place
    assert str(fault).startswith(f"broken.yaml:{fault.line}: requirements.")


def test_several_faults_are_told_at_once(refusal):
    faults = refusal(("gates: [items_settled]", "gates: [nope]"), ('when: "names_differ"', 'when: "size("'))
    assert {fault.code for fault in faults} == {"gate_unknown", "expression_does_not_parse"}


def test_a_missing_chinese_text_is_named_with_its_line(refusal):
    (fault,) = refusal((', zh: "护照资料页"}', "}"))
    assert (fault.code, fault.params["key"]) == ("value_missing", "zh")
    assert fault.line == line_of('name: {en: "Passport data page"')


def test_an_unknown_key_is_named(refusal):
    (fault,) = refusal(("    provider: candidate\n", "    provider: candidate\n    colour: red\n"))
    assert (fault.code, fault.params["key"]) == ("key_unknown", "colour")


def test_a_key_given_twice_is_refused_since_the_second_would_win_in_silence(refusal):
    (fault,) = refusal(("country: CN\n", "country: CN\ncountry: US\n"))
    assert (fault.code, fault.line) == ("key_twice", line_of("country: CN") + 1)


def test_broken_yaml_is_refused_with_its_line(refusal):
    (fault,) = refusal(("country: CN\n", "country: [CN\n"))
    assert fault.code == "file_unreadable"


def test_a_file_that_is_far_too_large_is_refused_before_it_is_read(tmp_path, sources):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(PackInvalid) as refused:
        read_pack(path, sources)
    assert [fault.code for fault in refused.value.faults] == ["file_too_big"]


def test_check_routes_tells_each_fault_of_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(ORIGINAL.replace("first_stage: intake", "first_stage: limbo"), encoding="utf-8")
    errors = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_routes", path, stderr=errors)

    assert "mine.yaml:7: first_stage: There is no stage “limbo”." in errors.getvalue()
    with pytest.raises(CommandError):
        call_command("check_routes", tmp_path / "nowhere.yaml", stderr=errors)
    assert "nowhere.yaml:1:" in errors.getvalue()


def test_editors_are_given_the_schema_of_a_pack():
    told = io.StringIO()
    call_command("check_routes", "--schema", stdout=told)

    schema = json.loads(told.getvalue())
    assert {"stages", "moves", "requirements", "golden_cases"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False and "of_passport" in schema["$defs"]["Requirement"]["properties"]


def test_aliases_that_multiply_are_refused(tmp_path, sources):
    path = tmp_path / "bomb.yaml"
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path.write_text("\n".join(levels))
    with pytest.raises(PackInvalid) as refused:
        read_pack(path, sources)
    assert [fault.code for fault in refused.value.faults] == ["file_too_large"]


@pytest.mark.parametrize("content", [b"", b"- a\n", b"\xff\xfe\x00bad", b"just words", b"? [a]\n: b", b"[" * 3000])
def test_a_file_that_is_no_pack_is_refused(tmp_path, sources, content):
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(PackInvalid) as refused:
        read_pack(path, sources)
    assert refused.value.faults[0].code in ("file_empty", "file_unreadable")


def test_a_golden_case_that_does_not_come_out_is_named(refusal):
    (fault,) = refusal(("{K-ARM: pass, K-CONF: pass", "{K-ARM: fail, K-CONF: pass"))
    assert fault.line == line_of("{K-ARM: pass, K-CONF: pass")
    assert (fault.code, dict(fault.params)) == (
        "golden_finding_differs",
        {"code": "K-ARM", "found": "pass", "wanted": "fail"},
    )


def test_a_golden_item_that_does_not_come_out_is_named(refusal):
    (fault,) = refusal(("not_needed: [work_letter, diploma,", "needed: [work_letter]\n      not_needed: [diploma,"))
    assert fault.code == "key_twice"
    (fault,) = refusal(("not_needed: [work_letter, diploma,", "not_needed: [degree, diploma,"))
    assert (fault.code, fault.params["code"], fault.params["found"]) == ("golden_item_differs", "degree", "needed")


def test_a_golden_case_with_impossible_facts_is_named(refusal):
    (fault,) = refusal(("      nationalities: [UTO]\n", "      nationalities: [ZZ]\n"))
    assert fault.code == "golden_facts_refused"
    assert "two letters" in fault.text.en
