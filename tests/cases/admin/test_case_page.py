import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.admin.fact_sections import SECTIONS
from cases.calendars import CHINA_ALONE, next_open_day
from cases.models import Candidate, Case, CaseEvent, ChecklistItem, FindingDecision, Signature
from cases.routes.facts import CandidateFacts
from cases.services.candidates import NewCandidate
from cases.services.changing import change_case
from cases.services.checklist import settle_item, waive_item
from cases.services.opening import open_case
from relo.core import clock
from tests.conftest import World, anna, timeline
from tests.days import in_days


def page_of(case: Case) -> str:
    return reverse("admin:cases_case_change", args=[case.pk])


def act(case: Case, name: str, code: str = "") -> str:
    return reverse(f"admin:cases_case_{name}", args=[case.pk, code] if code else [case.pk])


def item(world: World, case: Case, code: str) -> ChecklistItem:
    with world.scope():
        return ChecklistItem.objects.get(case=case, code=code)


def stored(world: World, case: Case) -> Case:
    with world.scope():
        return Case.objects.select_related("candidate").get(pk=case.pk)


def history(world: World, case: Case) -> list[str]:
    with world.scope():
        return timeline(case)


def put_in_stage(world: World, case: Case, stage: str, *, by: str = "system:tests") -> None:
    """As if the case had come this far; the gates on the way are none of these tests' business."""
    with world.scope():
        Case.objects.filter(pk=case.pk).update(stage=stage, stage_entered_by=by, stage_entered_at=clock.now())


def test_a_shut_gate_lists_every_blocker_with_a_way_to_its_cure(world: World, k_case: Case) -> None:
    put_in_stage(world, k_case, "screen")

    page = world.manager.client().get(page_of(k_case)).content.decode()

    listed = re.search(r'id="move-confirm_post">.*?</ul>', page, re.S)
    assert listed is not None
    cures = re.findall(r'<li>.*?<a href="(.*?)">', listed[0])
    assert cures == [
        f"{page_of(k_case)}#item-passport",
        f"{page_of(k_case)}#item-consent",
        act(k_case, "settle", "screening_explained"),
        act(k_case, "decide", "K-AGE"),
        act(k_case, "decide", "K-INST"),
    ]


def test_the_blockers_are_told_in_chinese(world: World, k_case: Case) -> None:
    page = world.manager.client("zh-hans").get(page_of(k_case)).content.decode()

    assert "尚未完成。请办结该项，或说明理由予以豁免。" in page


def test_list_and_page_count_the_same_requirements_as_settled(world: World, k_case: Case) -> None:
    """Not what is no longer needed, and not what lapses before the hand-in."""
    with world.scope():
        actor = world.manager.actor
        waive_item(case_id=k_case.pk, code="consent", reason="Signed on paper in our office.", actor=actor)
        settle_item(case_id=k_case.pk, code="passport", expires_on=in_days(30), actor=actor)
        change_case(case_id=k_case.pk, actor=actor, facts={"post": {"asks_police": False, "asks_medical": False}})
        items = list(ChecklistItem.objects.filter(case=k_case))
    settled = sum(row.state in ("accepted", "waived") for row in items) - 1
    total = sum(row.state != "no_longer_needed" for row in items)
    client = world.manager.client()

    page = client.get(page_of(k_case)).content.decode()

    assert total < len(items)
    assert f"Settled: {settled} items" in page and f"{settled} of {total}" in page
    assert f"No longer needed: {len(items) - total} items" in page
    assert f"{settled} of {total}" in client.get(reverse("admin:cases_case_changelist")).content.decode()


def test_the_timeline_shows_the_newest_and_unfolds_the_rest(world: World, k_case: Case) -> None:
    with world.scope():
        for pages in range(1, 15):
            change_case(case_id=k_case.pk, actor=world.manager.actor, facts={"passport": {"blank_pages": pages}})
        events = CaseEvent.objects.filter(case=k_case).count()

    page = world.manager.client().get(page_of(k_case)).content.decode()

    newest, _summary, older = page.partition('id="timeline"')[2].partition(f"{events - 10} older entries")
    assert (newest.count("<li>"), older.count("<li>")) == (10, events - 10)


