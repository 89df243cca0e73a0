"""What a packet costs on a warm worker, beside `qpdf --empty --pages` joining the same converted files.

    python -m benchmarks.packets [--rounds 3] [20 100 200 2000]

Documents: 60 % A4 scans at 200 dpi, 15 % photos, 25 % pages of text; at most twenty, so twenty rows of contents.
Timed from the job to the sealed files: fork of the child, cover, contents, registers, bookmarks, labels, stamps and
manifest; whether a file is the accepted one was seen as it was laid into the work folder, before. The two take turns in
one run. Ends with 1 when a goal is missed. Needs qpdf and the fonts, no database.
"""

import argparse
import hashlib
import io
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from documents.packets.inputs import PacketDocument, PacketInputs
from documents.packets.run import run_in_child
from documents.packets.text import Text

ROWS = 20
QPDF = shutil.which("qpdf") or sys.exit("Install qpdf first.")
GOAL_MIB, GOAL_GROWTH = 128, 2.2
GOAL_RATIO: Mapping[int, float] = {200: 1.3, 2000: 1.0}
GOAL_SECONDS, UP_TO = 0.150, 100


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", type=int, default=[20, 100, 200, 2000])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        leaves = scans(folder)
        results = [measure(folder, leaves, pages, asked.rounds) for pages in sorted(asked.pages)]
    met = [row["met"] for row in results]
    for before, after in pairwise(results):
        doublings = after["pages"] / before["pages"]
        growth = (after["seconds"] / before["seconds"]) ** (1 / max(1.0, math.log2(doublings)))
        print(
            f"{before['pages']:,} to {after['pages']:,} pages: × {growth:.2f} a doubling (goal: at most {GOAL_GROWTH})"
        )
        met.append(growth <= GOAL_GROWTH)
    return 0 if all(met) else 1


def measure(folder: Path, leaves: dict[str, list[Path]], pages: int, rounds: int) -> dict[str, Any]:
    inputs, sources = lay(folder, leaves, pages)
    target = folder / "bare.pdf"
    bare, ours = [], []
    built = build(folder, inputs, sources)  # the worker is warm from here on
    peak = 0.0
    for _ in range(rounds):
        target.unlink(missing_ok=True)
        started = time.perf_counter()
        subprocess.run([QPDF, "--empty", "--pages", *map(str, sources.values()), "--", target], check=True)  # noqa: S603
        bare.append(time.perf_counter() - started)
        built = build(folder, inputs, sources)
        ours.append(built.seconds)
        peak = max(peak, built.peak)
    qpdf, packet = statistics.median(bare), statistics.median(ours)
    ratio, goal = packet / qpdf, GOAL_RATIO.get(pages)
    met = (goal is None or ratio <= goal) and (pages > UP_TO or packet <= GOAL_SECONDS) and peak <= GOAL_MIB
    print(
        f"{pages:,} pages, {built.size / 1e6:.0f} MB: qpdf {qpdf:.3f} s, packet {packet:.3f} s, "
        f"{ratio:.2f}x{f' (goal {goal})' if goal else ''}{'' if pages > UP_TO else f' (goal {GOAL_SECONDS} s)'}, "
        f"peak {peak:.0f} MiB of the child (goal {GOAL_MIB}); spread {max(ours) / min(ours):.2f} and "
        f"{max(bare) / min(bare):.2f}: {'met' if met else 'MISSED'}"
    )
    return {"pages": pages, "seconds": packet, "met": met}


@dataclass(frozen=True, slots=True)
class Built:
    size: int
    seconds: float
    peak: float  # MiB, of the largest of its processes


def build(folder: Path, inputs: PacketInputs, sources: dict[str, Path]) -> Built:
    with tempfile.TemporaryDirectory(dir=folder) as workdir:
        started = time.perf_counter()
        built = run_in_child(inputs, sources, Path(workdir))
        return Built(built.size, time.perf_counter() - started, built.peak_kib / 1024)


def scans(folder: Path) -> dict[str, list[Path]]:
    """One-page files as intake accepts them: noise that compresses like paper, and pages of text."""
    import img2pdf
    from PIL import Image, ImageFilter

    dice = random.Random(6)  # noqa: S311 (the same files in every run)
    made: dict[str, list[Path]] = {"scan": [], "photo": [], "text": []}
    for kind, size, quality, count in (("scan", (1654, 2339), 60, 6), ("photo", (2400, 1800), 80, 3)):
        for number in range(count):
            noise = Image.frombytes("L", (size[0] // 8, size[1] // 8), dice.randbytes((size[0] // 8) * (size[1] // 8)))
            picture = noise.resize(size).filter(ImageFilter.GaussianBlur(1)).convert("RGB")
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=quality)
            path = folder / f"{kind}{number}.pdf"
            path.write_bytes(
                img2pdf.convert(data.getvalue(), layout_fun=img2pdf.get_layout_fun((595, 842)), nodate=True)
            )
            made[kind].append(path)
    for number in range(3):
        path = folder / f"text{number}.pdf"
        page_of_text(path, number)
        made["text"].append(path)
    return made


def page_of_text(path: Path, number: int) -> None:
    import pikepdf

    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page = pdf.add_blank_page(page_size=(595, 842))
        lines = "".join(f"({number} line {line} of a page of text) Tj T* " for line in range(50))
        page.Contents = pdf.make_stream(f"BT /F1 10 Tf 14 TL 50 780 Td {lines} ET".encode())
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.save(path)


def lay(folder: Path, leaves: dict[str, list[Path]], pages: int) -> tuple[PacketInputs, dict[str, Path]]:
    """At most twenty documents that together have the pages; each leaf of a document is a stream of its own."""
    import pikepdf

    shares = ["scan"] * 12 + ["photo"] * 3 + ["text"] * 5
    count = min(ROWS, pages)
    documents, sources = [], {}
    for number in range(count):
        has = pages // count + (1 if number < pages % count else 0)
        path = folder / f"document-{pages}-{number}.pdf"
        if not path.exists():
            with pikepdf.new() as pdf:
                for leaf in range(has):
                    kind = shares[(number + leaf * 7) % len(shares)]
                    with pikepdf.open(leaves[kind][(number + leaf) % len(leaves[kind])]) as one:
                        pdf.pages.extend(one.pages)
                pdf.save(path)
        data_sha = hashlib.sha256(path.read_bytes()).hexdigest()
        name = Text(f"Document {number + 1}", f"材料 {number + 1}")
        documents.append(
            PacketDocument(
                f"document-{number}", name, str(number), 1, path.name, "pdf", data_sha, path.stat().st_size, has,
                date(2026, 11, 20), "Li Wei",
            )
        )  # fmt: skip
        sources[str(number)] = path
    inputs = PacketInputs(
        "ARC-2026-0001", 1, date(2026, 11, 24), "CN-K", "2026-11-24", Text("K visa", "K字签证"), "Utopia Relocation",
        "Anna Maria Eriksson", "安娜", date(2027, 1, 15), tuple(documents),
    )  # fmt: skip
    return inputs, sources


if __name__ == "__main__":
    sys.exit(main())
