"""More cases that do not go by the book (visa facts, part 7): nationality, language, paid work, two cases at once."""

import pytest

from cases.models import Case, ChecklistItem
from cases.packs import pack_of_case
from cases.selectors import findings_of, hand_in_of
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.moving import GateClosed
from cases.services.opening import open_case
from cases.services.posts import choose_post
from relo.core.actors import Actor
from tests.case_steps import blockers, decide_all, move, published_post, settle_all
from tests.conftest import World, anna
from tests.days import in_days
from tests.portal_steps import signed_in, text


@pytest.fixture
def staff(in_scope: World) -> Actor:
    return in_scope.manager.actor


def opened(staff: Actor, **changes: object) -> Case:
    return open_case(route_code="CN-K", candidate=anna(**changes), actor=staff)


def finding(case: Case, rule: str) -> tuple[str, str]:
    case = Case.objects.get(pk=case.pk)
    return next(
        (row.finding.result, row.finding.severity)
        for row in findings_of(case, pack_of_case(case))
        if row.finding.code == rule
    )


def state(case: Case, code: str) -> str:
    return ChecklistItem.objects.get(case=case, code=code).state


def test_3_a_second_nationality_that_is_chinese_stops_the_case_and_no_decision_passes_it(staff: Actor) -> None:
    case = opened(staff, nationalities=("CN", "FR"))
    assert finding(case, "K-NOTCN") == ("fail", "blocks") and state(case, "passport_all") == "requested"
    settle_all(case, staff)
    move(case, "start_screening", staff)
    decide_all(case, staff)

    with pytest.raises(GateClosed) as refused:
        move(case, "confirm_post", staff)

    assert ("finding_fails", "K-NOTCN") in blockers(refused) and case.stage == "screen"


def test_5_a_degree_in_a_third_language_wants_a_translation_wherever_one_applies(staff: Actor) -> None:
    degree = {**anna().facts["degrees"][0], "language": "uz", "institution_country": "UZ"}
    case = opened(staff, residence_country="TR", facts={**anna().facts, "degrees": [degree]})

    assert state(case, "translation") == state(case, "legal_stay") == "requested"
    page = text(signed_in(case).get(f"/portal/cases/{case.pk}/items/degree/"))
    assert "Chinese translations" in page and "Issued in Uzbekistan" in page


COUNTRY = {"IN": "India", "DE": "Germany"}


@pytest.mark.parametrize(("nationality", "country"), [("IN", "IN"), ("DE", "IN"), ("IN", "DE")])
def test_8_a_degree_is_authenticated_as_the_country_that_issued_it_asks_whoever_holds_it(
    staff: Actor, nationality: str, country: str
) -> None:
    """An apostille has no effect between China and India; an Indian with a German degree takes one all the same."""
    degree = {**anna().facts["degrees"][0], "institution_country": country, "verified_by": "apostille"}
    case = opened(
        staff, nationalities=(nationality,), residence_country="AE", facts={**anna().facts, "degrees": [degree]}
    )
    change_case(case_id=case.pk, facts={"post": {"asks_degree_auth": True}}, actor=staff)

    assert state(case, "degree_auth") == "requested"
    page = text(signed_in(case).get(f"/portal/cases/{case.pk}/items/degree/"))
    assert ("no effect between China and India" in page) is (country == "IN")
    assert f"Issued in {COUNTRY[country]}" in page


def test_11_a_candidate_who_moves_goes_on_at_another_consulate_with_what_was_done(staff: Actor) -> None:
    """Another country and post: legal stay is asked for, the form is filled in anew, the papers stay."""
    case = opened(staff, nationalities=("DE",), residence_country="DE")
    first = published_post("police", name="Consulate in Erewhon")
    second = published_post("medical", name="Consulate in Utopia")
    choose_post(case_id=case.pk, post_id=first.pk, actor=staff)
    change_case(case_id=case.pk, planned_hand_in=in_days(40), actor=staff)
    settle_item(case_id=case.pk, code="cv", actor=staff)
    settle_item(case_id=case.pk, code="police", issued_on=in_days(-30), actor=staff)
    settle_item(case_id=case.pk, code="form_submitted", note="Sent", on=in_days(0), actor=staff)
    stage = Case.objects.get(pk=case.pk).stage

    change_case(case_id=case.pk, facts={"residence_country": "AE"}, post_id=second.pk, actor=staff)

    assert {code: state(case, code) for code in ("cv", "police", "form_submitted", "legal_stay", "medical")} == {
        "cv": "accepted", "police": "accepted", "form_submitted": "requested", "legal_stay": "requested",
        "medical": "requested",
    }  # fmt: skip
    case = Case.objects.get(pk=case.pk)
    assert (case.stage, case.closed_at) == (stage, None)
    assert finding(case, "K-STAY")[0] == "needs_review"
    assert "Consulate in Utopia" in text(signed_in(case).get(f"/portal/cases/{case.pk}/"))


def test_17_paid_work_planned_on_k_is_warned_of_everywhere_and_hidden_nowhere(staff: Actor) -> None:
    case = opened(staff)
    change_case(case_id=case.pk, facts={"has_offer": True, "work_route_planned": False}, actor=staff)

    assert finding(case, "K-WORK") == ("fail", "warns") and not pack_of_case(case).right_to_work.allowed
    page = text(signed_in(case).get(f"/portal/cases/{case.pk}/"))
    assert "K alone does not allow employment" in page and "Plan a Z or R route with the employer" in page

    change_case(case_id=case.pk, facts={"work_route_planned": True}, actor=staff)
    assert finding(case, "K-WORK") == ("pass", "warns")


def test_22_two_cases_of_one_person_share_what_is_known_and_judge_each_paper_by_their_own_day(staff: Actor) -> None:
    sooner = opened(staff)
    later = open_case(route_code="CN-K", candidate=sooner.candidate_id, actor=staff)
    for case, days in ((sooner, 30), (later, 200)):
        change_case(case_id=case.pk, planned_hand_in=in_days(days), facts={"post": {"asks_police": True}}, actor=staff)
        settle_item(case_id=case.pk, code="police", issued_on=in_days(-30), actor=staff)
    change_case(case_id=sooner.pk, facts={"names_differ": True}, actor=staff)

    for case, is_good in ((sooner, True), (later, False)):
        case.refresh_from_db()
        item = ChecklistItem.objects.get(case=case, code="police")
        assert item.lapses_before(hand_in_of(case, pack_of_case(case)).on) is not is_good
        assert state(case, "name_change") == "requested"
