"""The two lines of a passport at the doors of staff and candidates: what agrees, what is proposed, and who decides."""

import logging

import pytest
from django.db import connection
from django.urls import reverse

from cases.models import Candidate, Case, CaseEvent, PassportProposal
from cases.services.changing import change_case
from cases.services.passport_page import compare_passport_page, decide_proposal
from relo.core.errors import Conflict, NotFound
from tests.cases.test_mrz import name_line, second
from tests.conftest import World, timeline
from tests.portal_steps import signed_in, text

FIRST = name_line("ERIKSSON", "ANNA<MARIA")


def right(case: Case, **changes: str) -> str:
    """The second line as it stands in the passport of the case."""
    known = case.candidate
    told = {
        "number": known.passport_number,
        "birth": f"{known.date_of_birth:%y%m%d}",
        "expiry": known.facts["passport"]["expires_on"][2:].replace("-", ""),
    }
    return second(**(told | changes))


def url(case: Case, *proposal: object) -> str:
    return reverse(f"admin:cases_case_passport_{'proposal' if proposal else 'page'}", args=[case.pk, *proposal])


def proposals() -> dict[str, PassportProposal]:
    return {row.field: row for row in PassportProposal.objects.all()}


def now(case: Case) -> Candidate:
    return Candidate.objects.get(pk=case.candidate_id)


def test_lines_that_agree_propose_nothing_and_are_noted(k_case: Case, world: World) -> None:
    answer = world.manager.client().post(url(k_case), {"first": FIRST, "second": right(k_case)}, follow=True)

    assert "everything agrees with the case" in text(answer)
    assert proposals() == {}
    assert timeline(k_case)[-1] == "passport.page_compared"


def test_what_differs_is_proposed_and_nothing_changes_before_a_person_decides(k_case: Case, world: World) -> None:
    client, events = world.manager.client(), timeline(k_case)
    line = right(k_case, number="X4RTBPFW4", expiry="350101")
    page = text(client.post(url(k_case), {"first": name_line("ERICSSON", "ANNA<MARIA"), "second": line}, follow=True))

    assert set(proposals()) == {"family_name", "number", "expires_on"}
    assert (now(k_case).passport_number, now(k_case).family_name) == ("L898902C3", "Eriksson")
    assert timeline(k_case) == [*events, "passport.page_compared"]
    for words in ("ERICSSON", "X4RTBPFW4", "1 Jan 2035", "L898902C3", "Eriksson"):
        assert words in page

    client.post(url(k_case, proposals()["number"].pk), {"decision": "take_over"})
    client.post(url(k_case, proposals()["expires_on"].pk), {"decision": "take_over"})
    client.post(url(k_case, proposals()["family_name"].pk), {"decision": "leave"})

    person = now(k_case)
    assert (person.passport_number, person.family_name) == ("X4RTBPFW4", "Eriksson")
    assert person.facts["passport"]["expires_on"] == "2035-01-01"
    assert person.facts["passport"]["blank_pages"] == 20  # the rest of the passport stays
    assert timeline(k_case)[-3:] == ["candidate.corrected", "facts.changed", "passport.proposal_dismissed"]
    assert {row.state for row in proposals().values()} == {"accepted", "dismissed"}
    assert "Nothing is proposed" in text(client.get(url(k_case)))


def test_a_birth_date_that_makes_somebody_too_old_changes_what_the_rules_say(k_case: Case, world: World) -> None:
    actor = world.manager.actor
    compare_passport_page(case_id=k_case.pk, first=FIRST, second=right(k_case, birth="700812"), actor=actor)
    decide_proposal(proposal_id=proposals()["date_of_birth"].pk, take_over=True, actor=actor)

    assert now(k_case).date_of_birth.isoformat() == "1970-08-12"  # type: ignore[union-attr]
    page = text(world.manager.client().get(reverse("admin:cases_case_change", args=[k_case.pk])))
    assert "56" in page  # the age that the rule now judges


def test_a_wrong_digit_is_named_at_its_line_and_nothing_is_proposed(k_case: Case, world: World) -> None:
    line, events = right(k_case).replace("L898902C3", "L8989O2C3"), timeline(k_case)
    answer = world.manager.client().post(url(k_case), {"first": FIRST, "second": line})

    assert answer.status_code == 422
    assert "check digit of the passport number" in text(answer)
    assert "L898902C3 it would be right" in text(answer)
    assert proposals() == {}
    assert timeline(k_case) == events


