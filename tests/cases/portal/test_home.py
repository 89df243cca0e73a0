import re
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from cases.models import Case, ChecklistItem
from cases.services.changing import change_case
from cases.services.checklist import ask_for_changes, settle_item, submit_item, waive_item
from cases.services.moving import move_case
from cases.services.opening import open_case
from relo.core.actors import Actor, system_actor
from tests.conftest import World, anna
from tests.days import in_days
from tests.portal_steps import browser, item_url, signed_in, text


@pytest.fixture
def client(k_case: Case) -> Client:
    return signed_in(k_case)


def home(client: Client) -> str:
    return text(client.get("/portal/"))


def settle_all_here(case: Case, staff: Actor) -> None:
    for item in ChecklistItem.objects.filter(case=case, stage_position=0).exclude(state="accepted"):
        waive_item(case_id=case.pk, code=item.code, reason="not in this test", actor=staff)


def test_the_page_says_whose_turn_it_is_and_what_comes_first(client: Client) -> None:
    page = home(client)

    assert "Your K visa application" in page
    assert "It is your turn." in page
    assert "Next: Passport data page" in page
    assert "Intake and consent" in page


def test_the_turn_follows_the_case(client: Client, k_case: Case, staff: Actor) -> None:
    settle_all_here(k_case, staff)

    assert "It is our turn." in home(client)


def test_what_was_given_back_comes_first_with_its_reason(client: Client, k_case: Case, staff: Actor) -> None:
    submit_item(case_id=k_case.pk, code="consent", actor=staff)
    ask_for_changes(case_id=k_case.pk, code="consent", reason="Page two is missing.", actor=staff)

    page = home(client)

    assert "Next: Consent and mandate, signed" in page
    assert "Page two is missing." in page
    assert "Changes needed" in page


def test_progress_counts_what_is_theirs(client: Client, k_case: Case, staff: Actor) -> None:
    before = accepted(home(client))
    waive_item(case_id=k_case.pk, code="consent", reason="Signed on paper.", actor=staff)
    settle_item(case_id=k_case.pk, code="passport", actor=staff, expires_on=in_days(2000))

    assert accepted(home(client)) == before + 2


def test_what_is_done_is_put_away_and_counted_as_it_stands_there(client: Client, k_case: Case, staff: Actor) -> None:
    settle_item(case_id=k_case.pk, code="passport", actor=staff, expires_on=in_days(2000))

    page = home(client)

    away = re.search(r"<summary>(\d+) done</summary>.*?</details>", page, re.S)
    assert away is not None and "Passport data page" in away[0]
    assert "Passport data page" not in page.replace(away[0], "").partition('id="tasks"')[2].partition("page-side")[0]
    assert int(away[1]) == accepted(page) == away[0].count('class="line ')


def accepted(page: str) -> int:
    found = re.search(r"(\d+) of \d+ done", page)
    assert found
    return int(found[1])


def test_a_passport_that_lapses_asks_for_a_newer_one(client: Client, k_case: Case, staff: Actor) -> None:
    settle_item(case_id=k_case.pk, code="passport", actor=staff, expires_on=in_days(100))

    assert "A newer one is needed" in home(client)
    assert "Good until" in home(client)


def test_an_item_nobody_can_judge_yet_says_what_it_waits_for(in_scope: World) -> None:
    case = open_case(route_code="CN-K", candidate=anna(facts={}), actor=in_scope.manager.actor)

    page = home(signed_in(case))

    assert "May be needed – tell us more" in page
    assert "Tell us: " in page


def test_what_the_agency_has_to_find_out_is_not_asked_of_the_candidate(client: Client, k_case: Case) -> None:
    page = text(client.get(item_url(k_case, "police")))

    assert "We are finding out: whether the consulate asks for a police certificate" in page
    assert "Tell us: whether the consulate" not in home(client)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "May the holder take paid work",
                "Which class do spouse and children get",
                "Is there any allowance",
                "Is there any official help in finding work",
                "Does K lead to long-term or permanent residence",
                "Not settled: nothing official is published.",
                "This visa alone does not allow you to work in China",
            ],
        ),
        (
            "zh-hans",
            [
                "持K字签证能否从事有偿工作",
                "配偶和子女适用何种签证",
                "是否有补贴",
                "官方是否提供就业对接",
                "能否通向长期或永久居留",
                "尚无定论：官方未公布任何规定。",
                "仅凭此签证不得在华工作",
            ],
        ),
    ],
)
def test_what_the_visa_leaves_open_is_said_plainly_with_how_far_we_know(
    k_case: Case, language: str, sentences: list[str]
) -> None:
    page = home(signed_in(k_case, language))

    assert [sentence for sentence in sentences if sentence not in page] == []
    assert ("checked on 23 November 2026" if language == "en" else "核对日期：2026年11月23日") in page


def test_a_rule_only_a_person_can_decide_is_named(client: Client) -> None:
    page = home(client)

    assert "What we look at in your case" in page
    assert "no list or ranking is published" in page


def test_the_language_is_switched_on_the_page(client: Client, k_case: Case) -> None:
    here = item_url(k_case, "passport")

    switched = client.post("/language/", {"language": "zh-hans", "next": here}, follow=True)

    assert switched.redirect_chain[-1][0] == here
    assert "护照资料页" in text(switched)
    assert 'lang="zh-Hans"' in text(switched)
    assert "您的K字签证申请" in home(client)


