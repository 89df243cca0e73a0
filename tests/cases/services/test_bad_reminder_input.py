"""What cannot be right about reminders is refused at saving; what got in all the same stops one row, and is told."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from cases.mail import Letter, Line, compose
from cases.models import Candidate, Case, CaseEvent
from cases.routes.reading import PackInvalid, read_pack, shipped_packs, shipped_sources
from cases.services.editing import DraftRefused
from cases.services.opening import open_case
from relo.accounts.agencies import AgencySettings, change_agency
from relo.accounts.models import Agency, SecurityEvent
from relo.accounts.roles import Visibility
from relo.core.errors import Invalid
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.api import Program, anna_json
from tests.cases.post import at_ten, days_later, later, mail_states, one_open, state_of_first, sweep_and_send
from tests.conftest import World, anna, timeline
from tests.days import in_days
from tests.rule_steps import drafted, edited, part_of
from tests.smtp import MailServer, body_of, mail_server

__all__ = ["mail_server"]
PACK = next(path for path in shipped_packs() if path.name == "cn-k.yaml").read_text(encoding="utf-8")
TEN_YEARS = 3653


# A rule with an offset of ten years


TOO_FAR = {
    "before": ("    offsets_days: [-270, -210]", f"    offsets_days: [-{TEN_YEARS}]", "offsets_days"),
    "after": ("    offsets_days: [10]", f"    offsets_days: [10, {TEN_YEARS}]", "offsets_days"),
    "the duty itself": ("    due_days: 30", f"    due_days: {TEN_YEARS}", "due_days"),
    "the trigger": ("plus_days: 30}", f"plus_days: {TEN_YEARS}}}", "trigger.plus_days"),
}


@pytest.mark.parametrize("what", TOO_FAR)
def test_a_pack_with_an_offset_of_ten_years_is_not_loaded(tmp_path: Path, what):
    old, new, key = TOO_FAR[what]
    assert old in PACK
    path = tmp_path / "far.yaml"
    path.write_text(PACK.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackInvalid) as refused:
        read_pack(path, shipped_sources())

    [fault] = refused.value.faults
    assert (fault.code, ".".join(map(str, fault.place[2:]))) == ("days_too_far", key)
    assert "five years" in fault.text.en and "五年" in fault.text.zh and fault.line


@pytest.mark.parametrize("days", [TEN_YEARS, -TEN_YEARS, 10**9, -(10**30)])
def test_a_draft_with_such_an_offset_is_not_saved(editors, days):
    version = drafted(editors.first.actor)
    with pytest.raises(DraftRefused):
        edited(version, "reminders", "R-ITEM", editors.first.actor, offsets_days=[days])

    version.refresh_from_db()
    assert days not in part_of(version, "reminders", "R-ITEM")["offsets_days"]


# An unknown time zone


def test_a_candidate_in_an_unknown_time_zone_is_refused(in_scope: World):
    answer = Program(in_scope).post("cases/", {"route": "CN-K", "candidate": anna_json(time_zone="Mars/Phobos")})
    assert answer.status_code == 400 and "time zone" in answer.json()["errors"]["time_zone"]
    assert not Candidate.objects.exists()


def settings_with(zone: str) -> AgencySettings:
    return AgencySettings(
        "ARC",
        "",
        "en",
        Visibility.AGENCY,
        requires_second_factor=False,
        requires_scanning=False,
        time_zone=zone,
        morning_hour=8,
        mail_from_hour=8,
        mail_until_hour=20,
    )


@pytest.mark.parametrize("zone", ["Mars/Phobos", "", "localtime", "../../etc/passwd", "Asia/Shanghai\n", "CST+99"])
def test_an_agency_in_an_unknown_time_zone_is_refused(in_scope: World, zone):
    with pytest.raises(Invalid) as refused:
        change_agency(settings=settings_with(zone), actor=in_scope.administrator.actor)

    assert "Europe/Berlin" in str(refused.value.errors["time_zone"])
    assert Agency.objects.get(pk=in_scope.agency.pk).time_zone == "Asia/Shanghai"


def test_an_agency_moves_to_another_time_zone_and_it_is_on_record(in_scope: World):
    client = in_scope.administrator.client()
    said = {
        "name": "ARC",
        "language": "en",
        "visibility": "agency",
        "time_zone": "Europe/Berlin",
        "morning_hour": "8",
        "mail_from_hour": "8",
        "mail_until_hour": "20",
    }
    assert client.post("/admin/accounts/agency/", {**said, "time_zone": "Mars/Phobos"}).status_code == 422
    assert client.post("/admin/accounts/agency/", said).status_code == 302

    assert Agency.objects.get(pk=in_scope.agency.pk).time_zone == "Europe/Berlin"
    assert SecurityEvent.objects.filter(act="agency.changed").latest("id").data["time_zone"] == "Europe/Berlin"
    assert "time zone: Europe/Berlin" in client.get("/admin/accounts/securityevent/").content.decode()


def test_an_agency_whose_zone_has_another_name_keeps_it(in_scope: World):
    Agency.objects.filter(pk=in_scope.agency.pk).update(time_zone="PRC")
    page = in_scope.administrator.client().get("/admin/accounts/agency/").content.decode()

    assert '<option value="PRC" selected>' in page


def test_a_zone_that_is_no_more_stops_that_person_alone(in_scope: World, mail_server: MailServer):
    lost = one_open(in_scope, "consent")
    other = one_open(in_scope, "consent", email="other@example.org")
    Candidate.objects.filter(pk=lost.candidate_id).update(time_zone="Mars/Phobos")
    with days_later(7):
        sweep_and_send()
    assert [mail["To"] for mail in mail_server.taken] == ["other@example.org"]
    assert mail_states(lost) == [] and mail_states(other) == ["sent"]


# Texts of a route are words, not templates


CODE = "{{ letter.to }} {% for x in y %} {% include 'mail/en/reminder.txt' %} %(name)s %s {0} {agency.name} $name ${x}"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["reminder", "change"])
def test_what_looks_like_a_template_comes_out_as_it_was_written(language, kind):
    line = Line("ARC-1", "item_requested", CODE, "", CODE, in_days(0), None)
    letter = Letter(
        kind=kind, language=language, message_id="<x@y>", to="anna@example.org", candidate=CODE, agency="ARC",
        reply_to="", day=in_days(0), references=("ARC-1",), lines=(line,), text=CODE, slow_down="x",
    )  # fmt: skip
    message = compose(letter)

    html = str(message.alternatives[0][0])
    assert CODE in message.body and "anna@example.org" not in message.body + html
    assert CODE.replace("'", "&#x27;") in html


def test_a_rule_whose_text_loops_and_names_what_is_not_there_is_sent_as_words(
    in_scope: World, shipped, mail_server: MailServer, monkeypatch
):
    case = one_open(in_scope, "consent")
    rule = next(rule for pack in shipped for rule in pack.reminders if rule.code == "R-ITEM")
    text = rule.text.model_copy(update={"en": CODE})
    changed = rule.model_copy(update={"text": text, "trigger": rule.trigger.model_copy(update={"item": "consent"})})

    def pack_with(one):
        from cases.packs import pack_of_case

        pack = pack_of_case(one)
        reminders = tuple(changed if rule.code == "R-ITEM" else rule for rule in pack.reminders)
        return pack.model_copy(update={"reminders": reminders})

    monkeypatch.setattr("cases.wanted_reminders.pack_of_case", pack_with)
    with days_later(7):
        sweep_and_send()

    [mail] = mail_server.taken
    assert CODE in body_of(mail).replace("\n", " ") and mail_states(case) == ["sent"]


# A template of relo's own that is broken


def test_a_mail_that_cannot_be_written_is_a_dead_row_with_its_cause_and_nobody_thinks_it_went(
    in_scope: World, mail_server: MailServer, monkeypatch
):
    case = one_open(in_scope, "consent")

    def endless(*args: object) -> str:
        return endless(*args)

    monkeypatch.setattr("cases.mail.render_to_string", endless)
    start = at_ten(7)
    for hours in (0, 0.1, 0.3, 0.7, 2, 4):
        with later(start + timedelta(hours=hours)):
            sweep_and_send()

    row = OutboxMessage.objects.get(handler="cases.send_mail")
    assert row.dead_at is not None and row.last_error == "RecursionError"
    assert (mail_server.tries, mail_states(case)) == (0, ["queued"]) and "mail.sent" not in timeline(case)
    shown = in_scope.administrator.client().get("/admin/outbox/outboxmessage/").content.decode()
    assert "RecursionError" in shown and "cases.send_mail" in shown


# Addresses


@pytest.mark.parametrize(
    "email", ["anna@example.org\nBcc: x@example.org", "anna\r\n@example.org", "anna@exa\nmple.org", "", " ", "anna"]
)
def test_an_address_with_a_line_break_and_none_at_all_are_refused(in_scope: World, email):
    answer = Program(in_scope).post("cases/", {"route": "CN-K", "candidate": anna_json(email=email)})
    assert answer.status_code == 400 and "candidate.email" in answer.json()["errors"]
    with pytest.raises(Invalid) as refused:
        open_case(route_code="CN-K", candidate=anna(email=email), actor=in_scope.manager.actor)

    assert "anna@example.org" in str(refused.value.errors["email"])
    assert not Candidate.objects.exists() and not Case.objects.exists()


def test_the_database_itself_refuses_a_candidate_without_an_address(k_case: Case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.filter(pk=k_case.candidate_id).update(email="")


def test_an_address_with_a_line_break_that_got_in_is_sent_to_nobody(in_scope: World, mail_server: MailServer, heard):
    case = one_open(in_scope, "consent")
    Candidate.objects.filter(pk=case.candidate_id).update(email="anna@example.org\nBcc: evil@example.org")
    with days_later(7):
        sweep_and_send()

    assert (mail_server.tries, mail_states(case), state_of_first(case)) == (0, ["failed"], "failed")
    assert CaseEvent.objects.get(case=case, kind="mail.failed").data["code"] == "BadHeaderError"
    row = OutboxMessage.objects.get(handler="cases.send_mail")
    assert row.dead_at is not None and row.last_error == "mail BadHeaderError"
    assert [line for line in heard if "evil@" in line] == []


# A mail of ten megabytes


def test_a_mail_of_ten_megabytes_goes_nowhere_and_is_told(in_scope: World, mail_server: MailServer, monkeypatch):
    case = one_open(in_scope, "consent")
    huge = Line("ARC-1", "item_requested", "x" * 10 * 1024**2, "", "", in_days(0), None)
    monkeypatch.setattr("cases.services.mailing.line_of", lambda *_: huge)
    with days_later(7):
        sweep_and_send()
        relay.drain("mail")

    assert (mail_server.tries, mail_states(case), state_of_first(case)) == (0, ["failed"], "failed")
    assert CaseEvent.objects.get(case=case, kind="mail.failed").data["code"] == "too_large"
    row = OutboxMessage.objects.get(handler="cases.send_mail")
    assert row.dead_at is not None and row.last_error == "mail too_large"
    with days_later(7):
        ledger = in_scope.manager.client().get("/admin/cases/reminder/?which=staff").content.decode()
    assert "Mail failed" in ledger and case.reference in ledger


def test_a_text_of_a_route_is_never_that_long(editors):
    version = drafted(editors.first.actor)
    with pytest.raises(DraftRefused):
        edited(version, "reminders", "R-ITEM", editors.first.actor, text={"en": "x" * 2001, "zh": "提醒"})
