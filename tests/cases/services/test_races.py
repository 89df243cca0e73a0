"""Two acts on one case or person: the second waits for the first, and then works on what the first left.

On PostgreSQL the two run at once, and the second is seen to wait for a row lock before the first commits. SQLite has
one writer at a time and knows no row locks, so there they run one after the other; the outcome is the same.
"""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cases.models import Candidate, Case, CaseEvent
from cases.services.changing import change_case
from cases.services.moving import GateClosed, move_case
from cases.services.opening import open_case
from relo.core.scoping import agency_scope
from tests.case_steps import decide_all, move, settle_all
from tests.conftest import World, anna

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 10.0


@pytest.fixture
def case(world: World) -> Case:
    with world.scope():
        return open_case(route_code="CN-K", candidate=anna(), actor=world.manager.actor)


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def second_while_the_first_is_not_committed(
    world: World, first: Callable[[], object], second: Callable[[], object]
) -> list[Exception]:
    """What went wrong in either of them."""
    failures: list[Exception] = []

    def attempt(act: Callable[[], object]) -> None:
        try:
            with agency_scope(world.agency.pk), transaction.atomic():
                act()
        except Exception as failure:
            failures.append(failure)

    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"
        attempt(first)
        attempt(second)
        return failures

    done, may_commit = threading.Event(), threading.Event()

    def hold() -> None:
        first()
        done.set()
        may_commit.wait(PATIENCE)

    def run(act: Callable[[], object]) -> None:
        try:
            attempt(act)
        finally:
            done.set()
            connection.close()

    one, two = (threading.Thread(target=run, args=(act,)) for act in (hold, second))
    one.start()
    assert done.wait(PATIENCE)
    two.start()
    end = time.monotonic() + PATIENCE
    waited = False
    while two.is_alive() and not waited and time.monotonic() < end:
        waited = somebody_waits_for_a_lock()
        time.sleep(0.02)
    may_commit.set()
    one.join()
    two.join()
    assert waited, "the second act did not wait for the first"
    return failures


def test_two_people_who_tell_different_facts_lose_neither(world, case):
    staff = world.manager.actor

    failures = second_while_the_first_is_not_committed(
        world,
        lambda: change_case(case_id=case.pk, facts={"names_differ": True}, actor=staff),
        lambda: change_case(case_id=case.pk, facts={"has_offer": True}, actor=staff),
    )

    assert failures == []
    with world.scope():
        facts = Candidate.objects.get().facts
        assert (facts["names_differ"], facts["has_offer"]) == (True, True)
        assert CaseEvent.objects.filter(kind="facts.changed").count() == 2


def test_two_cases_of_one_person_told_different_facts_lose_neither(world, case):
    staff = world.manager.actor
    with world.scope():
        other = open_case(route_code="CN-K", candidate=case.candidate_id, actor=staff)

    failures = second_while_the_first_is_not_committed(
        world,
        lambda: change_case(case_id=case.pk, facts={"names_differ": True}, actor=staff),
        lambda: change_case(case_id=other.pk, facts={"has_offer": True}, actor=staff),
    )

    assert failures == []
    with world.scope():
        facts = Candidate.objects.get().facts
        assert (facts["names_differ"], facts["has_offer"]) == (True, True)
        # Both checklists follow both facts.
        items = [set(each.items.values_list("code", "state")) for each in Case.objects.all()]
        assert items[0] == items[1]


@pytest.mark.parametrize("post_comes_first", [True, False])
def test_a_fact_of_the_case_beside_a_fact_of_the_person_loses_neither(world, case, post_comes_first):
    staff = world.manager.actor
    acts = [
        lambda: change_case(case_id=case.pk, facts={"post": {"name": "Utopia"}}, actor=staff),
        lambda: change_case(case_id=case.pk, facts={"names_differ": True}, actor=staff),
    ]
    first, second = acts if post_comes_first else reversed(acts)

    assert second_while_the_first_is_not_committed(world, first, second) == []

    with world.scope():
        assert Candidate.objects.get().facts["names_differ"] is True
        assert Case.objects.get().facts["post"]["name"] == "Utopia"


def test_a_gate_judges_by_the_facts_as_they_are_once_the_case_is_free(world, case):
    """A fact that makes a rule fail is told while the move waits for the case."""
    staff = world.manager.actor
    with world.scope():
        settle_all(case, staff)
        move(case, "start_screening", staff)
        decide_all(case, staff)

    failures = second_while_the_first_is_not_committed(
        world,
        lambda: change_case(case_id=case.pk, facts={"nationalities": ["CN"]}, actor=staff),
        lambda: move_case(case_id=case.pk, move_name="confirm_post", actor=staff),
    )

    [refused] = failures
    assert isinstance(refused, GateClosed) and ("finding_fails", "K-NOTCN") in [
        (b.code, b.subject) for b in refused.blockers
    ]
    with world.scope():
        assert Case.objects.get().stage == "screen"
        assert Candidate.objects.get().nationalities == ["CN"]
        moves = CaseEvent.objects.filter(kind="case.moved").values_list("data__move", flat=True)
        assert list(moves) == ["start_screening"]


def test_of_two_who_make_the_same_move_one_is_told_it_is_no_longer_there(world, case):
    staff = world.manager.actor
    with world.scope():
        settle_all(case, staff)

    failures = second_while_the_first_is_not_committed(
        world,
        lambda: move_case(case_id=case.pk, move_name="start_screening", actor=staff),
        lambda: move_case(case_id=case.pk, move_name="start_screening", actor=staff),
    )

    assert [getattr(failure, "code", failure) for failure in failures] == ["move_unknown"]
    with world.scope():
        assert Case.objects.get().stage == "screen"
        assert CaseEvent.objects.filter(kind="case.moved").count() == 1