def test_a_case_of_somebody_else_is_as_missing_as_one_that_does_not_exist(
    client: Client, in_scope: World, other_world: World
) -> None:
    colleague = open_case(route_code="CN-K", candidate=anna(email="bo@example.org"), actor=in_scope.manager.actor)
    with other_world.scope():
        foreign = open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)

    pages = [client.get(f"/portal/cases/{case}/") for case in (colleague.pk, foreign.pk, uuid4())]
    items = [client.get(f"/portal/cases/{case}/items/passport/") for case in (colleague.pk, foreign.pk, uuid4())]

    assert {page.status_code for page in pages + items} == {404}
    assert len({text(page) for page in pages + items}) == 1


def test_several_cases_are_offered_to_choose_from(client: Client, k_case: Case, staff: Actor) -> None:
    second = open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=staff)

    page = home(client)

    assert f"/portal/cases/{k_case.pk}/" in page
    assert f"/portal/cases/{second.pk}/" in page
    assert "Your other applications" in text(client.get(f"/portal/cases/{second.pk}/"))


def test_a_closed_case_stays_readable(client: Client, k_case: Case, staff: Actor) -> None:
    move_case(case_id=k_case.pk, move_name="withdraw", reason="Not in this test.", actor=staff)

    page = home(client)

    assert "This case is closed." in page
    assert "Next:" not in page
    assert "Withdrawn" in page


def test_the_timeline_names_roles_and_keeps_the_office_to_itself(client: Client, k_case: Case, staff: Actor) -> None:
    from cases.services.deciding import decide_finding

    decide_finding(case_id=k_case.pk, rule="K-AGE", go_ahead=True, reason="asked the consulate", actor=staff)
    submit_item(case_id=k_case.pk, code="consent", actor=staff)
    ask_for_changes(case_id=k_case.pk, code="consent", reason="Sign it.", actor=staff)

    page = home(client)

    assert "Changes asked" in page
    assert "Open question decided by a person" not in page
    assert "asked the consulate" not in page
    assert "(UTC)" in page


def test_times_are_those_of_where_the_candidate_lives(in_scope: World) -> None:
    case = open_case(route_code="CN-K", candidate=anna(time_zone="Asia/Tokyo"), actor=in_scope.manager.actor)

    assert "(Asia/Tokyo)" in home(signed_in(case)) or "(JST)" in home(signed_in(case))


def test_every_requirement_has_a_page_in_both_languages(k_case: Case, django_assert_max_num_queries: Any) -> None:
    for language, words in (("en", "How far we know"), ("zh-hans", "依据与把握程度")):
        client = signed_in(k_case, language)
        for item in ChecklistItem.objects.filter(case=k_case):
            with django_assert_max_num_queries(14):
                page = client.get(item_url(k_case, item.code))
            assert (item.code, page.status_code) == (item.code, 200)
            assert words in text(page)


def test_the_page_asks_the_database_a_fixed_number_of_times(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get("/portal/")
    with django_assert_max_num_queries(15):
        client.get("/portal/")


def test_an_unknown_page_says_so_in_both_languages(client: Client) -> None:
    for somebody in (client, browser()):
        page = somebody.get("/portal/nothing/here/")

        assert page.status_code == 404
        assert "There is nothing here" in text(page)
        assert "页面不存在" in text(page)


def test_a_name_made_of_markup_stays_text(in_scope: World) -> None:
    case = open_case(
        route_code="CN-K", candidate=anna(given_names="<script>alert(1)</script>"), actor=in_scope.manager.actor
    )

    page = home(signed_in(case))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_pages_need_nothing_from_elsewhere(client: Client, k_case: Case) -> None:
    answer = client.get(item_url(k_case, "passport"))

    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert " style=" not in text(answer)
    assert "<style" not in text(answer)
    assert 'src="http' not in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"


def test_system_actor_is_named_as_no_person(client: Client, k_case: Case) -> None:
    submit_item(case_id=k_case.pk, code="consent", actor=system_actor("tests"))
    waive_item(case_id=k_case.pk, code="consent", reason="Signed on paper.", actor=system_actor("tests"))

    assert "Done automatically" in home(client)


def test_a_requirement_says_what_goes_wrong_what_serves_instead_and_how_the_original_is_made_good(
    k_case: Case, client: Client, staff: Actor
) -> None:
    degrees = [{"level": 3, "field_isced": "0613", "institution_country": "IN", "conferred_on": "2022-06-30"}]
    change_case(case_id=k_case.pk, facts={"degrees": degrees, "post": {"asks_degree_auth": True}}, actor=staff)

    proof = text(client.get(item_url(k_case, "degree_auth")))
    assert "What often goes wrong" in proof and "one that issued the certificate" in proof
    assert "Verification of the degree (CSCSE or CHSI)" in proof
    original = text(client.get(item_url(k_case, "degree")))
    assert "Issued in India: Consular legalisation: an apostille has no effect" in original
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "签发地 印度：须办理领事认证" in text(client.get(item_url(k_case, "degree")))


def test_costs_are_told_and_no_amount_is_invented(client: Client) -> None:
    page = home(client)

    assert "The amount is not published. It is not paid back if the visa is refused." in page
    assert "360.00 CNY (certificate)" in page


@pytest.mark.parametrize(
    ("on", "word"), [("2026-12-31", "Three quarters"), ("2027-01-01", "Nothing was found on 2027")]
)
def test_the_fee_is_that_of_the_day_of_the_hand_in(
    k_case: Case, client: Client, staff: Actor, on: str, word: str
) -> None:
    Case.objects.filter(pk=k_case.pk).update(planned_hand_in=on)

    page = home(client)
    assert word in page and page.count("<h3>Visa fee") == 1
