"""What a member of the staff is told in the morning: sections, each a function named in settings.MORNING_SECTIONS.

A mail lies about in mailboxes, so a line holds a case's reference, days and counts, and no name of a person or paper.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import ngettext

from cases.attention import cases_in_charge_of, open_cases
from cases.models import Case
from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor

LINES = 8  # what is read in a morning; the pages behind have the rest


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it, and the cases it is about."""

    actor: Actor
    agency: Agency
    today: date

    @property
    def cases(self) -> QuerySet[Case]:
        return cases_in_charge_of(self.actor, self.agency)

    @property
    def visible_cases(self) -> QuerySet[Case]:
        return open_cases(self.actor)

    @property
    def works_on_cases(self) -> bool:
        return self.actor.may(Permission.MOVE_CASES)

    @property
    def is_administrator(self) -> bool:
        return self.actor.may(Permission.MANAGE_MEMBERS)


@dataclass(frozen=True, slots=True)
class MorningLine:
    """`path`: the page it is done on."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class MorningSection:
    """`count`: how many there are; the first of them are in `lines`, the others at `path`."""

    title: str | Promise
    count: int
    lines: list[MorningLine] = field(default_factory=list)
    path: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


SectionOf = Callable[[Reader], MorningSection | None]


def sections_for(reader: Reader) -> Iterator[MorningSection]:
    """In the order of the settings, without those that have nothing to say."""
    for name in settings.MORNING_SECTIONS:
        section_of: SectionOf = import_string(name)
        section = section_of(reader)
        if section is not None and section.count:
            yield section


def section(title: str | Promise, lines: Iterable[MorningLine], path: str = "") -> MorningSection:
    told = list(lines)
    return MorningSection(title, len(told), told[:LINES], path)


def waited(since: datetime) -> str:
    days = max((clock.now() - since) // timedelta(days=1), 0)
    return ngettext("waiting for %(count)s day", "waiting for %(count)s days", days) % {"count": days} if days else ""


def line(*parts: str, path: str) -> MorningLine:
    return MorningLine(" · ".join(part for part in parts if part), path)
