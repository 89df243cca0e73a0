"""Every way around the scope that somebody might try, or take by accident."""

import threading

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import FieldError
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Subquery, Value
from django.template import Context, Template

from cases.models import Candidate, Case, CaseEvent, PublishedIsFrozen, ReferenceCounter, RouteVersion
from cases.services.opening import open_case
from relo.accounts.models import Agency, User
from relo.core.checks import our_models
from relo.core.models import OwnedModel
from relo.core.scoping import ForeignRow, OwnedQuerySet, ScopeMissing
from tests.conftest import anna, everywhere


@pytest.fixture
def cases(world, other_world) -> tuple[Case, Case]:
    """Ours and theirs: each agency has one open case."""
    opened = []
    for each in (world, other_world):
        with each.scope():
            opened.append(open_case(route_code="CN-K", candidate=anna(), actor=each.manager.actor))
    return opened[0], opened[1]


def case_of_the_agency():
    return Case.objects.filter(agency=OuterRef("pk"))


HIDDEN_IN_ANOTHER_QUERY = {
    "exists": lambda: User.objects.filter(Exists(Case.objects.all())),
    "exists with outer ref": lambda: Agency.objects.filter(Exists(case_of_the_agency())),
    "not exists": lambda: Agency.objects.filter(~Exists(case_of_the_agency())),
    "subquery": lambda: User.objects.annotate(read=Subquery(Candidate.objects.values("email")[:1])),
    "order": lambda: Agency.objects.order_by(Subquery(case_of_the_agency().values("reference")[:1])),
    "in": lambda: Agency.objects.filter(pk__in=Case.objects.values("agency")),
    "union": lambda: User.objects.values_list("email").union(Candidate.objects.values_list("email")),
}


@pytest.mark.parametrize("build", HIDDEN_IN_ANOTHER_QUERY.values(), ids=HIDDEN_IN_ANOTHER_QUERY.keys())
def test_without_a_scope_an_owned_table_is_not_read_from_inside_an_unowned_query(cases, build):
    with pytest.raises(ScopeMissing):
        list(build())


def test_inside_an_unowned_query_only_rows_of_the_agency_in_scope_count(world, other_world, cases):
    ours, theirs = cases
    with world.scope():
        assert list(Agency.objects.filter(Exists(case_of_the_agency()))) == [world.agency]
        read = Agency.objects.annotate(read=Subquery(case_of_the_agency().values("reference")[:1]))
        assert dict(read.values_list("code", "read")) == {
            world.agency.code: ours.reference,
            other_world.agency.code: None,
        }
        assert not User.objects.filter(Exists(Case.objects.filter(pk=theirs.pk))).exists()


def test_inside_an_owned_query_only_rows_of_the_agency_in_scope_count(world, cases):
    ours, theirs = cases
    with everywhere():
        built_outside = Candidate.objects.filter(cases__in=Case.objects.all())
    with world.scope():
        newest = Subquery(Case.objects.order_by("-reference").values("reference")[:1])
        assert list(Candidate.objects.annotate(read=newest).values_list("read", flat=True)) == [ours.reference]
        assert not Candidate.objects.filter(Exists(Case.objects.filter(pk=theirs.pk))).exists()
        assert Candidate.objects.filter(Exists(Case.objects.filter(candidate=OuterRef("pk")))).count() == 1
        assert built_outside.count() == 1


def test_a_value_written_from_a_subquery_comes_from_the_agency_in_scope(world, cases):
    ours, theirs = cases
    with world.scope():
        Candidate.objects.update(chinese_name=Subquery(Case.objects.order_by("-reference").values("reference")[:1]))
        assert Candidate.objects.get().chinese_name == ours.reference
    with everywhere():
        assert Candidate.objects.get(pk=theirs.candidate_id).chinese_name == ""


def test_a_queryset_that_was_read_before_it_is_joined_with_another_stays_narrow(world, cases):
    with world.scope():
        nothing, everything = Case.objects.filter(stage="arrived"), Case.objects.all()
        assert not nothing.exists() and len(everything) == 1

        assert list(nothing | Case.objects.filter(stage="intake")) == [cases[0]]
        assert list(everything & Case.objects.all()) == [cases[0]]
        assert list(everything.union(Case.objects.all())) == [cases[0]]
        assert list(Case.objects.union(Case.objects.filter(stage="intake"), all=True)) == [cases[0], cases[0]]


def test_an_annotation_that_calls_itself_agency_does_not_widen_the_scope(world, other_world, cases):
    with world.scope():
        for agency_id in (world.agency.pk, other_world.agency.pk):
            rows = Case.objects.values("reference").annotate(agency_id=Value(agency_id))
            assert list(rows.values_list("reference", flat=True)) == [cases[0].reference]


def test_from_a_base_route_no_join_leads_to_the_cases_of_an_agency(world, cases):
    """A joined table is not narrowed, and all agencies' cases hang on the same route."""
    assert [relation.name for relation in RouteVersion._meta.related_objects if not relation.hidden] == []
    with world.scope(), pytest.raises(FieldError):
        list(RouteVersion.objects.values_list("case__reference"))


def test_relations_of_an_own_row_bring_rows_of_the_agency_in_scope(world, other_world, cases):
    with world.scope():
        [anna_of_ours] = Candidate.objects.prefetch_related("cases")
        assert list(anna_of_ours.cases.all()) == [cases[0]] and anna_of_ours.cases.count() == 1
    with other_world.scope():
        assert list(anna_of_ours.cases.order_by("pk")) == []  # asked again, it answers for the new scope


