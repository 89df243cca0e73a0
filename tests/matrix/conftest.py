"""The two agencies are filled once for all cells; each request is undone."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from cases.routes.schema import Pack
from cases.services.publishing import publish_base_version
from relo.core.actors import system_actor
from relo.core.scoping import system_scope
from tests.listening import listening
from tests.matrix.actors import ComesAs, everybody
from tests.matrix.filled_agency import Filled, fill_agency


@dataclass(frozen=True)
class Two:
    first: Filled
    second: Filled
    everybody: list[ComesAs]


@pytest.fixture(scope="session")
def two(django_db_setup: None, django_db_blocker: Any, shipped: list[Pack]) -> Iterator[Two]:
    with django_db_blocker.unblock(), transaction.atomic():
        with system_scope("base route versions belong to no agency"):
            for pack in shipped:
                publish_base_version(pack=pack, actor=system_actor("tests"))
        first, second = fill_agency("AAA"), fill_agency("BBB")
        yield Two(first, second, everybody(first, second))
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def silent_log(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Whatever is asked here, no line of the log holds a mark of anybody: whose it is does not matter."""
    with listening() as lines:
        yield lines
    DONE["lines of log"] += len(lines)
    if "two" in request.fixturenames:
        two: Two = request.getfixturevalue("two")
        assert told_in(lines, two) == []


def told_in(lines: list[str], two: Two) -> list[str]:
    marks = [mark.lower() for filled in (two.first, two.second) for mark in (filled.mark, filled.person_mark)]
    return [line for line in lines if any(mark in line.lower() for mark in marks)]


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside never was."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # what must be outermost may stand inside
    with block:
        yield
        transaction.set_rollback(True)


DONE: Counter[str] = Counter()  # how much was tried


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["matrix"] = dict(DONE)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    DONE.update(getattr(node, "workeroutput", {}).get("matrix", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if DONE:
        terminalreporter.write_line(f"matrix: {', '.join(f'{count} {what}' for what, count in sorted(DONE.items()))}")
