"""Rules of the house that no single test would notice being broken."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import ForeignKey
from django.utils.module_loading import import_string

from cases.history import EVENT_LABELS
from cases.models import RouteVersion
from relo.accounts.borrowed import BORROWED
from relo.accounts.models import Agency, ApiToken, User
from relo.celery import app as celery
from relo.core.checks import our_models
from relo.core.models import OwnedModel, Privacy, privacy_of, unknown_tags, untagged_fields

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for room in ("relo", "cases", "documents")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts and "samples" not in path.parts
]
# They decide or carry the scope, so they are read without one. Each has its reason beside it.
NOT_OWNED = {
    "accounts.Agency": "is the owner",
    "accounts.User": "signs in before any agency is known",
    "accounts.Membership": "tells which agency a user works for",
    "accounts.ApiToken": "tells which agency a program works for",
    "accounts.StaffSession": "tells whose a signed-in browser is, and so which agency",
    "accounts.WrongTries": "is counted before anybody is known",
    "accounts.StaffCount": "counts before anybody is known",
    "accounts.CacheEntry": "holds used codes by user, and no row of an agency",
    "documents.LooseFile": "is a file that no row names, so that nothing tells whose it is",
    "outbox.OutboxMessage": "the relay claims for every agency, then opens the scope of the row",
    "portal.PortalSession": "tells which candidate, and so which agency, a cookie stands for",
    "portal.SignInRequest": "is written before anybody is known",
    "portal.SignInCount": "counts before anybody is known",
    "portal.WithdrawnAccess": "tells that a cookie stands for nobody any more",
    "portal.SignInCode": "is looked up by its digest, before anybody is known",
}


def test_every_model_is_owned_or_on_the_short_list():
    found = {model._meta.label for model in our_models() if not issubclass(model, OwnedModel)}

    assert found == set(NOT_OWNED)


def test_every_model_of_a_library_that_knows_the_staff_is_described_field_by_field():
    """Export and erasure must not overlook what a dependency keeps about a person."""
    known = {User}
    while more := {
        m
        for m in apps.get_models()
        if m not in known and any(f.related_model in known for f in m._meta.concrete_fields)
    }:
        known |= more
    theirs = known - set(our_models())

    assert {model._meta.label: set(BORROWED[model._meta.label]) for model in theirs} == {
        model._meta.label: {field.name for field in model._meta.concrete_fields} for model in theirs
    }
    assert {model._meta.label for model in theirs} == set(BORROWED)


def test_only_route_versions_may_be_without_an_owner():
    without = [m for m in our_models() if issubclass(m, OwnedModel) and m._meta.get_field("agency").null]

    assert without == [RouteVersion]


def test_every_field_is_tagged_and_no_tag_is_left_over():
    assert untagged_fields(our_models()) == [] and unknown_tags(our_models()) == []


def test_a_field_without_a_tag_would_be_found(monkeypatch):
    from cases.models import Candidate

    monkeypatch.setattr(Candidate, "PRIVACY", {"given_names": Privacy.PERSONAL})

    assert "cases.Candidate.email" in untagged_fields([Candidate])
    assert privacy_of(Candidate)["id"] is Privacy.NONE  # inherited


def test_owned_rows_are_never_deleted_along_with_another_row():
    """PROTECT everywhere: an erasure is an act of its own, with a record."""
    cascading = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.remote_field.on_delete.__name__ == "CASCADE"
    ]

    assert cascading == [
        # Keys and codes: they open nothing once what they stand for is gone.
        "portal.SignInCode.request",
        "portal.SignInCode.candidate",
        "portal.PortalSession.candidate",
        "portal.WithdrawnAccess.candidate",
        "api.IdempotentReply.token",
        "accounts.StaffSession.user",
    ]


@pytest.mark.parametrize(("handler", "place"), settings.OUTBOX_HANDLERS.items())
def test_every_outbox_handler_resolves(handler, place):
    queue, path = place

    assert callable(import_string(path)) and queue in ("default", "mail", "files", "packets")


def test_every_subscriber_is_a_handler_of_a_kind_that_exists():
    for kind, handlers in settings.CASE_SUBSCRIBERS.items():
        assert kind in EVENT_LABELS
        assert set(handlers) <= set(settings.OUTBOX_HANDLERS)


@pytest.mark.parametrize("entry", settings.CELERY_BEAT_SCHEDULE.values(), ids=settings.CELERY_BEAT_SCHEDULE.keys())
def test_every_beat_entry_names_a_task_that_exists(entry):
    celery.loader.import_default_modules()

    assert entry["task"] in celery.tasks


def words_in_the_code() -> set[str]:
    """Every string that stands in the code, the table of labels left out."""
    return {
        node.value
        for path in SOURCES
        if path != ROOT / "cases" / "history.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_event_kind_is_labelled_and_every_label_is_used():
    """record() itself refuses a kind without a label; here, that no label outlives its kind."""
    recorded = {
        keyword.value.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
        for keyword in node.keywords
        if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant)
    }

    assert recorded <= set(EVENT_LABELS) <= words_in_the_code()


@pytest.mark.parametrize("kind", EVENT_LABELS)
def test_event_kinds_read_noun_past_participle_in_both_languages(kind):
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", kind)
    assert EVENT_LABELS[kind].en.strip() and re.search(r"[\u4e00-\u9fff]", EVENT_LABELS[kind].zh)


# Every use of the door that shows all agencies.
SYSTEM_SCOPES = {
    "cases/management/commands/load_routes.py",
    "cases/management/commands/read_bounces.py",
    "cases/management/commands/signin_link.py",
    "cases/services/gathering.py",
    "documents/management/commands/build_packet.py",
    "documents/management/commands/seed_demo.py",
    "documents/services/checking_files.py",
    "relo/accounts/entering.py",
    "relo/accounts/forgotten.py",
    "relo/core/purging.py",
    "relo/core/scoping.py",
    "relo/outbox/relay.py",
    "relo/portal/signing_in.py",
}


def test_the_door_that_shows_all_agencies_is_used_only_where_it_is_listed():
    found = {str(path.relative_to(ROOT)) for path in SOURCES if "system_scope(" in path.read_text()}

    assert found == SYSTEM_SCOPES


def test_nobody_writes_raw_sql_on_owned_tables():
    """The scope lives in querysets; a raw statement would walk past it."""
    raw = re.compile(r"\.raw\(|\.extra\(|cursor\(\)|RawSQL")
    found = {str(path.relative_to(ROOT)) for path in SOURCES if raw.search(path.read_text())}

    assert found == {
        "relo/outbox/relay.py",
        "relo/health.py",
        # Asks and tells PostgreSQL about roles; reads no row.
        "relo/core/checks.py",
        "relo/core/management/commands/migrate.py",
    }


def test_stored_bytes_are_read_only_behind_the_access_log():
    reading = re.compile(r"storage\.(chunks|open_blob)\(|import .*\b(chunks|open_blob)\b")
    readers = {str(path.relative_to(ROOT)) for path in SOURCES if reading.search(path.read_text())}
    readers -= {"relo/core/storage.py"}
    serving = re.compile(r"from documents\.serving import|import serving\b")
    doors = [path for path in SOURCES if serving.search(path.read_text())]

    # Three hand nothing out: they read files into the throw-away process and store what that has made of them, or
    # compare hashes.
    assert readers == {
        "documents/serving.py",
        "documents/services/packets.py",
        "documents/services/packet_answers.py",
        "documents/services/converting.py",
        "documents/services/checking_files.py",
    }
    assert len(doors) == 6
    for door in [*doors, ROOT / "documents" / "services" / "packets.py"]:
        assert "hand_out_" in door.read_text(), door


def test_nobody_turns_escaping_off():
    pattern = re.compile(r"mark_safe|\|\s*safe\b|autoescape off|SafeString\(")
    # A mail's plain text is no HTML, so there is nothing to escape in it.
    templates = [path for path in (ROOT / "templates").rglob("*") if path.is_file() and path.suffix != ".txt"]
    found = [str(path.relative_to(ROOT)) for path in [*SOURCES, *templates] if pattern.search(path.read_text())]

    assert found == []


def test_no_lock_file_names_a_registry():
    for path in ROOT.glob("requirements*.lock"):
        assert "http" not in path.read_text()


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_only_settings_read_the_environment():
    pattern = re.compile(r"os\.environ|os\.getenv")
    found = {str(path.relative_to(ROOT)) for path in SOURCES if pattern.search(path.read_text())}
    allowed = {
        "relo/settings/__init__.py",
        "relo/settings/base.py",
        "relo/settings/test.py",
        "relo/celery.py",
        "relo/wsgi.py",
    }

    assert {path for path in found - allowed if not path.startswith("relo/running/")} == set()


def test_every_app_is_one_of_the_rooms_of_the_house():
    ours = {config.name for config in apps.get_app_configs() if config.name.startswith(("relo", "cases", "documents"))}

    assert ours == {
        "relo.core",
        "relo.outbox",
        "relo.accounts",
        "relo.portal",
        "relo.api",
        "relo.desk",
        "cases",
        "documents",
    }


@pytest.mark.django_db
def test_a_new_installation_has_nobody_in_it():
    """No account that everybody knows, and no key: what migrations make is tables."""
    assert not User.objects.exists() and not ApiToken.objects.exists() and not Agency.objects.exists()
