"""What goes into a packet, in which order, in which volume, on which pages."""

from collections.abc import Iterator
from dataclasses import dataclass

from documents.packets.errors import PacketBlocked
from documents.packets.inputs import PacketDocument, PacketInputs
from documents.packets.preflight import stops
from documents.packets.text import printable


@dataclass(frozen=True, slots=True)
class Part:
    """One document in its place. `position` is its exhibit number, counted through all volumes."""

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
class Matter:
    """How many pages stand before and after the documents of each volume."""

    front: int
    back: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a document is found: in which volume, on which of its pages, counted from the volume's cover as page 1."""

    part: Part
    volume: int
    pages: PageRange


@dataclass(frozen=True, slots=True)
class PacketPlan:
    """`volumes`: how many parts each holds; one volume unless a limit asks for more."""

    inputs: PacketInputs
    parts: tuple[Part, ...]
    volumes: tuple[int, ...]

    def total(self, matter: Matter, volume: int = 1) -> int:
        return matter.front + sum(part.pages for part in self.parts_of(volume)) + matter.back

    def parts_of(self, volume: int) -> tuple[Part, ...]:
        before = sum(self.volumes[: volume - 1])
        return self.parts[before : before + self.volumes[volume - 1]]

    def placed(self, front_pages: int) -> Iterator[Placed]:
        """Every document of every volume; each volume has the same number of pages before them."""
        for volume in range(1, len(self.volumes) + 1):
            first = front_pages + 1
            for part in self.parts_of(volume):
                yield Placed(part, volume, PageRange(first, first + part.pages - 1))
                first += part.pages

    def ranges(self, front_pages: int, volume: int = 1) -> Iterator[tuple[Part, PageRange]]:
        """Each part of one volume with its pages."""
        for placed in self.placed(front_pages):
            if placed.volume == volume:
                yield placed.part, placed.pages

    @property
    def label(self) -> str:
        """What tells this packet's pages from any other's."""
        return f"{printable(self.inputs.case_reference)} / {self.inputs.packet_number}"

    def label_of(self, volume: int) -> str:
        return self.label if len(self.volumes) == 1 else f"{self.label} ({volume}/{len(self.volumes)})"


def plan_packet(inputs: PacketInputs) -> PacketPlan:
    blockers = list(stops(inputs))
    if blockers:
        raise PacketBlocked(blockers)
    parts = tuple(
        Part(position=position, document=document, pages=document.pages or 1)
        for position, document in enumerate(inputs.documents, start=1)
    )
    return PacketPlan(inputs, parts, (len(parts),))


def split(plan: PacketPlan, sizes: list[int], matter: Matter, matter_bytes: int) -> PacketPlan:
    """Begin a new volume before the document that would go over a limit; none is cut.

    `sizes`: bytes of each document as it goes in. A document that alone is over a limit was stopped by the preflight.
    """
    most_pages, most_bytes = plan.inputs.most_pages, plan.inputs.most_bytes
    volumes, pages, size = [0], 0, 0
    for part, part_size in zip(plan.parts, sizes, strict=True):
        is_over = (most_pages is not None and matter.front + matter.back + pages + part.pages > most_pages) or (
            most_bytes is not None and matter_bytes + size + part_size > most_bytes
        )
        if is_over and volumes[-1]:
            volumes.append(0)
            pages = size = 0
        volumes[-1] += 1
        pages, size = pages + part.pages, size + part_size
    return PacketPlan(plan.inputs, plan.parts, tuple(volumes))
