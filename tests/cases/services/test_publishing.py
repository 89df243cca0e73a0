import re

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import packs
from cases.eligibility import findings
from cases.models import PublishedIsFrozen, RouteVersion
from cases.packs import pack_of, published_version
from cases.routes.expressions import compile_expression
from cases.routes.reading import shipped_packs
from cases.selectors import facts_of
from cases.services.publishing import EditionChanged, publish_base_version
from relo.core import clock
from relo.core.actors import system_actor
from relo.core.scoping import system_scope
from tests.days import in_days


@pytest.fixture
def everywhere(routes):
    with system_scope("base versions belong to no agency"):
        yield


def test_the_command_publishes_what_is_shipped_and_running_it_again_changes_nothing(db, capsys):
    call_command("load_routes")
    with system_scope("base versions belong to no agency"):
        before = list(RouteVersion.objects.values())
    call_command("load_routes")

    with system_scope("base versions belong to no agency"):
        assert list(RouteVersion.objects.values()) == before
    assert "published" in capsys.readouterr().out and before[0]["status"] == "published"


def test_a_broken_file_is_refused_with_file_line_and_cure_and_what_is_published_stays_in_force(
    everywhere, tmp_path, monkeypatch
):
    shipped_file = next(path for path in shipped_packs() if path.name == "cn-k.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "cn-k.yaml"
    edition = re.sub(r"^edition: .*$", "edition: 2099-01-01", shipped_file, flags=re.MULTILINE)
    broken.write_text(edition.replace("first_stage: intake", "first_stage: limbo"), encoding="utf-8")
    before = list(RouteVersion.objects.values())
    monkeypatch.setattr("cases.management.commands.load_routes.shipped_packs", lambda: [broken])

    with pytest.raises(CommandError, match=r"cn-k\.yaml:7: first_stage: There is no stage “limbo”\."):
        call_command("load_routes")

    assert list(RouteVersion.objects.values()) == before
    assert pack_of(published_version("CN-K")).edition == before[0]["edition"]


def test_an_edition_that_was_changed_under_its_old_name_is_refused(everywhere, shipped):
    changed = shipped[0].model_copy(update={"packet_from": "collect"})

    with pytest.raises(EditionChanged, match="new edition"):
        publish_base_version(pack=changed, actor=system_actor("tests"))

    assert RouteVersion.objects.get().content["packet_from"] == "review"


def test_what_an_earlier_release_published_with_fewer_fields_is_the_same_edition(db, shipped):
    pack = shipped[0].model_copy(update={"choices": (), "authentications": ()})
    with system_scope("base versions belong to no agency"):
        RouteVersion.objects.create(
            agency=None,
            code=pack.code,
            edition=pack.edition,
            status="published",
            content=pack.model_dump(mode="json", exclude={"choices", "authentications"}),
            content_sha256="0" * 64,
            published_at=clock.now(),
        )

        assert not publish_base_version(pack=pack, actor=system_actor("tests")).is_new
        assert RouteVersion.objects.get().content_sha256 == "0" * 64


def test_a_new_edition_stands_beside_the_old_one(everywhere, shipped):
    publish_base_version(pack=shipped[0].model_copy(update={"edition": "2099-01-01"}), actor=system_actor("tests"))

    assert RouteVersion.objects.count() == 2


COLUMNS = ("content = '{}'", "edition = 'x'", "published_by = 'x'", "written_by = 'x'", "based_on_id = id",
           "status = 'draft'")  # fmt: skip
STATEMENTS = [*(f"UPDATE cases_routeversion SET {column}" for column in COLUMNS), "DELETE FROM cases_routeversion"]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_on_postgresql_the_database_itself_refuses_to_change_a_published_version(everywhere, statement):
    if connection.vendor != "postgresql":
        # SQLite drops triggers when it remakes a table, so the wall stands on PostgreSQL alone.
        assert connection.vendor == "sqlite"
        return
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert RouteVersion.objects.get().content["code"] == "CN-K"


def saved(**values):
    version = RouteVersion.objects.get()
    for name, value in values.items():
        setattr(version, name, value)
    version.save()


def saved_in_bulk():
    version = RouteVersion.objects.get()
    version.content = {}
    RouteVersion.objects.bulk_update([version], ["content"])


CHANGES = {
    "content": lambda: RouteVersion.objects.update(content={}),
    "status and more": lambda: RouteVersion.objects.update(status="retired", edition="x"),
    "back to draft": lambda: RouteVersion.objects.update(status="draft"),
    "in bulk": saved_in_bulk,
    "saved": lambda: saved(edition="x"),
    "saved as a draft": lambda: saved(status="draft"),
    "deleted": lambda: RouteVersion.objects.all().delete(),
    "deleted by itself": lambda: RouteVersion.objects.get().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_on_every_database_the_model_refuses_to_change_a_published_version(everywhere, change):
    before = RouteVersion.objects.values().get()
    with pytest.raises(PublishedIsFrozen), transaction.atomic():
        change()

    assert RouteVersion.objects.values().get() == before


def test_a_published_version_may_retire(everywhere):
    RouteVersion.objects.update(status="retired")

    assert RouteVersion.objects.get().status == "retired"


@given(names=st.sets(st.sampled_from([f.name for f in RouteVersion._meta.concrete_fields if f.name != "id"])))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_choice_of_columns_changes_a_published_version(everywhere, names):
    version = RouteVersion.objects.get()
    before = RouteVersion.objects.values().get()
    if names:
        with pytest.raises(PublishedIsFrozen), transaction.atomic():
            version.save(update_fields=names)
    assert RouteVersion.objects.values().get() == before


def test_a_pack_is_parsed_and_its_conditions_are_compiled_once_a_process(k_case, django_assert_num_queries):
    facts, on = facts_of(k_case), in_days(0)
    packs._parsed.cache_clear()
    compile_expression.cache_clear()
    first = packs.pack_of(k_case.route_version)
    findings(first, facts, on)
    compiled = compile_expression.cache_info().misses

    with django_assert_num_queries(0):
        again = packs.pack_of(k_case.route_version)
    findings(again, facts, on)

    assert again is first and compile_expression.cache_info().misses == compiled > 0
