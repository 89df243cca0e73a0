"""The world of the tests: two agencies, their people, and a case on the K route. Built with the services themselves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.test import Client

from cases.models import Case, CaseEvent
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.routes.schema import Pack
from cases.services.candidates import NewCandidate
from cases.services.opening import open_case
from cases.services.publishing import publish_base_version
from relo.accounts.models import Agency, User
from relo.accounts.roles import CANDIDATE_PERMISSIONS, Role, TokenScope
from relo.accounts.services import actor_of_user, add_member, issue_token
from relo.core import clock
from relo.core.actors import Actor, ActorKind, system_actor
from relo.core.scoping import agency_scope, system_scope
from relo.outbox import service as outbox
from relo.outbox.models import OutboxMessage
from tests.case_steps import move_to_review, send_and_accept
from tests.database import _owner_makes_the_database, django_db_setup
from tests.days import in_days
from tests.listening import listening

__all__ = ["_owner_makes_the_database", "django_db_setup"]  # fixtures: pytest finds them here

# A shared machine may stall a single example; how long one takes is no property of the code.
hypothesis.settings.register_profile("relo", deadline=None)
hypothesis.settings.load_profile("relo")

DAYS_AHEAD = float(os.environ.get("RELO_DAYS_AHEAD", "0"))
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True, scope="session")
def _clock_ahead() -> Iterator[None]:
    """RELO_DAYS_AHEAD=400.5 runs the suite on a later day and at another hour: nothing may be right only this year, or
    only while it is the same day everywhere."""
    if not DAYS_AHEAD:
        yield
        return
    with time_machine.travel(datetime.now().astimezone() + timedelta(days=DAYS_AHEAD), tick=True):
        yield


@pytest.fixture(autouse=True)
def _bell_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds the doorbell silent because the test before it found the broker gone."""
    monkeypatch.setattr(outbox, "_quiet_until", [0.0])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """In CI nothing may be skipped: a missing browser is a failure there, and a told reason at a desk."""
    if (
        os.environ.get("CI") == "true"
        and call.excinfo is not None
        and call.excinfo.errisinstance(pytest.skip.Exception)
    ):
        call.excinfo = pytest.ExceptionInfo.from_exc_info(_failed(str(call.excinfo.value)))


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """File contents make no readable name, and random ones not even the same name twice."""
    return argname if isinstance(val, bytes) else None


def _failed(reason: str) -> Any:
    try:
        pytest.fail(f"skipped in CI: {reason}")
    except pytest.fail.Exception as failure:
        return (type(failure), failure, failure.__traceback__)