def test_the_timeline_is_told_in_chinese(world: World, k_case: Case) -> None:
    with world.scope():
        change_case(case_id=k_case.pk, actor=world.manager.actor, facts={"passport": {"blank_pages": 3}})

    page = world.manager.client("zh-hans").get(page_of(k_case)).content.decode()

    assert "申请人情况已更新：护照" in page


def test_a_move_through_a_shut_gate_changes_nothing(world: World, k_case: Case) -> None:
    answer = world.manager.client().post(act(k_case, "move"), {"move": "start_screening"}, follow=True)

    assert "The case cannot move on yet" in answer.content.decode()
    assert stored(world, k_case).stage == "intake"
    assert history(world, k_case) == ["case.opened"]


def test_a_case_whose_gates_are_open_moves(world: World, k_case: Case) -> None:
    with world.scope():
        for code in ChecklistItem.objects.filter(case=k_case, stage_position=0).values_list("code", flat=True):
            world.manager.client().post(act(k_case, "waive", code), {"reason": "Seen on paper."})

    answer = world.manager.client().post(act(k_case, "move"), {"move": "start_screening"}, follow=True)

    assert "Eligibility screening" in answer.content.decode()
    assert stored(world, k_case).stage == "screen"
    assert history(world, k_case)[-1] == "case.moved"


def test_a_move_made_meanwhile_is_told_plainly(world: World, k_case: Case) -> None:
    put_in_stage(world, k_case, "screen")

    answer = world.manager.client().post(act(k_case, "move"), {"move": "start_screening"}, follow=True)

    assert "was moved meanwhile" in answer.content.decode()
    assert stored(world, k_case).stage == "screen"


def test_a_step_is_settled_with_what_it_asks_for(world: World, k_case: Case) -> None:
    client, address = world.reviewer.client(), act(k_case, "settle", "screening_explained")
    assert client.get(address).status_code == 200

    client.post(address, {"date": str(in_days(-1)), "note": "By telephone."})

    settled = item(world, k_case, "screening_explained")
    assert (settled.state, settled.note) == ("accepted", "By telephone.")
    assert settled.settled_on == in_days(-1)
    assert history(world, k_case) == ["case.opened", "item.accepted"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"date": "", "note": "By telephone."}, "This field is required"),
        ({"date": "2026-02-30", "note": "By telephone."}, "Enter a valid date"),
        ({"date": "2199-01-01", "note": "By telephone."}, "This day lies in the future"),
    ],
)
def test_a_step_without_what_it_asks_for_stays_open(
    world: World, k_case: Case, sent: dict[str, str], sentence: str
) -> None:
    answer = world.manager.client().post(act(k_case, "settle", "screening_explained"), sent)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert item(world, k_case, "screening_explained").state == "requested"
    assert history(world, k_case) == ["case.opened"]


def test_a_waiver_needs_a_reason(world: World, k_case: Case) -> None:
    client, address = world.manager.client(), act(k_case, "waive", "consent")
    assert client.post(address, {"reason": "  "}).status_code == 422
    assert "at least 10 characters" in client.post(address, {"reason": "x"}).content.decode()
    assert "10 个字" in world.manager.client("zh-hans").post(address, {"reason": "x"}).content.decode()
    assert item(world, k_case, "consent").state == "requested"

    client.post(address, {"reason": "Signed on paper in our office."})

    waived = item(world, k_case, "consent")
    assert (waived.state, waived.note) == ("waived", "Signed on paper in our office.")


def test_an_item_settled_meanwhile_is_told_and_left(world: World, k_case: Case) -> None:
    client = world.manager.client()
    client.post(act(k_case, "waive", "consent"), {"reason": "The first of two."})

    answer = client.post(act(k_case, "waive", "consent"), {"reason": "The second of two."}, follow=True)

    assert "settled already" in answer.content.decode()
    assert item(world, k_case, "consent").note == "The first of two."
    assert history(world, k_case) == ["case.opened", "item.waived"]


