"""The pages around the documents, in both languages: cover and contents before, checklist, names and register after."""

import hashlib
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from documents.packets.beside import beside
from documents.packets.errors import PacketFailed
from documents.packets.face import packet_fonts
from documents.packets.fonts import beyond_face, check_letters
from documents.packets.inputs import PacketInputs
from documents.packets.manifest import software_version
from documents.packets.plan import Matter, PacketPlan, Placed
from documents.packets.text import Text, day, printable

if TYPE_CHECKING:
    from django.template import Engine
    from weasyprint import CSS, Document, URLFetcher

TEMPLATES = Path(__file__).parents[2] / "templates" / "packets"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
LINK_SCHEME = "packet-part:"  # written into the contents, turned into jumps when the pages exist
PASSES = 4
BACK_SECTIONS = {
    "checklist": "清单核对表 Checklist",
    "names": "姓名一览 Names as printed",
    "register": "材料登记与封存清单 Register and manifest",
}
# Millimetres in packet.css: what the contents' rows share on a page, and what they take while names fit one line.
PAGE_HEIGHT, HEADING_HEIGHT, ROW_HEIGHT, FILE_NAME_HEIGHT = 227.1, 14.1, 13.49, 4.94


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    page: int  # of the pages after the documents


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands around the documents of a volume: a file for before them, one for after."""

    before: Path
    after: Path
    pages: Matter
    contents_page: int
    back_sections: tuple[Section, ...]


def render_front(plan: PacketPlan, folder: Path, volume: int = 1) -> FrontMatter:
    """Lay out until the number of pages is the one that the contents were counted with."""
    check_letters(_texts(plan, volume))
    paths = folder / f"before-{volume}.pdf", folder / f"after-{volume}.pdf"
    front = _guess(plan)
    for _ in range(PASSES):
        context = _context(plan, Matter(front, 1), volume)
        with beside(partial(_laid, "after.html", plan, context, paths[1])) as after:
            counted = front
            front, anchors = _laid("before.html", plan, context | {"qr": _qr(plan.label)}, paths[0])
            if front == counted:  # what stands after the documents is nowhere counted in print
                back, behind = after()
                break
    else:
        raise RuntimeError("the contents do not settle on a number of pages")
    sections = [Section(title, behind[at]) for at, title in BACK_SECTIONS.items() if at in behind]
    return FrontMatter(*paths, Matter(front, back), anchors["contents"], tuple(sections))


def _laid(template: str, plan: PacketPlan, context: dict[str, Any], target: Path) -> tuple[int, dict[str, int]]:
    """How many pages there are, and the page that each anchor stands on."""
    with loud_log():
        document = lay_out(fill(template, context, plan.inputs.route_code, plan.inputs.post_code))
        # Joining compresses it, once and with less zeal.
        document.write_pdf(target, pdf_identifier=b"relo-packet-front", uncompressed_pdf=True)
    anchors = {anchor: n for n, page in enumerate(document.pages, start=1) for anchor in page.anchors}
    return len(document.pages), anchors


def _guess(plan: PacketPlan) -> int:
    """Usually right, which saves the second layout: that is most of the time a large packet's front matter takes."""
    repeated = _repeated_requirements(plan.inputs)
    pages, left = 2, PAGE_HEIGHT - HEADING_HEIGHT
    for part in plan.parts:
        row = ROW_HEIGHT + (FILE_NAME_HEIGHT if part.document.requirement_code in repeated else 0)
        if row > left:
            pages, left = pages + 1, PAGE_HEIGHT
        left -= row
    return pages


def lay_out(html: str) -> "Document":
    import weasyprint  # loads Pango: keep it out of web start-up
    from weasyprint.urls import FatalURLFetchingError

    try:
        page = weasyprint.HTML(string=html, url_fetcher=closed_fetcher())
        return page.render(stylesheets=[_style()], font_config=packet_fonts())
    except FatalURLFetchingError as fault:
        raise _incomplete() from fault


@cache
def _style() -> "CSS":
    import weasyprint

    return weasyprint.CSS(string=(TEMPLATES / "packet.css").read_text("utf-8"), url_fetcher=closed_fetcher())


def front_html(plan: PacketPlan, matter: Matter, volume: int = 1) -> tuple[str, str]:
    """The pages before and after the documents."""
    inputs = plan.inputs
    context = _context(plan, matter, volume) | {"qr": _qr(plan.label)}
    return (
        fill("before.html", context, inputs.route_code, inputs.post_code),
        fill("after.html", context, inputs.route_code, inputs.post_code),
    )


def fill(template: str, context: dict[str, Any], route_code: str = "", post_code: str = "") -> str:
    from django.template import Context

    found = _engine(*template_folders(route_code, post_code)).get_template(template)
    # Neither localised nor zoned: both would ask Django for settings, and a build has none.
    return found.render(Context(context, use_l10n=False, use_tz=False))


@lru_cache(maxsize=8)
def _engine(*folders: Path) -> "Engine":
    from django.template import Engine

    return Engine(dirs=[str(folder) for folder in folders], autoescape=True)


def template_folders(route_code: str, post_code: str) -> list[Path]:
    """A route, and within it a post, may have templates of its own; what it has not is everybody's."""
    route, post = (code.lower() if _CODE.fullmatch(code) else "" for code in (route_code, post_code))
    own = [TEMPLATES / route / post] if route and post else []
    own += [TEMPLATES / route] if route else []
    return [*(folder for folder in own if folder.is_dir()), TEMPLATES]


