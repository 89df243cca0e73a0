"""The link in a reminder that slows reminders down: what it shows, what it does, and for whom."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.signing import TimestampSigner
from django.test import Client

from cases.models import Candidate, Case, CaseEvent, Reminder
from cases.services.opening import open_case
from cases.services.slowing_down import OF_A_PERSON, REFUSED_OF_A_NETWORK
from cases.slow_down_links import LASTS, PURPOSE, token_for
from relo.core import clock
from tests.cases.post import days_later, one_open, plan, sweep_and_send
from tests.conftest import World, anna, everywhere, timeline
from tests.portal_steps import text
from tests.smtp import MailServer, body_of, mail_server

__all__ = ["mail_server"]
HOST = "http://testserver"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def case(in_scope: World) -> Case:
    return one_open(in_scope, "consent")


@pytest.fixture
def link(case: Case) -> str:
    return link_for(case)


def link_for(case: Case) -> str:
    return f"/portal/reminders/{token_for(case.candidate)}/"


def browser(**more: Any) -> Client:
    """Holds no cookie, and is told off like any other site."""
    return Client(enforce_csrf_checks=True, **more)


def pace_of(case: Case) -> str:
    with everywhere():
        return Candidate.objects.get(pk=case.candidate_id).reminder_pace


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_mail_carries_one_link_in_both_parts_and_in_its_header(in_scope, mail_server: MailServer, language):
    one_open(in_scope, "consent", language=language)
    with days_later(7):
        sweep_and_send()
    [mail] = mail_server.taken

    [url] = re.findall(r"<(\S+)>", re.sub(r"\s", "", str(mail["List-Unsubscribe"])))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert url.startswith(f"{HOST}/portal/reminders/") and url in body_of(mail) and url in body_of(mail, "html")
    with days_later(8):
        assert browser().get(url.removeprefix(HOST)).status_code == 200


def test_opening_the_link_changes_nothing_however_often(case, link):
    before = timeline(case)
    for _ in range(REFUSED_OF_A_NETWORK + 1):
        assert browser().get(link).status_code == 200
    assert browser().head(link).status_code == 200

    assert pace_of(case) == "daily" and timeline(case) == before


@pytest.mark.parametrize("pace", ["weekly", "off"])
def test_the_page_sets_the_pace_without_a_sign_in(case, link, pace):
    client = browser()
    answer = client.post(link, {"pace": pace})
    assert answer.status_code == 303
    shown = text(client.get(answer["Location"]))

    assert pace_of(case) == pace and "Saved." in shown
    assert re.search(f'value="{pace}" checked', shown)
    event = CaseEvent.objects.get(case=case, kind="reminders.pace_changed")
    assert (event.actor_kind, event.actor_ref) == ("candidate", str(case.candidate_id))


def test_it_is_taken_back_by_the_same_link(case, link):
    browser().post(link, {"pace": "off"})
    browser().post(link, {"pace": "daily"})

    assert pace_of(case) == "daily" and timeline(case).count("reminders.pace_changed") == 2


def test_a_mailbox_presses_the_button_by_itself_and_no_reminder_follows(case, link, mail_server: MailServer):
    answer = browser().post(link, ONE_CLICK)
    assert answer.status_code == 200 and pace_of(case) == "off"  # a redirect would not be followed

    again = browser().post(link, ONE_CLICK)
    assert again.status_code == 200 and timeline(case).count("reminders.pace_changed") == 1
    plan()
    with days_later(7):
        sweep_and_send()
        fates = Reminder.objects.filter(case=case, audience="candidate", due_at__lte=clock.now())
    assert mail_server.taken == []
    assert set(fates.values_list("skip_reason", flat=True)) == {"stopped"}


def test_a_button_sent_as_a_form_of_parts_counts_as_well(case, link):
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    answer = browser().generic("POST", link, body, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 200 and pace_of(case) == "off"


def test_nobody_else_is_slowed_down(case, link, in_scope, other_world):
    other = open_case(route_code="CN-K", candidate=anna(email="other@example.org"), actor=in_scope.manager.actor)
    with other_world.scope():
        elsewhere = open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)

    browser().post(link, {"pace": "off"})

    assert [pace_of(one) for one in (case, other, elsewhere)] == ["off", "daily", "daily"]
    with everywhere():
        assert "reminders.pace_changed" not in timeline(other) + timeline(elsewhere)


@pytest.mark.parametrize("saved", ["", "?saved"])
def test_the_page_tells_nothing_about_the_person(case, link, saved):
    shown = text(browser().get(link + saved))

    assert case.agency.name in shown
    for word in ("Anna", "Eriksson", "anna@example.org", case.reference, str(case.candidate_id), "passport"):
        assert word not in shown


def test_the_page_is_kept_nowhere_and_is_read_in_the_language_of_the_mails(in_scope):
    case = one_open(in_scope, "consent", language="zh-hans")
    answer = browser(headers={"Accept-Language": "en"}).get(link_for(case))

    assert "您希望多久收到一次提醒" in text(answer) and answer["Content-Language"] == "zh-hans"
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_the_language_is_changed_on_the_page_itself(link):
    client = browser()
    answer = client.post(link, {"language": "zh-hans"})

    assert (answer.status_code, answer["Location"]) == (303, link)
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert '<html lang="zh-Hans">' in text(client.get(link))


def spoiled(link: str) -> dict[str, str]:
    token = link.split("/")[3]
    told, when, _seal = token.split(".")
    other_purpose = TimestampSigner(sep=".", salt=PURPOSE + "x").sign(told)
    short = TimestampSigner(sep=".", salt=PURPOSE).sign("AAAA")
    odd = TimestampSigner(sep=".", salt=PURPOSE).sign("A")
    return {
        "cut": token[:-1], "changed": ("B" if token[0] == "A" else "A") + token[1:], "unsealed": f"{told}.{when}.",
        "another purpose": other_purpose, "too short": short, "no base64": odd, "words": "请停止", "dots": "...",
    }  # fmt: skip


@pytest.mark.parametrize("how", spoiled("/portal/reminders/a.b.c/"))
def test_a_link_that_is_none_says_what_to_do_and_changes_nothing(case, link, how):
    bad = f"/portal/reminders/{spoiled(link)[how]}/"
    for answer in (browser().get(bad), browser().post(bad, {"pace": "off"}), browser().post(bad, ONE_CLICK)):
        assert answer.status_code == 404 and "This link does not work" in text(answer)
        assert 'href="/portal/reminders/"' in text(answer) and case.agency.name not in text(answer)
    assert pace_of(case) == "daily"


def test_a_link_is_good_for_half_a_year(case, link):
    start = clock.now()
    with time_machine.travel(start + LASTS - timedelta(hours=1)):
        assert browser().get(link).status_code == 200
    with time_machine.travel(start + LASTS + timedelta(hours=1)):
        for answer in (browser().get(link), browser().post(link, ONE_CLICK)):
            assert answer.status_code == 410 and "This link is too old" in text(answer)
    assert pace_of(case) == "daily"


def test_a_link_sent_to_an_address_that_was_given_up_works_no_more(case, link):
    Candidate.objects.filter(pk=case.candidate_id).update(email="new@example.org")

    assert browser().post(link, ONE_CLICK).status_code == 404 and pace_of(case) == "daily"


def test_a_pace_nobody_knows_is_refused_on_the_page(case, link):
    answer = browser().post(link, {"pace": "hourly"})

    assert answer.status_code == 400 and "Choose how often we may remind you." in text(answer)
    assert pace_of(case) == "daily"


def test_who_changes_it_without_end_waits(case, link):
    codes = [browser().post(link, {"pace": ("off", "daily")[n % 2]}).status_code for n in range(OF_A_PERSON + 1)]

    assert codes == [303] * OF_A_PERSON + [429]
    refused = browser().post(link, ONE_CLICK)
    assert refused["Retry-After"] and "try again in 60 minutes" in text(refused) and pace_of(case) == "daily"
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1)):
        assert browser().post(link, ONE_CLICK).status_code == 200


def test_who_tries_links_that_are_none_waits_and_others_do_not(case, link):
    bad = f"/portal/reminders/{'x' * 43}/"
    codes = {browser(REMOTE_ADDR="192.0.2.7").post(bad).status_code for _ in range(REFUSED_OF_A_NETWORK)}
    assert codes == {404}

    assert browser(REMOTE_ADDR="192.0.2.7").post(bad).status_code == 429
    assert browser(REMOTE_ADDR="192.0.2.8").post(bad).status_code == 404
    assert browser(REMOTE_ADDR="192.0.2.7").post(link, ONE_CLICK).status_code == 200


def test_the_link_opens_nothing_else(case, link):
    client = browser()
    client.get(link)
    assert client.get("/portal/").status_code == 303
    assert browser().get(link.replace("/reminders/", "/sign-in/")).status_code == 404


def test_no_log_line_tells_the_link(case, link, heard):
    bad = link[:-2] + "/"
    client = browser()
    client.get(bad), client.post(bad), client.put(link)

    assert "reminders/…" in "\n".join(heard)
    assert [line for line in heard if link.split("/")[3][:30] in line] == []
