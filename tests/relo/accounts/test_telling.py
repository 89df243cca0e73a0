"""Whatever changes about a sign-in, its owner is told by mail, in their language, and the mail opens nothing."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from relo.accounts.models import Membership, User
from relo.accounts.security_models import TOLD, SecurityAct
from relo.accounts.telling import SENTENCES
from relo.outbox.models import OutboxMessage
from relo.outbox.relay import drain
from tests.conftest import PASSWORD, World
from tests.relo.accounts.signing_in import SECURITY, set_up_app, sign_in


def told() -> list[str]:
    """What the mails say, the newest last; each one checked for what all of them have."""
    drain("mail")
    sentences = []
    for letter in mail.outbox:
        [(content, kind)] = letter.alternatives  # type: ignore[union-attr]
        html = str(content)
        assert kind == "text/html" and "http://testserver/admin/login/" in html
        body = str(letter.body)
        assert re.findall(r"http\S+", body) == ["http://testserver/admin/login/"]
        sentence = body.split("\n")[2]
        assert sentence in html and "(Asia/Shanghai)" in body
        sentences.append(sentence)
    mail.outbox.clear()
    return sentences


def test_each_change_is_told_to_its_owner(world: World) -> None:
    client, _answer = sign_in(world.manager)
    secret, codes = set_up_app(client)
    client.post(f"{SECURITY}recovery-codes/renew/")
    client.post(f"{SECURITY}app/remove/")
    new = "another long pass phrase"
    client.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    drain("mail")
    letters = "".join(str(letter.body) + str(letter.recipients()) for letter in mail.outbox)

    assert told() == [
        "An authenticator app was set up for your account.",
        "New recovery codes were made for your account. The old ones no longer work.",
        "The authenticator app of your account was removed.",
        "Your password was changed.",
    ]
    assert letters.count(f"['{world.manager.user.email}']") == 4
    assert not any(word in letters for word in (secret, *codes, new, PASSWORD))


def test_an_administrator_who_takes_the_factors_does_not_do_so_in_silence(world: World) -> None:
    client, _answer = sign_in(world.manager)
    set_up_app(client)
    told()
    world.administrator.client().post(
        reverse("admin:accounts_membership_take_factors", args=[Membership.objects.get(user=world.manager.user).pk])
    )

    assert told() == ["An administrator removed the second factors of your account and signed you out everywhere."]


def test_the_mail_is_in_the_language_one_signed_in_in(world: World) -> None:
    client, _answer = sign_in(world.manager)
    client.cookies["relo_language"] = "zh-hans"
    client.post("/admin/logout/")
    client, _answer = sign_in(world.manager, client=client)
    set_up_app(client)
    drain("mail")

    assert User.objects.get(pk=world.manager.user.pk).language == "zh-hans"
    [letter] = mail.outbox
    assert letter.subject == "您在ARC Relocation的登录方式已更改" and "您的账户设置了验证器应用。" in str(letter.body)
    [(html, _kind)] = letter.alternatives  # type: ignore[attr-defined]
    assert 'lang="zh-Hans"' in str(html)


def test_what_is_refused_or_only_looked_at_tells_nothing(world: World) -> None:
    client, _answer = sign_in(world.manager)
    client.get(f"{SECURITY}app/add/")
    client.post(f"{SECURITY}app/add/", {"code": "000000"})
    client.post("/admin/password_change/", {"old_password": "wrong", "new_password1": "x", "new_password2": "x"})

    assert told() == [] and not OutboxMessage.objects.filter(handler="accounts.tell_member").exists()


def test_nothing_is_told_of_what_did_not_happen(world: World, monkeypatch) -> None:
    """Change, line and mail are one transaction."""
    client, _answer = sign_in(world.manager)
    monkeypatch.setattr("relo.accounts.security_log.put", lambda **_named: 1 / 0)
    client.raise_request_exception = False
    new = "another long pass phrase"
    said = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert client.post("/admin/password_change/", said).status_code == 500
    assert User.objects.get(pk=world.manager.user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("act", sorted(TOLD))
def test_there_are_words_for_whatever_is_told(act: SecurityAct) -> None:
    assert any(told_of == act for told_of, _factor in SENTENCES)
