"""Signing in with e-mail, password and a second factor, through the pages."""

import base64
import json
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client

from relo.accounts.models import WrongTries
from relo.core import clock
from tests.conftest import PASSWORD, World
from tests.relo.accounts.signing_in import SECOND_STEP, SECURITY, SIGN_IN, code_of, is_in, set_up_app, sign_in

NEXT_CODE = timedelta(seconds=30)


@pytest.fixture
def now():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_without_a_second_factor_the_password_is_enough(world: World) -> None:
    client, answer = sign_in(world.manager)

    assert answer["Location"] == "/admin/" and is_in(client)


def test_with_an_authenticator_app_the_password_is_the_first_of_two_steps(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(client)
    client.post("/admin/logout/")
    now.shift(NEXT_CODE)

    client, answer = sign_in(world.manager)
    assert answer["Location"] == SECOND_STEP and not is_in(client)
    refused = client.post(SECOND_STEP, {"code": "000000" if code_of(secret) != "000000" else "000001"})
    assert "This code is not right" in refused.content.decode() and not is_in(client)
    before = client.session.session_key
    entered = client.post(SECOND_STEP, {"code": code_of(secret)})

    assert entered["Location"] == "/admin/" and is_in(client)
    assert client.session.session_key != before


def test_a_code_of_the_app_works_once(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(client)
    now.shift(NEXT_CODE)
    first, _answer = sign_in(world.manager)
    first.post(SECOND_STEP, {"code": code_of(secret)})
    second, _answer = sign_in(world.manager)
    second.post(SECOND_STEP, {"code": code_of(secret)})

    assert is_in(first) and not is_in(second)


def test_a_recovery_code_works_once(world: World) -> None:
    client, _answer = sign_in(world.manager)
    _secret, codes = set_up_app(client)
    first, _answer = sign_in(world.manager)
    first.post(SECOND_STEP, {"code": codes[3]})
    second, _answer = sign_in(world.manager)
    second.post(SECOND_STEP, {"code": codes[3]})

    assert is_in(first) and not is_in(second)
    second.post(SECOND_STEP, {"code": codes[4]})
    assert is_in(second)
    assert "8 codes are left" in second.get(SECURITY).content.decode()


def test_recovery_codes_are_shown_once_with_a_file_and_can_be_made_anew(world: World) -> None:
    client, _answer = sign_in(world.manager)
    client.get(f"{SECURITY}app/add/")
    client.post(f"{SECURITY}app/add/", {"code": code_of(client.session["mfa.totp.secret"])})
    page = client.get(f"{SECURITY}recovery-codes/").content.decode()
    shown = re.findall(r"<li>(\d{8})</li>", page)
    file = re.search(r'href="data:text/plain;base64,([^"]+)" download="relo-recovery-codes.txt"', page)

    assert file is not None and base64.b64decode(file[1]).decode().split() == shown
    again = client.get(f"{SECURITY}recovery-codes/").content.decode()
    assert not any(code in again for code in shown) and "shown already" in again

    renewed = client.post(f"{SECURITY}recovery-codes/renew/", follow=True).content.decode()
    fresh = re.findall(r"<li>(\d{8})</li>", renewed)
    assert len(fresh) == 10 and not set(fresh) & set(shown)
    other, _answer = sign_in(world.manager)
    other.post(SECOND_STEP, {"code": shown[0]})
    assert not is_in(other)


def test_secrets_of_factors_are_sealed_in_the_database(world: World) -> None:
    client, _answer = sign_in(world.manager)
    secret, codes = set_up_app(client)
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    sessions = str([session.get_decoded() for session in Session.objects.all()])

    assert '"secret": "k1:' in rows and '"seed": "k1:' in rows
    assert secret not in rows and secret not in sessions
    assert not any(code in rows + sessions for code in codes)
    assert not EmailAddress.objects.exists()


def test_one_can_turn_back_at_the_second_step(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    set_up_app(client)
    client, _answer = sign_in(world.manager)

    assert client.post(SECOND_STEP, {"back": "1"})["Location"] == SIGN_IN
    assert client.get(SECOND_STEP)["Location"] == SIGN_IN


def test_a_password_changed_between_the_steps_makes_the_first_one_void(world: World, now) -> None:
    owner, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(owner)
    now.shift(timedelta(minutes=1))
    thief, _answer = sign_in(world.manager)
    new = "another long pass phrase"
    changed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert owner.post("/admin/password_change/", changed)["Location"].endswith("/done/")

    thief.post(SECOND_STEP, {"code": code_of(secret)})

    assert not is_in(thief) and is_in(owner)
    assert thief.get(SECOND_STEP)["Location"] == SIGN_IN  # from the beginning


def test_the_second_step_does_not_wait_for_ever(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(client)
    client, _answer = sign_in(world.manager)
    now.shift(timedelta(minutes=16))
    client.post(SECOND_STEP, {"code": code_of(secret)})

    assert not is_in(client)


def test_removing_the_app_removes_the_second_step(world: World) -> None:
    client, _answer = sign_in(world.manager)
    set_up_app(client)
    client.post(f"{SECURITY}app/remove/")

    assert not Authenticator.objects.exists()
    assert is_in(sign_in(world.manager)[0])


def answer_to(email: str, password: str) -> tuple[int, str]:
    answer = Client().post(SIGN_IN, {"username": email, "password": password})
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return answer.status_code, page.replace(email, "someone")


def test_an_unknown_account_gets_the_same_answer_for_the_same_work(world: World, monkeypatch) -> None:
    hashed = []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(salt)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    answers, work = [], []
    inactive = world.read_only.user
    type(inactive).objects.filter(pk=inactive.pk).update(is_active=False)
    for email in (world.manager.user.email, "nobody@arc.example", inactive.email):
        for _try in range(6):  # the sixth has to wait
            hashed.clear()
            answers.append(answer_to(email, "a wrong password"))
            work.append(len(hashed))

    assert answers[:6] == answers[6:12] == answers[12:]
    assert work[:6] == work[6:12] == work[12:] == [1, 1, 1, 1, 1, 0]
    assert [status for status, _page in answers[:6]] == [200] * 5 + [429]


def test_guessing_a_password_gets_slow_and_the_right_one_waits_too(world: World, now) -> None:
    for _try in range(5):
        sign_in(world.manager, "a wrong password")
    client, answer = sign_in(world.manager)
    assert answer.status_code == 429 and "Wait 1 minute, then try again" in answer.content.decode()
    assert not is_in(client) and is_in(sign_in(world.reviewer)[0])

    now.shift(timedelta(seconds=61))
    _client, answer = sign_in(world.manager, "a wrong password")
    assert answer.status_code == 200
    _client, answer = sign_in(world.manager)
    assert "Wait 2 minutes, then try again" in answer.content.decode()

    now.shift(timedelta(seconds=121))
    assert is_in(sign_in(world.manager)[0])
    assert not WrongTries.objects.exists()


def test_the_address_that_was_guessed_is_not_kept(world: World) -> None:
    sign_in(world.manager, "a wrong password")

    assert world.manager.user.email.split("@")[0] not in str(list(WrongTries.objects.values()))


def test_guessing_a_code_gets_slow(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, codes = set_up_app(client)
    now.shift(NEXT_CODE)
    client, _answer = sign_in(world.manager)
    for _try in range(5):
        client.post(SECOND_STEP, {"code": "12345678"})
    for code in (code_of(secret), codes[0]):
        other, _answer = sign_in(world.manager)  # another browser is no way around
        refused = other.post(SECOND_STEP, {"code": code})
        assert "Too many wrong tries" in refused.content.decode() and not is_in(other)

    now.shift(timedelta(seconds=61))
    client.post(SECOND_STEP, {"code": code_of(secret)})
    assert is_in(client)


@pytest.mark.parametrize(
    "path",
    ["signup/", "password/reset/", "email/", "login/code/", "confirm-email/", "inactive/", "security/passkeys/login/"],
)
def test_pages_of_the_library_that_relo_does_not_need_are_not_there(world: World, path: str) -> None:
    assert world.administrator.client().get(f"/admin/{path}").status_code == 404
    assert Client().get(f"/accounts/{path}").status_code == 404


def test_after_signing_in_one_stays_on_this_site(world: World) -> None:
    client = Client()
    known = {"username": world.manager.user.email, "password": PASSWORD}
    assert client.post(SIGN_IN, {**known, "next": "https://evil.example/"})["Location"] == "/admin/"
    assert Client().post(SIGN_IN, {**known, "next": "/admin/cases/case/"})["Location"] == "/admin/cases/case/"
    assert client.get(f"{SIGN_IN}?next=//evil.example/")["Location"] == "/admin/"
