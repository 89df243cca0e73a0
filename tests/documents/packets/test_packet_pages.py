"""The numbers in the contents are the numbers on the pages, and the bookmarks and links go there."""

import logging
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from documents.packets import beside, render
from documents.packets.errors import PacketFailed
from documents.packets.plan import plan_packet
from documents.packets.sources import lay_source


@pytest.fixture
def usual(desk):
    desk.lay_sample("passport-data-page.jpg", "Passport data page", "护照资料页")
    desk.lay_pages("transcript", "FIRST COURSE", "SECOND COURSE", "THIRD COURSE")
    desk.lay_sample("degree-certificate-scan.pdf", "Degree certificate", "学位证书")
    desk.lay_pages("cv", "MY LIFE")
    return desk


def test_the_contents_name_the_page_where_each_document_is_found(usual, read):
    packet = usual.build()

    contents = read(packet.path, 2, "-layout")
    rows = [line.split() for line in contents.splitlines() if line.rstrip().endswith("2026-11-20")]
    assert [(row[0], row[1], row[-2]) for row in rows] == [
        ("1", "护照资料页", "3"),
        ("2", "材料", "4–6"),
        ("3", "学位证书", "7"),
        ("4", "材料", "8"),
    ]
    assert "FIRST COURSE" in read(packet.path, 4)
    assert "THIRD COURSE" in read(packet.path, 6)
    assert "MY LIFE" in read(packet.path, 8)
    assert packet.pages == 9  # with the register


def test_every_page_but_the_cover_carries_its_number_and_the_packet(usual, read):
    packet = usual.build()

    assert "page 1 of" not in read(packet.path, 1)
    for number in range(2, 10):
        foot = " ".join(read(packet.path, number, "-layout").split())
        assert f"page {number} of 9" in foot
        assert f"第 {number} 页，共 9 页" in foot
        assert "K-2026-000123 / 2" in foot


def test_a_long_contents_is_counted_too(desk, read):
    for number in range(1, 45):
        desk.lay_pages(f"paper{number}", f"PAPER {number}.")
    packet = desk.build()

    front = packet.manifest["front_pages"]
    assert front > 2
    assert packet.manifest["parts"][43]["first_page"] == front + 44
    assert "PAPER 44." in read(packet.path, front + 44)
    last_row = [line for line in read(packet.path, front, "-layout").splitlines() if line.strip().startswith("44 ")]
    assert last_row[0].split()[-2] == str(front + 44)


