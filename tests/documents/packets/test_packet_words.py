"""What people typed is printed as they typed it, and can neither break nor disguise the page."""

from datetime import date

import pytest

from documents.packets import fonts
from documents.packets.errors import PacketBlocked, PacketFailed
from documents.packets.inputs import PacketInputs, fingerprint
from documents.packets.manifest import dump_manifest
from documents.packets.plan import Matter, plan_packet
from documents.packets.render import closed_fetcher, front_html
from documents.packets.text import LONGEST, Text, day, printable


def test_the_cover_says_in_both_languages_whose_packet_it_is(desk, read):
    desk.lay_pages("cv", "MY LIFE")
    cover = read(desk.build().path, 1, "-layout")

    for words in (
        "申请材料册",
        "Application packet",
        "K字签证",
        "K visa",
        "Anna Maria ERIKSSON",
        "安娜·玛丽亚·埃里克松",
        "K-2026-000123",
        "CN-K, 2026.1",
        "2026年11月24日",
        "24 November 2026",
        "2027年1月15日",
        "15 January 2027",
        "Utopia Relocation Ltd.",
    ):
        assert words in cover
    counts = [line.split()[-1] for line in cover.splitlines() if "材料份数" in line or "材料页数" in line]
    assert counts == ["1", "1"]


def test_what_is_not_known_is_not_printed(desk, read):
    desk.lay_pages("cv", "MY LIFE")
    cover = read(desk.build(planned_hand_in=None, candidate_chinese_name="").path, 1)

    assert "计划递交日期" not in cover
    assert "None" not in cover


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ settings.SECRET_KEY }}{% now 'Y' %}", "{{ settings.SECRET_KEY }}{% now 'Y' %}"),
        ("</table><img src=http://127.0.0.1/x>", "</table><img src=http://127.0.0.1/x>"),
        ("O’Brien & Müller", "O’Brien & Müller"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("line\none\ttab\x00end", "line one tab end"),
    ],
)
def test_a_hostile_name_is_printed_as_text(desk, read, typed, printed):
    desk.lay_pages("cv", "MY LIFE")
    document = desk.documents.pop()
    desk.lay(desk.sources[document.document_id], typed, typed, document_id=document.document_id)
    packet = desk.build(candidate_name=typed, agency_name=typed, candidate_chinese_name=typed)

    assert printed in read(packet.path, 1)
    assert printed in read(packet.path, 2)


def test_rare_characters_and_other_scripts_are_printed(desk, read):
    desk.lay_pages("cv", "MY LIFE")
    packet = desk.build(candidate_name="Łukasz Đặng Ğül", candidate_chinese_name="𠮷田")

    cover = read(packet.path, 1)
    assert "Łukasz Đặng Ğül" in cover
    assert "𠮷田" in cover


def test_two_files_for_one_requirement_are_told_apart_by_their_names(desk, read):
    desk.lay_pages("front", "ONE")
    desk.lay_pages("back", "TWO")
    first, second = desk.documents
    desk.documents.clear()
    for document, name in ((first, "front.pdf"), (second, "back<b>.pdf")):
        desk.lay(
            desk.sources[document.document_id],
            "Degree",
            "学位证书",
            document_id=document.document_id,
            requirement_code="degree",
            file_name=name,
        )

    contents = read(desk.build().path, 2)
    assert "front.pdf" in contents
    assert "back<b>.pdf" in contents


def test_a_very_long_name_neither_overflows_nor_loses_the_page_number(desk, read):
    desk.lay_pages("cv", "MY LIFE")
    document = desk.documents.pop()
    desk.lay(desk.sources[document.document_id], "W" * 5000, "𠮷" * 5000, document_id=document.document_id)
    packet = desk.build(candidate_name="Anna" * 2000)

    front = packet.manifest["front_pages"]
    assert packet.pages == front + 1 + packet.manifest["back_pages"]
    assert "MY LIFE" in read(packet.path, front + 1)
    assert f"page {front} of {packet.pages}" in read(packet.path, front)


def test_a_character_that_no_font_has_stops_the_build_instead_of_printing_a_box(desk, monkeypatch):
    desk.lay_pages("cv", "MY LIFE")
    monkeypatch.setattr(fonts, "_known_elsewhere", lambda character: False)

    with pytest.raises(PacketFailed) as failed:
        desk.build(candidate_name="Anna ᚠ")

    assert failed.value.code == "letters_missing"
    assert "ᚠ (U+16A0)" in failed.value.detail.en
    assert "fonts-noto-core" in failed.value.detail.zh


def test_without_the_chinese_font_nothing_is_built_and_the_cure_is_named(desk, monkeypatch):
    desk.lay_pages("cv", "MY LIFE")
    monkeypatch.setattr(fonts, "FACE", "No Such Face")
    fonts.covered.cache_clear()
    try:
        with pytest.raises(PacketFailed) as failed:
            desk.build()
    finally:
        fonts.covered.cache_clear()

    assert failed.value.code == "font_missing"
    assert "fonts-noto-cjk" in failed.value.detail.en
    assert "fonts-noto-cjk" in failed.value.detail.zh


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "https://example.org/a.css", "file:///etc/passwd", "ftp://example.org/", "//x/y"]
)
def test_the_front_matter_can_fetch_nothing(address):
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        closed_fetcher().fetch(address)