@dataclass(frozen=True)
class Member:
    user: User
    actor: Actor

    def client(self, language: str = "en") -> Client:
        client = Client()
        client.force_login(self.user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client


@dataclass(frozen=True)
class World:
    """One agency with a member of each kind."""

    agency: Agency
    manager: Member
    reviewer: Member
    administrator: Member
    read_only: Member
    token: str

    def scope(self) -> Any:
        return agency_scope(self.agency.pk)


def make_world(code: str) -> World:
    agency = Agency.objects.create(
        name=f"{code} Relocation",
        code=code,
        contact_email=f"desk@{code.lower()}.example",
        requires_second_factor=False,
        # A test is to mean the same at any hour; those about quiet hours choose them.
        mail_from_hour=0,
        mail_until_hour=24,
    )
    people = {}
    for name, role in (
        ("manager", Role.CASE_MANAGER),
        ("reviewer", Role.REVIEWER),
        ("administrator", Role.ADMINISTRATOR),
        ("read_only", Role.READ_ONLY),
    ):
        membership = add_member(
            agency_id=agency.pk,
            email=f"{name}@{code.lower()}.example",
            full_name=f"{code} {name}",
            role=role,
            password=PASSWORD,
            actor=system_actor("tests"),
        )
        actor = actor_of_user(membership.user)
        assert actor is not None
        people[name] = Member(membership.user, actor)
    _token, secret = issue_token(
        agency_id=agency.pk,
        name="tests",
        role=Role.CASE_MANAGER,
        scopes=[TokenScope.READ, TokenScope.WRITE, TokenScope.REVIEW, TokenScope.FILES],
        expires_at=clock.now() + timedelta(days=30),
        actor=system_actor("tests"),
    )
    return World(agency=agency, token=secret, **people)


@pytest.fixture(scope="session")
def shipped() -> list[Pack]:
    """The packs in the tree, read and checked once: that takes a second."""
    sources = shipped_sources()
    return [read_pack(path, sources) for path in shipped_packs()]


@pytest.fixture
def routes(db: None, shipped: list[Pack]) -> None:
    with system_scope("base route versions belong to no agency"):
        for pack in shipped:
            publish_base_version(pack=pack, actor=system_actor("tests"))


@pytest.fixture
def world(routes: None) -> World:
    return make_world("ARC")


@pytest.fixture
def other_world(routes: None) -> World:
    return make_world("BEL")


@pytest.fixture
def agency(world: World) -> Agency:
    return world.agency


@pytest.fixture
def staff(world: World) -> Actor:
    """A case manager."""
    return world.manager.actor


@pytest.fixture
def second_person(world: World) -> Actor:
    """A reviewer: somebody else than `staff`."""
    return world.reviewer.actor


@pytest.fixture
def in_scope(world: World) -> Iterator[World]:
    with world.scope():
        yield world


def anna(**changes: Any) -> NewCandidate:
    """A master of science of Utopia, 28, living at home: everything the K route asks about a person is known."""
    today = in_days(0)
    known: dict[str, Any] = {
        "given_names": "Anna Maria",
        "family_name": "Eriksson",
        "email": "anna@example.org",
        "date_of_birth": date(1998, 8, 12),
        "nationalities": ("UTO",),
        "residence_country": "UTO",
        "passport_number": "L898902C3",
        "facts": {
            "ex_chinese": False,
            "chinese_parent_at_birth": False,
            "names_differ": False,
            "has_offer": False,
            "work_route_planned": False,
            "passport": {
                "issued_on": str(today - timedelta(days=1000)),
                "expires_on": str(today + timedelta(days=2000)),
                "blank_pages": 20,
                "authority": "Passport Office of Utopia",
            },
            "degrees": [
                {
                    "level": 3,
                    "field_isced": "0613",
                    "institution": "Utopia Institute of Technology",
                    "institution_country": "UTO",
                    "institution_tier": "unclear",
                    "conferred_on": "2022-06-30",
                    "language": "en",
                }
            ],
            "work": [],
            "research": {"papers": 0, "patents": 0},
        },
    }
    return NewCandidate(**{**known, **changes})


@pytest.fixture
def k_case(in_scope: World) -> Case:
    """A case just opened for Anna."""
    return open_case(route_code="CN-K", candidate=anna(), actor=in_scope.manager.actor)


@pytest.fixture
def candidate(k_case: Case) -> Actor:
    """Anna herself, at the portal."""
    return Actor(ActorKind.CANDIDATE, str(k_case.candidate_id), k_case.agency_id, frozenset(CANDIDATE_PERMISSIONS))


@pytest.fixture
def in_review(k_case: Case, staff: Actor) -> Case:
    """Nothing sent in, everything waived, and brought to the second check."""
    move_to_review(k_case, staff)
    return k_case


@pytest.fixture
def case_in_review(k_case: Case, staff: Actor, second_person: Actor) -> Case:
    """With three accepted papers, brought to the second check."""
    send_and_accept(k_case, staff, second_person)
    move_to_review(k_case, staff)
    return k_case


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Every line of the log while the test runs."""
    with listening() as lines:
        yield lines


@contextmanager
def everywhere() -> Iterator[None]:
    with system_scope("tests look at every agency"):
        yield


def timeline(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("id").values_list("kind", flat=True))


def waiting() -> list[str]:
    """Handlers that wait in the outbox."""
    return list(
        OutboxMessage.objects.filter(done_at=None, dead_at=None).order_by("id").values_list("handler", flat=True)
    )
