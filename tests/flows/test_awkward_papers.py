"""Cases that do not go by the book (visa facts, part 7): a new passport, a family that comes along, no visa needed."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case, CaseEvent, ChecklistItem, FormerPassport, Reminder
from cases.packs import pack_of_case
from cases.process_notices import notices_of
from cases.selectors import findings_of, moves_of
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.opening import open_case
from cases.services.passports import renew_passport
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid
from tests.case_steps import settle_all
from tests.cases.post import plan
from tests.conftest import World, anna
from tests.page_forms import posted_back
from tests.portal_steps import signed_in, text

TODAY = time_machine.travel("2026-03-02 10:00Z")


@pytest.fixture
def staff(in_scope: World) -> Actor:
    return in_scope.manager.actor


def opened(staff: Actor, **changes: object) -> Case:
    return open_case(route_code="CN-K", candidate=anna(**changes), actor=staff)


def state(case: Case, code: str) -> str:
    return ChecklistItem.objects.get(case=case, code=code).state


def read(case: Case) -> Case:
    return Case.objects.select_related("candidate", "agency", "route_version").get(pk=case.pk)


def finding(case: Case, rule: str) -> tuple[str, str]:
    rows = findings_of(read(case), pack_of_case(case))
    return next((row.finding.result, row.finding.severity) for row in rows if row.finding.code == rule)


def notices(case: Case) -> list[str]:
    return [notice.code for notice in notices_of(read(case), pack_of_case(case))]


def days_of(case: Case, rule: str) -> list[date]:
    plan()
    rows = Reminder.objects.filter(case=case, rule=rule, state="planned").order_by("due_at")
    return [row.due_at.date() for row in rows]


def renew(case: Case, staff: Actor, number: str = "NEW77", issued_on: date = date(2026, 3, 1)) -> FormerPassport:
    expires_on = issued_on.replace(year=issued_on.year + 10)
    return renew_passport(case_id=case.pk, number=number, issued_on=issued_on, expires_on=expires_on, actor=staff)


def hand_in(case: Case, staff: Actor, stage: str) -> None:
    """As if the passport had been handed in, whatever the gates say; the timeline tells of it."""
    settle_all(case, staff)
    CaseEvent.objects.create(
        agency_id=case.agency_id, case=case, kind="case.moved", actor_kind="staff", actor_ref="1",
        at=case.opened_at, data={"move": "hand_in_passport", "source": "hand_in", "target": "decision"},
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(stage=stage)


@TODAY
def test_4_a_passport_renewed_before_the_hand_in_brings_a_new_form_in_every_case_of_the_person(staff: Actor) -> None:
    case = opened(staff, passport_number="OLD123")
    other = open_case(route_code="CN-K", candidate=case.candidate_id, actor=staff)
    for each in (case, other):
        settle_item(case_id=each.pk, code="passport", expires_on=date(2034, 1, 1), actor=staff)
        settle_item(case_id=each.pk, code="form_submitted", note="Sent", on=date(2026, 3, 1), actor=staff)
    settle_item(case_id=case.pk, code="cv", actor=staff)

    renew(case, staff)

    for each in (case, other):
        assert state(each, "passport") == state(each, "form_submitted") == "requested"
        assert CaseEvent.objects.filter(case=each, kind="passport.renewed").count() == 1
        assert notices(each) == []
    assert state(case, "cv") == "accepted"  # carries no number
    person = read(case).candidate
    assert person.passport_number == "NEW77"
    assert person.facts["passport"] == {"issued_on": "2026-03-01", "expires_on": "2036-03-01"}
    former = FormerPassport.objects.get(candidate=person)
    assert (former.number, former.replaced_on) == ("OLD123", date(2026, 3, 1))
    assert str(former.expires_on) == anna().facts["passport"]["expires_on"]
    # How many pages of the new one are blank, nobody has said: the rule asks instead of passing.
    assert finding(case, "K-PASS") == ("needs_review", "blocks") and state(case, "passport_details") == "requested"


@TODAY
def test_4_after_the_hand_in_the_papers_stand_and_both_passports_are_carried(staff: Actor) -> None:
    case = opened(staff, passport_number="OLD123")
    for code, more in (
        ("passport", {"expires_on": date(2034, 1, 1)}),
        ("form_submitted", {"note": "Sent", "on": date(2026, 3, 1)}),
    ):
        settle_item(case_id=case.pk, code=code, actor=staff, **more)
    settle_item(case_id=case.pk, code="registration_slip", actor=staff)
    permit = {"held": True, "expires_on": "2027-03-01"}
    change_case(case_id=case.pk, facts={"residence_permit": permit}, actor=staff)
    hand_in(case, staff, "stay")

    renew(case, staff)

    assert state(case, "passport") == state(case, "form_submitted") == "accepted"
    assert state(case, "registration_slip") == "requested"  # the police register the new number first
    assert notices(case) == ["passport_renewed_after_hand_in"]
    assert read(case).facts["particulars_changed_on"] == "2026-03-01"
    assert days_of(case, "R-10D") == [date(2026, 3, 2), date(2026, 3, 8)]


@TODAY
def test_4_what_cannot_be_a_new_passport_is_refused_and_changes_nothing(staff: Actor) -> None:
    case = opened(staff, passport_number="OLD123")
    with pytest.raises(Conflict, match="passport_is_in_use"):
        renew(case, staff, number=" OLD123 ")
    with pytest.raises(Invalid) as refused:
        renew(case, staff, number=" ", issued_on=date(2026, 3, 3))
    assert set(refused.value.errors) == {"number", "issued_on"}
    with pytest.raises(Invalid):
        renew_passport(
            case_id=case.pk, number="X", issued_on=date(2026, 3, 1), expires_on=date(2026, 2, 1), actor=staff
        )
    assert not FormerPassport.objects.exists() and read(case).candidate.passport_number == "OLD123"
    assert not CaseEvent.objects.filter(kind="passport.renewed").exists()


@TODAY
def test_4_staff_renew_it_on_a_page_and_see_the_former_number_there(world: World, k_case: Case) -> None:
    with world.scope():
        type(k_case.candidate).objects.filter(pk=k_case.candidate_id).update(passport_number="")
    client, page = world.manager.client(), reverse("admin:cases_case_passport", args=[k_case.pk])
    sent = {"issued_on": "2026-03-01", "expires_on": "2036-03-01"}
    client.post(page, {**sent, "number": "FIRST1"})
    answer = client.post(page, {**sent, "number": "SECOND2"}, follow=True).content.decode()

    assert "The new passport is in use" in answer and "FIRST1" in answer and "replaced on 1 Mar 2026" in answer
    assert (
        "FIRST1"
        not in world.read_only.client().get(reverse("admin:cases_case_change", args=[k_case.pk])).content.decode()
    )
    assert world.read_only.client().post(page, {**sent, "number": "THIRD3"}).status_code == 403


CHILD = {"relation": "child", "comes_along": True, "one_parent_stays": False}


@TODAY
def test_9_a_child_is_judged_on_the_day_of_hand_in_and_told_of_a_year_ahead(staff: Actor) -> None:
    """Seventeen today and on the first planned day; put off past the birthday, the class for children is closed."""
    case = opened(staff)
    family = [{**CHILD, "date_of_birth": "2009-01-20"}, {"relation": "spouse", "comes_along": True}]
    change_case(case_id=case.pk, facts={"dependants": family}, planned_hand_in=date(2026, 6, 1), actor=staff)

    assert finding(case, "K-MINOR") == ("pass", "warns") and finding(case, "K-SOON18") == ("needs_review", "warns")
    assert finding(case, "K-FAMILY") == ("needs_review", "warns")
    page = text(signed_in(case).get(f"/portal/cases/{case.pk}/"))
    assert "There is no class for the family of K holders" in page
    # A year ahead was in January; it is made up for, and the others are still to come.
    assert days_of(case, "R-CHILD18") == [date(2026, 1, 20), date(2026, 7, 24), date(2026, 10, 22)]

    change_case(case_id=case.pk, planned_hand_in=date(2027, 1, 20), actor=staff)
    assert finding(case, "K-MINOR") == ("fail", "warns") and finding(case, "K-SOON18") == ("pass", "warns")


@TODAY
def test_9_school_and_the_consent_of_a_parent_who_stays(staff: Actor) -> None:
    case = opened(staff)
    child = {**CHILD, "date_of_birth": "2016-05-05", "one_parent_stays": True, "school_starts_on": "2026-09-01"}
    twin = {**child, "relation": "stepchild", "one_parent_stays": False}
    change_case(case_id=case.pk, facts={"dependants": [child, twin]}, actor=staff)

    assert finding(case, "K-PARENTS") == ("needs_review", "warns")
    assert days_of(case, "R-SCHOOL") == [date(2026, 3, 5), date(2026, 6, 3)]  # once for both
    for left, result in (([twin], "needs_review"), ([{**child, "one_parent_stays": False}], "pass"), ([], "pass")):
        change_case(case_id=case.pk, facts={"dependants": left}, actor=staff)
        assert finding(case, "K-PARENTS") == (result, "warns")
    assert days_of(case, "R-SCHOOL") == []


@TODAY
def test_16_a_short_visit_of_somebody_who_needs_no_visa_is_told_so_and_its_purpose_kept(staff: Actor) -> None:
    case = opened(staff)
    assert finding(case, "K-SHORT") == ("needs_review", "warns")  # nobody has told yet
    visit = {"planned_stay_days": 30, "visa_free_entry": True, "purpose_of_stay": "exchange"}
    change_case(case_id=case.pk, facts=visit, actor=staff)

    assert finding(case, "K-SHORT") == ("needs_review", "warns")
    page = text(signed_in(case).get(f"/portal/cases/{case.pk}/"))
    assert "K may be unneeded" in page and "31 December 2026" in page
    assert read(case).candidate.facts["purpose_of_stay"] == "exchange"

    for told in (
        {"planned_stay_days": 31},
        {"planned_stay_days": 30, "purpose_of_stay": "work"},
        {"purpose_of_stay": "other", "visa_free_entry": False},
    ):
        change_case(case_id=case.pk, facts=told, actor=staff)
        assert finding(case, "K-SHORT") == ("pass", "warns")


@TODAY
def test_an_accepted_paper_that_nobody_asks_for_any_more_holds_nothing_up(staff: Actor) -> None:
    """It lapses before the hand-in; once the consulate does not ask for it, that is nobody's trouble, until it does."""
    case = opened(staff)
    asks = {"post": {"asks_police": True, "name": "Visa centre"}}
    change_case(case_id=case.pk, facts=asks, planned_hand_in=date(2026, 9, 1), actor=staff)
    settle_item(case_id=case.pk, code="police", issued_on=date(2026, 1, 15), actor=staff)
    settle_all(case, staff)
    Case.objects.filter(pk=case.pk).update(stage="authenticate")

    def shut() -> list[tuple[str, str]]:
        sending = next(one for one in moves_of(read(case)) if one.move.name == "send_to_review")
        return [(blocker.code, blocker.subject) for blocker in sending.blockers]

    lapses = [("item_lapses_before_hand_in", "police")]
    assert shut() == lapses
    for asked, blockers, turn in ((False, [], "agency"), (True, lapses, "candidate")):
        change_case(case_id=case.pk, facts={"post": {"asks_police": asked}}, actor=staff)
        assert state(case, "police") == "accepted"
        assert (shut(), read(case).whose_turn) == (blockers, turn)


def test_9_staff_tell_of_the_family_row_by_row(world: World, k_case: Case) -> None:
    client, page = world.manager.client(), reverse("admin:cases_case_facts", args=[k_case.pk])
    sent = posted_back(client.get(page).content.decode())
    row = {"relation": "stepchild", "date_of_birth": "2015-02-03", "comes_along": "yes", "one_parent_stays": "no"}
    told = {f"dependants-0-{name}": value for name, value in row.items()}
    answer = client.post(page, {**sent, **told, "purpose_of_stay": "research", "planned_stay_days": "90"}, follow=True)

    assert answer.status_code == 200
    with world.scope():
        facts = read(k_case).candidate.facts
    family = {"relation": "stepchild", "date_of_birth": "2015-02-03", "comes_along": True, "one_parent_stays": False}
    assert (facts["dependants"], facts["purpose_of_stay"], facts["planned_stay_days"]) == ([family], "research", 90)
    assert "A stepchild comes along" in answer.content.decode()
