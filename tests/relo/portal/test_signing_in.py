import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from relo.core import clock
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from relo.portal.models import PortalSession, SignInCode, SignInRequest
from tests.conftest import World, anna, waiting
from tests.portal_steps import SENT, SIGN_IN, ask, browser, code_in, is_inside, link_in, mails, text

ANNA = "anna@example.org"
pytestmark = pytest.mark.usefixtures("k_case")


def test_the_link_in_the_mail_opens_the_application() -> None:
    client = browser()
    assert ask(client, ANNA).headers["Location"] == SENT
    link = link_in(mails()[0])

    page = client.get(link)
    assert "Continue" in text(page) and not is_inside(client)

    entered = client.post(link)

    assert (entered.status_code, entered.headers["Location"]) == (303, "/portal/")
    assert "Your K visa application" in text(client.get("/portal/"))


def test_the_code_in_the_mail_opens_the_application() -> None:
    client = browser()
    ask(client, ANNA)

    code = code_in(mails()[0])
    entered = client.post(SENT, {"code": f"{code[:3]} {code[3:]}"})

    assert entered.status_code == 303 and is_inside(client)


def test_the_address_may_be_typed_in_other_letters_and_the_mail_goes_to_the_one_we_hold() -> None:
    ask(browser(), " Anna@EXAMPLE.org ")

    assert [letter.to for letter in mails()] == [[ANNA]]


def test_a_mail_scanner_that_follows_the_link_changes_nothing() -> None:
    client = browser()
    ask(client, ANNA)
    link = link_in(mails()[0])

    before = stored()
    for asking in (browser(), client):
        for method in (asking.get, asking.head, asking.options):
            method(link)

    assert stored() == before and not is_inside(client)
    assert client.post(link).status_code == 303


def stored() -> tuple[object, ...]:
    return (
        list(SignInRequest.objects.values()),
        list(SignInCode.objects.values()),
        list(PortalSession.objects.values()),
    )


def test_a_link_works_once() -> None:
    client = browser()
    ask(client, ANNA)
    link = link_in(mails()[0])
    client.post(link)
    client.post("/portal/sign-out/")

    again = client.post(link)

    assert again.status_code == 410 and "This link has been used" in text(again)
    assert not is_inside(client)


def test_a_used_link_uses_up_the_code_of_the_same_mail() -> None:
    client = browser()
    ask(client, ANNA)
    letter = mails()[0]
    client.post(link_in(letter))
    client.post("/portal/sign-out/")

    assert client.post(SENT, {"code": code_in(letter)}).status_code == 400
    assert not is_inside(client)


def test_link_and_code_last_ten_minutes() -> None:
    client = browser()
    now = clock.now()
    with time_machine.travel(now, tick=False) as travel:
        ask(client, ANNA)
        letter = mails()[0]
        travel.shift(timedelta(minutes=10))

        old = client.get(link_in(letter))

        assert old.status_code == 410 and "This link is too old" in text(old)
        assert client.post(link_in(letter)).status_code == 410
        assert client.post(SENT, {"code": code_in(letter)}).status_code == 400
        assert not is_inside(client)


def test_a_link_works_only_in_the_browser_that_asked() -> None:
    client, stranger = browser(), browser()
    ask(client, ANNA)
    link = link_in(mails()[0])

    page, entered = stranger.get(link), stranger.post(link)

    assert page.status_code == entered.status_code == 403
    assert "Open this link in the other browser" in text(page)
    assert not is_inside(stranger)
    assert client.post(link).status_code == 303  # nothing was used up


def test_a_code_works_only_in_the_browser_that_asked() -> None:
    client, stranger = browser(), browser()
    ask(client, ANNA)
    ask(stranger, "somebody@example.org")

    assert stranger.post(SENT, {"code": code_in(mails()[0])}).status_code == 400
    assert not is_inside(stranger)


