"""What a reader would stumble over in a document that is otherwise whole."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from documents.packets.text import Text

if TYPE_CHECKING:
    from pikepdf import Pdf

LEGIBLE = 100  # dots per inch: below, small print of a scan cannot be read
NO_SCAN = 25  # below, a lone picture is an ornament
Finding = tuple[str, Text]
_STANDARD = frozenset(
    f"{family}{style}"
    for family, styles in (
        ("Courier", ("", "-Bold", "-Oblique", "-BoldOblique")),
        ("Helvetica", ("", "-Bold", "-Oblique", "-BoldOblique")),
        ("Times", ("-Roman", "-Bold", "-Italic", "-BoldItalic")),
        ("Symbol", ("",)),
        ("ZapfDingbats", ("",)),
    )
    for style in styles
)
_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")


def too_coarse(resolution: float) -> Finding:
    return (
        "below_legibility",
        Text(
            f"has {resolution:.0f} dots per inch of an A4 page, where small print needs {LEGIBLE}. "
            "Look whether it can be read, or ask for a sharper scan.",
            f"按 A4 页面计分辨率仅为 {resolution:.0f} dpi，小字清晰需 {LEGIBLE} dpi。"
            "请确认是否清晰可读，或让对方提供更清晰的扫描件。",
        ),
    )


def pdf_findings(pdf: "Pdf") -> Iterator[Finding]:
    coarsest: float | None = None
    faces: set[str] = set()
    known: set[tuple[int, int]] = set()
    for page in pdf.pages:
        resources = page.obj.get("/Resources") or _inherited(page.obj)
        if resources is None:
            continue
        resolution = _resolution(page, resources)
        if resolution is not None and (coarsest is None or resolution < coarsest):
            coarsest = resolution
        _note_faces(resources, faces, known)
    if coarsest is not None and coarsest < LEGIBLE:
        yield too_coarse(coarsest)
    if faces:
        shown = ", ".join(sorted(faces)[:3])
        yield (
            "fonts_not_embedded",
            Text(
                f"does not carry its fonts ({shown}), so it may print differently elsewhere. "
                "Compare it with what was sent, or ask for a copy printed to a new PDF.",
                f"未嵌入字体（{shown}），在其他设备上打印效果可能不同。请与原件核对，或让对方重新打印为 PDF 后提交。",
            ),
        )


def _resolution(page: Any, resources: Any) -> float | None:
    """Of a page that is one picture and no letters."""
    pictures = [thing for thing in _things(resources, "/XObject") if thing.get("/Subtype") == "/Image"]
    if len(pictures) != 1 or resources.get("/Font"):
        return None
    x0, y0, x1, y1 = (float(side) for side in page.mediabox)
    inches = max(abs(x1 - x0), abs(y1 - y0)) * float(page.obj.get("/UserUnit", 1)) / 72
    dots = max(float(pictures[0].get("/Width", 0)), float(pictures[0].get("/Height", 0)))
    return dots / inches if inches and dots / inches > NO_SCAN else None


def _note_faces(resources: Any, faces: set[str], known: set[tuple[int, int]]) -> None:
    for font in _things(resources, "/Font"):
        if font.is_indirect:
            if font.objgen in known:
                continue
            known.add(font.objgen)
        if font.get("/Subtype") == "/Type3":
            continue
        descendants = font.get("/DescendantFonts")
        face = descendants[0] if descendants else font
        name = str(face.get("/BaseFont", "")).lstrip("/")
        descriptor = face.get("/FontDescriptor")
        if name not in _STANDARD and (descriptor is None or not any(key in descriptor for key in _PROGRAMS)):
            faces.add(name.partition("+")[2] or name or "?")


def _things(resources: Any, kind: str) -> list[Any]:
    import pikepdf

    found = resources.get(kind)
    if not isinstance(found, pikepdf.Dictionary):
        return []
    things = [found[str(key)] for key in found.keys()]  # noqa: SIM118 (no mapping of Python)
    return [thing for thing in things if isinstance(thing, pikepdf.Object)]


def _inherited(node: Any) -> Any:
    for _ in range(64):
        if "/Resources" in node:
            return node["/Resources"]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None