@pytest.mark.parametrize("code", [{}, {"requirement_code": "bank"}], ids=["each once", "one requirement"])
@pytest.mark.parametrize("volumes", [1, 2])
@pytest.mark.parametrize("count", [15, 16, 33])
def test_usual_contents_are_laid_out_once(desk, monkeypatch, count, volumes, code):
    monkeypatch.setattr(render, "PASSES", 1)
    path = desk.sources[desk.lay_pages("paper", "PAPER").document_id]
    desk.documents.clear()
    for number in range(1, count + 1):
        desk.lay(path, "Document", "材料", **{"requirement_code": f"r{number}"} | code)
    plan = plan_packet(desk.inputs())
    sizes = (count,) if volumes == 1 else (count // 2, count - count // 2)

    front = render.render_front(replace(plan, volumes=sizes), desk.folder)

    with pikepdf.open(front.before) as before, pikepdf.open(front.after) as after:
        assert (len(before.pages), len(after.pages)) == (front.pages.front, front.pages.back)


def test_each_page_around_the_documents_has_its_head_and_is_laid_out_once(desk, read, caplog, monkeypatch):
    monkeypatch.setattr(beside, "has_threads", lambda: True)  # all in this process, to be heard of
    path = desk.sources[desk.lay_pages("paper", "PAPER").document_id]
    desk.documents.clear()
    for number in range(1, 34):
        desk.lay(path, "Document", "材料", requirement_code=f"r{number}")
    caplog.set_level(logging.INFO, "weasyprint.progress")

    front = render.render_front(plan_packet(desk.inputs()), desk.folder)

    laid_out = [line for line in caplog.messages if re.fullmatch(r"Step 5 - Creating layout - Page \d+", line)]
    assert len(laid_out) == front.pages.front + front.pages.back
    heads = {
        path: {
            (head[0], head[-1].strip())
            for page in range(first, count + 1)
            for head in [read(path, page, "-layout").splitlines()[0].split("  ")]
        }
        for path, first, count in ((front.before, 2, front.pages.front), (front.after, 1, front.pages.back))
    }
    assert heads == {
        front.before: {("Utopia Relocation Ltd.", "Anna Maria ERIKSSON")},
        front.after: {("K-2026-000123 / 2", "Anna Maria ERIKSSON")},
    }
    assert all("审核通过日期" in read(front.before, page) for page in range(2, front.pages.front + 1))


def test_contents_with_names_of_many_lines_still_agree_with_the_pages(desk, read):
    path = desk.lay_pages("letter", "THE LETTER")
    desk.documents.clear()
    for number in range(1, 13):
        desk.lay(
            desk.sources[path.document_id],
            "An unusually long name of a document " * 5,
            "名称很长的材料" * 20,
            document_id=f"d{number}",
            requirement_code=f"r{number}",
        )
    packet = desk.build()

    front = packet.manifest["front_pages"]
    assert front > 2
    assert "THE LETTER" not in read(packet.path, front)
    assert "THE LETTER" in read(packet.path, front + 1)


def test_bookmarks_and_links_lead_to_the_first_page_of_each_document(usual):
    packet = usual.build()

    with pikepdf.open(packet.path) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        with pdf.open_outline() as outline:
            marks = [(item.title, numbers[item.destination[0].objgen]) for item in outline.root]
        links = [numbers[link.A.D[0].objgen] for link in pdf.pages[1].Annots]
    assert marks == [
        ("封面 Cover", 1),
        ("目录 Contents", 2),
        ("1 护照资料页 Passport data page", 3),
        ("2 材料 Transcript", 4),
        ("3 学位证书 Degree certificate", 7),
        ("4 材料 Cv", 8),
        ("材料登记与封存清单 Register and manifest", 9),
    ]
    assert sorted(set(links)) == [3, 4, 7, 8]


def test_a_file_with_fewer_pages_than_were_accepted_stops_the_build_and_is_named(desk):
    path = desk.lay_pages("bank", "ONE", "TWO")
    desk.documents.clear()
    desk.lay(desk.sources[path.document_id], "Bank statement", "银行对账单", pages=3, document_id=path.document_id)

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "page_count_changed"
    assert "“bank.pdf” (Bank statement) was accepted with 3 pages and now gives 2." in failed.value.detail.en
    assert "银行对账单" in failed.value.detail.zh


def test_a_file_that_is_not_the_accepted_one_goes_into_no_build(desk, tmp_path):
    document = desk.lay_pages("bank", "ONE")
    accepted, target = desk.sources[document.document_id].read_bytes(), tmp_path / "source"

    with pytest.raises(PacketFailed) as failed:
        lay_source(document, [accepted, b"\n% changed"], target)

    assert (failed.value.code, failed.value.document_id) == ("document_changed", document.document_id)
    assert "“bank.pdf”" in failed.value.detail.en and not target.exists()
    lay_source(document, [accepted[:100], accepted[100:]], target)
    assert target.read_bytes() == accepted


def test_other_programs_find_no_fault_in_the_file(usual):
    packet = usual.build()

    checked = subprocess.run(["qpdf", "--check", packet.path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    warned = subprocess.run(["pdftotext", packet.path, "/dev/null"], capture_output=True, text=True)
    assert warned.stderr == ""


def test_the_file_says_what_it_is_and_nothing_of_when_it_was_made(usual):
    packet = usual.build()

    with pikepdf.open(packet.path) as pdf:
        assert {key: str(value) for key, value in pdf.docinfo.items()} == {
            "/Title": "申请材料册 Application packet K-2026-000123 / 2",
            "/Producer": "relo",
            "/CreationDate": "D:20261124",
        }
        assert "/Metadata" not in pdf.Root


def test_the_same_inputs_give_the_same_bytes(usual):
    first, second = usual.build(), usual.build()

    assert first.path != second.path
    assert Path(first.path).read_bytes() == Path(second.path).read_bytes()
    assert usual.build(packet_number=3).sha256 != first.sha256
