"""Dated records of what happens outside the agency, and the facts that follow from them."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from cases.models import Address, ApplicationNumber, Appointment, Entry, StatusNote
from cases.records import KINDS, records_of
from cases.services.changing import change_case
from cases.services.moving import move_case
from cases.services.process import add_record, change_record, remove_record
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.cases.post import plan
from tests.conftest import timeline, waiting
from tests.days import in_days

SAMPLES = {
    "status": {"on": date(2026, 1, 5), "status": "Passport to be submitted"},
    "number": {"kind": "online_form", "number": "2026COVA0001"},
    "appointment": {"kind": "hand_in", "at": datetime(2026, 1, 5, 1, tzinfo=UTC), "time_zone": "Asia/Shanghai",
                    "place": "Visa centre, counter 3"},
    "decision": {"outcome": "refused", "on": date(2026, 1, 5), "reason": "No reason was given."},
    "entry": {"entered_on": date(2026, 1, 5)},
    "address": {"line": "Building 5, Zhongguancun", "since": date(2026, 1, 5)},
}  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_record_is_noted_corrected_and_taken_out(k_case, staff, kind):
    row = add_record(case_id=k_case.pk, kind=kind, values=SAMPLES[kind], actor=staff)
    stored = records_of(k_case, KINDS[kind]).get()
    assert {name: getattr(stored, name) for name in SAMPLES[kind]} == SAMPLES[kind]
    assert stored.noted_by == f"staff:{staff.ref}" and stored.noted_at is not None and stored.attempt == 1

    name, value = next((n, v) for n, v in SAMPLES[kind].items() if isinstance(v, date | str) and n not in ("kind",
                       "outcome", "time_zone", "at"))  # fmt: skip
    other = date(2026, 1, 4) if isinstance(value, date) else "Something else"
    change_record(case_id=k_case.pk, kind=kind, record_id=row.pk, values={name: other}, actor=staff)
    assert getattr(records_of(k_case, KINDS[kind]).get(), name) == other

    remove_record(case_id=k_case.pk, kind=kind, record_id=row.pk, actor=staff)
    assert not records_of(k_case, KINDS[kind]).exists()
    assert [one for one in timeline(k_case) if one.startswith("process.")] == [
        "process.noted",
        "process.corrected",
        "process.removed",
    ]


def test_what_is_personal_is_not_in_the_clear(k_case, staff):
    for kind, values in SAMPLES.items():
        add_record(case_id=k_case.pk, kind=kind, values=values, actor=staff)
    columns = [(StatusNote, "status"), (ApplicationNumber, "number"), (Appointment, "place"), (Address, "line")]
    with connection.cursor() as cursor:
        for model, column in columns:
            cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}"')
            (text,) = cursor.fetchone()
            assert text and not any(str(value) in text for value in SAMPLES[_kind_of(model)].values()), column


def _kind_of(model):
    return next(kind.code for kind in KINDS.values() if kind.model is model)


def test_the_same_values_again_change_nothing(k_case, staff):
    row = add_record(case_id=k_case.pk, kind="entry", values=SAMPLES["entry"], actor=staff)
    before = (timeline(k_case), waiting())

    change_record(case_id=k_case.pk, kind="entry", record_id=row.pk, values=SAMPLES["entry"], actor=staff)

    assert (timeline(k_case), waiting()) == before


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("status", {"on": in_days(2)}, "on"),
        ("status", {"status": "   "}, "status"),
        ("status", {"status": "x" * 501}, "status"),
        ("number", {"kind": "phone"}, "kind"),
        ("appointment", {"time_zone": "Mars/Base"}, "time_zone"),
        ("appointment", {"state": "forgotten"}, "state"),
        ("appointment", {"at": None}, "at"),
        ("decision", {"outcome": "maybe"}, "outcome"),
        ("decision", {"on": in_days(2)}, "on"),
        ("entry", {"entered_on": in_days(2)}, "entered_on"),
        ("entry", {"left_on": date(2026, 1, 4)}, "left_on"),
        ("address", {"until": date(2026, 1, 4)}, "until"),
        ("address", {"registered_on": date(2026, 1, 4)}, "registered_on"),
        ("address", {"registered_on": in_days(2)}, "registered_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(k_case, staff, kind, wrong, field):
    before = (timeline(k_case), waiting(), dict(k_case.facts))
    with pytest.raises(Invalid) as refused:
        add_record(case_id=k_case.pk, kind=kind, values={**SAMPLES[kind], **wrong}, actor=staff)

    assert refused.value.code == "record_invalid" and set(refused.value.errors) == {field}
    k_case.refresh_from_db()
    assert (timeline(k_case), waiting(), k_case.facts) == before
    assert not records_of(k_case, KINDS[kind]).exists()


def test_nobody_else_keeps_them(k_case, staff, second_person, other_world):
    row = add_record(case_id=k_case.pk, kind="entry", values=SAMPLES["entry"], actor=staff)
    with pytest.raises(NotPermitted):
        add_record(case_id=k_case.pk, kind="entry", values=SAMPLES["entry"], actor=second_person)
    with pytest.raises(NotPermitted):
        remove_record(case_id=k_case.pk, kind="entry", record_id=row.pk, actor=second_person)
    with other_world.scope(), pytest.raises(NotFound):
        change_record(case_id=k_case.pk, kind="entry", record_id=row.pk, values={}, actor=other_world.manager.actor)
    with pytest.raises(NotFound):  # of another kind
        remove_record(case_id=k_case.pk, kind="address", record_id=row.pk, actor=staff)
    move_case(case_id=k_case.pk, move_name="withdraw", reason="Not in this test.", actor=staff)
    with pytest.raises(Conflict):
        remove_record(case_id=k_case.pk, kind="entry", record_id=row.pk, actor=staff)

    assert Entry.objects.count() == 1


def fact(case, name):
    case.refresh_from_db()
    return case.facts.get(name)


def test_the_day_of_entry_follows_the_newest_stay(k_case, staff):
    first = add_record(case_id=k_case.pk, kind="entry", values={"entered_on": date(2026, 1, 5)}, actor=staff)
    assert fact(k_case, "entered_on") == "2026-01-05"

    change_record(
        case_id=k_case.pk, kind="entry", record_id=first.pk, values={"left_on": date(2026, 2, 1)}, actor=staff
    )
    assert fact(k_case, "entered_on") is None
    second = add_record(case_id=k_case.pk, kind="entry", values={"entered_on": date(2026, 3, 1)}, actor=staff)
    assert fact(k_case, "entered_on") == "2026-03-01"

    for row in (second, first):
        remove_record(case_id=k_case.pk, kind="entry", record_id=row.pk, actor=staff)
    assert fact(k_case, "entered_on") is None and timeline(k_case).count("facts.changed") == 4


def test_a_new_address_starts_the_24_hours_anew(k_case, staff):
    add_record(case_id=k_case.pk, kind="address", values={"line": "A", "since": in_days(-30)}, actor=staff)
    add_record(case_id=k_case.pk, kind="address", values={"line": "B", "since": in_days(0)}, actor=staff)
    plan()

    assert fact(k_case, "address_since") == str(in_days(0))
    cycles = list(k_case.reminders.filter(rule="R-24H-MOVE", state="planned").values_list("cycle", flat=True))
    assert cycles == [f"@{in_days(0)}+0", f"@{in_days(0)}+1"]


def test_the_collection_is_the_day_at_the_place(k_case, staff):
    """23:30 on the 5th in London is the 6th in Shanghai."""
    late = {"kind": "collection", "at": datetime(2026, 1, 5, 23, 30, tzinfo=UTC), "time_zone": "Asia/Shanghai"}
    row = add_record(case_id=k_case.pk, kind="appointment", values=late, actor=staff)
    assert fact(k_case, "pickup_on") == "2026-01-06"

    change_record(case_id=k_case.pk, kind="appointment", record_id=row.pk, values={"state": "cancelled"}, actor=staff)

    assert fact(k_case, "pickup_on") is None


def test_a_day_told_as_a_fact_stands_until_there_are_records(k_case, staff):
    change_case(case_id=k_case.pk, facts={"pickup_on": "2026-01-09", "entered_on": "2026-01-09"}, actor=staff)
    add_record(case_id=k_case.pk, kind="appointment", values=SAMPLES["appointment"], actor=staff)  # no collection
    assert fact(k_case, "pickup_on") == "2026-01-09"

    add_record(case_id=k_case.pk, kind="entry", values=SAMPLES["entry"], actor=staff)

    assert fact(k_case, "entered_on") == "2026-01-05"


def test_a_day_that_records_keep_is_not_told_elsewhere(k_case, staff):
    add_record(case_id=k_case.pk, kind="entry", values=SAMPLES["entry"], actor=staff)

    for told in ("2026-01-06", None):
        with pytest.raises(Invalid) as refused:
            change_case(case_id=k_case.pk, facts={"entered_on": told}, actor=staff)
        assert refused.value.code == "kept_by_records" and set(refused.value.errors) == {"entered_on"}
    change_case(case_id=k_case.pk, facts={"entered_on": "2026-01-05", "travel_on": "2026-01-04"}, actor=staff)

    assert fact(k_case, "entered_on") == "2026-01-05" and fact(k_case, "travel_on") == "2026-01-04"


@pytest.mark.parametrize(
    ("at", "zone"), [("9999-12-31T23:00:00+00:00", "Asia/Shanghai"), ("0001-01-01T00:00:00+00:00", "America/New_York")]
)
def test_an_appointment_at_the_end_of_time_is_refused_and_breaks_no_page(k_case, staff, at: str, zone: str) -> None:
    values = {"kind": "interview", "at": datetime.fromisoformat(at), "time_zone": zone}
    with pytest.raises(Invalid) as refused:
        add_record(case_id=k_case.pk, kind="appointment", values=values, actor=staff)

    assert "at" in refused.value.errors and not Appointment.objects.exists()
