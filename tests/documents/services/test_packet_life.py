"""A packet from the choice of its papers to the counter: what stops it or makes it old, who answers, where it goes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cases.models import Case, ChecklistItem
from cases.services.changing import change_case
from documents.models import Document, Packet, PacketChoice, PacketVolume
from documents.services import packet_inputs
from documents.services.packet_answers import answer_packet, ask_candidate, hand_in_packet, packet_for_candidate
from documents.services.packet_choices import choose_for_packet
from documents.services.packet_inputs import is_current, preflight
from documents.services.packets import request_packet, seal_packet
from documents.services.reviewing import accept_document
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.outbox import relay
from tests.case_steps import built, send
from tests.conftest import timeline
from tests.days import in_days


def paper(code):
    return Document.objects.select_related("case").get(item__code=code)


def candidate_of(case):
    return Actor(ActorKind.CANDIDATE, str(case.candidate_id), case.agency_id, frozenset())


def order(packet):
    return [part["requirement"] for part in packet.manifest["parts"]]


def test_staff_choose_the_order_and_the_timeline_says_so(case_in_review, staff):
    choose_for_packet(document_id=paper("degree").pk, position=1, actor=staff)

    packet = built(case_in_review, staff)

    assert order(packet)[0] == "degree"
    assert timeline(case_in_review)[-3:] == ["packet.chosen", "packet.requested", "packet.built"]
    choose_for_packet(document_id=paper("degree").pk, position=1, actor=staff)
    assert timeline(case_in_review).count("packet.chosen") == 1  # the same choice again is none


def test_a_document_is_left_out_with_its_reason_and_the_manifest_says_so(case_in_review, staff):
    choose_for_packet(document_id=paper("cv").pk, left_out_reason="The post does not take CVs", actor=staff)

    packet = built(case_in_review, staff)

    assert order(packet) == ["passport", "degree"]
    assert [(row["requirement"], row["reason"]) for row in packet.manifest["left_out"]] == [
        ("cv", "The post does not take CVs")
    ]


def test_a_place_beyond_the_last_is_refused(case_in_review, staff):
    with pytest.raises(Invalid):
        choose_for_packet(document_id=paper("cv").pk, position=0, actor=staff)
    assert not PacketChoice.objects.exists()


def test_a_name_printed_otherwise_warns_and_is_listed(case_in_review, staff):
    choose_for_packet(document_id=paper("degree").pk, printed_name="Anna M. ERIKSON", actor=staff)
    choose_for_packet(document_id=paper("cv").pk, printed_name="ERIKSSON, Anna Maria", actor=staff)

    packet = built(case_in_review, staff)

    assert [row["code"] for row in packet.warnings] == ["name_mismatch"]
    assert "bears the name Anna M. ERIKSON; the case has Anna Maria Eriksson" in packet.warnings[0]["en"]
    assert "Anna M. ERIKSON" in packet.warnings[0]["zh"]


def test_a_newer_version_that_nobody_checked_stops_the_packet_and_is_named(case_in_review, staff):
    from cases.services.checklist import reopen_item

    reopen_item(case_id=case_in_review.pk, code="cv", actor=staff)
    newer = send(case_in_review, "cv", "employer-letter.pdf", staff, "new-cv.pdf")

    with pytest.raises(Conflict) as refused:
        request_packet(case_id=case_in_review.pk, actor=staff)

    assert refused.value.code == "packet_blocked"
    assert "“new-cv.pdf” (" in str(refused.value.detail) and "is not accepted: To check" in str(refused.value.detail)
    assert {"code": "not_accepted", "document": str(newer.pk)} in refused.value.extra["blockers"]
    assert not Packet.objects.exists() and "packet.requested" not in timeline(case_in_review)


def test_a_paper_that_lapses_before_the_hand_in_stops_the_packet(case_in_review, staff):
    ChecklistItem.objects.filter(code="passport").update(valid_until=in_days(20))
    change_case(case_id=case_in_review.pk, planned_hand_in=in_days(40), actor=staff)

    with pytest.raises(Conflict) as refused:
        request_packet(case_id=case_in_review.pk, actor=staff)

    assert [row["code"] for row in refused.value.extra["blockers"]] == ["lapsed"]
    assert "passport-data-page.jpg" in str(refused.value.detail)


def test_a_missing_translation_stops_the_packet(case_in_review, staff):
    ChecklistItem.objects.filter(code="translation").delete()
    position = ChecklistItem.objects.get(code="degree").position
    ChecklistItem.objects.create(
        agency_id=case_in_review.agency_id, case=case_in_review, code="translation", kind="document",
        position=position + 400, stage_position=3, updated_at=clock.now(),
    )  # fmt: skip

    stops = preflight(Case.objects.get(pk=case_in_review.pk)).stops

    assert [stop.code for stop in stops] == ["translation_missing"]
    assert "needs a translation" in stops[0].cure.en and "需要译文" in stops[0].cure.zh


def test_a_packet_is_out_of_date_when_its_templates_change(case_in_review, staff, monkeypatch):
    packet = built(case_in_review, staff)
    assert is_current(packet)

    monkeypatch.setattr(packet_inputs, "_templates", lambda route, post: "another")

    assert not is_current(packet)
    with pytest.raises(Conflict) as refused:
        seal_packet(packet_id=packet.pk, actor=staff)
    assert refused.value.code == "packet_out_of_date"


def test_the_same_inputs_are_built_once_and_other_limits_are_another_packet(case_in_review, staff):
    first = built(case_in_review, staff)

    assert request_packet(case_id=case_in_review.pk, actor=staff).pk == first.pk
    split = request_packet(case_id=case_in_review.pk, actor=staff, most_pages=6)
    relay.drain("packets")
    split.refresh_from_db()
    first.refresh_from_db()

    assert (split.number, split.state, first.state) == (2, "ready", "superseded")
    assert timeline(case_in_review).count("packet.built") == 2
    assert split.is_split and split.volumes.count() == split.manifest["volume"]["of"] - 1
    assert {part["volume"] for part in split.manifest["parts"]} == {1, *split.volumes.values_list("number", flat=True)}


def shown(case, staff):
    packet = built(case, staff)
    ask_candidate(packet_id=packet.pk, actor=staff)
    relay.drain("packets")
    packet.refresh_from_db()
    return packet


def test_the_candidate_approves_what_they_saw(case_in_review, staff):
    packet, anna = shown(case_in_review, staff), candidate_of(case_in_review)
    assert packet_for_candidate(case_id=case_in_review.pk, actor=anna).pk == packet.pk

    with pytest.raises(Invalid):
        answer_packet(case_id=case_in_review.pk, number=1, approved=True, actor=anna)
    answer_packet(case_id=case_in_review.pk, number=1, approved=True, confirmed=True, actor=anna)

    packet.refresh_from_db()
    assert packet.answer == "approved" and packet.answered_at
    assert timeline(case_in_review)[-2:] == ["packet.shown", "packet.approved"]
    with pytest.raises(Conflict):
        answer_packet(case_id=case_in_review.pk, number=1, approved=False, note="Too late", actor=anna)


def test_the_candidate_reports_an_error_in_their_own_words(case_in_review, staff):
    packet, anna = shown(case_in_review, staff), candidate_of(case_in_review)

    with pytest.raises(Invalid):
        answer_packet(case_id=case_in_review.pk, number=1, approved=False, note="  ", actor=anna)
    answer_packet(case_id=case_in_review.pk, number=1, approved=False, note="Page 4 is another degree", actor=anna)

    packet.refresh_from_db()
    assert (packet.answer, packet.answer_note) == ("error", "Page 4 is another degree")
    assert timeline(case_in_review)[-1] == "packet.error_reported"


@pytest.mark.parametrize("reason", ["", "ok", "x" * 2001])
def test_a_packet_in_which_the_candidate_found_an_error_is_not_sealed_without_a_reason(case_in_review, staff, reason):
    packet, anna = shown(case_in_review, staff), candidate_of(case_in_review)
    answer_packet(case_id=case_in_review.pk, number=1, approved=False, note="Page 4 is another degree", actor=anna)

    with pytest.raises(Invalid):
        seal_packet(packet_id=packet.pk, actor=staff, reason=reason)

    packet.refresh_from_db()
    assert packet.state == "ready" and "packet.sealed" not in timeline(case_in_review)


def test_with_a_reason_it_is_and_the_reason_stays_with_it(case_in_review, staff):
    packet, anna = shown(case_in_review, staff), candidate_of(case_in_review)
    answer_packet(case_id=case_in_review.pk, number=1, approved=False, note="Page 4 is another degree", actor=anna)

    seal_packet(packet_id=packet.pk, actor=staff, reason="It is the second degree, named so on page 5.")

    packet.refresh_from_db()
    assert (packet.state, packet.sealed_despite) == ("sealed", "It is the second degree, named so on page 5.")


def test_nobody_else_answers_and_nothing_is_shown_unasked(case_in_review, staff, other_world):
    packet = built(case_in_review, staff)
    anna = candidate_of(case_in_review)

    assert packet_for_candidate(case_id=case_in_review.pk, actor=anna) is None
    with pytest.raises(NotFound):
        answer_packet(case_id=case_in_review.pk, number=packet.number, approved=True, confirmed=True, actor=anna)
    with pytest.raises(NotPermitted):
        packet_for_candidate(case_id=case_in_review.pk, actor=staff)
    packet.refresh_from_db()
    assert packet.answer == "" and not packet.copy_key


def test_a_sealed_packet_is_handed_in_with_day_place_and_receipt(case_in_review, staff):
    packet = built(case_in_review, staff)
    given = {"packet_id": packet.pk, "where": "Visa centre, Utopia", "receipt": "R-77", "actor": staff}
    with pytest.raises(Conflict):
        hand_in_packet(on=in_days(0), **given)
    seal_packet(packet_id=packet.pk, actor=staff)
    for day in (in_days(-2), in_days(1)):
        with pytest.raises(Invalid):
            hand_in_packet(on=day, **given)

    hand_in_packet(on=clock.today(case_in_review.agency.time_zone), **given)

    packet.refresh_from_db()
    assert (packet.state, packet.handed_in_where, packet.receipt) == ("handed_in", "Visa centre, Utopia", "R-77")
    assert timeline(case_in_review)[-1] == "packet.handed_in"


def test_what_was_handed_in_stays_so_and_what_was_sealed_gives_way(case_in_review, staff):
    first = built(case_in_review, staff)
    seal_packet(packet_id=first.pk, actor=staff)
    choose_for_packet(document_id=paper("degree").pk, position=1, actor=staff)
    second = built(case_in_review, staff)
    first.refresh_from_db()
    assert first.state == "sealed"  # a later one that is merely ready takes nothing away

    seal_packet(packet_id=second.pk, actor=staff)
    first.refresh_from_db()
    assert first.state == "superseded"
    hand_in_packet(packet_id=second.pk, on=in_days(0), where="Counter 3", actor=staff)
    choose_for_packet(document_id=paper("degree").pk, left_out_reason="Not asked for", actor=staff)
    third = built(case_in_review, staff)
    seal_packet(packet_id=third.pk, actor=staff)
    second.refresh_from_db()
    assert second.state == "handed_in"


def test_a_sealed_row_cannot_be_changed_by_plain_sql_either(case_in_review, staff):
    packet = built(case_in_review, staff)
    seal_packet(packet_id=packet.pk, actor=staff)
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # keeps no triggers
        return

    for change in ({"sha256": "0" * 64}, {"manifest": {}}, {"pages": 1}, {"state": "ready"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Packet.objects.filter(pk=packet.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Packet.objects.filter(pk=packet.pk).delete()
    volume = PacketVolume.objects.create(
        agency_id=packet.agency_id, packet=packet, number=2, blob_key="x", sha256="0", size=1, pages=1, manifest={}
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        PacketVolume.objects.filter(pk=volume.pk).update(pages=2)
    with pytest.raises(DatabaseError), transaction.atomic():
        PacketVolume.objects.filter(pk=volume.pk).delete()


def test_progress_is_seen_while_it_is_built(case_in_review, staff, monkeypatch):
    from documents.services import packets

    seen = []
    usual = packets.run_in_child

    def watched(inputs, sources, folder, progress):
        def tell(step):
            progress(step)
            seen.append(Packet.objects.get().progress)

        return usual(inputs, sources, folder, progress=tell)

    monkeypatch.setattr(packets, "run_in_child", watched)
    packet = built(case_in_review, staff)

    assert seen == ["preparing", "rendering", "joining", "stamping", "sealing"]
    assert (packet.state, packet.progress) == ("ready", "")


def test_a_packet_of_a_worker_that_died_is_built_by_the_next(case_in_review, staff):
    """Its message is due again when the lease is over; the row stands at building."""
    packet = request_packet(case_id=case_in_review.pk, actor=staff)
    Packet.objects.filter(pk=packet.pk).update(state="building", progress="joining")
    assert [message.pk for message in relay.claim("packets", 1, clock.now())]
    assert relay.drain("packets") == 0  # held by the one that died

    later = clock.now() + relay.LEASES["packets"] + timedelta(seconds=1)
    (message,) = relay.claim("packets", 1, later)
    relay.deliver(message)

    packet.refresh_from_db()
    assert packet.state == "ready" and timeline(case_in_review).count("packet.built") == 1


def test_a_full_disk_fails_with_the_cure_and_offers_nothing(case_in_review, staff, monkeypatch):
    import errno

    from documents.services import packets

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(packets.storage, "put", full)
    packet = built(case_in_review, staff)

    assert packet.state == "failed" and packet.failure["code"] == "no_room"
    assert "no room left on the server's disk" in packet.failure["en"] and "磁盘空间不足" in packet.failure["zh"]
    assert not packet.blob_key and packet.manifest is None


def test_accepting_again_makes_the_shown_packet_old(case_in_review, staff):
    from cases.services.checklist import reopen_item

    packet, anna = shown(case_in_review, staff), candidate_of(case_in_review)
    reopen_item(case_id=case_in_review.pk, code="cv", actor=staff)
    newer = send(case_in_review, "cv", "employer-letter.pdf", staff)
    accept_document(document_id=newer.pk, actor=staff)

    with pytest.raises(Conflict) as refused:
        answer_packet(case_id=case_in_review.pk, number=1, approved=True, confirmed=True, actor=anna)

    assert refused.value.code == "packet_out_of_date"
    packet.refresh_from_db()
    assert packet.answer == ""


def test_the_copy_of_a_packet_in_parts_holds_all_of_them(case_in_review, staff):
    import io

    import pikepdf

    from relo.core import storage

    packet = request_packet(case_id=case_in_review.pk, actor=staff, most_pages=6)
    relay.drain("packets")
    ask_candidate(packet_id=packet.pk, actor=staff)
    relay.drain("packets")
    packet.refresh_from_db()

    with pikepdf.open(io.BytesIO(b"".join(storage.chunks(packet.copy_key)))) as pdf:
        assert len(pdf.pages) == packet.pages + sum(packet.volumes.values_list("pages", flat=True))
    assert packet.volumes.exists()