@pytest.mark.parametrize("change", [lambda value: value[:-1] + "x", lambda value: value[::-1], lambda value: ""])
def test_a_tampered_browser_cookie_is_another_browser(change: Any) -> None:
    client = browser()
    ask(client, ANNA)
    letter, whole = mails()[0], client.cookies["relo_browser"].value

    client.cookies["relo_browser"] = change(whole)
    assert client.post(link_in(letter)).status_code == 403
    assert client.post(SENT, {"code": code_in(letter)}).status_code in (303, 400) and not is_inside(client)

    client.cookies["relo_browser"] = whole
    assert client.post(link_in(letter)).status_code == 303 and is_inside(client)  # nothing was used up


def test_five_wrong_codes_and_the_right_one_is_worth_nothing() -> None:
    client = browser()
    ask(client, ANNA)
    code = code_in(mails()[0])
    wrong = "000000" if code != "000000" else "111111"
    for _attempt in range(5):
        client.post(SENT, {"code": wrong})

    assert client.post(SENT, {"code": code}).status_code == 400
    assert not is_inside(client)


def test_an_unknown_address_gets_the_same_answer_and_no_mail() -> None:
    known, unknown = browser(), browser()

    answers = [ask(known, ANNA), ask(unknown, "nina@example.org")]
    pages = [text(client.get(SENT)) for client in (known, unknown)]
    wrong = [client.post(SENT, {"code": "123 45"}) for client in (known, unknown)]

    assert len({(a.status_code, a.headers["Location"], tuple(sorted(a.cookies))) for a in answers}) == 1
    assert plain(pages[0]).replace("a•••@", "n•••@") == plain(pages[1])
    assert wrong[0].status_code == wrong[1].status_code == 400
    assert plain(text(wrong[0])).replace("a•••@", "n•••@") == plain(text(wrong[1]))
    assert [letter.to for letter in mails()] == [[ANNA]]


def plain(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_asking_does_the_same_work_for_every_address() -> None:
    def statements(email: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            ask(browser(), email)
        changing = r"'[^']*'|\"s\d+_x\d+\"|(?<=\"asked\" = )\d+"
        return [re.sub(changing, "?", query["sql"]) for query in seen.captured_queries]

    known = statements(ANNA)

    assert len(known) > 2
    assert statements("nina@example.org") == known
    assert waiting().count("portal.find_candidates") == 2
    assert "portal.send_code" not in waiting()


def test_an_address_is_asked_for_five_times_an_hour_known_or_not() -> None:
    for email in (ANNA, "nina@example.org"):
        answers = [ask(browser(), email).status_code for _attempt in range(6)]

        assert answers == [303] * 5 + [429]

    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert ask(browser(), ANNA).status_code == 303


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "a b@example.org", "x" * 300 + "@example.org", "anna@example.org\r\nBcc: all@example.org"],
)
def test_what_is_no_address_is_sent_back_with_the_cure(email: str) -> None:
    refused = ask(browser(), email)

    assert refused.status_code == 400 and "Write your whole e-mail address" in text(refused)
    assert not SignInRequest.objects.exists()


def test_two_agencies_that_know_the_address_send_one_mail_each(other_world: World) -> None:
    from cases.services.opening import open_case

    with other_world.scope():
        open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)
    client = browser()

    ask(client, ANNA)
    letters = mails()

    assert sorted(letter.from_email.split("<")[0].strip() for letter in letters) == ["ARC Relocation", "BEL Relocation"]
    belgian = next(letter for letter in letters if "BEL" in letter.from_email)
    client.post(link_in(belgian))
    assert "BEL Relocation" in text(client.get("/portal/"))


def test_the_mail_speaks_the_language_of_the_candidate(in_scope: World) -> None:
    from cases.models import Candidate

    Candidate.objects.update(language="zh-hans")
    ask(browser(), ANNA)

    letter = mails()[0]

    assert "您好" in str(letter.body)
    assert any(kind == "text/html" and code_in(letter) in str(html) for html, kind in letter.alternatives)


