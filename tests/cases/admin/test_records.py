"""Dated records at every door: the page of the case, the API, and what the candidate reads of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Appointment, Case, Entry, StatusNote
from cases.records import KINDS
from cases.services.changing import change_case
from cases.services.process import add_record
from relo.core import clock
from tests.api import BODIES, Program
from tests.case_steps import records_with
from tests.conftest import World
from tests.days import in_days
from tests.portal_steps import signed_in, text

SHANGHAI = {"kind": "interview", "at": "2026-12-07T09:30", "time_zone": "Asia/Shanghai", "place": "Counter 3",
            "state": "planned"}  # fmt: skip


def act(case: Case, name: str, *more: object) -> str:
    return reverse(f"admin:cases_case_{name}", args=[case.pk, *more])


def page(client: Client, case: Case) -> str:
    return client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()


def test_staff_note_correct_and_take_out(k_case: Case, world: World) -> None:
    client = world.manager.client()
    client.post(act(k_case, "add_record", "appointment"), SHANGHAI)

    row = Appointment.objects.get()
    assert row.at == datetime(2026, 12, 7, 1, 30, tzinfo=UTC)  # as the clock reads in Shanghai
    words = page(client, k_case)
    assert "Interview · 7 Dec 2026 09:30 (Asia/Shanghai)" in words and "Counter 3" in words

    form = client.get(act(k_case, "change_record", "appointment", row.pk)).content.decode()
    assert 'value="2026-12-07T09:30"' in form
    client.post(act(k_case, "change_record", "appointment", row.pk), {**SHANGHAI, "state": "kept"})
    assert Appointment.objects.get().state == "kept" and Appointment.objects.get().at == row.at

    confirm = client.get(act(k_case, "remove_record", "appointment", row.pk)).content.decode()
    assert "Counter 3" in confirm and Appointment.objects.exists()
    client.post(act(k_case, "remove_record", "appointment", row.pk))
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_form_in_both_languages(k_case: Case, world: World, kind: str) -> None:
    for language in ("en", "zh-hans"):
        answer = world.manager.client(language).get(act(k_case, "add_record", kind))
        assert answer.status_code == 200 and "<form" in answer.content.decode()


def test_a_kind_that_does_not_exist_is_not_found(k_case: Case, world: World) -> None:
    assert world.manager.client().get(act(k_case, "add_record", "gossip")).status_code == 404


def test_what_cannot_be_is_said_at_its_field(k_case: Case, world: World) -> None:
    tomorrow = in_days(3)
    answer = world.manager.client().post(act(k_case, "add_record", "entry"), {"entered_on": str(tomorrow)})

    assert answer.status_code == 422 and "id_entered_on_error" in answer.content.decode()
    assert not Entry.objects.exists()


def test_who_only_reads_sees_them_without_links(k_case: Case, world: World) -> None:
    add_record(case_id=k_case.pk, kind="status", values=BODIES_OF["status"], actor=world.manager.actor)
    words = page(world.read_only.client(), k_case)

    assert "Passport to be submitted" in words and "records/status/add/" not in words


BODIES_OF = {"status": {"on": in_days(-3), "status": "Passport to be submitted"}}


def test_an_appointment_for_another_day_than_planned_is_pointed_out(k_case: Case, world: World) -> None:
    day = in_days(60)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    add_record(case_id=k_case.pk, kind="appointment", actor=world.manager.actor,
               values={"kind": "hand_in", "at": at, "time_zone": "UTC"})  # fmt: skip
    assert "The hand-in is appointed for" in page(world.manager.client(), k_case)

    change_case(case_id=k_case.pk, planned_hand_in=day, actor=world.manager.actor)

    assert "The hand-in is appointed for" not in page(world.manager.client(), k_case)


@pytest.mark.parametrize(
    "place", ["statuses", "application-numbers", "appointments", "authority-decisions", "entries", "addresses"]
)
def test_a_program_keeps_records_too(k_case: Case, world: World, place: str) -> None:
    program, body = Program(world), BODIES[f"/api/v1/cases/<uuid:case_id>/{place}/"]
    answer = program.post(f"cases/{k_case.pk}/{place}/", body, **{"Idempotency-Key": place})
    again = program.post(f"cases/{k_case.pk}/{place}/", body, **{"Idempotency-Key": place})
    assert answer.status_code == again.status_code == 201, answer.content
    (row,) = program.get(f"cases/{k_case.pk}/{place}/").json()
    assert row["id"] == answer.json()["id"] == again.json()["id"] and row.items() >= body.items()

    of_row = f"cases/{k_case.pk}/{place}/{row['id']}/"
    assert program.patch(of_row, {"shoe_size": 42}).status_code == 400
    assert program.patch(of_row, {}).status_code == 200
    assert program.client.delete(f"/api/v1/{of_row}").status_code == 204
    assert program.get(f"cases/{k_case.pk}/{place}/").json() == []


def test_a_moment_without_a_zone_is_refused(k_case: Case, world: World) -> None:
    body = {"kind": "interview", "at": "2026-12-07T09:30:00", "time_zone": "Asia/Shanghai"}

    assert Program(world).post(f"cases/{k_case.pk}/appointments/", body).status_code == 400


def test_the_candidate_reads_appointments_and_how_it_stands(k_case: Case, world: World) -> None:
    client = signed_in(k_case)
    assert "At the consulate or office" not in text(client.get("/portal/"))
    records = records_with("Gate", in_days(0))
    for kind in ("status", "appointment", "decision", "number", "address"):
        add_record(case_id=k_case.pk, kind=kind, values=records[kind], actor=world.manager.actor)

    words = text(client.get("/portal/"))

    assert "the status was “Gate status”" in words and "The authority asked for more papers." in words
    assert "Interview" in words and "(Asia/Shanghai)" in words and "Gate place" in words
    assert "Gate number" not in words and "Gate reason" not in words


def test_a_cancelled_or_past_appointment_is_not_the_candidates_to_keep(k_case: Case, world: World) -> None:
    past = {**records_with("Gate", in_days(0))["appointment"], "at": clock.now() - timedelta(hours=1)}
    cancelled = {**records_with("Gate", in_days(0))["appointment"], "state": "cancelled"}
    for values in (past, cancelled):
        add_record(case_id=k_case.pk, kind="appointment", values=values, actor=world.manager.actor)

    assert "Your appointments" not in text(signed_in(k_case).get("/portal/"))
    assert not StatusNote.objects.exists()