@pytest.mark.parametrize("with_scope", [True, False])
def test_raw_sql_is_refused_with_and_without_a_scope(world, cases, with_scope):
    statement = "select * from cases_case"
    if not with_scope:
        with pytest.raises(ScopeMissing):
            list(Case.objects.raw(statement))
        return
    with world.scope(), pytest.raises(ScopeMissing):
        list(Case.objects.raw(statement))


async def read_one_by_one() -> list[Case]:
    return [case async for case in Case.objects.aiterator()]


@pytest.mark.django_db(transaction=True)
def test_reading_asynchronously_goes_through_the_scope(world, cases):
    with world.scope():
        assert async_to_sync(read_one_by_one)() == [cases[0]]
    with pytest.raises(ScopeMissing):
        async_to_sync(read_one_by_one)()


def test_an_iterator_that_is_carried_out_of_its_scope_shows_nothing(world, cases):
    with world.scope():
        carried = Case.objects.iterator()

    with pytest.raises(ScopeMissing):
        list(carried)


def test_a_new_thread_starts_without_a_scope(world, cases):
    refused = []

    def count() -> None:
        try:
            Case.objects.count()
        except ScopeMissing as missing:
            refused.append(missing)

    with world.scope():
        thread = threading.Thread(target=count)
        thread.start()
        thread.join()

    assert len(refused) == 1


def test_a_row_of_another_agency_in_the_hand_cannot_be_deleted(world, cases):
    with everywhere():
        theirs = CaseEvent.objects.get(case=cases[1])
    with world.scope():
        with pytest.raises(ForeignRow):
            theirs.delete()
        with pytest.raises(ForeignRow):
            CaseEvent(pk=theirs.pk).delete()  # made up from its key alone
    with pytest.raises(ScopeMissing):
        theirs.delete()

    with everywhere():
        assert CaseEvent.objects.filter(pk=theirs.pk).exists()


def test_an_own_row_in_the_hand_can_be_deleted(world, cases):
    with world.scope():
        CaseEvent.objects.get(case=cases[0]).delete()

        assert not CaseEvent.objects.exists()
    with everywhere():
        assert CaseEvent.objects.count() == 1


def test_an_upsert_does_not_write_into_a_row_of_another_agency(world, cases):
    theirs = cases[1].candidate_id
    with world.scope(), pytest.raises(ForeignRow), transaction.atomic():
        Candidate.objects.bulk_create(
            [Candidate(pk=theirs, given_names="Mallory", email="mallory@example.org")],
            update_conflicts=True,
            update_fields=["given_names"],
            unique_fields=["id"],
        )

    with everywhere():
        assert Candidate.objects.get(pk=theirs).given_names == "Anna Maria"


@pytest.mark.parametrize("update_fields", [["agency"], None])
def test_saving_does_not_hand_a_row_to_another_agency(world, other_world, cases, update_fields):
    with world.scope():
        counter = ReferenceCounter.objects.get()
        counter.agency_id = other_world.agency.pk
        with pytest.raises(ForeignRow), transaction.atomic():
            counter.save(update_fields=update_fields)

        assert ReferenceCounter.objects.get().agency_id == world.agency.pk


def retire(route: RouteVersion, **save) -> None:
    route.status = "retired"
    route.save(**save)


BASE_ROUTE_WRITES = {
    "delete": lambda route: route.delete(),
    "save": retire,
    "save of one field": lambda route: retire(route, update_fields=["status"]),
}


@pytest.mark.parametrize("write", BASE_ROUTE_WRITES.values(), ids=BASE_ROUTE_WRITES.keys())
def test_a_base_route_in_the_hand_cannot_be_changed_by_an_agency(world, other_world, write):
    with world.scope():
        base = RouteVersion.objects.get()
        with pytest.raises((ForeignRow, DatabaseError, PublishedIsFrozen)), transaction.atomic():
            write(base)

    with other_world.scope():
        assert RouteVersion.objects.get().status == "published"


def test_a_base_route_is_read_by_every_agency_and_written_by_no_query_of_theirs(world, other_world):
    with world.scope():
        assert RouteVersion.objects.update(status="retired") == 0
        with pytest.raises(PublishedIsFrozen), transaction.atomic():
            RouteVersion.objects.bulk_update([RouteVersion(pk=RouteVersion.objects.get().pk)], ["status"])
        with pytest.raises(PublishedIsFrozen):
            RouteVersion.objects.all().delete()

    with other_world.scope():
        assert RouteVersion.objects.get().status == "published"


def test_an_agency_cannot_turn_its_own_edition_into_a_base_route(world, other_world):
    with world.scope():
        own = RouteVersion.objects.create(code="CN-K", edition="own", content={}, content_sha256="0")
        own.agency_id = None
        with pytest.raises(ForeignRow), transaction.atomic():
            own.save()
        with pytest.raises(ForeignRow):
            RouteVersion.objects.filter(edition="own").update(agency=None)

    with other_world.scope():
        assert not RouteVersion.objects.filter(edition="own").exists()


def test_a_template_can_neither_delete_nor_update(world, cases):
    with world.scope():
        page = Template("{{ rows.delete }}{{ rows.update }}{{ row.delete }}")
        page.render(Context({"rows": CaseEvent.objects.all(), "row": CaseEvent.objects.get()}))

        assert CaseEvent.objects.count() == 1


@pytest.mark.parametrize("model", [m for m in our_models() if issubclass(m, OwnedModel)], ids=lambda m: m._meta.label)
def test_every_manager_of_an_owned_model_is_scoped_and_cannot_empty_the_table(model):
    for manager in (model._default_manager, model._base_manager):
        assert isinstance(manager.all(), OwnedQuerySet) and not hasattr(manager, "delete")
