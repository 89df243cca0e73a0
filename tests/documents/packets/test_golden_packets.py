"""Whole packets, as others would check them: no page is lost, altered, misnumbered or misnamed."""

import io
import re
import subprocess
from collections import Counter
from datetime import date

import pikepdf
import pytest
import segno
from PIL import Image, ImageChops, ImageStat

from documents.packets.inputs import ChecklistLine, LeftOut
from documents.packets.text import Text
from tests.documents.packets.conftest import paper

DOTS = 40
FOOT = 0.06  # of the height: the stamps stand there


@pytest.fixture
def golden(desk):
    """Every sample file, and pages turned each way, odd in size, and with boxes that are missing, huge or negative."""
    desk.lay_sample("passport-data-page.jpg", "Passport data page", "护照资料页")
    desk.lay_sample("transcript.pdf", "Transcript", "成绩单", 3)
    desk.lay_sample("degree-certificate-scan.pdf", "Degree certificate", "学位证书")
    for turned in (0, 90, 180, 270):
        desk.lay_pages(f"turned{turned}", "UP", "DOWN", Rotate=turned)
    desk.lay_pages("receipt", "SMALL", size=(150, 300))
    desk.lay_pages("drawing", "LARGE", size=(2384, 3370))
    desk.lay_pages("shifted", "SHIFTED", MediaBox=pikepdf.Array([-300, -200, 500, 800]))
    desk.lay_pages("reversed", "REVERSED", MediaBox=pikepdf.Array([595, 842, 0, 0]))
    return desk


EXTRA = {
    "checklist": (
        ChecklistLine("transcript", Text("Transcript", "成绩单"), Text("Accepted", "已接受"), True, False),
        ChecklistLine("police", Text("Police record", "无犯罪记录证明"), Text("Requested", "待提交"), True, True),
    ),
    "left_out": (LeftOut("x", "cv", Text("CV", "简历"), "short-cv.pdf", "The long one says the same"),),
}


def numbered(packet, total, read):
    """The stamp of each page, as pdftotext reads it."""
    stamps = {}
    for number in range(2, total + 1):
        text = read(packet, number, "-raw")
        stamps[number] = re.findall(r"page (\d+) of (\d+)", text)[-1:], re.findall(r"Exhibit (\d+)", text)
    return stamps


def test_page_count_stamps_bookmarks_labels_and_contents_agree(golden, read):
    built = golden.build(**EXTRA)
    total = sum(document.pages for document in golden.documents) + 2 + built.manifest["back_pages"]

    with pikepdf.open(built.path) as pdf:
        assert len(pdf.pages) == built.pages == built.manifest["pages"] == total
        places = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        with pdf.open_outline() as outline:
            marks = {item.title: places[item.destination[0].objgen] for item in outline.root}
        assert [page.label for page in pdf.pages] == [str(number) for number in range(1, total + 1)]
    stamps = numbered(built.path, total, read)
    for number, (counted, _) in stamps.items():
        assert counted == [(str(number), str(total))], number
    contents = read(built.path, 2, "-layout")
    for part in built.manifest["parts"]:
        first, last = part["first_page"], part["last_page"]
        name = part["requirement_name"]
        assert marks[f"{part['position']} {name['zh']} {name['en']}"] == first
        shown = str(first) if first == last else f"{first}–{last}"
        assert re.search(rf"^\s*{part['position']}\s.*\s{shown}\s+2026-11-20", contents, re.M), part
        for number in range(first, last + 1):
            assert stamps[number][1] == [str(part["position"])]
    assert marks["清单核对表 Checklist"] == total - built.manifest["back_pages"] + 1


def test_other_programs_find_nothing_wrong(golden):
    built = golden.build(**EXTRA)

    checked = subprocess.run(["qpdf", "--check", built.path], capture_output=True, text=True)

    assert checked.returncode == 0 and "No syntax or stream encoding errors found" in checked.stdout, checked


def find_top(drawn, millimetre):
    """The first dark row of the code, in the column of its left edge; the line under the agency is grey."""
    x = int(drawn.width - 48 * millimetre + 2)
    return next(y for y in range(int(30 * millimetre), drawn.height) if drawn.getpixel((x, y)) < 100)


