"""A link by mail to set a password: for whoever forgot theirs, and for those an administrator lets in."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relo.accounts.forgotten import LinkVoid, link_token, set_password
from relo.accounts.leaving import end_membership
from relo.accounts.mail_limits import OF_AN_ADDRESS_FROM_A_NETWORK
from relo.accounts.models import Membership, User
from relo.accounts.sessions import live_sessions
from relo.core import clock
from relo.outbox.models import OutboxMessage
from relo.outbox.relay import drain
from tests.conftest import PASSWORD, Member, World
from tests.relo.accounts.signing_in import SECOND_STEP, SIGN_IN, code_of, is_in, set_up_app, sign_in
from tests.relo.accounts.test_security_log import VALUE, last_id, lines
from tests.relo.desk.test_administration import MEMBERS, someone

FORGOTTEN = "/admin/login/forgotten/"
SENT = "/admin/login/forgotten/sent/"
NEW = "another long pass phrase"
BOTH = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def now():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def mailed() -> str:
    """The link in the one mail that is due."""
    drain("mail")
    letter = mail.outbox.pop()
    assert not mail.outbox
    found = re.search(r"http://testserver(/admin/login/password/\S+/)", str(letter.body))
    assert found is not None
    [(html, kind)] = letter.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html" and f'href="http://testserver{found[1]}"' in str(html)
    return found[1]


def ask(email: str, client: Client | None = None) -> str:
    answer = (client or Client()).post(FORGOTTEN, {"email": email})
    assert answer["Location"] == SENT
    page = (client or Client()).get(SENT).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def knows(member: Member, password: str) -> bool:
    return User.objects.get(pk=member.user.pk).check_password(password)


def test_the_sign_in_leads_to_a_new_password(world: World, now) -> None:
    inside, _answer = sign_in(world.manager)
    assert f'href="{FORGOTTEN}"' in Client().get(SIGN_IN).content.decode()
    after = last_id(world)
    ask(world.manager.user.email.upper())
    link = mailed()

    client = Client()
    page = client.get(link)
    assert page.status_code == 200 and page["Referrer-Policy"] == "no-referrer"
    assert client.head(link).status_code == 200
    assert knows(world.manager, PASSWORD) and is_in(inside)  # looking changes nothing: mail scanners follow links
    answer = client.post(link, BOTH)

    assert answer["Location"] == SIGN_IN and answer["Referrer-Policy"] == "no-referrer"
    assert "The password is set" in client.get(SIGN_IN).content.decode()
    assert not live_sessions(world.manager.user.pk).exists()
    assert knows(world.manager, NEW) and not is_in(inside) and not is_in(client)
    assert is_in(sign_in(world.manager, NEW)[0])
    drain("mail")
    assert [letter.subject for letter in mail.outbox] == ["Your sign-in at ARC Relocation was changed"]
    who = f"staff:{world.manager.user.pk}"
    assert [line[:2] for line in lines(world, after)] == [("password.set", who), ("member.signed_in", who)]


def test_a_link_works_once(world: World, now) -> None:
    ask(world.manager.user.email)
    link = mailed()
    Client().post(link, BOTH)
    other = "a third long pass phrase"
    refused = Client().post(link, {"new_password1": other, "new_password2": other})

    assert refused.status_code == Client().get(link).status_code == 410
    assert "This link no longer works" in refused.content.decode() and FORGOTTEN in refused.content.decode()
    assert knows(world.manager, NEW)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_it_at_once_one_gets_through(world: World) -> None:
    token, together, outcomes = link_token(world.manager.user), threading.Barrier(2), []

    def use(password: str) -> None:
        together.wait()
        try:
            set_password(token=token, password=password, network="192.0.2.1")
            outcomes.append(password)
        except LinkVoid:
            outcomes.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(f"{NEW} {number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [through] = [password for password in outcomes if password]
    assert len(outcomes) == 2 and knows(world.manager, through)


def test_a_link_lasts_for_half_an_hour(world: World, now) -> None:
    ask(world.manager.user.email)
    link = mailed()
    now.shift(timedelta(minutes=30))
    assert Client().get(link).status_code == 200
    now.shift(timedelta(seconds=1))

    assert Client().post(link, BOTH).status_code == 410 and knows(world.manager, PASSWORD)


def test_a_link_ends_with_the_password_it_was_made_for_and_with_signing_in(world: World, now) -> None:
    ask(world.manager.user.email)
    first = mailed()
    now.shift(timedelta(seconds=2))
    client, _answer = sign_in(world.manager)  # remembered after all
    assert Client().post(first, BOTH).status_code == 410
    ask(world.manager.user.email)
    second = mailed()
    client.post("/admin/password_change/", {"old_password": PASSWORD, **BOTH})

    assert Client().post(second, {"new_password1": "x" * 20, "new_password2": "x" * 20}).status_code == 410
    assert knows(world.manager, NEW)


@pytest.mark.parametrize("token", ["x" * 40, "1-abc-def", "-", "9" * 30 + "-a-b", "٣-a-b", "0-0-0"])
def test_what_is_no_link_opens_nothing(world: World, token: str) -> None:
    assert Client().get(reverse("staff_set_password", args=[token])).status_code == 410


def test_the_link_of_one_member_is_not_anothers(world: World) -> None:
    token = link_token(world.manager.user)
    forged = f"{world.administrator.user.pk}-{token.partition('-')[2]}"

    assert Client().post(reverse("staff_set_password", args=[forged]), BOTH).status_code == 410
    assert knows(world.administrator, PASSWORD)


def test_a_weak_password_is_refused_with_the_reason(world: World) -> None:
    link = reverse("staff_set_password", args=[link_token(world.manager.user)])
    for first, second, sentence in (
        ("short", "short", "too short"),
        ("manager@arc.example", "manager@arc.example", "too similar"),
        (NEW, "something else entirely", "match"),
    ):
        page = Client().post(link, {"new_password1": first, "new_password2": second}).content.decode()
        assert sentence in page
    assert knows(world.manager, PASSWORD)


def test_the_second_factor_stays(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(client)
    now.shift(timedelta(seconds=31))
    drain("mail")
    mail.outbox.clear()
    ask(world.manager.user.email)
    Client().post(mailed(), BOTH)

    client, answer = sign_in(world.manager, NEW)
    assert answer["Location"] == SECOND_STEP and not is_in(client)
    client.post(SECOND_STEP, {"code": code_of(secret)})
    assert is_in(client)


def test_a_half_made_sign_in_does_not_outlive_the_old_password(world: World, now) -> None:
    owner, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(owner)
    now.shift(timedelta(seconds=31))
    thief, _answer = sign_in(world.manager)
    Client().post(reverse("staff_set_password", args=[link_token(User.objects.get(pk=world.manager.user.pk))]), BOTH)
    thief.post(SECOND_STEP, {"code": code_of(secret)})

    assert not is_in(thief)


def test_whoever_waited_for_wrong_tries_need_not_with_the_new_password(world: World, now) -> None:
    for _try in range(6):
        sign_in(world.manager, "a wrong password")
    ask(world.manager.user.email)
    Client().post(mailed(), BOTH)

    assert is_in(sign_in(world.manager, NEW)[0])


def test_an_address_that_nobody_has_gets_the_same_answer_for_the_same_work(world: World, in_scope: World, now) -> None:
    end_membership(membership_id=Membership.objects.get(user=world.reviewer.user).pk, actor=world.administrator.actor)
    drain("mail")
    mail.outbox.clear()
    answers, work = [], []
    for email in ("nobody@arc.example", world.manager.user.email, world.reviewer.user.email):
        with CaptureQueriesContext(connection) as queries:
            answers.append(ask(email))
        work.append([VALUE.sub("#", one["sql"]) for one in queries])
    mailed()  # to the manager alone

    assert answers[0] == answers[1] == answers[2] and work[0] == work[1] == work[2]
    assert world.manager.user.email not in answers[1]
    kept = str(list(OutboxMessage.objects.values("key", "payload")))
    assert "arc.example" not in kept


def test_asking_is_limited_and_told_when_to_come_back(world: World, now) -> None:
    for email in (world.manager.user.email, "nobody@arc.example"):
        for _time in range(OF_AN_ADDRESS_FROM_A_NETWORK):
            ask(email)
        refused = Client().post(FORGOTTEN, {"email": email})
        assert refused.status_code == 429 and refused["Retry-After"] == "3600"
        assert "try again in 60 minutes" in refused.content.decode()
    drain("mail")
    assert len(mail.outbox) == OF_AN_ADDRESS_FROM_A_NETWORK
    assert Client(REMOTE_ADDR="192.0.2.9").post(FORGOTTEN, {"email": world.manager.user.email}).status_code == 302


def test_being_asked_for_is_in_the_log_once_a_quarter_hour(world: World, now) -> None:
    after = last_id(world)
    ask(world.manager.user.email)
    ask(world.manager.user.email)
    now.shift(timedelta(minutes=15))
    drain("default")

    assert lines(world, after) == [
        ("password_link.asked", "system:sign-in", world.manager.user.pk, {"count": "2"}),
    ]


def test_a_mail_that_was_held_up_is_not_sent_any_more(world: World, now) -> None:
    ask(world.manager.user.email)
    now.shift(timedelta(minutes=31))
    drain("mail")

    assert mail.outbox == []


def test_an_administrator_sends_a_member_a_link(world: World, other_world: World, now) -> None:
    membership = Membership.objects.get(user=world.reviewer.user)
    address = reverse("admin:accounts_membership_send_link", args=[membership.pk])
    assert world.manager.client().post(address).status_code == 403
    assert other_world.administrator.client().post(address).status_code == 404
    boss, _answer = sign_in(world.administrator)
    page = boss.get(reverse("admin:accounts_membership_change", args=[membership.pk])).content.decode()
    assert address in page
    now.shift(timedelta(minutes=16))
    assert boss.post(address)["Location"].startswith("/admin/security/confirm/")
    drain("mail")
    assert mail.outbox == []
    after = last_id(world)
    world.administrator.client().post(address)

    Client().post(mailed(), BOTH)
    assert knows(world.reviewer, NEW)
    who = f"staff:{world.administrator.user.pk}"
    assert lines(world, after)[0] == ("password_link.sent", who, world.reviewer.user.pk, {})


def test_a_new_member_sets_their_first_password_themselves(world: World, now) -> None:
    type(world.agency).objects.filter(pk=world.agency.pk).update(language="zh-hans")
    world.administrator.client().post(f"{MEMBERS}add/", someone())
    user = User.objects.get(email="cleo@arc.example")
    assert not user.has_usable_password() and user.language == "zh-hans"
    drain("mail")
    [letter] = mail.outbox
    assert letter.to == ["cleo@arc.example"] and letter.subject == "设置您在ARC Relocation的密码"
    assert "ARC Relocation使用 relo" in str(letter.body) and letter.reply_to == ["desk@arc.example"]

    Client().post(mailed(), BOTH)
    assert is_in(sign_in(Member(user, world.manager.actor), NEW)[0])


def test_somebody_who_is_not_let_in_gets_no_link(world: World, in_scope: World) -> None:
    membership = Membership.objects.get(user=world.reviewer.user)
    token = link_token(world.reviewer.user)
    end_membership(membership_id=membership.pk, actor=world.administrator.actor)
    address = reverse("admin:accounts_membership_send_link", args=[membership.pk])
    answer = world.administrator.client().post(address, follow=True)

    assert "This membership is not in force" in answer.content.decode()
    assert not OutboxMessage.objects.filter(handler="accounts.mail_password_link").exists()
    link = reverse("staff_set_password", args=[token])
    assert Client().get(link).status_code == Client().post(link, BOTH).status_code == 410
