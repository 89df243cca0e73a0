"""The front matter: cover and contents, in both languages."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from documents.packets.errors import PacketFailed
from documents.packets.fonts import beyond_face, check_letters
from documents.packets.plan import PacketInputs, PacketPlan
from documents.packets.text import Text, day, printable

if TYPE_CHECKING:
    from weasyprint import Document, URLFetcher

TEMPLATES = Path(__file__).parents[2] / "templates" / "packets"
LINK_SCHEME = "packet-part:"  # written into the contents, turned into jumps when the pages exist
PASSES = 4
# Millimetres in packet.css: what the contents' rows share on a page, and what they take while names fit one line.
PAGE_HEIGHT, HEADING_HEIGHT, ROW_HEIGHT, FILE_NAME_HEIGHT = 227.1, 13.8, 13.49, 3.95


@dataclass(frozen=True, slots=True)
class FrontMatter:
    path: Path
    pages: int
    contents_page: int


def render_front(plan: PacketPlan, target: Path) -> FrontMatter:
    """Lay out until the number of front pages is the number that the contents were counted with."""
    texts = _texts(plan)
    check_letters(texts)
    with _loud_log():
        front_pages = _guess(plan)
        for _ in range(PASSES):
            document = _layout(plan, front_pages)
            if len(document.pages) == front_pages:
                break
            front_pages = len(document.pages)
        else:
            raise RuntimeError("the contents do not settle on a number of pages")
        document.write_pdf(target, pdf_identifier=b"relo-packet-front")
    contents_page = next(n for n, page in enumerate(document.pages, start=1) if "contents" in page.anchors)
    return FrontMatter(target, front_pages, contents_page)


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


def _layout(plan: PacketPlan, front_pages: int) -> "Document":
    import weasyprint  # loads Pango: keep it out of web start-up

    html = front_html(plan, front_pages)
    style = weasyprint.CSS(string=(TEMPLATES / "packet.css").read_text("utf-8"), url_fetcher=closed_fetcher())
    return weasyprint.HTML(string=html, url_fetcher=closed_fetcher()).render(stylesheets=[style])


def front_html(plan: PacketPlan, front_pages: int) -> str:
    from django.template import Context, Engine

    engine = Engine(dirs=[str(TEMPLATES)], autoescape=True)
    # Neither localised nor zoned: both would ask Django for settings, and a build has none.
    context = Context(_context(plan, front_pages), use_l10n=False, use_tz=False)
    return engine.get_template("front.html").render(context)


def _context(plan: PacketPlan, front_pages: int) -> dict[str, Any]:
    inputs = plan.inputs
    total = plan.total(front_pages)
    repeated = _repeated_requirements(inputs)
    name = printable(inputs.candidate_name)
    return {
        "label": plan.label,
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
        "pages": str(total),
        "rows": [
            {
                "position": str(part.position),
                "name": part.document.requirement_name.printable(),
                "file_name": printable(part.document.file_name) if part.document.requirement_code in repeated else "",
                "pages": str(pages),
                "accepted_on": part.document.accepted_on.isoformat(),
                "link": f"{LINK_SCHEME}{part.position}",
            }
            for part, pages in plan.ranges(front_pages)
        ],
    }


def _repeated_requirements(inputs: PacketInputs) -> set[str]:
    counted = Counter(document.requirement_code for document in inputs.documents)
    return {code for code, count in counted.items() if count > 1}


def _texts(plan: PacketPlan) -> list[str]:
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

    return list(leaves(_context(plan, front_pages=2)))


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
def _loud_log() -> Iterator[None]:
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
        raise PacketFailed(
            "front_matter_incomplete",
            Text(
                "The cover or the contents could not be laid out completely. Report this to the administrator.",
                "封面或目录未能完整排版。请将此情况告知管理员。",
            ),
            trace="; ".join(errors[:5]),
        )
