"""The difference of two editions as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.routes.comparing import differences
from cases.routes.schema import Pack
from relo.core.languages import in_language

KINDS: Mapping[str, tuple[Promise, str]] = {
    "added": (_("New"), "act"),
    "removed": (_("Gone"), "quiet"),
    "tightened": (_("Stricter"), "stop"),
    "loosened": (_("Looser"), "done"),
    "changed": (_("Changed"), "wait"),
}


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    badge: Promise
    tone: str
    text: str


def difference_lines(old: Pack, new: Pack) -> list[DifferenceLine]:
    return [DifferenceLine(*KINDS[one.kind], in_language(one.text)) for one in differences(old, new)]
