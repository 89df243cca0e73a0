"""A refusal is told in the log with the route, the method and the id of whoever came; and nobody writes lines there."""

import json
import logging
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case
from relo.accounts.models import ApiToken
from tests.api import Program
from tests.conftest import World
from tests.listening import Listener
from tests.portal_steps import signed_in


def told(heard: list[str]) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, heard) if line.get("logger") == "django.request"]


def test_who_was_refused_what_is_told_by_id(in_scope: World, k_case: Case, other_world: World, heard: list[str]):
    reader, stranger = in_scope.read_only, other_world.administrator
    move = reverse("admin:cases_case_move", args=[k_case.pk])
    page = reverse("admin:cases_case_change", args=[k_case.pk])
    token = ApiToken.objects.get(agency_id=other_world.agency.pk)
    candidate = signed_in(k_case)
    heard.clear()
    answers = [
        reader.client().post(move, {"move": "withdraw"}),
        stranger.client().get(page),
        Program(other_world).get(f"cases/{k_case.pk}/"),
        Program(in_scope).post(f"cases/{k_case.pk}/eligibility/K-AGE/decide/", {"go_ahead": "?"}),
        Program(None, "relo_made-up").get("cases/"),
        candidate.get(f"/portal/documents/{other_world.agency.pk}/"),
    ]
    assert [answer.status_code for answer in answers] == [403, 404, 404, 400, 401, 404]

    lines = told(heard)
    assert [line["level"] for line in lines] == ["warning"] * 6
    assert [(line["method"], line.get("actor"), line.get("agency")) for line in lines] == [
        ("POST", f"staff:{reader.user.pk}", str(in_scope.agency.pk)),
        ("GET", f"staff:{stranger.user.pk}", str(other_world.agency.pk)),
        ("GET", f"service:{token.pk}", str(other_world.agency.pk)),
        ("POST", f"service:{ApiToken.objects.get(agency_id=in_scope.agency.pk).pk}", str(in_scope.agency.pk)),
        ("GET", None, None),
        ("GET", f"candidate:{k_case.candidate_id}", str(in_scope.agency.pk)),
    ]
    assert "/admin/cases/case/<uuid:case_id>/move/" in lines[0]["event"] and str(k_case.pk) not in str(lines)
    assert all(line["timestamp"] == "" for line in lines)  # emptied by the listener; there is one


HOSTILE = 'x\n{"event": "rows.purged", "level": "info"}\r\u2028\x1b[2J\x00"'


@pytest.mark.parametrize("where", ["event", "extra"])
def test_nobody_writes_lines_of_their_own(where: str):
    extra = {"file": HOSTILE} if where == "extra" else {}
    record = logging.getLogger("relo.tests").makeRecord(
        "relo.tests", logging.WARNING, "x.py", 1, HOSTILE if where == "event" else "event", (), None, extra=extra
    )

    line = Listener().format(record)

    assert not any(mark in line for mark in ("\n", "\r", "\u2028", "\x1b", "\x00"))
    assert json.loads(line)["event" if where == "event" else "file"] == HOSTILE
    assert json.loads(line)["level"] == "warning"
