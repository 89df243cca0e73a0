"""A decision is taken back within its ten seconds, by whoever made it; nobody is told of it before."""

from datetime import timedelta

import pytest
import time_machine

from cases.models import CaseEvent, Mail
from cases.services.checklist import waive_item
from documents.models import Document, Review
from documents.services.reviewing import accept_document, request_changes, take_back_decision
from relo.core import clock
from relo.core.errors import Conflict, NotPermitted
from relo.outbox import relay
from tests.case_steps import item, send
from tests.conftest import timeline
from tests.days import in_days


@pytest.fixture
def passport(k_case, candidate):
    return send(k_case, "passport", "passport-data-page.jpg", candidate)


def later(seconds: float):
    return time_machine.travel(clock.now() + timedelta(seconds=seconds), tick=True)


def mails_after(seconds: float) -> list[str]:
    relay.drain("default")
    with later(seconds):
        relay.drain("mail")
    return list(Mail.objects.values_list("state", flat=True))


def test_an_acceptance_taken_back_leaves_the_item_to_be_checked(k_case, passport, second_person):
    accept_document(document_id=passport.pk, actor=second_person, expires_on=in_days(1500))
    take_back_decision(document_id=passport.pk, actor=second_person)

    stored = item("passport")
    assert (stored.state, stored.settled_by, stored.expires_on, stored.valid_until) == ("submitted", "", None, None)
    assert Document.objects.get().state == "ready" and not Review.objects.exists()
    assert timeline(k_case)[-4:] == ["document.accepted", "item.accepted", "document.taken_back", "item.put_back"]
    assert CaseEvent.objects.get(kind="document.taken_back").data["decision"] == "accepted"
    k_case.refresh_from_db()
    assert k_case.items_settled == sum(each.is_settled for each in k_case.items.all())


def test_it_can_be_decided_on_again(passport, second_person, staff):
    accept_document(document_id=passport.pk, actor=second_person, expires_on=in_days(1500))
    take_back_decision(document_id=passport.pk, actor=second_person)
    request_changes(document_id=passport.pk, reason="illegible", actor=staff)

    assert (item("passport").state, Review.objects.get().decision) == ("changes_requested", "changes_requested")


def test_asked_changes_that_were_taken_back_are_never_mailed(k_case, passport, second_person):
    request_changes(document_id=passport.pk, reason="illegible", actor=second_person)
    relay.drain("default")
    relay.drain("mail")
    assert [mail.state for mail in Mail.objects.all()] == ["queued"]
    take_back_decision(document_id=passport.pk, actor=second_person)

    assert mails_after(11) == ["skipped"]
    assert (item("passport").state, item("passport").note) == ("submitted", "")
    assert "mail.sent" not in timeline(k_case)


def test_asked_changes_that_stand_are_mailed_after_ten_seconds(k_case, passport, second_person):
    request_changes(document_id=passport.pk, reason="illegible", actor=second_person)

    assert mails_after(8) == ["queued"]
    assert mails_after(11) == ["sent"]
    assert timeline(k_case)[-1] == "mail.sent"


def test_a_mail_waits_for_the_newest_decision(k_case, candidate, passport, second_person):
    cv = send(k_case, "cv", "cv.pdf", candidate)
    request_changes(document_id=passport.pk, reason="illegible", actor=second_person)
    relay.drain("default")
    with later(8):
        request_changes(document_id=cv.pk, reason="illegible", actor=second_person)
        assert mails_after(4) == ["queued"]  # the first could go, the second may still be taken back
        take_back_decision(document_id=cv.pk, actor=second_person)
        assert mails_after(11) == ["sent"]


def test_after_ten_seconds_it_stands(k_case, passport, second_person):
    accept_document(document_id=passport.pk, actor=second_person, expires_on=in_days(1500))
    before = timeline(k_case)
    with later(11), pytest.raises(Conflict) as refused:
        take_back_decision(document_id=passport.pk, actor=second_person)

    assert refused.value.code == "decision_stands"
    assert (timeline(k_case), item("passport").state, Review.objects.count()) == (before, "accepted", 1)


def test_nobody_else_takes_it_back(passport, second_person, staff, in_scope):
    accept_document(document_id=passport.pk, actor=second_person, expires_on=in_days(1500))
    with pytest.raises(Conflict) as refused:
        take_back_decision(document_id=passport.pk, actor=staff)
    assert refused.value.code == "decision_stands"
    with pytest.raises(NotPermitted):
        take_back_decision(document_id=passport.pk, actor=in_scope.read_only.actor)
    assert item("passport").state == "accepted"


def test_what_was_replaced_meanwhile_has_no_decision_to_take_back(k_case, candidate, passport, second_person):
    request_changes(document_id=passport.pk, reason="illegible", actor=second_person)
    send(k_case, "passport", "photo-compliant.jpg", candidate)

    with pytest.raises(Conflict) as refused:
        take_back_decision(document_id=passport.pk, actor=second_person)
    assert refused.value.code == "decision_stands"
    assert [each.state for each in Document.objects.order_by("version")] == ["superseded", "ready"]


def test_of_two_reasons_the_other_stays(k_case, candidate, second_person):
    first = send(k_case, "degree", "degree-certificate.pdf", candidate)
    second = send(k_case, "degree", "cv.pdf", candidate)
    request_changes(document_id=first.pk, reason="other", note="The seal is cut off.", actor=second_person)
    request_changes(document_id=second.pk, reason="other", note="This is a CV.", actor=second_person)
    take_back_decision(document_id=second.pk, actor=second_person)

    assert (item("degree").state, item("degree").note) == ("changes_requested", "The seal is cut off.")


def test_what_a_person_waived_meanwhile_stays_waived(k_case, passport, second_person, staff):
    request_changes(document_id=passport.pk, reason="illegible", actor=second_person)
    waive_item(case_id=k_case.pk, code="passport", reason="Seen on paper at the desk", actor=staff)
    take_back_decision(document_id=passport.pk, actor=second_person)

    assert item("passport").state == "waived" and Document.objects.get().state == "ready"
