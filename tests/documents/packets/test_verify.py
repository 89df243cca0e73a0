"""With the file and its manifest alone, anybody can tell whether it is the one, and what differs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from documents.packets.manifest import dump_manifest

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def sealed(desk):
    desk.lay_sample("passport-data-page.jpg", "Passport data page", "护照资料页")
    desk.lay_pages("transcript", "FIRST", "SECOND", "THIRD")
    desk.lay_pages("cv", "MY LIFE")
    built = desk.build()
    manifest = built.path.with_suffix(".json")
    manifest.write_text(dump_manifest(built.manifest), "utf-8")
    return built.path, manifest


def verify(file, manifest, *options):
    """As somebody who has the source and nothing else: no settings, no database, not in the project's folder."""
    done = subprocess.run(
        [sys.executable, "-m", "documents.packets.verify", file, "--manifest", manifest, *options],
        capture_output=True,
        text=True,
        cwd=file.parent,
        env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT), "LC_ALL": "C.UTF-8"},
    )
    return done.returncode, done.stdout + done.stderr


def changed(sealed, change):
    path, manifest = sealed
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    return verify(path, manifest)


def test_the_sealed_file_is_the_one(sealed):
    code, said = verify(*sealed)

    assert code == 0
    assert said == "SAME: packet.pdf is packet 2 of K-2026-000123, unchanged, 8 pages.\n"
    assert verify(*sealed, "--language", "zh")[1].startswith("一致：packet.pdf 即K-2026-000123 的第 2 号材料册")


def test_any_changed_byte_is_found(sealed):
    path, manifest = sealed
    whole = path.read_bytes()
    for at in (9, len(whole) // 3, len(whole) // 2, len(whole) - 8):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        code, said = verify(path, manifest)
        assert code == 1
        assert said.startswith("DIFFERENT: packet.pdf is not packet 2 of K-2026-000123")
        assert "The SHA-256 of the file is" in said


def test_a_changed_byte_in_a_picture_names_its_page_and_document(sealed):
    path, manifest = sealed
    whole = path.read_bytes()
    picture = whole.index(b"\xff\xd8\xff", whole.index(b"/DCTDecode"))
    at = picture + 4000
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])

    code, said = verify(path, manifest)

    assert code == 1
    assert "- Page 3 was changed: 1 Passport data page, “passport-data-page.jpg”.\n" in said
    assert "Page 4" not in said


def test_two_swapped_pages_are_named(sealed):
    def swap(pdf):
        first, second = pdf.pages[4], pdf.pages[5]
        pdf.pages[4], pdf.pages[5] = second, first

    code, said = changed(sealed, swap)

    assert code == 1
    assert "- Page 6 was moved: it now stands as page 5, where page 5 belongs: 2 Transcript, “transcript.pdf”." in said
    assert "- Page 5 was moved: it now stands as page 6" in said
    assert "missing" not in said and "changed" not in said


def test_a_missing_document_is_named(sealed):
    def take_out(pdf):
        del pdf.pages[3:6]

    code, said = changed(sealed, take_out)

    assert code == 1
    assert "- The file has 5 pages; the manifest says 8.\n" in said
    assert "- Missing: the document 2 Transcript, “transcript.pdf” (pages 4 to 6).\n" in said
    assert "moved" not in said


def test_a_missing_page_and_a_strange_page_are_named(sealed):
    def exchange(pdf):
        del pdf.pages[4]
        pdf.add_blank_page(page_size=(595, 842))

    code, said = changed(sealed, exchange)

    assert code == 1
    assert "Page 5 is missing or changed: 2 Transcript" in said
    assert "Page 8 of the file is not a page of this packet." in said


def test_a_changed_title_is_told_from_changed_pages(sealed):
    def retitle(pdf):
        pdf.docinfo["/Title"] = "Another packet"

    code, said = changed(sealed, retitle)

    assert code == 1
    assert "Every page is as it was sealed." in said


def test_a_cut_off_file_is_told(sealed):
    path, manifest = sealed
    path.write_bytes(path.read_bytes()[:500])

    code, said = verify(path, manifest)

    assert code == 1
    assert "Its pages cannot be read" in said


@pytest.mark.parametrize(
    "spoil",
    [
        lambda manifest: manifest["parts"].pop(1),
        lambda manifest: manifest.update(pages=7),
        lambda manifest: manifest["page_sha256"].pop(),
        lambda manifest: manifest.update(format="relo-packet-manifest/9"),
        lambda manifest: manifest.pop("sha256"),
    ],
)
def test_a_manifest_that_contradicts_itself_proves_nothing(sealed, spoil):
    path, manifest = sealed
    told = json.loads(manifest.read_text("utf-8"))
    spoil(told)
    manifest.write_text(json.dumps(told), "utf-8")

    code, said = verify(path, manifest)

    assert code == 2
    assert "manifest" in said and "Traceback" not in said


def test_files_that_are_not_there_or_not_theirs_are_told(sealed):
    path, manifest = sealed

    assert verify(path.with_name("gone.pdf"), manifest)[0] == 2
    assert verify(path, path)[0] == 2
