"""What a fee comes to: by post, nationality and day."""

from datetime import date
from typing import Any

import pytest

from cases.fees import fees_asked
from cases.models import Case
from cases.packs import pack_of_case
from cases.routes.overlay_checks import overlay_faults
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import overlay_from
from cases.routes.reading import shipped_sources
from cases.routes.schema import Pack
from cases.selectors import facts_of
from cases.services.changing import change_case
from cases.services.posts import choose_post
from relo.core.actors import Actor
from tests.case_steps import of_page, page_says, published_post
from tests.conftest import World
from tests.days import in_days
from tests.portal_steps import signed_in, text

CHANGE = date(2027, 1, 1)


@pytest.fixture
def staff(in_scope: World) -> Actor:
    return in_scope.manager.actor


def fee(amount: str, nationality: str | None = None, since: date | None = None, until: date | None = None) -> Any:
    told = of_page(code="visa", amount=amount, currency="EUR", **({"nationality": nationality} if nationality else {}))
    days = {"effective_from": since and str(since), "effective_to": until and str(until)}
    told["evidence"] |= {name: day for name, day in days.items() if day}
    return told


def visa_fees(case: Case, on: date) -> list[str]:
    case = Case.objects.select_related("candidate", "route_version", "agency").get(pk=case.pk)
    asked = fees_asked(pack_of_case(case), facts_of(case), on)
    return [str(one.fee.amount) + ("?" if one.missing else "") for one in asked if one.fee.code == "visa"]


def test_the_amount_follows_post_nationality_and_day(k_case: Case, staff: Actor) -> None:
    year_end = date(2026, 12, 31)
    fees = [fee("60.00", "DE"), fee("95.00", until=year_end), fee("126.00", since=CHANGE)]
    assert visa_fees(k_case, year_end) == ["None"]  # nobody has published one
    choose_post(case_id=k_case.pk, post_id=published_post(fees=fees).pk, actor=staff)

    for nationalities, on, amount in (
        (["UTO"], year_end, "95.00"), (["UTO"], CHANGE, "126.00"),
        (["DE"], year_end, "60.00"), (["DE"], CHANGE, "60.00"),
    ):  # fmt: skip
        change_case(case_id=k_case.pk, facts={"nationalities": nationalities}, actor=staff)
        assert visa_fees(k_case, on) == [amount]
    change_case(case_id=k_case.pk, facts={"nationalities": None}, actor=staff)
    assert visa_fees(k_case, CHANGE) == ["60.00?", "126.00"]

    choose_post(case_id=k_case.pk, post_id=published_post(name="Sample embassy, Erewhon").pk, actor=staff)
    assert visa_fees(k_case, CHANGE) == ["None"]


def test_the_candidate_reads_what_it_comes_to_with_the_page_it_stands_on(k_case: Case, staff: Actor) -> None:
    choose_post(case_id=k_case.pk, post_id=published_post(fees=[fee("126.00")]).pk, actor=staff)
    change_case(case_id=k_case.pk, planned_hand_in=in_days(20), actor=staff)

    assert "126.00 EUR" in text(signed_in(k_case).get(f"/portal/cases/{k_case.pk}/"))


@pytest.mark.parametrize(
    ("fees", "fault"),
    [
        ([{**fee("1.00"), "code": "bribe"}], ("fee_unknown", ("fees", 0, "code"))),
        ([fee("1.00"), fee("2.00")], ("fee_twice", ("fees", 1, "code"))),
        ([fee("1.00", "DE", until=CHANGE), fee("2.00", "DE", since=CHANGE)], ("fee_twice", ("fees", 1, "code"))),
    ],
)
def test_what_the_route_does_not_charge_or_what_has_two_amounts_is_refused(
    shipped: list[Pack], fees: list[Any], fault: tuple[str, tuple[object, ...]]
) -> None:
    pack = next(one for one in shipped if one.code == "CN-K")
    overlay: Overlay = overlay_from({**page_says(), "read_by": "staff:1", "fees": fees})

    found = overlay_faults(pack, overlay, shipped_sources(), in_days(0))

    assert [(one.code, one.place) for one in found] == [fault]
