"""Steps of a member at the sign-in, and an authenticator app that is not relo's own."""

import base64
import re
import time
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client

from tests.conftest import PASSWORD, Member

SIGN_IN = "/admin/login/"
SECOND_STEP = "/admin/login/second-step/"
SECURITY = "/admin/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


def code_of(secret: str) -> str:
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303
    return app.generate(time.time()).decode()


def sign_in(member: Member, password: str = PASSWORD, client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client(headers={"User-Agent": FIREFOX})
    return client, client.post(SIGN_IN, {"username": member.user.email, "password": password, "next": "/admin/"})


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Through the pages; the key, and the recovery codes shown afterwards."""
    page = client.get(f"{SECURITY}app/add/").content.decode()
    secret = re.search(r'id="secret">([A-Z2-7]{32})<', page)
    assert secret is not None and 'src="data:image/svg+xml;base64,' in page
    answer = client.post(f"{SECURITY}app/add/", {"code": code_of(secret[1])})
    assert answer["Location"] == f"{SECURITY}recovery-codes/", answer.content
    codes = re.findall(r"<li>(\d{8})</li>", client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    return secret[1], codes


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200
