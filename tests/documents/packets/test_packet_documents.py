"""What a PDF shows in its own viewer is what the packet shows: filled-in forms, layers, protection."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from documents.packets.errors import PacketFailed


def with_form(desk, value, *, drawn=None, flags=0, stale=True, name="form"):
    """A page with one text field. `drawn` is what the field's own appearance shows, None for no appearance."""
    document = desk.lay_pages(name, "NAME OF APPLICANT")
    path = desk.sources.pop(document.document_id)
    desk.documents.pop()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        face = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        resources = Dictionary(Font=Dictionary(Helv=face))
        widget = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=pikepdf.String("name"),
                V=pikepdf.String(value),
                Rect=Array([40, 300, 400, 330]),
                DA=pikepdf.String("/Helv 12 Tf 0 g"),
                F=4,
                Ff=flags,
            )
        )
        if drawn is not None:
            look = pdf.make_stream(f"/Tx BMC BT /Helv 12 Tf 2 8 Td ({drawn}) Tj ET EMC".encode())
            look.Type, look.Subtype, look.BBox, look.Resources = (
                Name.XObject,
                Name.Form,
                Array([0, 0, 360, 30]),
                resources,
            )
            widget.AP = Dictionary(N=look)
        pdf.pages[0].obj.Annots = Array([widget])
        pdf.Root.AcroForm = Dictionary(Fields=Array([widget]), DR=resources, NeedAppearances=stale)
        pdf.save(path)
    return desk.lay(path, "Form", "申请表")


def test_the_entries_of_a_form_are_printed_and_can_no_longer_be_changed(desk, read):
    with_form(desk, "Anna Maria Eriksson")
    packet = desk.build().path

    assert "Anna Maria Eriksson" in read(packet, 3)
    with pikepdf.open(packet) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[2] or len(pdf.pages[2].Annots) == 0


def test_an_entry_that_was_changed_after_it_was_drawn_is_printed_as_changed(desk, read):
    with_form(desk, "Eriksson", drawn="Lindqvist")
    packet = desk.build().path

    assert "Eriksson" in read(packet, 3)
    assert "Lindqvist" not in read(packet, 3)


def test_two_forms_with_fields_of_one_name_keep_their_own_entries(desk, read):
    with_form(desk, "Anna", name="first")
    with_form(desk, "Maria", name="second")
    packet = desk.build().path

    assert "Anna" in read(packet, 3)
    assert "Maria" not in read(packet, 3)
    assert "Maria" in read(packet, 4)


def test_a_form_that_draws_its_chinese_entry_itself_is_taken_as_drawn(desk, read):
    with_form(desk, "安娜", drawn="DRAWN BY ITS MAKER", stale=False)

    assert "DRAWN BY ITS MAKER" in read(desk.build().path, 3)


@pytest.mark.parametrize(("value", "flags"), [("安娜·埃里克松", 0), ("two\rlines", 1 << 12)])
def test_an_entry_that_would_be_printed_wrong_stops_the_build_and_says_what_to_do(desk, value, flags):
    with_form(desk, value, flags=flags)

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "form_not_printable"
    assert "print it to a new PDF" in failed.value.detail.en
    assert "重新打印为 PDF" in failed.value.detail.zh


def test_links_in_a_form_survive(desk):
    document = with_form(desk, "Anna")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([40, 100, 90, 120]),
            Border=Array([0, 0, 0]),
            A=Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org/")),
        )
        pdf.pages[0].Annots.append(pdf.make_indirect(link))
        pdf.save(path)
    desk.documents.clear()
    desk.lay(path, "Form", "申请表", document_id=document.document_id)

    with pikepdf.open(desk.build().path) as pdf:
        assert [str(annotation.Subtype) for annotation in pdf.pages[2].Annots] == ["/Link"]


def test_a_file_that_only_forbids_changes_is_taken_in_readable(desk, read):
    document = desk.lay_pages("locked", "OPEN TO READ")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="secret", user=""))
    desk.documents.clear()
    desk.lay(path, "Locked", "材料", document_id=document.document_id)
    packet = desk.build().path

    assert "OPEN TO READ" in read(packet, 3)
    with pikepdf.open(packet) as pdf:
        assert not pdf.is_encrypted


def test_a_file_with_a_password_is_named(desk):
    document = desk.lay_pages("locked", "CLOSED")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="secret", user="secret"))
    desk.documents.clear()
    desk.lay(path, "Locked", "材料", document_id=document.document_id)

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "document_locked"
    assert failed.value.detail.en.startswith("“locked.pdf” (Locked) is protected by a password.")


def test_a_layer_that_is_switched_off_may_not_come_into_view(desk):
    document = desk.lay_pages("plan", "GROUND FLOOR")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("Draft")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        pdf.save(path)
    desk.documents.clear()
    desk.lay(path, "Plan", "平面图", document_id=document.document_id)

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "hidden_layers"


def test_rubbish_named_pdf_is_named(desk):
    path = desk.folder / "rubbish.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of use\n" * 20)
    desk.lay(path, "Letter", "信函")

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert (failed.value.code, failed.value.document_id) == ("document_damaged", "document-1")