def test_a_waiver_is_taken_back(world: World, k_case: Case) -> None:
    client = world.manager.client()
    client.post(act(k_case, "waive", "consent"), {"reason": "By mistake."})
    client.post(act(k_case, "reopen", "consent"))

    assert item(world, k_case, "consent").state == "requested"
    assert history(world, k_case)[-1] == "item.reopened"


def test_missing_facts_are_asked_for_before_a_decision(world: World, k_case: Case) -> None:
    put_in_stage(world, k_case, "screen")
    with world.scope():
        change_case(case_id=k_case.pk, actor=world.manager.actor, facts={"degrees": None})
    client, tell, decide = world.manager.client(), act(k_case, "facts"), act(k_case, "decide", "K-ARM")

    page = client.get(page_of(k_case)).content.decode()

    card = page.partition('id="finding-K-ARM"')[2].partition("</article>")[0]
    assert "Facts are missing" in card and "A person must decide" not in card and "degrees" in card
    assert f'<a class="act main" href="{tell}#fact-degrees">Tell us</a>' in card
    assert f'<a class="act" href="{decide}">Decide without them</a>' in card
    assert 'id="fact-degrees"' in client.get(tell).content.decode()
    assert f'<a href="{tell}#fact-degrees">Tell us</a>' in page.partition('id="moves"')[2].partition("</section>")[0]
    assert f'<a class="act main" href="{tell}#fact-degrees">' in client.get(decide).content.decode()


def test_a_decision_past_missing_facts_stays_possible(world: World, k_case: Case) -> None:
    with world.scope():
        change_case(case_id=k_case.pk, actor=world.manager.actor, facts={"degrees": None})

    said = {"go_ahead": "yes", "reason": "The university has burnt down with its files."}
    world.manager.client().post(act(k_case, "decide", "K-ARM"), said)

    assert history(world, k_case)[-1] == "finding.decided"


def test_only_what_no_fact_can_tell_waits_for_a_decision(world: World, k_case: Case) -> None:
    """On the first page: two rules to decide, whether or not others lack facts."""
    put_in_stage(world, k_case, "screen")
    with world.scope():
        change_case(case_id=k_case.pk, actor=world.manager.actor, facts={"chinese_parent_at_birth": None})

    page = world.manager.client().get("/admin/").content.decode()

    assert "2 rules" in page.partition("<h2>To decide</h2>")[2].partition("</section>")[0]


def test_a_person_decides_what_a_rule_cannot_tell(world: World, k_case: Case) -> None:
    client = world.manager.client()
    page = client.get(page_of(k_case)).content.decode()
    assert act(k_case, "decide", "K-INST") in page

    without_reason = client.post(act(k_case, "decide", "K-INST"), {"go_ahead": "yes", "reason": ""})
    assert without_reason.status_code == 422
    client.post(act(k_case, "decide", "K-INST"), {"go_ahead": "no", "reason": "The consulate said no by e-mail."})

    with world.scope():
        decision = FindingDecision.objects.get()
    assert (decision.rule, decision.go_ahead) == ("K-INST", False)
    assert history(world, k_case)[-1] == "finding.decided"
    assert "Decided: do not go ahead" in client.get(page_of(k_case)).content.decode()


def test_the_second_signature_is_somebody_elses(world: World, k_case: Case) -> None:
    put_in_stage(world, k_case, "review", by=f"staff:{world.manager.user.pk}")

    own = world.manager.client().post(act(k_case, "sign"), follow=True)
    assert "Somebody else has to sign it" in own.content.decode()
    with world.scope():
        assert not Signature.objects.exists()

    world.reviewer.client().post(act(k_case, "sign"), {"note": "All there."})

    with world.scope():
        assert Signature.objects.get().signed_by_id == world.reviewer.user.pk
    assert history(world, k_case)[-1] == "case.signed"
    assert "Signed by ARC reviewer" in world.manager.client().get(page_of(k_case)).content.decode()


def open_day_in(days: int) -> date:
    return next_open_day(in_days(days), CHINA_ALONE)