def test_a_proposal_is_decided_once_and_only_by_those_who_see_the_case(k_case: Case, world: World) -> None:
    actor = world.manager.actor
    compare_passport_page(case_id=k_case.pk, first=FIRST, second=right(k_case, number="AB1"), actor=actor)
    pk = proposals()["number"].pk
    decide_proposal(proposal_id=pk, take_over=False, actor=actor)

    with pytest.raises(Conflict):
        decide_proposal(proposal_id=pk, take_over=True, actor=actor)
    with pytest.raises(NotFound):
        decide_proposal(proposal_id=k_case.pk, take_over=True, actor=actor)
    assert now(k_case).passport_number == "L898902C3"


def test_what_was_changed_meanwhile_is_not_overwritten(k_case: Case, world: World) -> None:
    actor = world.manager.actor
    compare_passport_page(case_id=k_case.pk, first=FIRST, second=right(k_case, birth="700812"), actor=actor)
    change_case(case_id=k_case.pk, actor=actor, facts={"date_of_birth": "1971-08-12"})
    before = timeline(k_case)

    with pytest.raises(Conflict, match="changed_meanwhile"):
        decide_proposal(proposal_id=proposals()["date_of_birth"].pk, take_over=True, actor=actor)
    assert now(k_case).date_of_birth.isoformat() == "1971-08-12"  # type: ignore[union-attr]
    assert (timeline(k_case), proposals()["date_of_birth"].state) == (before, "open")


def test_typing_again_replaces_what_was_proposed(k_case: Case, world: World) -> None:
    actor = world.manager.actor
    compare_passport_page(case_id=k_case.pk, first=FIRST, second=right(k_case, number="AB1"), actor=actor)
    compare_passport_page(case_id=k_case.pk, first=FIRST, second=right(k_case), actor=actor)
    assert proposals() == {}


def test_the_candidate_types_the_lines_and_the_agency_decides(k_case: Case, world: World) -> None:
    client, here = signed_in(k_case), reverse("portal:passport_page", args=[k_case.pk])
    sent = client.post(here, {"first": FIRST, "second": right(k_case, number="X4RTBPFW4")})

    assert sent.status_code == 303
    assert "X4RTBPFW4" not in sent["Location"]
    page = text(client.get(sent["Location"]))
    assert "Something differs" in page
    assert "Passport number" in page
    assert now(k_case).passport_number == "L898902C3"
    assert proposals()["number"].proposed_by == f"candidate:{k_case.candidate_id}"
    assert client.post(url(k_case, proposals()["number"].pk), {"decision": "take_over"}).status_code in (302, 403)
    assert proposals()["number"].state == "open"
    assert "X4RTBPFW4" in text(world.manager.client().get(url(k_case)))


def test_the_candidate_reads_what_is_wrong_and_finds_the_typed_lines_again(k_case: Case) -> None:
    client = signed_in(k_case, "zh-hans")
    answer = client.post(reverse("portal:passport_page", args=[k_case.pk]), {"first": FIRST[:-1], "second": "x"})

    assert answer.status_code == 400
    assert "此行有43个字符" in text(answer)
    assert "ERIKSSON" in text(answer)


def test_the_item_of_the_passport_leads_to_the_page_and_no_other_does(k_case: Case) -> None:
    client, here = signed_in(k_case), reverse("portal:passport_page", args=[k_case.pk])
    assert here in text(client.get(reverse("portal:item", args=[k_case.pk, "passport"])))
    assert here not in text(client.get(reverse("portal:item", args=[k_case.pk, "cv"])))


def test_nothing_of_the_lines_is_logged_or_stored_in_the_clear(
    k_case: Case, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    line = right(k_case, number="X4RTBPFW4")
    compare_passport_page(case_id=k_case.pk, first=FIRST, second=line, actor=world.manager.actor)

    said = [str(CaseEvent.objects.filter(case=k_case).values_list("data", flat=True)), caplog.text]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_passportproposal")
        said.append(str(cursor.fetchall()))
    for words in said:
        assert "X4RTBPFW4" not in words
        assert line not in words