def test_no_secret_stands_in_the_database() -> None:
    client = browser()
    ask(client, ANNA)
    letter = mails()[0]
    secrets = [link_in(letter).split("/")[3], code_in(letter), client.cookies["relo_browser"].value]
    client.post(link_in(letter))
    secrets.append(client.cookies["relo_portal"].value)

    with connection.cursor() as cursor:
        stored = []
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("portal_", "outbox_", "cases_caseevent")):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                stored.append(repr(cursor.fetchall()))

    assert len(stored) >= 4
    assert [secret for secret in secrets if secret in "".join(stored)] == []
    assert ANNA not in "".join(stored)


def test_sending_again_makes_new_secrets_and_ends_the_old_ones(k_case: Case) -> None:
    client = browser()
    ask(client, ANNA)
    first = mails()[0]
    OutboxMessage.objects.filter(handler="portal.send_code").update(done_at=None, due_at=clock.now())

    relay.drain("mail")
    second = mails()[1]

    assert link_in(first) != link_in(second)
    assert client.post(link_in(first)).status_code == 404
    assert client.post(link_in(second)).status_code == 303


def test_a_mail_held_up_for_an_hour_is_not_sent_any_more() -> None:
    ask(browser(), ANNA)

    with time_machine.travel(clock.now() + timedelta(hours=1)):
        assert mails() == []
    assert not SignInCode.objects.exists()


def test_asking_twice_in_one_browser_leaves_both_links_working() -> None:
    client = browser()
    ask(client, ANNA)
    ask(client, ANNA)
    first, second = mails()

    assert client.get(link_in(first)).status_code == client.get(link_in(second)).status_code == 200
    assert client.post(link_in(first)).status_code == 303


def test_the_page_with_the_link_sends_no_referrer_and_its_form_still_works() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    client.post(SIGN_IN, {"email": ANNA, "csrfmiddlewaretoken": form_token(text(page))})
    link = link_in(mails()[0])

    page = client.get(link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    # What a browser sends from such a page:
    entered = client.post(link, {"csrfmiddlewaretoken": form_token(text(page))}, headers={"Origin": "null"})

    assert entered.status_code == 303


def test_another_site_cannot_sign_anybody_in() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    client.post(SIGN_IN, {"email": ANNA, "csrfmiddlewaretoken": form_token(text(page))})
    letter = mails()[0]

    assert client.post(link_in(letter), headers={"Origin": "null"}).status_code == 403
    assert client.post(SENT, {"code": code_in(letter)}).status_code == 403


def form_token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1]


def test_the_language_can_be_changed_on_the_page_with_the_link() -> None:
    client = browser("en")
    ask(client, ANNA)
    link = link_in(mails()[0])

    switched = client.post(link, {"language": "zh-hans"}, follow=True)

    assert 'lang="zh-Hans"' in text(switched)
    assert client.post(link).status_code == 303


def test_a_link_never_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    client = browser()
    ask(client, ANNA)
    link = link_in(mails()[0])

    assert browser().get(link).status_code == 403
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403

    told = [repr(record.__dict__) for record in caplog.records if record.name.startswith("django")]
    assert len(told) >= 2
    assert [line for line in told if link.split("/")[3] in line] == []


def test_a_link_from_the_shell_works_in_any_browser_once(k_case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("signin_link", k_case.reference.lower())
    link = capsys.readouterr().out.strip().removeprefix("http://testserver")
    client = browser()

    assert "Continue" in text(client.get(link))
    assert client.post(link).status_code == 303 and is_inside(client)
    assert browser().post(link).status_code == 410


def test_the_shell_says_when_there_is_no_such_case(k_case: Case) -> None:
    with pytest.raises(CommandError, match="There is no case ARC-1999-0001"):
        call_command("signin_link", "ARC-1999-0001")
