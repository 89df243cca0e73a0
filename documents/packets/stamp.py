"""Page numbers, bookmarks, jumps and title on the joined file; the last step, and the one that seals the bytes."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from documents.packets.assemble import check_joined
from documents.packets.digests import page_digests
from documents.packets.inputs import fingerprint
from documents.packets.lettering import Lettering, letter, set_apart
from documents.packets.plan import PacketPlan
from documents.packets.render import LINK_SCHEME, FrontMatter

if TYPE_CHECKING:
    from pikepdf import Pdf

MILLIMETRE = 72 / 25.4
SIZE = 7.5
SIDE, FOOT = 12 * MILLIMETRE, 6 * MILLIMETRE  # office printers leave out the outer 4 to 5 mm
SMALLEST_SIDE = 3.0  # points; below that a page has no room for anything
A4_WIDTH = 210 * MILLIMETRE


def stamp_packet(pdf: "Pdf", plan: PacketPlan, front: FrontMatter, volume: int, target: Path) -> None:
    """Stamps the joined pages and writes them, in one pass over what they show."""
    import pikepdf

    check_joined(pdf, plan, front.pages, volume)
    total = len(pdf.pages)
    for page in pdf.pages[total - front.pages.back :]:
        for font in page.obj.Resources.Font.values():
            set_apart(font, "BEHIND")
    label = plan.label_of(volume)
    lettering = letter(pdf, [label, exhibit(1), page_number(1, 1), "0123456789"])
    shown_of = {
        number: f"{label}  {exhibit(part.position)}"
        for part, pages in plan.ranges(front.pages.front, volume)
        for number in range(pages.first, pages.last + 1)
    }
    forms: dict[tuple[Any, ...], Any] = {}
    for number, page in enumerate(pdf.pages, start=1):
        if number > 1:
            _stamp(pdf, page, lettering, shown_of.get(number, label), page_number(number, total), forms)
    _link_contents(pdf, plan, front, volume)
    _bookmark(pdf, plan, front, volume)
    _describe(pdf, plan, volume)
    pdf.save(
        target,
        static_id=True,  # keeps the first half, which is ours; reckoning one takes a pass over the whole file
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
    )


def digests_of_pages(path: Path) -> list[str]:
    import pikepdf

    # Mapped into memory, the whole file would count as the process's own.
    with pikepdf.open(path, access_mode=pikepdf.AccessMode.stream) as stamped:
        return list(page_digests(stamped))


def exhibit(position: int) -> str:
    return f"附件 {position}  Exhibit {position}"


def page_number(number: int, total: int) -> str:
    return f"第 {number} 页，共 {total} 页  page {number} of {total}"


def _stamp(pdf: Any, page: Any, lettering: Lettering, left: str, right: str, forms: dict[tuple[Any, ...], Any]) -> None:
    """Lay the page's own content aside as one object and draw it, then the stamp.

    As an object the content cannot reach the stamp: not by a graphics state left open, not by a resource of the
    same name, and its resources, which pages often share, stay as they are.
    """
    import pikepdf

    box, rotation, unit = _visible(page)
    content = _own_content(pdf, page, forms)
    resources = pikepdf.Dictionary(Font=lettering.faces)
    operators = []
    if content is not None:
        resources.XObject = pikepdf.Dictionary(Document=content)
        operators.append("q /Document Do Q")
    operators += _stamp_operators(lettering, left, right, box, rotation, unit)
    page.obj.Contents = pdf.make_stream("\n".join(operators).encode("ascii"))
    page.obj.Resources = resources


def _own_content(pdf: Any, page: Any, forms: dict[tuple[Any, ...], Any]) -> Any:
    import pikepdf

    contents = page.obj.get("/Contents")
    if contents is None:
        return None
    if isinstance(contents, pikepdf.Array):
        if len(contents) == 0:
            return None
        page.contents_coalesce()
        contents = page.obj.Contents
    resources = _inherited(page, "/Resources")
    if resources is None:
        resources = pikepdf.Dictionary()
    box = [float(side) for side in page.mediabox]
    shared = (contents.objgen, (resources if resources.is_indirect else page.obj).objgen, tuple(box))
    if shared in forms:
        return forms[shared]
    if "/Type" in contents or "/Subtype" in contents:  # already drawn with another page's resources
        contents = _copy(pdf, contents)
    contents.Type, contents.Subtype, contents.FormType = pikepdf.Name.XObject, pikepdf.Name.Form, 1
    contents.BBox = pikepdf.Array(box)
    contents.Resources = resources
    forms[shared] = contents
    return contents


def _copy(pdf: Any, stream: Any) -> Any:
    copy = pdf.make_stream(stream.read_raw_bytes())
    for key in ("/Filter", "/DecodeParms"):
        if key in stream:
            copy[key] = stream[key]
    return copy


def _inherited(page: Any, key: str) -> Any:
    node, depth = page.obj, 0
    while node is not None and depth < 64:
        if key in node:
            return node[key]
        node, depth = node.get("/Parent"), depth + 1
    return None


def _visible(page: Any) -> tuple[tuple[float, float, float, float], int, float]:
    """What a viewer shows: the crop box within the media box, turned, and what one unit measures in points."""
    media = _corners(page.mediabox)
    crop = _corners(page.cropbox)
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if box[2] - box[0] < SMALLEST_SIDE or box[3] - box[1] < SMALLEST_SIDE:
        box = media
    rotation = _inherited(page, "/Rotate")
    unit = float(page.obj.get("/UserUnit", 1))
    return box, (round(float(rotation or 0) / 90) * 90) % 360, unit if unit > 0 else 1.0


def _corners(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(side) for side in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _stamp_operators(
    lettering: Lettering,
    left: str,
    right: str,
    box: tuple[float, float, float, float],
    rotation: int,
    unit: float,
) -> list[str]:
    x0, y0, x1, y1 = box
    turned = rotation in (90, 270)
    width, height = (x1 - x0) * unit, (y1 - y0) * unit
    if turned:
        width, height = height, width
    # From the corner that is the lower left one on the screen; points, whatever the page's own unit is.
    matrix = {
        0: (1, 0, 0, 1, x0, y0),
        90: (0, 1, -1, 0, x1, y0),
        180: (-1, 0, 0, -1, x1, y1),
        270: (0, -1, 1, 0, x0, y1),
    }[rotation]
    scaled = [*(f"{part / unit:.6f}" for part in matrix[:4]), *(f"{part:.4f}" for part in matrix[4:])]

    # A poster is printed smaller, so its stamp grows with it; on a small page the stamp shrinks until it fits.
    growth = max(1.0, min(width, height) / A4_WIDTH)
    gap = 4 * SIZE
    needed = lettering.width(left, SIZE) + gap + lettering.width(right, SIZE)
    fit = min(1.0, width / (needed + 2 * SIDE)) if width < needed + 2 * SIDE else growth
    size, side, foot = SIZE * fit, SIDE * fit, FOOT * fit
    halo = size * 0.28
    end = width - side - lettering.width(right, size)

    def both(paint: str) -> list[str]:
        return [
            f"BT {paint} 1 0 0 1 {start:.3f} {foot:.3f} Tm {lettering.show(text, size)} ET"
            for start, text in ((side, left), (end, right))
        ]

    return [
        f"q {' '.join(scaled)} cm 1 J 1 j",
        # White edges under the letters, so that they can be read on a dark scan; not to be read out twice.
        "/Span <</ActualText ()>> BDC",
        *both(f"1 G 1 g {halo:.3f} w 2 Tr"),
        "EMC",
        *both("0 G 0 g 0 Tr"),
        "Q",
    ]


def _link_contents(pdf: Any, plan: PacketPlan, front: FrontMatter, volume: int) -> None:
    """What lies in another volume has no link."""
    import pikepdf

    first_pages = {part.position: pages.first for part, pages in plan.ranges(front.pages.front, volume)}
    around = [*pdf.pages[: front.pages.front], *pdf.pages[len(pdf.pages) - front.pages.back :]]
    for page in around:
        for annotation in page.obj.get("/Annots", []):
            action = annotation.get("/A")
            uri = str(action.get("/URI", "")) if action is not None else ""
            if uri.startswith(LINK_SCHEME):
                target = pdf.pages[first_pages[int(uri.removeprefix(LINK_SCHEME))] - 1].obj
                annotation.A = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([target, pikepdf.Name.Fit]))


def _bookmark(pdf: Any, plan: PacketPlan, front: FrontMatter, volume: int) -> None:
    from pikepdf import OutlineItem

    back = plan.total(front.pages, volume) - front.pages.back
    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem("封面 Cover", 0, "Fit"))
        outline.root.append(OutlineItem("目录 Contents", front.contents_page - 1, "Fit"))
        for part, pages in plan.ranges(front.pages.front, volume):
            name = part.document.requirement_name.printable()
            outline.root.append(OutlineItem(f"{part.position} {name.zh} {name.en}", pages.first - 1, "Fit"))
        for section in front.back_sections:
            outline.root.append(OutlineItem(section.title, back + section.page - 1, "Fit"))


def _describe(pdf: Any, plan: PacketPlan, volume: int) -> None:
    import pikepdf

    root = pdf.Root
    made_of = hashlib.sha256(f"{fingerprint(plan.inputs)} {volume}".encode("ascii")).digest()[:16]
    pdf.trailer.ID = pikepdf.Array([pikepdf.String(made_of), pikepdf.String(made_of)])
    root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array([0, pikepdf.Dictionary(S=pikepdf.Name.D)]))
    root.PageMode = pikepdf.Name.UseOutlines
    root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    pdf.docinfo["/Title"] = f"申请材料册 Application packet {plan.label_of(volume)}"
    pdf.docinfo["/Producer"] = "relo"
    pdf.docinfo["/CreationDate"] = f"D:{plan.inputs.printed_on:%Y%m%d}"