def templates_digest(route_code: str, post_code: str) -> str:
    """Of all that the pages are laid out with: another one means that a packet would look different today."""
    found = hashlib.sha256()
    for folder in template_folders(route_code, post_code):
        for path in sorted(folder.glob("*.*")):
            found.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    return found.hexdigest()


def _context(plan: PacketPlan, matter: Matter, volume: int) -> dict[str, Any]:
    inputs = plan.inputs
    repeated = _repeated_requirements(inputs)
    name = printable(inputs.candidate_name)
    placed = list(plan.placed(matter.front))
    return {
        "label": plan.label_of(volume),
        "volume": str(volume),
        "volumes": str(len(plan.volumes)) if len(plan.volumes) > 1 else "",
        "software": software_version(),
        "case_reference": printable(inputs.case_reference),
        "packet_number": str(inputs.packet_number),
        "route": inputs.route_name.printable(),
        "route_edition": f"{printable(inputs.route_code)}, {printable(inputs.route_edition)}",
        "agency": printable(inputs.agency_name),
        "candidate": name,
        # One strange letter in another face looks like a mistake in the name; then the whole name takes that face.
        "candidate_face": "wide" if beyond_face(name) else "",
        "candidate_chinese": printable(inputs.candidate_chinese_name),
        "printed_on": day(inputs.printed_on),
        "planned_hand_in": day(inputs.planned_hand_in) if inputs.planned_hand_in else None,
        "documents": str(len(plan.parts)),
        "pages": str(sum(part.pages for part in plan.parts_of(volume))),
        "rows": [
            {
                "position": str(row.part.position),
                "name": row.part.document.requirement_name.printable(),
                "file_name": printable(row.part.document.file_name)
                if row.part.document.requirement_code in repeated
                else "",
                "volume": str(row.volume) if len(plan.volumes) > 1 else "",
                "pages": str(row.pages),
                "accepted_on": row.part.document.accepted_on.isoformat(),
                "link": f"{LINK_SCHEME}{row.part.position}" if row.volume == volume else "",
            }
            for row in placed
        ],
        "register": [_registered(row, volume) for row in placed],
        "checklist": _checklist(inputs, placed, volume),
        "names": [
            {
                "name": row.part.document.requirement_name.printable(),
                "position": str(row.part.position),
                "printed": printable(row.part.document.printed_name),
            }
            for row in placed
            if row.part.document.printed_name
        ],
        "left_out": [
            {
                "name": left.requirement_name.printable(),
                "file_name": printable(left.file_name),
                "reason": printable(left.reason),
            }
            for left in inputs.left_out
        ],
    }


def _registered(row: Placed, volume: int) -> dict[str, Any]:
    document = row.part.document
    return {
        "position": str(row.part.position),
        "name": document.requirement_name.printable(),
        "code": document.requirement_code,
        "file_name": printable(document.file_name),
        "version": str(document.version),
        "sha256": document.sha256,
        "count": str(row.part.pages),
        "pages": str(row.pages),
        "volume": str(row.volume) if row.volume != volume else "",
        "issued_on": document.issued_on.isoformat() if document.issued_on else "",
        "valid_until": document.valid_until.isoformat() if document.valid_until else "",
        "reviewer": printable(document.reviewer),
        "accepted_on": document.accepted_on.isoformat(),
    }


def _checklist(inputs: PacketInputs, placed: list[Placed], volume: int) -> list[dict[str, Any]]:
    evidence: dict[str, list[str]] = defaultdict(list)
    for row in placed:
        evidence[row.part.document.requirement_code].append(str(row.part.position))
    return [
        {
            "name": line.name.printable(),
            "says": line.says.printable(),
            "is_open": line.is_open,
            "exhibits": ", ".join(evidence.get(line.code, [])),
        }
        for line in inputs.checklist
    ]


def _qr(text: str) -> str:
    """An SVG in the address itself: nothing has to be fetched."""
    import segno

    address: str = segno.make_qr(text, error="m").svg_data_uri(border=0, dark="#1a1a1a")
    return address


def _repeated_requirements(inputs: PacketInputs) -> set[str]:
    counted = Counter(document.requirement_code for document in inputs.documents)
    return {code for code, count in counted.items() if count > 1}


def _texts(plan: PacketPlan, volume: int) -> list[str]:
    def leaves(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Text):
            yield value.en + value.zh
        elif isinstance(value, dict):
            for inner in value.values():
                yield from leaves(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from leaves(inner)

    return list(leaves(_context(plan, Matter(2, 1), volume)))


def closed_fetcher() -> "URLFetcher":
    """A fetcher that fetches nothing: the front matter has one style sheet, read from the package, and no pictures."""
    from weasyprint import URLFetcher
    from weasyprint.urls import FatalURLFetchingError

    class ClosedFetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            raise FatalURLFetchingError("the packet's front matter may fetch nothing")

    return ClosedFetcher(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)


@contextmanager
def loud_log() -> Iterator[None]:
    """WeasyPrint logs what it could not do and goes on; a packet with a hole in it must not exist."""
    errors: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            errors.append(record.msg if isinstance(record.msg, str) else "")

    logger = logging.getLogger("weasyprint")
    handler = Collect(level=logging.ERROR)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    if errors:
        raise _incomplete("; ".join(errors[:5]))


def _incomplete(trace: str = "") -> PacketFailed:
    return PacketFailed(
        "front_matter_incomplete",
        Text(
            "The cover or the contents could not be laid out completely. Report this to the administrator.",
            "封面或目录未能完整排版。请将此情况告知管理员。",
        ),
        trace=trace,
    )
