"""Things that happen at the wrong moment, or in an order nobody thought of."""

from datetime import UTC, date, datetime

import pytest

from cases.services.changing import change_case
from cases.services.checklist import reopen_item, settle_item
from cases.services.deciding import sign_case
from cases.services.moving import GateClosed, move_case
from cases.services.opening import open_case
from documents.models import Document, Packet, Rendition, Review
from documents.packets.errors import PacketFailed
from documents.packets.text import Text
from documents.services import packets
from documents.services.packet_choices import choose_for_packet
from documents.services.packets import request_packet, seal_packet
from documents.services.reviewing import accept_document, request_changes
from relo.core import clock, storage
from relo.core.errors import Conflict, Invalid
from relo.outbox import relay, service, tasks
from relo.outbox.models import OutboxMessage
from tests.case_steps import blockers, built, item, send
from tests.conftest import timeline
from tests.days import in_days

TOO_LATE = PacketFailed("time_ran_out", Text("It took too long.", "耗时过长。"))


def parts(packet: Packet) -> list[str]:
    assert packet.manifest is not None, packet.failure
    return [part["requirement"] for part in packet.manifest["parts"]]


# Sending


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_right_after_the_commit_leaves_the_document_readable(
    k_case,
    candidate,
    monkeypatch,
):
    def end(*args, **kwargs):
        raise SystemExit(1)  # what a worker raises that is told to stop, here while it rings the bell

    monkeypatch.setattr(tasks.drain, "apply_async", end)
    monkeypatch.setattr(service, "_quiet_until", [0.0])  # the broker was found gone while the case was opened
    with pytest.raises(SystemExit):
        send(k_case, "passport", "passport-data-page.jpg", candidate)

    stored = Document.objects.get()
    assert stored.state == "ready" and item("passport").state == "submitted"
    assert sum(len(piece) for piece in storage.chunks(stored.blob_key)) == stored.size


def test_the_same_file_sent_again_after_its_acceptance_was_taken_back_is_a_new_version_to_check(
    k_case,
    staff,
    candidate,
):
    first = send(k_case, "cv", "cv.pdf", candidate)
    accept_document(document_id=first.pk, actor=staff)
    reopen_item(case_id=k_case.pk, code="cv", actor=staff)

    second = send(k_case, "cv", "cv.pdf", candidate)

    first.refresh_from_db()
    assert first.state == "superseded"
    assert (second.version, second.state, second.sha256) == (2, "ready", first.sha256)
    assert item("cv").state == "submitted"
    accept_document(document_id=second.pk, actor=staff)
    assert item("cv").state == "accepted"


# Checking


def test_each_of_two_documents_can_be_given_back_and_both_reasons_are_read(k_case, staff):
    first = send(k_case, "degree", "degree-certificate.pdf", staff)
    second = send(k_case, "degree", "cv.pdf", staff)

    request_changes(document_id=first.pk, reason="other", note="The seal is cut off.", actor=staff)
    request_changes(document_id=second.pk, reason="other", note="This is a CV.", actor=staff)

    assert set(Document.objects.values_list("state", flat=True)) == {"changes_requested"}
    stored = item("degree")
    assert stored.state == "changes_requested"
    assert "The seal is cut off." in stored.note and "This is a CV." in stored.note


def accept(document: Document, actor) -> None:
    accept_document(document_id=document.pk, actor=actor)


def give_back(document: Document, actor) -> None:
    request_changes(document_id=document.pk, reason="illegible", actor=actor)


@pytest.mark.parametrize(("decide", "state"), [(accept, "accepted"), (give_back, "changes_requested")])
def test_a_document_that_waits_on_an_item_settled_by_hand_can_still_be_decided(k_case, staff, decide, state):
    document = send(k_case, "cv", "cv.pdf", staff)
    settle_item(case_id=k_case.pk, code="cv", note="Seen on paper", actor=staff)

    decide(document, staff)

    document.refresh_from_db()
    assert document.state == state
    stored = item("cv")
    assert (stored.state, stored.note) == ("accepted", "Seen on paper")  # nothing more is asked of the candidate
    assert timeline(k_case).count("item.accepted") == 1 and "item.changes_requested" not in timeline(k_case)


SETTLED_BY_HAND = {
    "without the day": ({}, "expires_on"),
    "with another day than the one that counts": ({"issued_on": -10}, "expires_on"),
    "issued in the future": ({"issued_on": 300, "expires_on": 5000}, "issued_on"),
}


@pytest.mark.parametrize(("days", "field"), SETTLED_BY_HAND.values(), ids=SETTLED_BY_HAND.keys())
def test_a_document_with_a_shelf_life_is_not_settled_by_hand_without_its_day(k_case, staff, days, field):
    dates = {name: in_days(number) for name, number in days.items()}
    with pytest.raises(Invalid) as refused:
        settle_item(case_id=k_case.pk, code="passport", actor=staff, **dates)

    assert field in refused.value.errors
    assert item("passport").state == "requested" and timeline(k_case) == ["case.opened"]


def test_a_far_future_day_of_issue_is_refused_and_breaks_nothing(k_case, staff):
    with pytest.raises(Invalid):
        settle_item(case_id=k_case.pk, code="photo_digital", issued_on=date(9999, 12, 31), actor=staff)

    assert item("photo_digital").state == "requested"


@pytest.mark.parametrize("older_first", [True, False])
def test_of_several_documents_the_first_to_lapse_counts(k_case, staff, older_first):
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": True}}, actor=staff)
    sent = [send(k_case, "police", name, staff) for name in ("employer-letter.pdf", "cv.pdf")]
    issued = [in_days(-100), in_days(-1)] if older_first else [in_days(-1), in_days(-100)]

    for document, day in zip(sent, issued, strict=True):
        accept_document(document_id=document.pk, issued_on=day, actor=staff)

    stored = item("police")
    assert stored.state == "accepted" and stored.issued_on == in_days(-100)
    assert stored.valid_until < in_days(100)


