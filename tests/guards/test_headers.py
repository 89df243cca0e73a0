"""What every answer tells the browser, asked at each address of the matrix by everybody who may come."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cases.models import Case
from tests.conftest import World
from tests.guards.test_matrix import MATRIX, filled, stored
from tests.portal_steps import signed_in

__all__ = ["stored"]  # a fixture

READ = [address for address, row in MATRIX.items() if "get" in row]
UPLOADED = (
    "/admin/documents/document/<uuid:document_id>/copy/",
    "/portal/documents/<uuid:document_id>/",
    "/api/v1/documents/<uuid:document_id>/content/",
)
COMERS: dict[str, Callable[[World], Client]] = {
    "anyone": lambda world: Client(),
    "staff": lambda world: world.administrator.client(),
    "candidate": lambda world: signed_in(Case.objects.get()),
    "token": lambda world: Client(headers={"Authorization": f"Bearer {world.token}"}),
}


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def path_to(address: str, ids: dict[str, str]) -> str:
    model = address.split("/")[3] if address.startswith("/admin/") and address.count("/") > 3 else ""
    if "<int:object_id>" in address:
        return filled(address, {**ids, "object_id": "999999"})
    return filled(address, {**ids, "object_id": ids[f"{model}_id"] if f"{model}_id" in ids else ids["document_id"]})


def faults(address: str, answer: Any) -> list[str]:
    headers, policy = answer.headers, directives(answer.headers.get("Content-Security-Policy", ""))
    right = {
        "the policy lets nothing in by default": all(
            policy.get(name) == ["'none'"] for name in ("default-src", "object-src", "base-uri")
        ),
        "scripts are files of relo": set(policy.get("script-src", [])) <= {"'self'"},
        "nobody frames it": policy.get("frame-ancestors") == ["'none'"],
        "the type is not guessed": headers.get("X-Content-Type-Options") == "nosniff",
        "the type is named": bool(headers.get("Content-Type")),
        "the address is told to nobody else": headers.get("Referrer-Policy") in ("same-origin", "no-referrer"),
        "nothing is kept": "no-store" in headers.get("Cache-Control", ""),
        "no other site reads it": "Access-Control-Allow-Origin" not in headers,
    }
    return [what for what, holds in right.items() if not holds]


@pytest.mark.parametrize("who", COMERS)
def test_every_answer_carries_its_policies(in_scope: World, stored: dict[str, str], who: str):
    client = COMERS[who](in_scope)
    answers = {address: client.get(path_to(address, stored)) for address in READ}

    found = {address: faults(address, answer) for address, answer in answers.items()}
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    codes = {address: answer.status_code for address, answer in answers.items() if MATRIX[address]["who"] == who}
    assert max(codes.values()) < 500 and list(codes.values()).count(200) >= min(4, len(codes)), codes


@pytest.mark.parametrize("address", UPLOADED)
def test_what_was_uploaded_runs_nowhere(in_scope: World, stored: dict[str, str], address: str):
    answer: Any = COMERS[MATRIX[address]["who"]](in_scope).get(filled(address, stored))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert "sandbox" in directives(answer.headers["Content-Security-Policy"])
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")


@pytest.mark.parametrize("path", ["/api/v1/cases/", "/admin/", "/portal/sign-in/", "/api/v1/schema/"])
@pytest.mark.parametrize("method", ["get", "options"])
def test_no_other_site_is_let_in_by_a_header(in_scope: World, path: str, method: str):
    client = Client(headers={"Authorization": f"Bearer {in_scope.token}", "Origin": "https://evil.example"})
    answer = getattr(client, method)(path, headers={"Access-Control-Request-Method": "POST"})

    assert answer.status_code < 500
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_nothing_between_relo_and_its_tables_keeps_pages():
    assert not re.search(r"UpdateCache|FetchFromCache", str(settings.MIDDLEWARE))
    assert {cache["BACKEND"] for cache in settings.CACHES.values()} == {
        "django.core.cache.backends.db.DatabaseCache"  # holds used codes alone
    }
