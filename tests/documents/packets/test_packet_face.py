"""The packet's own face: cut to the usual characters, which nobody who reads a packet may notice."""

import subprocess
from collections import defaultdict
from pathlib import Path

import pikepdf
import pytest

from documents.packets import builder, face
from documents.packets.fonts import FACE
from documents.packets.papers import lay_out_paper
from documents.packets.render import lay_out
from documents.packets.run import run_in_child

RARE = "喆玥㛃𠮷"  # of GB 2312 none
TEXTS = (
    "AVATAR To. “Łukasz” – ﬁrst — Nguyễn Phương … ½ №5",
    "申请材料，（安娜·玛丽亚）：“人才”——2026年……《K字签证》①",
    "☑ 待提交 喆玥，Anna 堃。 ☐",
    "Релокация, Ωμέγα カタカナー「写し」 김민준 한국",
)


@pytest.fixture
def new_builder():
    def end() -> None:
        if builder._running is not None:
            builder._running.end()

    return end


def faces_in(pdf: Path) -> set[str]:
    rows = subprocess.run(["pdffonts", pdf], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    return {row.split()[0].partition("+")[2] for row in rows} - {""}  # the documents' own are not subsets


@pytest.mark.parametrize("style", ["font-size: 10pt", "line-height: 1.4", "letter-spacing: 0.06em", "font-size: 7.5pt"])
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_what_is_set_in_the_cut_stands_where_the_whole_face_would_put_it(tmp_path, language, style):
    """Each letter, each line and each fallback: the cut must not be narrower, lower or less kerned."""

    def set_in(families: str) -> str:
        lines = "".join(f'<p lang="{language}">{text}</p>' for text in TEXTS * 2)
        style_of_all = f"p {{ font-family: {families}, 'DejaVu Sans'; width: 41mm; {style} }}"
        path = tmp_path / "set.pdf"
        lay_out(f"<html><style>{style_of_all}</style>{lines}</html>").write_pdf(path)
        return subprocess.run(["pdftotext", "-bbox", path, "-"], check=True, capture_output=True, text=True).stdout

    assert "Phương" in set_in(f"'{face.CUT}'")
    assert set_in(f"'{face.CUT}', '{FACE}'") == set_in(f"'{FACE}'")


def test_a_packet_is_set_in_the_cut_alone_and_in_the_whole_where_a_character_is_rare(desk, read):
    desk.lay_pages("cv", "MY LIFE")

    usual, rare = desk.build(), desk.build(candidate_chinese_name=RARE)

    assert faces_in(usual.path) == {"Noto-Sans-CJK-SC-Usual"}
    assert RARE in read(rare.path, 1)
    assert faces_in(rare.path) == {"Noto-Sans-CJK-SC-Usual", "Noto-Sans-CJK-SC"}


def test_every_building_process_writes_the_same_bytes_rare_characters_or_not(desk, tmp_path, new_builder):
    desk.lay_pages("cv", "MY LIFE")
    inputs = desk.inputs(candidate_chinese_name=RARE)
    built = [desk.build(candidate_chinese_name=RARE).path.read_bytes()]
    for number in range(2):
        new_builder()
        workdir = tmp_path / f"child-{number}"
        workdir.mkdir()
        built.append(run_in_child(inputs, desk.sources, workdir).path.read_bytes())

    assert built[0] == built[1] == built[2]


def test_where_the_cut_cannot_be_had_nothing_is_built_with_another_face(desk, monkeypatch):
    desk.lay_pages("cv", "MY LIFE")
    monkeypatch.setattr(face, "_cut", lambda fonts: b"no font")
    face.packet_fonts.cache_clear()

    with pytest.raises(RuntimeError, match="in the place of Noto Sans CJK SC Usual"):
        desk.build()


def test_a_building_process_leaves_no_cut_behind(new_builder, desk, tmp_path):
    desk.lay_pages("cv", "MY LIFE")
    workdir = tmp_path / "child"
    workdir.mkdir()
    run_in_child(desk.inputs(), desk.sources, workdir)
    home = Path(builder._running.home)
    assert list(home.glob("weasyprint-*"))

    new_builder()

    assert not home.exists()


def test_bold_on_other_paper_is_the_bold_face_itself(tmp_path):
    told = {
        "reference": "K-2026-000123",
        "agency": "Utopia Relocation Ltd.",
        "candidate": "Anna Maria ERIKSSON",
        "candidate_chinese": "安娜",
        "nationality": {"en": "Utopia", "zh": "乌托邦"},
        "passport_number": "L898902C3",
        "employer": "",
        "agency_email": "office@example.org",
    }
    target = tmp_path / "card.pdf"

    lay_out_paper({"code": "emergency-card", "route_code": "", "post_code": "", "context": told}, target)

    assert faces_in(target) == {"Noto-Sans-CJK-SC", "Noto-Sans-CJK-SC-Bold"}


def test_no_two_faces_in_a_packet_bear_one_name(desk):
    """Cover and contents, register, and stamps are cut from one face each for itself; printers keep faces by name."""
    faces: dict[str, set[tuple[int, int]]] = defaultdict(set)
    desk.lay_pages("bank", "ONE", "TWO")
    with pikepdf.open(desk.build().path) as pdf:
        for page in pdf.pages:
            drawn = page.obj.Resources.get("/XObject", {}).get("/Document")
            for resources in (page.obj.Resources, drawn.Resources if drawn is not None else {}):
                for font in resources.get("/Font", {}).values():
                    if "+" in str(font.BaseFont):
                        faces[str(font.BaseFont)].add(font.objgen)

    assert len(faces) >= 3 and all(len(objects) == 1 for objects in faces.values()), faces
