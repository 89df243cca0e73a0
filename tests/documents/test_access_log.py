"""Each handing out of bytes stands in the log before a byte leaves, and stays there."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.models import Case
from documents.models import Document, DocumentAccess, Packet
from documents.services.packets import request_packet
from relo.accounts.models import ApiToken
from relo.core import clock
from relo.core.append_only import AppendOnlyQuerySet, NeverChanged
from relo.outbox import relay
from tests.api import Program
from tests.case_steps import send
from tests.conftest import World
from tests.portal_steps import signed_in, text


@pytest.fixture
def passport(k_case: Case, in_scope: World) -> Document:
    return send(k_case, "passport", "passport-data-page.jpg", in_scope.manager.actor)


@pytest.fixture
def packet(request: pytest.FixtureRequest, in_scope: World) -> Packet:
    case = request.getfixturevalue("case_in_review")
    built = request_packet(case_id=case.pk, actor=in_scope.manager.actor)
    relay.drain("packets")
    built.refresh_from_db()
    assert built.state == "ready"
    return built


def log() -> list[tuple[str, str, str]]:
    """(who, why, what), the oldest first."""
    rows = DocumentAccess.objects.select_related("document__item", "packet").order_by("id")
    return [
        (
            f"{row.actor_kind}:{row.actor_ref}",
            row.purpose,
            row.document.item.code if row.document else f"packet {row.packet.number}",
        )
        for row in rows
    ]


def admin_url(name: str, thing: Any) -> str:
    return reverse(f"admin:documents_{thing._meta.model_name}_{name}", args=[thing.pk])


def look_url(document: Document) -> str:
    return reverse("admin:documents_document_page", args=[document.pk, 1])


def take_original(client: Client, document: Document) -> Any:
    return client.post(admin_url("content", document), {"reason": "The stamp is too faint here"})


def test_each_door_writes_down_who_was_given_a_document_and_why(in_scope: World, k_case: Case, passport: Document):
    manager, reader = in_scope.manager, in_scope.read_only
    for client, path in (
        (manager.client(), look_url(passport)),
        (reader.client(), look_url(passport)),
        (reader.client(), look_url(passport)),
        (manager.client(), admin_url("copy", passport)),
        (signed_in(k_case), f"/portal/documents/{passport.pk}/"),
        (signed_in(k_case), f"/portal/documents/{passport.pk}/thumbnail/"),
        (Program(in_scope).client, f"/api/v1/documents/{passport.pk}/content/"),
    ):
        assert client.get(path).status_code == 200
    assert take_original(manager.client(), passport).status_code == 200

    assert log() == [
        (f"staff:{manager.user.pk}", "review", "passport"),
        (f"staff:{reader.user.pk}", "view", "passport"),
        (f"staff:{manager.user.pk}", "download", "passport"),
        (f"candidate:{k_case.candidate_id}", "candidate", "passport"),
        (f"candidate:{k_case.candidate_id}", "own_look", "passport"),
        (f"service:{ApiToken.objects.get().pk}", "api", "passport"),
        (f"staff:{manager.user.pk}", "download", "passport"),
    ]


def test_a_packet_is_written_down_when_it_is_built_and_when_it_is_fetched(in_scope: World, packet: Packet):
    assert sorted(log()) == [("system:packets", "packet_build", code) for code in ("cv", "degree", "passport")]
    assert set(DocumentAccess.objects.values_list("packet", flat=True)) == {packet.pk}

    manager, program = in_scope.manager.client(), Program(in_scope)
    for name in ("content", "manifest"):
        assert manager.get(admin_url(name, packet)).status_code == 200
        assert program.get(f"packets/{packet.pk}/{name}/").status_code == 200

    assert [(why, what) for _who, why, what in log()[3:]] == [("download", "packet 1"), ("api", "packet 1")] * 2


def test_without_a_line_in_the_log_no_byte_leaves(
    in_scope: World, k_case: Case, passport: Document, packet: Packet, monkeypatch: pytest.MonkeyPatch
):
    before = log()

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(AppendOnlyQuerySet, "_insert", refuse)
    manager, program, candidate = in_scope.manager.client(), Program(in_scope).client, signed_in(k_case)
    for client, path in (
        (manager, look_url(passport)),
        (manager, admin_url("copy", passport)),
        (candidate, f"/portal/documents/{passport.pk}/thumbnail/"),
        (manager, admin_url("content", packet)),
        (manager, admin_url("manifest", packet)),
        (candidate, f"/portal/documents/{passport.pk}/"),
        (program, f"/api/v1/documents/{passport.pk}/content/"),
        (program, f"/api/v1/packets/{packet.pk}/content/"),
        (program, f"/api/v1/packets/{packet.pk}/manifest/"),
    ):
        client.raise_request_exception = False
        answer = client.get(path)
        assert (answer.status_code, answer.streaming) == (500, False), path
    answer = take_original(manager, passport)
    assert (answer.status_code, answer.streaming) == (500, False)

    assert log() == before


def test_what_is_refused_is_not_in_the_log(in_scope: World, passport: Document, other_world: World):
    foreign = Program(other_world)

    assert foreign.get(f"documents/{passport.pk}/content/").status_code == 404
    assert Client().get(admin_url("content", passport)).status_code == 302
    assert log() == []


def test_a_packet_that_is_not_built_yet_is_refused_and_not_in_the_log(in_scope: World, case_in_review: Case):
    waiting = request_packet(case_id=case_in_review.pk, actor=in_scope.manager.actor)

    for name in ("content", "manifest"):
        assert in_scope.manager.client().get(admin_url(name, waiting)).status_code == 404
        assert Program(in_scope).get(f"packets/{waiting.pk}/{name}/").json()["code"] == "packet_not_ready"
    assert log() == []


CHANGES = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "update": lambda row: DocumentAccess.objects.update(purpose="view"),
    "bulk update": lambda row: DocumentAccess.objects.bulk_update([row], ["purpose"]),
    "delete all": lambda row: DocumentAccess.objects.all().delete(),
    "update or create": lambda row: DocumentAccess.objects.update_or_create(pk=row.pk, defaults={"purpose": "view"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_line_is_never_changed_or_removed(in_scope: World, passport: Document, change: Any):
    take_original(in_scope.manager.client(), passport)
    before, row = log(), DocumentAccess.objects.get()
    row.purpose = "view"

    with pytest.raises(NeverChanged), transaction.atomic():
        change(row)

    assert log() == before


@pytest.mark.parametrize("statement", ["UPDATE {table} SET purpose = 'view'", "DELETE FROM {table}"])
def test_on_postgresql_not_even_plain_sql_changes_a_line(in_scope: World, passport: Document, statement: str):
    take_original(in_scope.manager.client(), passport)
    before = log()
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table=DocumentAccess._meta.db_table))
    else:
        assert connection.vendor == "sqlite"  # keeps no triggers

    assert log() == before


def test_staff_see_on_the_page_of_the_case_who_opened_what(in_scope: World, k_case: Case, passport: Document):
    page = reverse("admin:cases_case_change", args=[k_case.pk])
    assert "Nobody has opened a document of this case yet." in text(in_scope.manager.client().get(page))

    signed_in(k_case).get(f"/portal/documents/{passport.pk}/")
    Program(in_scope).get(f"documents/{passport.pk}/content/")
    in_scope.reviewer.client().get(look_url(passport))

    shown = text(in_scope.manager.client().get(page)).partition('id="accesses"')[2].partition("</section>")[0]
    places = [shown.index(words) for words in ("To check it · ARC reviewer", "tests (API)", "Candidate")]
    assert places == sorted(places) and "version 1" in shown
    chinese = text(in_scope.manager.client("zh-hans").get(page))
    assert "谁打开过什么" in chinese and "用于审核" in chinese


def test_who_may_not_view_documents_does_not_see_who_opened_them(in_scope: World, k_case: Case, passport: Document):
    from relo.accounts.models import Membership

    take_original(in_scope.manager.client(), passport)
    Membership.objects.filter(user=in_scope.read_only.user).update(role="rules_editor")

    page = in_scope.read_only.client().get(reverse("admin:cases_case_change", args=[k_case.pk]))

    assert page.status_code == 200 and 'id="accesses"' not in text(page)


def test_candidates_see_who_opened_their_documents_in_their_own_time(in_scope: World, k_case: Case, passport: Document):
    k_case.candidate.time_zone = "Asia/Tokyo"
    k_case.candidate.save()
    evening = (clock.now() + timedelta(days=1)).replace(hour=20, minute=30, second=0)
    with time_machine.travel(evening, tick=False):
        client = signed_in(k_case)
        assert "Nobody has opened a document of yours yet." in text(client.get("/portal/opened/"))
        assert "/portal/opened/" in text(client.get("/portal/"))
        client.get(f"/portal/documents/{passport.pk}/")
        Program(in_scope).get(f"documents/{passport.pk}/content/")
        in_scope.manager.client().get(look_url(passport))

        page = text(client.get("/portal/opened/"))
        chinese = text(signed_in(k_case, "zh-hans").get("/portal/opened/"))

    told = (
        "Your agency&#x27;s staff: looked at it to check it",
        "Another system of your agency: fetched it",
        "You: downloaded it",
    )
    places = [page.index(words) for words in told]
    assert places == sorted(places)
    next_day = evening + timedelta(days=1)
    assert f"{next_day.day} {next_day:%B %Y} 05:30 (Asia/Tokyo)" in page and "ARC manager" not in page
    assert "谁打开过我的文件" in chinese and f"{next_day.year}年{next_day.month}月{next_day.day}日" in chinese


def test_candidates_see_nothing_of_others_and_page_through_their_own(
    in_scope: World, k_case: Case, passport: Document, monkeypatch: pytest.MonkeyPatch
):
    from cases.services.opening import open_case
    from tests.conftest import anna

    nina = anna(given_names="Nina", email="nina@example.org")
    other = open_case(route_code="CN-K", candidate=nina, actor=in_scope.manager.actor)
    client, program = signed_in(k_case), Program(in_scope)
    program.get(f"documents/{passport.pk}/content/")
    client.get(f"/portal/documents/{passport.pk}/")
    monkeypatch.setattr("documents.portal.views.ACCESSES", 1)

    first = text(client.get("/portal/opened/"))
    newest, oldest = (str(row.pk) for row in DocumentAccess.objects.order_by("-id"))
    second = text(client.get(f"/portal/opened/?before={newest}"))

    assert "You:" in first and "Another system" not in first and f"?before={newest}" in first
    assert "Another system" in second and "Older entries" not in second
    assert "There is nothing older." in text(client.get(f"/portal/opened/?before={oldest}"))
    assert client.get("/portal/opened/?before=99999999999999999999999").status_code == 200
    assert "Nobody has opened" in text(signed_in(other).get("/portal/opened/"))


def test_the_api_lists_accesses_of_a_case_newest_first(in_scope: World, k_case: Case, passport: Document):
    program = Program(in_scope)
    for _time in range(3):
        program.get(f"documents/{passport.pk}/content/")

    page = program.get(f"cases/{k_case.pk}/accesses/", page_size=2).json()
    rest = program.client.get(page["next"]).json()

    ids = [row["id"] for row in page["results"] + rest["results"]]
    assert ids == sorted(ids, reverse=True) and len(ids) == 3 and rest["next"] is None
    assert {(row["document"], row["purpose"], row["actor_kind"]) for row in page["results"]} == {
        (str(passport.pk), "api", "service")
    }
