import uuid

import pytest
from django.db import transaction
from django.db.models import Count

from cases.models import Candidate, Case, RouteVersion
from cases.services.candidates import create_candidate
from relo.core.scoping import ForeignRow, ScopeMissing, agency_scope, system_scope
from tests.conftest import World, anna
from tests.days import in_days

READS = {
    "iterate": lambda qs: list(qs),
    "iterator": lambda qs: list(qs.iterator()),
    "count": lambda qs: qs.count(),
    "exists": lambda qs: qs.exists(),
    "first": lambda qs: qs.first(),
    "last": lambda qs: qs.order_by("pk").last(),
    "get": lambda qs: qs.get(pk=uuid.uuid4()),
    "aggregate": lambda qs: qs.aggregate(n=Count("pk")),
    "in_bulk": lambda qs: qs.in_bulk([uuid.uuid4()]),
    "values": lambda qs: list(qs.values("pk")),
    "slice": lambda qs: list(qs[:3]),
    "dates": lambda qs: list(qs.datetimes("created_at", "day")),
    "explain": lambda qs: qs.explain(),
    "contains": lambda qs: qs.contains(Candidate(pk=uuid.uuid4())),
    "update": lambda qs: qs.update(chinese_name="x"),
    "delete": lambda qs: qs.delete(),
    "raw_delete": lambda qs: qs._raw_delete("default"),
    "bulk_update": lambda qs: qs.bulk_update([Candidate(pk=uuid.uuid4())], ["chinese_name"]),
    "bulk_create": lambda qs: qs.bulk_create([Candidate(given_names="x", email="x@example.org")]),
    "create": lambda qs: qs.create(given_names="x", email="x@example.org"),
    "subquery": lambda qs: list(RouteVersion.objects.filter(pk__in=qs.values("pk"))),
}


@pytest.mark.django_db
@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_a_query_without_a_scope_raises_when_it_runs(act):
    queryset = Candidate.objects.filter(given_names="Anna")  # building it is free

    with pytest.raises(ScopeMissing):
        act(queryset)


@pytest.fixture
def one_candidate_each(world: World, other_world: World):
    candidates = []
    for each in (world, other_world):
        with each.scope():
            candidates.append(create_candidate(anna(), actor=each.manager.actor, today=in_days(0)))
    return candidates


def test_only_the_rows_of_the_agency_in_scope_are_seen(world, other_world, one_candidate_each):
    ours, theirs = one_candidate_each
    with world.scope():
        assert list(Candidate.objects.all()) == [ours]
        assert list(Candidate.objects.all()[:5]) == [ours]
        assert Candidate.objects.count() == 1
        assert not Candidate.objects.filter(pk=theirs.pk).exists()
        assert Candidate.objects.filter(pk=theirs.pk).first() is None
        assert Candidate.objects.filter(pk__in=Candidate.objects.values("pk")).count() == 1
    with system_scope("this test looks at both"):
        assert Candidate.objects.count() == 2


def test_another_agencys_row_can_be_neither_changed_nor_deleted_nor_taken_over(world, other_world, one_candidate_each):
    ours, theirs = one_candidate_each
    with world.scope():
        assert Candidate.objects.filter(pk=theirs.pk).update(chinese_name="x") == 0
        assert Candidate.objects.filter(pk=theirs.pk).delete()[0] == 0
        with pytest.raises(ForeignRow), transaction.atomic():
            theirs.save()
        with pytest.raises(ForeignRow):
            Candidate.objects.filter(pk=ours.pk).update(agency=other_world.agency)
        with pytest.raises(ForeignRow), transaction.atomic():
            Candidate.objects.bulk_create(
                [Candidate(agency=other_world.agency, given_names="x", email="x@example.org")]
            )
        with pytest.raises(ForeignRow), transaction.atomic():
            Candidate.objects.create(agency=other_world.agency, given_names="x", email="x@example.org")
    with system_scope("this test looks at both"):
        theirs.refresh_from_db()
        assert theirs.chinese_name == "" and Candidate.objects.count() == 2


def test_a_new_row_gets_the_agency_in_scope(in_scope):
    assert Candidate.objects.create(given_names="Bo", email="bo@example.org").agency_id == in_scope.agency.pk


def test_rows_read_in_one_scope_are_not_shown_in_another(world, other_world, one_candidate_each):
    ours, theirs = one_candidate_each
    queryset = Candidate.objects.all()
    with world.scope():
        assert list(queryset) == [ours]
        with agency_scope(other_world.agency.pk):
            with pytest.raises(ScopeMissing):
                list(queryset)
            assert list(queryset.all()) == [theirs]  # asked again, it answers for the new scope


def test_following_a_foreign_key_stays_inside_the_scope(other_world, k_case):
    stored = Case.objects.get(pk=k_case.pk)
    with agency_scope(other_world.agency.pk), pytest.raises(Candidate.DoesNotExist):
        _ = stored.candidate


def test_base_route_versions_belong_to_everyone_and_agency_editions_to_their_agency(world, other_world):
    with world.scope():
        base = RouteVersion.objects.get()
        RouteVersion.objects.create(agency=world.agency, code="CN-K", edition="own", content={}, content_sha256="0")
    with other_world.scope():
        assert list(RouteVersion.objects.all()) == [base]
