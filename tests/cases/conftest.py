"""Cases and people that tests of rule changes begin with."""

import pytest

from cases.services.changing import change_case
from cases.services.checklist import settle_item
from tests.days import in_days
from tests.rule_steps import editors_of


@pytest.fixture
def editors(in_scope):
    return editors_of(in_scope)


@pytest.fixture
def policed(k_case, staff):
    """The consulate asks for a police record, and one of four months ago was accepted."""
    change_case(case_id=k_case.pk, actor=staff, planned_hand_in=in_days(30), facts={"post": {"asks_police": True}})
    settle_item(case_id=k_case.pk, code="police", actor=staff, issued_on=in_days(-120))
    k_case.refresh_from_db()
    return k_case