def test_every_chinese_phrase_of_the_front_matter_says_that_it_is_chinese(desk):
    """A phrase without its language is set with the wrong line breaks and, on other machines, Japanese shapes."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        void = {"meta"}

        def __init__(self):
            super().__init__()
            self.languages, self.unmarked = [], []

        def handle_starttag(self, tag, attributes):
            if tag not in self.void:
                inherited = self.languages[-1] if self.languages else ""
                self.languages.append(dict(attributes).get("lang") or inherited)

        def handle_endtag(self, tag):
            self.languages.pop()

        def handle_data(self, data):
            if any("\u4e00" <= character <= "\u9fff" for character in data) and self.languages[-1] != "zh-Hans":
                self.unmarked.append(data)

    desk.lay_pages("cv", "MY LIFE")
    reader = Reader()
    reader.feed("".join(front_html(plan_packet(desk.inputs()), Matter(2, 1))))
    assert reader.unmarked == []


def test_an_empty_packet_is_refused_with_the_cure(desk):
    with pytest.raises(PacketBlocked) as blocked:
        plan_packet(desk.inputs())

    (blocker,) = blocked.value.blockers
    assert (blocker.code, blocker.document_id) == ("nothing_accepted", None)
    assert "Accept at least one" in blocker.cure.en
    assert "请先审核通过至少一份材料" in blocker.cure.zh


def test_every_reason_against_a_packet_is_named_at_once(desk):
    desk.lay_pages("good", "WORDS")
    path = desk.sources["document-1"]
    desk.lay(path, "Film", "影片", kind="mp4")
    desk.lay(path, "Letter", "信函", pages=None)
    desk.lay(path, "Photo", "照片", kind="jpeg", pages=2)
    desk.lay(path, "Again", "重复", document_id="document-1")

    with pytest.raises(PacketBlocked) as blocked:
        plan_packet(desk.inputs())

    assert [(blocker.code, blocker.document_id) for blocker in blocked.value.blockers] == [
        ("kind_unknown", "document-2"),
        ("pages_missing", "document-3"),
        ("pages_wrong", "document-4"),
        ("document_twice", "document-1"),
    ]


def test_the_same_inputs_have_the_same_fingerprint_and_any_change_another(desk):
    desk.lay_pages("cv", "MY LIFE")
    inputs = desk.inputs()

    assert fingerprint(PacketInputs.from_json(inputs.to_json())) == fingerprint(inputs)
    others = [
        desk.inputs(printed_on=date(2026, 11, 25)),
        desk.inputs(candidate_name="Anna Eriksson"),
        desk.inputs(documents=()),
        desk.inputs(route_name=Text("K visa", "K签证")),
    ]
    assert len({fingerprint(one) for one in [inputs, *others]}) == 5


def test_inputs_that_are_not_whole_are_refused():
    with pytest.raises(ValueError, match="case_reference"):
        PacketInputs.from_json({"packet_number": 1})


def test_the_manifest_accounts_for_every_page_and_every_byte(desk):
    desk.lay_sample("passport-data-page.jpg", "Passport data page", "护照资料页")
    desk.lay_pages("transcript", "ONE", "TWO")
    packet = desk.build()

    manifest = packet.manifest
    assert manifest["sha256"] == packet.sha256
    assert manifest["size"] == packet.path.stat().st_size == packet.size
    assert manifest["pages"] == packet.pages == 6
    assert manifest["route"] == {"code": "CN-K", "edition": "2026.1"}
    assert manifest["printed_on"] == "2026-11-24"
    assert manifest["software"]["version"]
    assert [(part["position"], part["first_page"], part["last_page"]) for part in manifest["parts"]] == [
        (1, 3, 3),
        (2, 4, 5),
    ]
    assert manifest["parts"][0]["sha256"] == desk.documents[0].sha256
    assert manifest["parts"][0]["reviewer"] == "Li Wei"
    assert dump_manifest(manifest) == dump_manifest(dict(reversed(manifest.items())))


def test_the_manifest_keeps_a_disguised_name_and_shows_that_it_is_one():
    text = dump_manifest({"file_name": "photo\u202egpj.exe 护照"})

    assert "photo\\u202egpj.exe 护照" in text
    assert "\u202e" not in text


def test_words_are_made_printable():
    assert printable("a\u2066b\u2069c") == "abc"
    assert printable("\ud800x") == "x"
    assert printable("e\u0301") == "é"
    assert len(printable("x" * 999)) == LONGEST
    assert day(date(2026, 3, 1)) == Text("1 March 2026", "2026年3月1日")
