import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from documents.packets.inputs import PacketDocument, PacketInputs
from documents.packets.run import BuiltPacket, build_packet
from documents.packets.text import Text

SAMPLES = Path(__file__).parents[3] / "documents" / "samples"
A4 = (595, 842)


@dataclass
class Desk:
    """Lays accepted papers out, has the packet built, and reads it as its reader would."""

    folder: Path
    documents: list[PacketDocument] = field(default_factory=list)
    sources: dict[str, Path] = field(default_factory=dict)

    def lay(self, path: Path, en: str, zh: str, pages: int = 1, **changes: Any) -> PacketDocument:
        data = path.read_bytes()
        facts: dict[str, Any] = {
            "requirement_code": path.stem,
            "requirement_name": Text(en, zh),
            "document_id": f"document-{len(self.documents) + 1}",
            "version": 1,
            "file_name": path.name,
            "kind": {".jpg": "jpeg", ".png": "png"}.get(path.suffix, "pdf"),
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "pages": pages,
            "accepted_on": date(2026, 11, 20),
            "reviewer": "Li Wei",
        }
        document = PacketDocument(**facts | changes)
        self.documents.append(document)
        self.sources[document.document_id] = path
        return document

    def lay_sample(self, name: str, en: str, zh: str, pages: int = 1) -> PacketDocument:
        return self.lay(SAMPLES / name, en, zh, pages)

    def lay_pages(self, name: str, *texts: str, size: tuple[int, int] = A4, **page: Any) -> PacketDocument:
        path = paper(self.folder / f"{name}.pdf", *texts, size=size, **page)
        return self.lay(path, name.capitalize(), "材料", len(texts))

    def inputs(self, **changes: Any) -> PacketInputs:
        facts: dict[str, Any] = {
            "case_reference": "K-2026-000123",
            "packet_number": 2,
            "printed_on": date(2026, 11, 24),
            "route_code": "CN-K",
            "route_edition": "2026.1",
            "route_name": Text("K visa", "K字签证"),
            "agency_name": "Utopia Relocation Ltd.",
            "candidate_name": "Anna Maria ERIKSSON",
            "candidate_chinese_name": "安娜·玛丽亚·埃里克松",
            "planned_hand_in": date(2027, 1, 15),
            "documents": tuple(self.documents),
        }
        return PacketInputs(**facts | changes)

    def build(self, **changes: Any) -> BuiltPacket:
        workdir = self.folder / f"work-{len(list(self.folder.glob('work-*')))}"
        workdir.mkdir()
        return build_packet(self.inputs(**changes), self.sources, workdir)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def read() -> Callable[..., str]:
    """The words on one page, as a reader's PDF program finds them."""

    def text(packet: Path, page: int, *options: str) -> str:
        command = ["pdftotext", *options, "-f", str(page), "-l", str(page), str(packet), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return text


def paper(path: Path, *texts: str, size: tuple[int, int] = A4, **page: Any) -> Path:
    """A born-digital PDF, one page for each text; `page` sets entries of the page dictionary."""
    with pikepdf.new() as pdf:
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        resources = pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica)))
        for text in texts:
            sheet = pdf.add_blank_page(page_size=size)
            sheet.Contents = pdf.make_stream(f"BT /F1 14 Tf 40 {size[1] // 2} Td ({text}) Tj ET".encode())
            sheet.obj.Resources = resources
            for key, value in page.items():
                sheet.obj[f"/{key}"] = value
        pdf.save(path, static_id=True)
    return path
