"""The packet: when it may be asked for, what a failure says, and what sealing means."""

import io

import pytest

from cases.services.deciding import sign_case
from cases.services.moving import move_case
from documents.models import Packet, Rendition
from documents.services.packets import build_packet, request_packet, seal_packet
from documents.services.reviewing import accept_document
from relo.core import storage
from relo.core.errors import Conflict, NotFound, NotPermitted
from relo.outbox import relay
from tests.case_steps import built, send
from tests.conftest import timeline, waiting


def test_before_the_review_there_is_no_packet(k_case, staff):
    with pytest.raises(Conflict) as refused:
        request_packet(case_id=k_case.pk, actor=staff)

    assert refused.value.code == "packet_too_early" and "Second check" in str(refused.value.detail)
    assert not Packet.objects.exists() and "documents.build_packet" not in waiting()


def test_a_packet_is_built_once_signed_sealed_and_lets_the_case_go_on(case_in_review, staff, second_person):
    packet = built(case_in_review, staff)
    assert (packet.state, packet.number) == ("ready", 1), packet.failure
    assert [part["requirement"] for part in packet.manifest["parts"]] == ["passport", "cv", "degree"]

    relay.drain("packets")
    build_packet(packet_id=str(packet.pk))  # a second run changes nothing
    assert timeline(case_in_review).count("packet.built") == 1

    sign_case(case_id=case_in_review.pk, actor=second_person)
    seal_packet(packet_id=packet.pk, actor=staff)
    case_in_review.refresh_from_db()
    assert case_in_review.sealed_packet == 1 and timeline(case_in_review)[-1] == "packet.sealed"
    moved = move_case(case_id=case_in_review.pk, move_name="fill_online_form", actor=staff)
    assert moved.stage == "online_form"


def test_a_packet_whose_documents_changed_cannot_be_sealed(case_in_review, staff):
    from cases.services.checklist import reopen_item

    packet = built(case_in_review, staff)
    reopen_item(case_id=case_in_review.pk, code="cv", actor=staff)
    newer = send(case_in_review, "cv", "employer-letter.pdf", staff)
    accept_document(document_id=newer.pk, actor=staff)

    with pytest.raises(Conflict) as refused:
        seal_packet(packet_id=packet.pk, actor=staff)
    assert refused.value.code == "packet_out_of_date"

    second = built(case_in_review, staff)
    assert (second.number, second.state) == (2, "ready")
    packet.refresh_from_db()
    assert packet.number == 1 and packet.blob_key  # the first stays what it was


def test_a_document_that_can_no_longer_be_read_fails_the_packet_and_names_it(case_in_review, staff):
    other = storage.put(io.BytesIO(b"%PDF-1.7 something else"))
    Rendition.objects.filter(document__item__code="cv", kind="working_copy").update(blob_key=other.key)

    packet = built(case_in_review, staff)

    assert packet.state == "failed" and packet.failure["code"] == "document_changed"
    assert "cv.pdf" in packet.failure["en"] and packet.failure["zh"]
    assert timeline(case_in_review)[-1] == "packet.failed" and not packet.blob_key
    with pytest.raises(Conflict):
        seal_packet(packet_id=packet.pk, actor=staff)


def test_a_packet_is_sealed_once(case_in_review, staff):
    packet = built(case_in_review, staff)
    seal_packet(packet_id=packet.pk, actor=staff)

    with pytest.raises(Conflict) as refused:
        seal_packet(packet_id=packet.pk, actor=staff)

    assert refused.value.code == "packet_not_ready"


def test_who_may_only_read_builds_nothing_and_strangers_find_nothing(case_in_review, staff, world, other_world):
    with pytest.raises(NotPermitted):
        request_packet(case_id=case_in_review.pk, actor=world.read_only.actor)
    packet = built(case_in_review, staff)
    with other_world.scope(), pytest.raises(NotFound):
        seal_packet(packet_id=packet.pk, actor=other_world.manager.actor)