def test_a_planned_hand_in_is_changed_and_no_longer_an_estimate(world: World, k_case: Case) -> None:
    client, day = world.manager.client(), open_day_in(90)
    assert "an estimate" in client.get(page_of(k_case)).content.decode()

    client.post(act(k_case, "details"), {"planned_hand_in": str(day), "manager": "", "external_ref": "HR-9"})

    assert (stored(world, k_case).planned_hand_in, stored(world, k_case).external_ref) == (day, "HR-9")
    assert "an estimate" not in client.get(page_of(k_case)).content.decode()


def test_a_hand_in_in_the_past_is_refused_at_its_field(world: World, k_case: Case) -> None:
    sent = {"planned_hand_in": str(in_days(-3)), "manager": "", "external_ref": ""}
    answer = world.manager.client().post(act(k_case, "details"), sent)

    assert answer.status_code == 422
    assert 'id="id_planned_hand_in_error"' in answer.content.decode()
    assert stored(world, k_case).planned_hand_in is None


def test_a_colleagues_change_of_another_detail_stays(world: World, k_case: Case) -> None:
    client, day = world.manager.client(), str(open_day_in(90))
    client.post(act(k_case, "details"), {"planned_hand_in": day, "manager": "", "external_ref": "theirs"})

    shown_before = {"initial-planned_hand_in": "", "initial-manager": "", "initial-external_ref": ""}
    mine = {"planned_hand_in": "", "manager": str(world.manager.user.pk), "external_ref": ""}
    client.post(act(k_case, "details"), {**shown_before, **mine})

    after = stored(world, k_case)
    assert (after.manager_id, after.external_ref) == (world.manager.user.pk, "theirs")
    assert str(after.planned_hand_in) == day


def facts_as_shown(client: Client, case: Case) -> dict[str, Any]:
    """What the browser would send back if nothing were changed."""
    form = client.get(act(case, "facts")).context["form"]
    sent = {name: form.initial.get(name, form.fields[name].initial) for name in form.fields}
    seen = client.get(act(case, "facts")).context["seen"]
    return {"seen": seen, **{name: value for name, value in sent.items() if value not in (None, False)}}


def test_facts_sent_back_unchanged_change_nothing(world: World, k_case: Case) -> None:
    client, before = world.manager.client(), stored(world, k_case).candidate.facts

    client.post(act(k_case, "facts"), facts_as_shown(client, k_case))

    assert stored(world, k_case).candidate.facts == before
    assert history(world, k_case) == ["case.opened"]


def codes(world: World, case: Case) -> set[str]:
    with world.scope():
        return set(ChecklistItem.objects.filter(case=case).values_list("code", flat=True))


def test_a_changed_fact_changes_the_checklist(world: World, k_case: Case) -> None:
    client = world.manager.client()
    assert "name_change" not in codes(world, k_case)

    client.post(act(k_case, "facts"), {**facts_as_shown(client, k_case), "names_differ": "yes"})

    assert stored(world, k_case).candidate.facts["names_differ"] is True
    assert "name_change" in codes(world, k_case)
    assert history(world, k_case) == ["case.opened", "facts.changed", "item.added"]


def test_what_the_page_does_not_ask_is_kept(world: World, k_case: Case) -> None:
    with world.scope():
        candidate = Candidate.objects.get()
        candidate.facts["degrees"][0]["language"] = "en"
        candidate.facts["offer"] = {"wage_level": 2}
        candidate.facts.pop("has_offer")
        candidate.save()
    client = world.manager.client()

    client.post(act(k_case, "facts"), {**facts_as_shown(client, k_case), "degrees-0-level": "4"})

    facts = stored(world, k_case).candidate.facts
    assert (facts["degrees"][0]["level"], facts["degrees"][0]["language"]) == (4, "en")
    assert facts["offer"] == {"wage_level": 2}


def test_a_degree_is_taken_out_and_a_job_put_in(world: World, k_case: Case) -> None:
    client = world.manager.client()
    sent = facts_as_shown(client, k_case)
    sent.pop("work-none")
    sent |= {"degrees-0-remove": "on", "work-0-employer": "Zenith", "work-0-started_on": "2024-01-01"}

    client.post(act(k_case, "facts"), sent)

    facts = stored(world, k_case).candidate.facts
    assert "degrees" not in facts
    assert facts["work"] == [{"employer": "Zenith", "started_on": "2024-01-01"}]