def seen(path, page):
    return seen_at(path, page, DOTS)


def seen_at(path, page, dots):
    command = ["pdftoppm", "-r", str(dots), "-f", str(page), "-l", str(page), "-png", "-cropbox", path]
    return subprocess.run(command, check=True, capture_output=True).stdout


def picture(data):
    return Image.open(io.BytesIO(data)).convert("L")


def test_no_page_is_lost_or_altered(golden):
    """Each page of the packet beside the page it came from, everywhere but at the foot."""
    built = golden.build(**EXTRA)
    compared = Counter()
    for part, document in zip(built.manifest["parts"], golden.documents, strict=True):
        source = golden.sources[document.document_id]
        if document.kind != "pdf":
            continue  # laid on A4: test_packet_images compares the picture itself
        for offset in range(part["pages"]):
            was = picture(seen(source, offset + 1))
            now = picture(seen(built.path, part["first_page"] + offset))
            assert was.size == now.size
            body = (0, 0, was.width, int(was.height * (1 - FOOT)))
            difference = ImageChops.difference(was.crop(body), now.crop(body))
            # A scan is fitted to the dots of the screen anew, which moves its edges by parts of a shade.
            worst, usual = difference.getextrema()[1], ImageStat.Stat(difference).mean[0]
            assert worst <= 40 and usual < 0.5, (document.file_name, offset + 1, worst, usual)
            compared[document.file_name] += 1
    assert sum(compared.values()) == sum(d.pages for d in golden.documents if d.kind == "pdf")


def test_a_page_without_any_box_of_its_own_is_numbered(desk, read):
    path = paper(desk.folder / "inherits.pdf", "INHERITS")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[0].obj["/MediaBox"]
        pdf.Root.Pages.MediaBox = pikepdf.Array([0, 0, 400, 600])
        pdf.save(path)
    desk.lay(path, "Inherits", "继承", 1)

    built = desk.build()

    assert "page 3 of 4" in read(built.path, 3) and "INHERITS" in read(built.path, 3)


def test_a_page_of_no_size_at_all_is_taken_or_refused_by_name(desk, read):
    path = paper(desk.folder / "nothing.pdf", "NOTHING")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[0].obj["/MediaBox"]
        pdf.save(path)
    desk.lay(path, "Nothing", "无", 1)

    built = desk.build()

    assert "page 3 of 4" in read(built.path, 3)
    assert subprocess.run(["qpdf", "--check", built.path], capture_output=True).returncode == 0


def test_the_same_inputs_give_the_same_bytes_and_another_date_does_not(golden):
    first, second = golden.build(**EXTRA), golden.build(**EXTRA)

    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.manifest == second.manifest
    assert golden.build(**EXTRA, printed_on=date(2026, 11, 25)).sha256 != first.sha256


def test_the_last_page_prints_the_manifest(golden, read):
    built = golden.build(**EXTRA)
    back = range(built.pages - built.manifest["back_pages"] + 1, built.pages + 1)
    printed = " ".join(" ".join(read(built.path, number, "-raw").split()) for number in back)

    assert f"relo {built.manifest['software']['version']}" in printed
    for part in built.manifest["parts"]:
        assert part["sha256"] in printed
        assert f"version {part['version']}" in printed
        assert f"checked by {part['reviewer']}, {part['accepted_on']}" in printed
    assert "The long one says the same" in printed
    assert "☐ 待提交" in printed


def test_the_cover_bears_a_code_that_reads_as_reference_and_number(golden):
    """The squares of the printed code are those of the text, so whatever reads such codes reads that."""
    built = golden.build()
    drawn = Image.open(io.BytesIO(seen_at(built.path, 1, 200))).convert("L")
    expected = [[bool(cell) for cell in row] for row in segno.make_qr("K-2026-000123 / 2", error="m").matrix]
    millimetre = 200 / 25.4
    left, top = (drawn.width - 22 * millimetre - 26 * millimetre), find_top(drawn, millimetre)
    cell = 26 * millimetre / len(expected)
    read_back = [
        [drawn.getpixel((left + (x + 0.5) * cell, top + (y + 0.5) * cell)) < 128 for x in range(len(expected))]
        for y in range(len(expected))
    ]
    assert read_back == expected
