"""What goes into a packet, in which order, on which pages."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Self

from pydantic import TypeAdapter

from documents.packets.errors import Blocker, PacketBlocked
from documents.packets.text import Text, printable

IMAGE_KINDS = ("jpeg", "png")
KINDS = ("pdf", *IMAGE_KINDS)


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """One accepted document. `pages` is what intake counted, None where it did not.

    `sha256` is of the original; what is joined is its working copy, a PDF.
    """

    requirement_code: str
    requirement_name: Text
    document_id: str
    version: int
    file_name: str
    kind: str
    sha256: str
    size: int
    pages: int | None
    accepted_on: date
    reviewer: str
    working_sha256: str = ""  # empty in packets of before there were working copies
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class PacketInputs:
    """Everything a packet is made of. The same inputs give the same bytes, so no clock is read after this."""

    case_reference: str
    packet_number: int
    printed_on: date
    route_code: str
    route_edition: str
    route_name: Text
    agency_name: str
    candidate_name: str
    candidate_chinese_name: str
    planned_hand_in: date | None
    documents: tuple[PacketDocument, ...]

    def to_json(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, data: object) -> Self:
        inputs: Self = _adapter().validate_python(data)
        return inputs


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(PacketInputs)


@dataclass(frozen=True, slots=True)
class Part:
    """One document in its place."""

    position: int
    document: PacketDocument
    pages: int


@dataclass(frozen=True, slots=True)
class PageRange:
    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class PacketPlan:
    inputs: PacketInputs
    parts: tuple[Part, ...]

    def total(self, front_pages: int) -> int:
        return front_pages + sum(part.pages for part in self.parts)

    def ranges(self, front_pages: int) -> Iterator[tuple[Part, PageRange]]:
        """Each part with its pages, counted from the cover as page 1."""
        first = front_pages + 1
        for part in self.parts:
            yield part, PageRange(first, first + part.pages - 1)
            first += part.pages

    @property
    def label(self) -> str:
        """What tells this packet's pages from any other's."""
        return f"{printable(self.inputs.case_reference)} / {self.inputs.packet_number}"


def plan_packet(inputs: PacketInputs) -> PacketPlan:
    blockers = list(_blockers(inputs))
    if blockers:
        raise PacketBlocked(blockers)
    return PacketPlan(
        inputs=inputs,
        parts=tuple(
            Part(position=position, document=document, pages=document.pages or 1)
            for position, document in enumerate(inputs.documents, start=1)
        ),
    )


def _blockers(inputs: PacketInputs) -> Iterator[Blocker]:
    if not inputs.documents:
        yield Blocker(
            "nothing_accepted",
            None,
            Text(
                "No document of this case has been accepted yet. Accept at least one, then build the packet.",
                "该案件尚无审核通过的材料。请先审核通过至少一份材料，再生成材料册。",
            ),
        )
    seen: set[str] = set()
    for document in inputs.documents:
        name, file_name = document.requirement_name.printable(), printable(document.file_name)
        if document.document_id in seen:
            yield Blocker(
                "document_twice",
                document.document_id,
                Text(
                    f"“{file_name}” ({name.en}) is listed twice. Keep it under one requirement.",
                    f"“{file_name}”（{name.zh}）被重复列入。请只在一项要求下保留。",
                ),
            )
        seen.add(document.document_id)
        if document.kind not in KINDS and not document.working_sha256:
            yield Blocker(
                "kind_unknown",
                document.document_id,
                Text(
                    f"“{file_name}” ({name.en}) is neither a PDF nor a JPEG or PNG image. Ask for it as a PDF.",
                    f"“{file_name}”（{name.zh}）不是 PDF，也不是 JPEG 或 PNG 图片。请让对方改交 PDF。",
                ),
            )
        elif document.pages is None or document.pages < 1:
            yield Blocker(
                "pages_missing",
                document.document_id,
                Text(
                    f"The pages of “{file_name}” ({name.en}) have not been counted. Have the file checked again.",
                    f"“{file_name}”（{name.zh}）的页数尚未清点。请重新检查该文件。",
                ),
            )
        elif document.kind in IMAGE_KINDS and document.pages != 1 and not document.working_sha256:
            yield Blocker(
                "pages_wrong",
                document.document_id,
                Text(
                    f"“{file_name}” ({name.en}) is an image and is recorded with {document.pages} pages. "
                    "Have the file checked again.",
                    f"“{file_name}”（{name.zh}）是图片，却记录为 {document.pages} 页。请重新检查该文件。",
                ),
            )


def fingerprint(inputs: PacketInputs) -> str:
    """The same for the same inputs: tells a packet that need not be built again, and one that is out of date."""
    canonical = json.dumps(inputs.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