def test_facts_that_cannot_be_right_are_refused_at_their_field(world: World, k_case: Case) -> None:
    client = world.manager.client()
    sent = {**facts_as_shown(client, k_case), "passport.issued_on": "2030-01-01", "passport.expires_on": "2029-01-01"}

    answer = client.post(act(k_case, "facts"), sent)

    assert answer.status_code == 422
    assert "The end lies before the start" in answer.content.decode()
    assert history(world, k_case) == ["case.opened"]


def test_facts_a_colleague_changed_meanwhile_are_not_overwritten(world: World, k_case: Case) -> None:
    client = world.manager.client()
    mine = facts_as_shown(client, k_case)
    client.post(act(k_case, "facts"), {**mine, "date_of_birth": "1997-01-01"})

    answer = client.post(act(k_case, "facts"), {**mine, "names_differ": "yes"})

    assert "A colleague changed the facts meanwhile" in answer.content.decode()
    candidate = stored(world, k_case).candidate
    assert (candidate.date_of_birth, candidate.facts["names_differ"]) == (date(1997, 1, 1), False)


def test_a_closed_case_can_be_read_and_not_changed(world: World, k_case: Case) -> None:
    client = world.manager.client()
    client.post(act(k_case, "leave", "withdraw"), {"reason": "Not in this test.", "on": str(in_days(0))})

    page = client.get(page_of(k_case)).content.decode()
    assert "It can be read, not changed" in page
    assert act(k_case, "waive", "consent") not in page
    answer = client.post(act(k_case, "waive", "consent"), {"reason": "This is too late."}, follow=True)
    assert "This case is closed" in answer.content.decode()
    assert item(world, k_case, "consent").state == "requested"


ACTS = [
    ("move", "", {"move": "start_screening"}),
    ("leave", "withdraw", {"reason": "No, not with these facts.", "on": "2026-01-02"}),
    ("hold", "", {"reason": "No, not with these facts."}),
    ("resume", "", {}),
    ("asked_visa", "", {"entries": "2"}),
    ("passport", "", {"number": "X1", "issued_on": "2026-01-02", "expires_on": "2036-01-02"}),
    ("sign", "", {}),
    ("details", "", {"planned_hand_in": "", "manager": "", "external_ref": "x"}),
    ("facts", "", {}),
    ("settle", "about_you", {"note": ""}),
    ("waive", "consent", {"reason": "No, not with these facts."}),
    ("reopen", "consent", {}),
    ("decide", "K-INST", {"go_ahead": "yes", "reason": "No, not with these facts."}),
]


@pytest.mark.parametrize(("name", "code", "sent"), ACTS)
def test_who_may_only_read_cannot_act(world: World, k_case: Case, name: str, code: str, sent: dict[str, str]) -> None:
    client = world.read_only.client()
    page = client.get(page_of(k_case)).content.decode()

    assert f'"{act(k_case, name, code)}"' not in page
    assert client.post(act(k_case, name, code), sent).status_code == 403
    assert history(world, k_case) == ["case.opened"]


@pytest.mark.parametrize(("name", "code", "sent"), ACTS)
def test_another_agencys_case_is_as_unknown_as_none(
    world: World, other_world: World, k_case: Case, name: str, code: str, sent: dict[str, str]
) -> None:
    client, missing = other_world.administrator.client(), Case(pk="00000000-0000-4000-8000-000000000000")

    foreign = client.post(act(k_case, name, code), sent)

    assert foreign.status_code == 404
    assert client.post(act(missing, name, code), sent).status_code == 404
    assert client.get(page_of(k_case)).status_code == 404
    assert history(world, k_case) == ["case.opened"]


@pytest.mark.parametrize(("name", "code", "sent"), ACTS)
def test_an_act_needs_a_session_and_a_csrf_token(
    world: World, k_case: Case, name: str, code: str, sent: dict[str, str]
) -> None:
    anonymous = Client().post(act(k_case, name, code), sent)
    assert anonymous.headers["Location"].startswith("/admin/login/")

    client = Client(enforce_csrf_checks=True)
    client.force_login(world.manager.user)
    assert client.post(act(k_case, name, code), sent).status_code == 403
    assert history(world, k_case) == ["case.opened"]


