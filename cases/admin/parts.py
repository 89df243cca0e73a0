"""What rooms above add to the page of a case. They register here when their admin is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from cases.admin.links import Link
from cases.models import Case, ChecklistItem, PostEdition
from cases.routes.schema import Pack


@dataclass(frozen=True, slots=True)
class Section:
    """A section of its own, already rendered."""

    anchor: str
    title: str | Promise
    body: SafeString


class CasePart:
    """Everything is optional; what a part does not answer, the page of the case answers itself."""

    def item_links(
        self, request: HttpRequest, case: Case, items: Sequence[ChecklistItem], pack: Pack
    ) -> dict[str, list[Link]]:
        """Links by item code, shown before those of the checklist itself."""
        return {}

    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        return ()

    def item_cures(self, request: HttpRequest, case: Case) -> dict[str, Link]:
        """By item code: where an item that keeps a move shut is best cured."""
        return {}


PARTS: list[CasePart] = []


def register_part(part: CasePart) -> None:
    PARTS.append(part)


class EditionPart:
    """What rooms above add to the page of an edition of a post."""

    def of_edition(self, request: HttpRequest, edition: PostEdition) -> SafeString:
        """Already rendered; empty where there is nothing to show."""
        raise NotImplementedError


POST_PARTS: list[EditionPart] = []


def register_edition_part(part: EditionPart) -> None:
    POST_PARTS.append(part)
