"""Fifty people decide on one version at the same moment: one decision wins, the others are told so."""

import threading

import pytest
from django.db import connection

from cases.models import CaseEvent
from cases.services.opening import open_case
from documents.models import Document, Review
from documents.services.reviewing import accept_document, request_changes
from relo.core.errors import Conflict
from relo.core.scoping import agency_scope
from tests.case_steps import item, send
from tests.conftest import World, anna
from tests.days import in_days

AT_ONCE = 50


@pytest.mark.django_db(transaction=True)
def test_of_fifty_decisions_at_once_one_wins(world: World):
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # has one writer at a time
        return
    with world.scope():
        case = open_case(route_code="CN-K", candidate=anna(), actor=world.manager.actor)
        passport = send(case, "passport", "passport-data-page.jpg", world.manager.actor)
    start, outcomes = threading.Barrier(AT_ONCE), []

    def decide(number: int) -> None:
        actor = (world.manager if number % 2 else world.reviewer).actor
        try:
            with agency_scope(world.agency.pk):
                start.wait(60)
                if number % 3:
                    accept_document(document_id=passport.pk, actor=actor, expires_on=in_days(1500))
                else:
                    request_changes(document_id=passport.pk, reason="illegible", actor=actor)
            outcomes.append("won")
        except Conflict as refusal:
            outcomes.append(refusal.code)
        except Exception as failure:
            outcomes.append(repr(failure))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["document_decided"] * (AT_ONCE - 1) + ["won"]
    with world.scope():
        decision = Review.objects.get().decision
        assert (Document.objects.get().state, item("passport").state) == (decision, decision)
        kinds = CaseEvent.objects.filter(kind__in=["document.accepted", "document.changes_requested"])
        assert [event.kind for event in kinds] == [f"document.{decision}"]
