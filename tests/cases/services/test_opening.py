import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from cases.models import Candidate, Case, ChecklistItem
from cases.services.changing import change_case
from cases.services.opening import open_case
from relo.accounts.roles import Role
from relo.core import clock
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.conftest import World, anna, timeline
from tests.days import in_days
from tests.relo.accounts.test_members import member_of, today


def items(case: Case) -> dict[str, ChecklistItem]:
    return {item.code: item for item in ChecklistItem.objects.filter(case=case)}


def nothing_is_stored() -> bool:
    return not Case.objects.exists() and not Candidate.objects.exists()


def test_a_case_opens_with_a_readable_reference_and_one_line_on_the_timeline(k_case, in_scope):
    year = clock.today(in_scope.agency.time_zone).year

    assert k_case.reference == f"ARC-{year}-0001"
    assert (k_case.stage, k_case.whose_turn, k_case.closed_at) == ("intake", "candidate", None)
    assert timeline(k_case) == ["case.opened"]


def test_the_checklist_follows_from_what_is_known_about_the_person(k_case):
    found = items(k_case)

    assert found["passport"].state == "requested" and not found["passport"].is_undecided
    assert found["degree"].stage_position > found["passport"].stage_position
    assert "cn_passport" not in found  # never had Chinese nationality
    assert "passport_all" not in found  # one nationality
    assert found["education"].state == "accepted"  # the question was answered at the opening
    assert k_case.items_total == len(found)


def test_an_item_that_cannot_be_decided_yet_says_what_it_needs_to_know(k_case):
    police = items(k_case)["police"]

    assert police.is_undecided and police.missing_facts == ["post.asks_police"]


def test_a_person_with_one_name_is_welcome(in_scope, staff):
    case = open_case(route_code="CN-K", candidate=anna(given_names="Suharto", family_name=""), actor=staff)

    assert case.candidate.name == "Suharto"


def test_a_second_case_for_a_candidate_the_agency_knows(k_case, staff):
    second = open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=staff)

    assert second.candidate_id == k_case.candidate_id and second.reference.endswith("-0002")
    assert Candidate.objects.count() == 1


@pytest.mark.parametrize("role", [Role.GUEST, Role.EMPLOYER_CONTACT, Role.READ_ONLY])
def test_nobody_manages_a_case_who_may_not_run_one(k_case, in_scope, staff, role):
    member = member_of(in_scope, role, ends_on=today(in_scope))
    for act in (
        lambda: change_case(case_id=k_case.pk, manager_id=member.user.pk, actor=staff),
        lambda: open_case(route_code="CN-K", candidate=k_case.candidate_id, manager_id=member.user.pk, actor=staff),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.code == "manager_unknown"

    k_case.refresh_from_db()
    assert k_case.manager_id is None and Case.objects.count() == 1 and timeline(k_case) == ["case.opened"]


TOMORROW = in_days(1)
REFUSED = {
    "route": ({"route_code": "XX-1"}, NotFound, "route_unknown"),
    "birth in the future": ({"candidate": anna(date_of_birth=TOMORROW + timedelta(days=2))}, Invalid, "facts_invalid"),
    "birth long ago": ({"candidate": anna(date_of_birth=date(1850, 1, 1))}, Invalid, "facts_invalid"),
    "e-mail": ({"candidate": anna(email="anna.example.org")}, Invalid, "candidate_invalid"),
    "name": ({"candidate": anna(given_names="  ")}, Invalid, "candidate_invalid"),
    "country": ({"candidate": anna(nationalities=("XX",))}, Invalid, "facts_invalid"),
    "time zone": ({"candidate": anna(time_zone="Mars/Olympus")}, Invalid, "candidate_invalid"),
    "fact": ({"candidate": anna(facts={"shoe_size": 43})}, Invalid, "facts_invalid"),
    "hand-in": ({"planned_hand_in": in_days(-3)}, Invalid, "hand_in_in_the_past"),
    "manager": ({"manager_id": 10**6}, Invalid, "manager_unknown"),
}


@pytest.mark.parametrize(("change", "kind", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_right_is_refused_and_nothing_is_stored(in_scope, staff, change, kind, code):
    with pytest.raises(kind) as refused:
        open_case(**{"route_code": "CN-K", "candidate": anna(), "actor": staff, **change})

    assert refused.value.code == code and str(refused.value.detail)
    assert nothing_is_stored()


def test_the_same_person_twice_is_one_candidate(k_case, staff):
    with pytest.raises(Conflict) as refused:
        open_case(route_code="CN-K", candidate=anna(email="ANNA@example.org"), actor=staff)

    assert refused.value.code == "candidate_exists" and Case.objects.count() == 1


def test_a_second_open_case_with_the_same_external_reference_is_refused(in_scope, staff):
    first = open_case(route_code="CN-K", candidate=anna(), external_ref="HR-1", actor=staff)

    with pytest.raises(Conflict) as refused:
        open_case(route_code="CN-K", candidate=first.candidate_id, external_ref="HR-1", actor=staff)

    assert refused.value.code == "external_ref_taken" and Case.objects.count() == 1


def test_another_agencys_candidate_answers_like_a_missing_one(k_case, other_world: World):
    with other_world.scope(), pytest.raises(NotFound) as refused:
        open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=other_world.manager.actor)

    assert refused.value.code == "candidate_unknown"


def test_who_may_only_read_opens_nothing(in_scope):
    with pytest.raises(NotPermitted):
        open_case(route_code="CN-K", candidate=anna(), actor=in_scope.read_only.actor)

    assert nothing_is_stored()


@pytest.mark.django_db(transaction=True)
def test_cases_opened_at_once_get_different_references(world: World):
    def work(number: int) -> None:
        try:
            with world.scope():
                open_case(route_code="CN-K", candidate=anna(email=f"p{number}@example.org"), actor=world.manager.actor)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with world.scope():
        references = sorted(Case.objects.values_list("reference", flat=True))
    assert [reference[-4:] for reference in references] == ["0001", "0002", "0003", "0004", "0005"]
