"""Where the values of the packs come from. A quoted line or an address counts only if it stands here."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from cases.routes.values import Code, Part, Words


class Source(Part):
    """`copy_only`: read on a re-hosted copy, to be checked again at the named body. `quotes`: words really read."""

    title: Words
    publisher: Words
    url: Words | None = None
    where: Words
    read_on: date
    kind: Literal["law", "official", "press", "agency", "private"]
    copy_only: bool = False
    quotes: tuple[Words, ...] = ()


class SourceFile(Part):
    sources: Mapping[Code, Source]


Sources = Mapping[str, Source]
