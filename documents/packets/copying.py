"""A copy to look at: the same pages with a word across each, so that nobody hands it in."""

import io
from pathlib import Path

from documents.packets.render import lay_out

_MARK = """<html lang="zh-Hans"><style>
@page { size: 200mm 60mm; margin: 0 }
body { margin: 0; text-align: center; color: rgba(190, 30, 30, 0.22); font: bold 30pt "Noto Sans CJK SC" }
</style><p>仅供核对 · 不得递交</p><p>COPY · NOT TO BE HANDED IN</p></html>"""


def mark_as_copy(sources: list[Path], target: Path) -> None:
    """One copy of all volumes, one after the other."""
    import pikepdf

    marked = [source.with_suffix(".marked.pdf") for source in sources]
    for source, one in zip(sources, marked, strict=True):
        _mark(source, one)
    files = [argument for path in marked for argument in (str(path), "1-z")]
    pikepdf.Job(["qpdf", "--static-id", "--empty", "--pages", *files, "--", str(target)]).run()


def _mark(source: Path, target: Path) -> None:
    import pikepdf
    from pikepdf import Rectangle

    mark = lay_out(_MARK).write_pdf(pdf_identifier=b"relo-packet-copy")
    with pikepdf.open(source) as pdf, pikepdf.open(io.BytesIO(mark)) as marks:
        word = marks.pages[0]
        for page in pdf.pages:
            x0, y0, x1, y1 = (float(side) for side in page.cropbox)
            low, high = sorted((y0, y1))
            middle, half = (low + high) / 2, (high - low) / 6
            page.add_overlay(word, Rectangle(min(x0, x1), middle - half, max(x0, x1), middle + half))
        pdf.save(target)