# The packet


def test_a_document_whose_acceptance_was_taken_back_holds_up_the_packet_until_it_is_left_out(case_in_review, staff):
    reopen_item(case_id=case_in_review.pk, code="cv", actor=staff)
    document = Document.objects.get(item__code="cv")
    with pytest.raises(Conflict) as refused:
        built(case_in_review, staff)
    assert refused.value.extra["blockers"] == [{"code": "not_accepted", "document": str(document.pk)}]

    choose_for_packet(document_id=document.pk, left_out_reason="Asked for once more.", actor=staff)

    assert parts(built(case_in_review, staff)) == ["passport", "degree"]


@pytest.fixture
def sealed(case_in_review, staff, second_person) -> Packet:
    packet = built(case_in_review, staff)
    sign_case(case_id=case_in_review.pk, actor=second_person)
    return seal_packet(packet_id=packet.pk, actor=staff)


def test_a_seal_is_void_once_a_document_in_the_packet_is_opened_again(sealed, staff):
    case = sealed.case
    reopen_item(case_id=case.pk, code="cv", actor=staff)
    newer = send(case, "cv", "employer-letter.pdf", staff)
    accept_document(document_id=newer.pk, actor=staff)

    with pytest.raises(GateClosed) as refused:
        move_case(case_id=case.pk, move_name="fill_online_form", actor=staff)

    assert blockers(refused) == [("packet_not_sealed", "")]
    case.refresh_from_db()
    assert case.sealed_packet is None and case.sealed_at is None

    seal_packet(packet_id=built(case, staff).pk, actor=staff)
    assert move_case(case_id=case.pk, move_name="fill_online_form", actor=staff).stage == "online_form"


def test_a_requirement_outside_the_packet_may_be_opened_again_under_the_seal(sealed, staff):
    reopen_item(case_id=sealed.case_id, code="consent", actor=staff)

    sealed.case.refresh_from_db()
    assert sealed.case.sealed_packet == sealed.number


def test_a_worker_that_fails_late_does_not_undo_a_seal(sealed, staff):
    packets._fail(str(sealed.pk), TOO_LATE)

    sealed.refresh_from_db()
    assert sealed.state == "sealed" and sealed.failure is None
    assert "packet.failed" not in timeline(sealed.case)


def test_a_worker_that_fails_in_time_says_so(case_in_review, staff):
    packet = request_packet(case_id=case_in_review.pk, actor=staff)
    packets._begin(str(packet.pk))
    packets._fail(str(packet.pk), TOO_LATE)

    packet.refresh_from_db()
    assert packet.state == "failed" and packet.failure["code"] == "time_ran_out"


@pytest.fixture
def given_up(case_in_review, staff) -> Packet:
    """A packet whose blobs could not be reached each time a worker tried, until its message lay dead."""
    packet = request_packet(case_id=case_in_review.pk, actor=staff)
    keys = dict(Rendition.objects.values_list("pk", "blob_key"))
    Rendition.objects.update(blob_key="gone")
    for _ in range(relay.MAX_ATTEMPTS):
        relay.drain("packets")
        OutboxMessage.objects.filter(queue="packets").update(due_at=clock.now())
    for pk, key in keys.items():
        Rendition.objects.filter(pk=pk).update(blob_key=key)
    assert OutboxMessage.objects.get(queue="packets").dead_at is not None
    return packet


def test_a_packet_nobody_will_build_any_more_can_be_asked_for_again(given_up, staff):
    again = built(given_up.case, staff)

    given_up.refresh_from_db()
    assert (given_up.state, given_up.failure["code"]) == ("failed", "given_up")
    assert given_up.failure["en"] and given_up.failure["zh"]
    assert (again.number, again.state) == (2, "ready"), again.failure
    kinds = [kind for kind in timeline(given_up.case) if kind.startswith("packet.")]
    assert kinds == ["packet.requested", "packet.failed", "packet.requested", "packet.built"]


def test_a_packet_that_still_waits_for_a_worker_is_not_asked_for_twice(case_in_review, staff):
    first = request_packet(case_id=case_in_review.pk, actor=staff)

    assert request_packet(case_id=case_in_review.pk, actor=staff) == first
    assert OutboxMessage.objects.filter(queue="packets").count() == 1


def test_the_packet_names_the_day_of_acceptance_as_the_agencys_calendar_had_it(case_in_review, staff):
    evening = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # 02:00 on the next day in Shanghai
    Review.objects.filter(document__item__code="cv").update(reviewed_at=evening)

    packet = request_packet(case_id=case_in_review.pk, actor=staff)

    days = {row["requirement_code"]: row["accepted_on"] for row in packet.inputs["documents"]}
    assert days["cv"] == "2026-11-21"


# The case


def test_a_case_whose_reference_went_to_another_is_not_taken_up_again(k_case, staff):
    change_case(case_id=k_case.pk, external_ref="HR-1", actor=staff)
    move_case(case_id=k_case.pk, move_name="withdraw", reason="Not in this test.", actor=staff)
    open_case(route_code="CN-K", candidate=k_case.candidate_id, external_ref="HR-1", actor=staff)
    before = timeline(k_case)

    with pytest.raises(Conflict) as refused:
        move_case(case_id=k_case.pk, move_name="take_up_again", actor=staff)

    assert refused.value.code == "external_ref_taken"
    k_case.refresh_from_db()
    assert k_case.closed_at is not None and timeline(k_case) == before
