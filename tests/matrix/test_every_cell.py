"""Each address × method × whoever comes: the code of the matrix, no word of others, and no trace of a refusal."""

import json
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from relo.accounts.models import ApiToken
from relo.accounts.roles import Permission
from relo.accounts.services import actor_of_token, actor_of_user
from relo.core.checks import our_models
from relo.core.models import OwnedModel
from tests.api import BODIES
from tests.matrix.actors import ComesAs
from tests.matrix.conftest import DONE, Two, undone
from tests.matrix.expected import MATRIX, METHODS, PERMITTED, SAFE, expected, is_sign_in, names_a_row
from tests.matrix.filled_agency import Filled, missing_ids
from tests.matrix.marks import shown

pytestmark = pytest.mark.django_db  # or no test database is made at all
OWNED = [model._meta.db_table for model in our_models() if issubclass(model, OwnedModel)]
WRITES = re.compile(rf'(INSERT INTO|UPDATE|DELETE FROM) "({"|".join(OWNED)})"')
# In these a mark is read as it stands; a packet's PDF is opened in test_what_goes_out.py. An export would be new here.
READABLE = {
    "", "application/json", "application/pdf", "application/problem+json", "application/vnd.oai.openapi",
    "application/yaml", "image/jpeg", "text/html", "text/javascript",
}  # fmt: skip
ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|99999999|s\d+_x\d+|\b\d+\b")


def addresses(patterns: Any, prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)


ADDRESSES = sorted(set(addresses(get_resolver().url_patterns)))


def path_of(address: str, ids: dict[str, str]) -> str:
    if "(?P<url>" in address:
        return "/admin/no-such-page/"
    model = address.split("/")[3] if address.startswith("/admin/") and address.count("/") > 3 else ""
    values = {**ids, "object_id": ids.get(model, "")}
    if address.startswith("/api/v1/routes/"):
        values["code"] = "CN-K"
    if address.startswith("/admin/security/"):
        values["session_id"] = values["staff_session"]
    if "/findings/" in address:
        values["code"] = values["rule"]
    return re.sub(r"<\w+:(\w+)>", lambda match: values[match.group(1)], address)


def permissions_of(who: ComesAs, filled: Filled) -> frozenset[str]:
    if who.kind == "staff":
        actor = actor_of_user(filled.members[who.role].user)
    elif who.kind == "token":
        actor = actor_of_token(ApiToken.objects.get(name=f"{filled.mark} {who.role}"))
    else:
        return frozenset(Permission)
    return actor.permissions if actor else frozenset()


def ask(client: Client, method: str, path: str, address: str) -> tuple[int, str, str, list[str]]:
    """Code, whole text, Location and statements of one request, which is undone."""
    cookies = client.cookies.output()
    client.raise_request_exception = False
    with undone(), CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(path, **({} if method in SAFE else body_for(address)))
        whole = b"".join(response.streaming_content) if response.streaming else response.content
        if response.status_code >= 500:
            whole += repr(getattr(response, "exc_info", "")).encode()
    if client.cookies.output() != cookies:  # as undone as the rest
        client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", ""))
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    assert kind in READABLE, f"{path} answers in {kind}: let a test read the marks in it, and name it here"
    text = whole.decode("latin-1") + repr(sorted(response.headers.items())) + repr(response.cookies)
    return response.status_code, text, response.headers.get("Location", ""), [row["sql"] for row in queries]


def body_for(address: str) -> dict[str, Any]:
    if address.endswith("/documents/"):
        return {"data": {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}}
    if address.startswith("/api/"):
        return {"data": json.dumps(BODIES.get(address, {})), "content_type": "application/json"}
    return {"data": "", "content_type": "application/x-www-form-urlencoded"}


def test_the_matrix_lists_every_address():
    assert set(ADDRESSES) == set(MATRIX)


@pytest.mark.parametrize("address", ADDRESSES)
def test_cells(two: Two, address: str):
    path = path_of(address, two.first.ids())
    wrong = []
    for who in two.everybody:
        may = permissions_of(who, two.first if who.is_of_first else two.second) if who.is_good else frozenset()
        for method in METHODS:
            code, text, location, statements = ask(who.client, method, path, address)
            DONE["cells"] += 1
            right = expected(address, method, who, may)
            is_refused = code in (401, 403, 404, 405) or (code in (302, 303) and is_sign_in(location))
            fits = code in right or (
                PERMITTED in right
                and code < 500
                and (not is_refused or MATRIX[address]["who"] == "anyone" or code in (302, 303))
            )
            if not fits:
                wrong.append(f"{method} as {who.name}: {code} {location}, not {right}")
            wrong += [f"{method} {line}" for line in shown(text, who, two)]
            if PERMITTED not in right or method in SAFE:
                wrong += [
                    f"{method} as {who.name}: {sql[:80]}"
                    for sql in statements
                    if WRITES.match(sql) and "documentaccess" not in sql
                ]

    assert not wrong, "\n".join(wrong)


ELSEWHERE = ("a candidate elsewhere", "another candidate", "an administrator elsewhere", "a token elsewhere")


@pytest.mark.parametrize("address", [address for address in ADDRESSES if names_a_row(address)])
def test_what_is_not_theirs_answers_like_what_is_not_there(two: Two, address: str):
    """The same code, the same text, and the same work: the statements differ in nothing but the ids."""
    present = two.first.ids()
    there, nowhere = path_of(address, present), path_of(address, missing_ids(present))
    row = MATRIX[address]
    for who in two.everybody:
        if who.name not in ELSEWHERE or who.kind != row["who"]:
            continue
        for method in (name for name in ("get", "post", "patch") if name in row):
            answers = [ask(who.client, method, path, address) for path in (there, nowhere)]
            DONE["twins"] += 1
            for answer in answers:
                assert answer[0] == 404, (method, who.name, answer[0])
            texts, works = (
                [ID.sub("#", answer[1]) for answer in answers],
                [[ID.sub("#", sql) for sql in answer[3]] for answer in answers],
            )
            assert texts[0] == texts[1] and works[0] == works[1], (method, who.name)
