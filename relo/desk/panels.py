"""What needs attention: panels of the first page, each a function named in settings.DESK_PANELS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from relo.core.actors import Actor

ROWS = 8  # what is seen at a glance; the list behind the panel has the rest


@dataclass(frozen=True, slots=True)
class PanelRow:
    """`tone` colours the badge: wait, act, stop, done, quiet."""

    title: str
    url: str
    detail: str = ""
    badge: str = ""
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Panel:
    """`more_url`: where the whole list is. `note`: what the panel does not show."""

    title: str | Promise
    empty: str | Promise
    rows: list[PanelRow] = field(default_factory=list)
    more_url: str = ""
    more: str | Promise = ""
    note: str | Promise = ""


PanelOf = Callable[[Actor], Panel | None]


def panels_for(actor: Actor) -> Iterator[Panel]:
    """In the order of the settings; a panel that is none of this actor's business answers None."""
    for path in settings.DESK_PANELS:
        panel_of: PanelOf = import_string(path)
        panel = panel_of(actor)
        if panel is not None:
            yield panel
