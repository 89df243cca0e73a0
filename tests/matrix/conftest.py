"""The two agencies are filled once for all cells; each request is undone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from cases.routes.schema import Pack
from cases.services.publishing import publish_base_version
from relo.core.actors import system_actor
from relo.core.scoping import system_scope
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