def test_nothing_is_changed_by_looking(world: World, k_case: Case) -> None:
    client = world.manager.client()
    for name, code, _sent in ACTS:
        client.get(act(k_case, name, code))

    with world.scope():
        assert CaseEvent.objects.count() == 1
    assert stored(world, k_case).updated_at == k_case.updated_at


def test_the_page_of_a_full_case_asks_the_database_little(
    world: World, k_case: Case, django_assert_max_num_queries: Any
) -> None:
    put_in_stage(world, k_case, "review")
    client = world.manager.client()
    client.get(page_of(k_case))

    with django_assert_max_num_queries(48):  # one for each kind of record, whatever their number
        client.get(page_of(k_case))


def test_every_fact_stands_in_one_section_of_the_page() -> None:
    placed = [name for section in SECTIONS for name in section.names]

    assert sorted(placed) == sorted(CandidateFacts.model_fields)


def other_person() -> NewCandidate:
    return anna(given_names="Bo", family_name="Berg", email="bo@example.org", passport_number="X1234567")


def found(client: Client, term: str, **filters: str) -> list[str]:
    answer = client.get(reverse("admin:cases_case_changelist"), {"q": term, **filters})
    assert answer.status_code == 200
    return [case.candidate.given_names for case in answer.context["cl"].result_list]


def test_cases_are_found_by_reference_name_email_and_whole_passport_number(world: World, k_case: Case) -> None:
    with world.scope():
        open_case(route_code="CN-K", candidate=other_person(), actor=world.manager.actor)
    client = world.manager.client()

    assert found(client, k_case.reference) == ["Anna Maria"]
    assert found(client, "eriksson anna") == ["Anna Maria"]
    assert found(client, "bo@example") == ["Bo"]
    assert found(client, "L898902C3") == ["Anna Maria"]
    assert found(client, "l898 902 c3") == ["Anna Maria"]
    assert found(client, "L898902") == []


def test_the_list_is_narrowed_by_turn_stage_manager_and_state(world: World, k_case: Case) -> None:
    with world.scope():
        bo = open_case(
            route_code="CN-K", candidate=other_person(), actor=world.manager.actor, manager_id=world.manager.user.pk
        )
    client = world.manager.client()
    put_in_stage(world, bo, "screen")

    assert found(client, "", stage="screen") == ["Bo"]
    assert found(client, "", manager="me") == ["Bo"]
    assert found(client, "", manager="none") == ["Anna Maria"]
    assert found(client, "", whose_turn="employer") == []
    client.post(act(bo, "leave", "withdraw"), {"reason": "Not in this test.", "on": str(in_days(0))})
    assert found(client, "") == ["Anna Maria"]
    assert found(client, "", closed="yes") == ["Bo"]


def test_no_other_lookup_is_taken_from_the_address(world: World, k_case: Case) -> None:
    address = reverse("admin:cases_case_changelist")
    for lookup in (
        "candidate__passport_index",
        "candidate__email__startswith",
        "agency__code",
        "manager__password__gt",
    ):
        assert world.manager.client().get(address, {lookup: "x"}).status_code in (302, 400)


def test_another_agencys_cases_are_not_listed(other_world: World, k_case: Case) -> None:
    client = other_world.manager.client()

    with other_world.scope():
        assert found(client, "") == []
        assert found(client, "L898902C3") == []


def test_a_printed_photo_has_an_age_and_its_form_asks_for_it(world: World, k_case: Case) -> None:
    url = reverse("admin:cases_case_settle", args=[k_case.pk, "photo_paper"])
    client = world.manager.client()
    assert 'name="issued_on"' in client.get(url).content.decode()

    answer = client.post(url, {"issued_on": str(in_days(0)), "note": ""})

    assert answer.status_code == 302
    with world.scope():
        assert k_case.items.get(code="photo_paper").state == "accepted"
