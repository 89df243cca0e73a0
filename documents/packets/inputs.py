"""What a packet is made of, fixed when it is asked for."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Self

from pydantic import TypeAdapter

from documents.packets.text import Text

IMAGE_KINDS = ("jpeg", "png")
KINDS = ("pdf", *IMAGE_KINDS)


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """One accepted document. `pages` is what intake counted, None where it did not.

    `sha256` and `size` are of the original; what is joined is its working copy, a PDF.

    `translated_under`: the requirement its translation lies under, where one is asked for. `printed_name`: the name
    of its holder as it is printed on it. `is_read`: it has words on it, as photos have not.
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
    working_size: int = 0
    issued_on: date | None = None
    expires_on: date | None = None
    valid_until: date | None = None
    translated_under: str = ""
    printed_name: str = ""
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class Unready:
    """A document of a requirement that belongs in the packet, not accepted: `says` is its state."""

    document_id: str
    requirement_name: Text
    file_name: str
    version: int
    says: Text


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An accepted document that staff keep out of the packet."""

    document_id: str
    requirement_code: str
    requirement_name: Text
    file_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """What the route asks of this case, and how it stands; `is_open`: nothing settles it yet."""

    code: str
    name: Text
    says: Text
    in_packet: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class PacketInputs:
    """Everything a packet is made of. The same inputs give the same bytes, so no clock is read after this.

    `templates`: digest of what the pages around the documents are laid out with.
    """

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
    post_code: str = ""
    unready: tuple[Unready, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    checklist: tuple[ChecklistLine, ...] = ()
    names_differ: bool | None = None
    most_pages: int | None = None
    most_bytes: int | None = None
    templates: str = ""

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


def fingerprint(inputs: PacketInputs) -> str:
    """The same for the same inputs: tells a packet that need not be built again, and one that is out of date."""
    canonical = json.dumps(inputs.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
