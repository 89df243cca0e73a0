"""What opens a door is too long to guess, and never the same twice."""

import math
import re
import string
from datetime import timedelta

import pytest

from cases.models import Case
from relo.accounts.roles import Role, TokenScope
from relo.accounts.services import issue_token
from relo.core import clock
from tests.conftest import World
from tests.portal_steps import ask, browser, link_in, mails
from tests.relo.accounts.signing_in import set_up_app, sign_in

URL_SAFE = string.ascii_letters + string.digits + "-_"
BASE_36 = string.ascii_lowercase + string.digits
BASE_32 = string.ascii_uppercase + "234567"


def of_the_portal(world: World) -> dict[str, str]:
    client = browser()
    ask(client, "anna@example.org")
    link = link_in(mails()[-1])
    nonce = client.cookies["relo_browser"].value
    client.post(link)
    return {"link": link.split("/")[3], "browser": nonce, "portal session": client.cookies["relo_portal"].value}


def of_the_desk(world: World) -> dict[str, str]:
    client, _answer = sign_in(world.manager)
    authenticator, _codes = set_up_app(client)
    client.post("/admin/security/app/remove/")
    return {"staff session": client.cookies["relo_staff"].value, "authenticator": authenticator}


def of_a_program(world: World) -> dict[str, str]:
    _token, secret = issue_token(
        agency_id=world.agency.pk,
        name="x",
        role=Role.READ_ONLY,
        scopes=[TokenScope.READ],
        expires_at=clock.now() + timedelta(days=1),
        actor=world.administrator.actor,
    )
    return {"token": secret.removeprefix("relo_")}


ALPHABETS = {"staff session": BASE_36, "authenticator": BASE_32}


@pytest.mark.parametrize("made", [of_the_portal, of_the_desk, of_a_program])
def test_at_least_128_bits_and_never_the_same_twice(in_scope: World, k_case: Case, made):
    first, second = made(in_scope), made(in_scope)

    for name, secret in first.items():
        alphabet = ALPHABETS.get(name, URL_SAFE)
        assert re.fullmatch(f"[{re.escape(alphabet)}]+", secret), name
        assert len(secret) * math.log2(len(alphabet)) >= 128, name
        same = sum(one == other for one, other in zip(secret, second[name], strict=True))
        assert same < len(secret) / 2, name  # no common part that only looks long
