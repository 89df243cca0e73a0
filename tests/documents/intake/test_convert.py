"""Working copies: what is in them, what is no longer, and that nothing else passes for one."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from documents.intake import convert
from documents.intake.convert import Conversion, converted, drawn
from documents.intake.derivative import more_than_pages
from documents.intake.inspect import inspect_file
from documents.intake.plain_jpeg import plain_jpeg
from documents.intake.sandbox import WHILE_SOMEONE_WAITS, TimeLeft
from documents.intake.verdicts import Verdict
from documents.intake.walls import Limits
from tests.documents.intake import made_files

SCRIPT = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@contextmanager
def made(
    data: bytes, name: str = "upload", limits: Limits = WHILE_SOMEONE_WAITS
) -> Iterator[tuple[Verdict, Conversion]]:
    source = io.BytesIO(data)
    verdict = inspect_file(source, name)
    assert verdict.ok, (verdict.code, verdict.evidence)
    with converted(source, verdict, TimeLeft(limits)) as conversion:
        yield verdict, conversion


def copy_of(data: bytes, name: str = "upload") -> bytes:
    with made(data, name) as (_, conversion):
        assert conversion.copy is not None, conversion.refused
        return conversion.copy.read()


def opened(data: bytes) -> Pdf:
    return pikepdf.open(io.BytesIO(data))


def only_pages(data: bytes, folder: Path) -> list[str]:
    (folder / "copy.pdf").write_bytes(data)
    return list(more_than_pages(folder / "copy.pdf", folder))


def darkest(copy: bytes) -> int:
    return min(picture(copy).convert("L").tobytes())


def picture(copy: bytes, page: int = 1, side: int = 400) -> Image.Image:
    drawing = drawn(io.BytesIO(copy), [(page, side)], WHILE_SOMEONE_WAITS)
    assert drawing is not None
    return Image.open(io.BytesIO(drawing.pictures[0]))


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda: made_files.pdf_with_root(OpenAction=SCRIPT), {"javascript", "automatic_action"}),
        (
            lambda: made_files.written_pdf(b"/Open#41ction << /S /J#61vaScript /#4aS (app.alert\\(1\\)) >>"),
            {"javascript", "automatic_action"},
        ),
        (lambda: made_files.pdf_with_root(AA=Dictionary(WC=SCRIPT)), {"javascript", "automatic_action"}),
        (lambda: made_files.pdf_with_annotation(Subtype=Name.Link, A=SCRIPT), {"javascript"}),
        (lambda: made_files.pdf_with_attachment(), {"embedded_file"}),
        (
            lambda: made_files.pdf_with_root(OpenAction=Dictionary(S=Name.URI, URI=String("https://example.org"))),
            {"automatic_action"},
        ),
        (lambda: made_files.pdf_with_root(OpenAction=Dictionary(S=Name.Named, N=Name.Print)), {"automatic_action"}),
        (
            lambda: made_files.pdf_with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm)),
            {"sends_data"},
        ),
        (
            lambda: made_files.pdf_with_annotation(
                Subtype=Name.Link, A=Dictionary(S=Name.GoTo, D=[], Next=Array([Dictionary(S=Name.ImportData)]))
            ),
            {"sends_data"},
        ),
        (lambda: made_files.pdf_with_annotation(Subtype=Name.RichMedia), {"multimedia"}),
        (
            lambda: made_files.pdf_with_annotation(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F=String("//host/x"))),
            {"outside_file"},
        ),
        (lambda: made_files.pdf_with_root(Odd=Dictionary(Type=Name.Filespec, F=String("//host/x"))), {"outside_file"}),
    ],
)
def test_active_content_is_named_and_not_in_the_copy(
    make: Callable[[], bytes], found: set[str], tmp_path: Path
) -> None:
    with made(make()) as (verdict, conversion):
        assert set(verdict.removes) == found
        assert conversion.copy is not None
        copy = conversion.copy.read()

    assert only_pages(make(), tmp_path) != []  # so the search can find it
    assert only_pages(copy, tmp_path) == []
    assert inspect_file(io.BytesIO(copy), "copy.pdf").removes == ()


def test_metadata_links_and_outlines_are_not_in_the_copy(tmp_path: Path) -> None:
    def change(pdf: Pdf) -> None:
        with pdf.open_metadata() as notes:
            notes["dc:creator"] = ["Anna Eriksson"]
        pdf.docinfo["/Author"] = "Anna Eriksson"
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Somewhere", 0))
        pdf.pages[0].obj.PieceInfo = Dictionary(Editor=Dictionary(LastModified=String("D:2026"), Private=String("x")))
        link = Dictionary(S=Name.URI, URI=String("https://example.org"))
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=link)
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    data = made_files.pdf(change=change)
    copy = copy_of(data)

    assert only_pages(copy, tmp_path) == []
    assert b"Eriksson" in data and b"Eriksson" not in copy
    assert copy == copy_of(data)  # the same file gives the same copy


def test_what_was_typed_into_a_form_is_drawn_on_the_page(tmp_path: Path) -> None:
    with made(made_files.pdf_with_field("Utopia Institute")) as (verdict, conversion):
        assert verdict.evidence["form"] is True
        assert conversion.copy is not None
        copy = conversion.copy.read()

    assert only_pages(copy, tmp_path) == []
    assert darkest(copy) < 120  # there is ink where the page had none
    assert darkest(copy_of(made_files.pdf())) == 255


def test_a_form_that_would_be_drawn_wrong_is_refused_with_the_cure() -> None:
    with made(made_files.pdf_with_field("乌托邦理工学院")) as (_, conversion):
        assert conversion.copy is None and conversion.refused is not None
        assert (conversion.refused.code, conversion.refused.status) == ("form_not_printable", 422)
        assert conversion.refused.detail is not None and "打印为新的 PDF" in conversion.refused.detail.zh


def test_a_pdf_that_opens_without_a_password_is_copied_without_one() -> None:
    with opened(copy_of(made_files.locked_pdf(user=""))) as copy:
        assert not copy.is_encrypted and len(copy.pages) == 1


def test_a_table_of_contents_that_points_astray_is_made_anew() -> None:
    astray = made_files.pdf(pages=2).replace(b"startxref\n", b"startxref\n1")

    with opened(copy_of(astray)) as copy:
        assert len(copy.pages) == 2
    assert not inspect_file(io.BytesIO(astray[:-200] + b"%%EOF"), "a.pdf").ok  # more than the table is gone


PLACE = Image.Exif()
PLACE[0x0112] = 6
PLACE.get_ifd(0x8825)[1] = "N"


def test_a_photo_stands_upright_on_a4_with_its_own_pixels_and_without_its_place(tmp_path: Path) -> None:
    photo = made_files.image("JPEG", (400, 300), exif=PLACE, comment=b"by Anna", quality=90)

    copy = copy_of(photo, "photo.jpg")

    assert only_pages(copy, tmp_path) == []
    with opened(copy) as pdf:
        width, height = (float(side) for side in pdf.pages[0].MediaBox[2:])
        (embedded,) = pdf.pages[0].get_images().values()
        kept = embedded.read_raw_bytes()
    assert (round(width), round(height)) == (595, 842)  # turned by a quarter, the wide photo is a tall one
    assert b"Exif" not in kept and b"by Anna" not in kept and b"Exif" in photo
    before, after = (Image.open(io.BytesIO(data)).convert("RGB") for data in (photo, kept))
    assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_upright_whichever_way_it_was_held(orientation: int) -> None:
    upright = Image.new("RGB", (300, 400), "white")
    upright.paste("red", (0, 0, 150, 200))  # the upper left corner
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}.get(orientation)
    stored = upright if turn is None else upright.transpose(Image.Transpose(turn))
    notes, written = Image.Exif(), io.BytesIO()
    notes[0x0112] = orientation
    stored.save(written, "JPEG", exif=notes)

    shown = picture(copy_of(written.getvalue(), "photo.jpg"), side=800).convert("RGB")

    box = shown.convert("L").point(lambda light: 255 if light < 200 else 0).getbbox()
    assert box is not None
    middle = shown.width / 2
    assert box[2] <= middle + 3 and box[3] <= shown.height / 2 + 20  # red in the upper left, and nowhere else


@pytest.mark.parametrize("marker", [b"\xff\xe1", b"\xff\xed", b"\xff\xfe"])
def test_notes_between_the_scans_of_a_photo_go_as_well(marker: bytes) -> None:
    photo = made_files.image("JPEG", (200, 100), progressive=True)
    second = photo.index(b"\xff\xda", photo.index(b"\xff\xda") + 2)
    hidden = photo[:second] + marker + b"\x00\x0cin between" + photo[second:]

    plain = plain_jpeg(hidden)

    assert b"in between" not in plain
    assert (
        Image.open(io.BytesIO(plain)).convert("RGB").tobytes() == Image.open(io.BytesIO(photo)).convert("RGB").tobytes()
    )


def test_a_photo_inside_a_pdf_loses_its_place_too(tmp_path: Path) -> None:
    photo = made_files.image("JPEG", (200, 100), exif=PLACE)

    copy = copy_of(made_files.pdf_with_image(photo, 200, 100, Name.DCTDecode))

    assert only_pages(copy, tmp_path) == []
    assert b"Exif" in photo


def test_a_scan_of_three_pages_is_a_pdf_of_three() -> None:
    pages, written = [Image.new("1", (80, 100), index % 2) for index in range(3)], io.BytesIO()
    pages[0].save(written, "TIFF", save_all=True, append_images=pages[1:], compression="group4")

    with made(written.getvalue(), "scan.tif") as (verdict, conversion):
        assert (verdict.kind, verdict.pages, conversion.pages) == ("tiff", 3, 3)


@pytest.mark.parametrize(("kind", "name"), [("WEBP", "photo.webp"), ("TIFF", "photo.tif"), ("PNG", "photo.png")])
def test_other_pictures_become_a_page(kind: str, name: str, tmp_path: Path) -> None:
    copy = copy_of(made_files.image(kind, (300, 400), exif=PLACE), name)

    assert only_pages(copy, tmp_path) == []
    with opened(copy) as pdf:
        assert len(pdf.pages) == 1


def test_a_scan_of_sixteen_bits_keeps_its_shades() -> None:
    grey, written = Image.new("I;16", (300, 400), 32768), io.BytesIO()
    grey.save(written, "TIFF")

    assert 110 < darkest(copy_of(written.getvalue(), "scan.tif")) < 145


def test_what_is_clear_in_a_picture_is_white_on_paper() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(written, "PNG")

    assert darkest(copy_of(written.getvalue(), "stamp.png")) > 250


def test_a_heic_photo_becomes_a_page(tmp_path: Path) -> None:
    copy = copy_of((made_files.SAMPLES / "passport-data-page.heic").read_bytes(), "IMG_1.HEIC")

    assert only_pages(copy, tmp_path) == []
    assert picture(copy).getextrema() != ((255, 255),) * 3


def test_a_layer_that_is_switched_off_stays_off() -> None:
    def change(pdf: Pdf) -> None:
        layer = pdf.make_indirect(
            Dictionary(Type=Name.OCG, Name=String("Draft"), Usage=Dictionary(CreatorInfo=Dictionary()))
        )
        pdf.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer], AS=[Dictionary(Event=Name.View)]))

    with opened(copy_of(made_files.pdf(change=change))) as copy:
        assert len(copy.Root.OCProperties.D.OFF) == 1
        assert "/AS" not in copy.Root.OCProperties.D and "/Usage" not in copy.Root.OCProperties.OCGs[0]


@pytest.mark.parametrize("job", ["write_script", "write_nothing", "write_page_too_many"])
def test_what_was_made_is_looked_at_by_another_process(job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "_JOBS", {"pdf": f"tests.documents.intake.hostile_jobs:{job}"})

    with made(made_files.pdf()) as (_, conversion):
        assert conversion.copy is None
        assert conversion.refused is not None and conversion.refused.code == "not_made_safe"


@pytest.mark.parametrize(
    ("job", "code"),
    [("break_converting", "unreadable_safely"), ("fill_the_disk", "unreadable_safely"), ("dawdle", None)],
)
def test_a_converter_that_breaks_is_a_verdict_and_one_that_is_slow_is_none(
    job: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "_JOBS", {"pdf": f"tests.documents.intake.hostile_jobs:{job}"})
    monkeypatch.setattr(convert, "MOST_BYTES", 1024 * 1024)

    with made(made_files.pdf(), limits=Limits(cpu_seconds=1, wall_seconds=10.0)) as (_, conversion):
        assert (conversion.refused.code if conversion.refused else None) == code
        assert conversion.ran_out == (code is None)


def test_a_page_that_cannot_be_drawn_is_told_as_none_and_the_parent_goes_on() -> None:
    assert drawn(io.BytesIO(b"%PDF-1.7 nothing"), [(1, 400)], WHILE_SOMEONE_WAITS) == ([], {})
    copy = copy_of(made_files.pdf(pages=2))
    assert drawn(io.BytesIO(copy), [(3, 400)], WHILE_SOMEONE_WAITS) == ([], {})
    assert picture(copy, page=2, side=100).size <= (100, 100)
