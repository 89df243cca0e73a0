"""Whatever comes in, the packet is right or refused with the cause; nothing half built is ever offered."""

import dataclasses
import os
import signal
import subprocess
import time
from contextlib import suppress

import pikepdf
import pytest

from documents.packets import builder, run
from documents.packets.errors import PacketBlocked, PacketFailed
from documents.packets.inputs import PacketInputs
from documents.packets.run import run_in_child
from tests.documents.packets.conftest import paper


@pytest.fixture
def workdir(tmp_path):
    folder = tmp_path / "child"
    folder.mkdir()
    return folder


def relaid(desk, **changes):
    desk.documents[-1] = dataclasses.replace(desk.documents[-1], **changes)


def test_a_document_without_pages_is_named(desk):
    desk.lay_pages("empty", "GONE")
    relaid(desk, pages=0)

    with pytest.raises(PacketBlocked) as blocked:
        desk.build()

    assert [blocker.code for blocker in blocked.value.blockers] == ["no_pages"]
    assert "“empty.pdf” (Empty) has no pages" in blocked.value.blockers[0].cure.en


def test_a_file_whose_pages_are_gone_stops_the_build(desk):
    path = desk.folder / "none.pdf"
    with pikepdf.new() as pdf:
        pdf.save(path)
    desk.lay(path, "None", "无", 1)

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "page_count_changed" and "none.pdf" in failed.value.detail.en


def test_a_document_of_501_pages_and_a_packet_of_3000_come_through_whole(desk, workdir, read):
    path = paper(desk.folder / "long.pdf", *[f"LEAF {number}." for number in range(1, 502)])
    for number in range(6):
        desk.lay(path, f"Long {number}", "长材料", 501, requirement_code=f"long-{number}")

    built = run_in_child(desk.inputs(), desk.sources, workdir)

    assert built.pages == 6 * 501 + built.manifest["front_pages"] + built.manifest["back_pages"] > 3000
    last = built.manifest["parts"][-1]["last_page"]
    text = read(built.path, last)
    assert "LEAF 501." in text and f"page {last} of {built.pages}" in text
    with pikepdf.open(built.path) as pdf:
        assert len(pdf.pages) == built.pages


def test_a_font_that_is_not_embedded_warns_and_names_the_file(desk):
    path = paper(desk.folder / "office.pdf", "WORDS")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Resources.Font.F1.BaseFont = pikepdf.Name("/SomeOfficeFont")
        pdf.save(path)
    desk.lay(path, "Letter", "信函", 1)
    desk.lay_pages("plain", "HELVETICA IS IN EVERY READER")

    built = desk.build()

    assert [(warning.code, warning.document_id) for warning in built.warnings] == [("fonts_not_embedded", "document-1")]
    assert "“office.pdf” (Letter) does not carry its fonts (SomeOfficeFont)" in built.warnings[0].cure.en
    assert "未嵌入字体" in built.warnings[0].cure.zh


def test_a_picture_too_coarse_to_read_warns_and_names_the_file(desk):
    from PIL import Image

    Image.new("RGB", (400, 560), "white").save(desk.folder / "tiny.jpg")
    desk.lay(desk.folder / "tiny.jpg", "Photo", "照片")

    built = desk.build()

    assert [warning.code for warning in built.warnings] == ["below_legibility"]
    assert "tiny.jpg" in built.warnings[0].cure.en and "dots per inch of an A4 page" in built.warnings[0].cure.en


@pytest.mark.parametrize(
    "name",
    [
        "محمد عبد الله",
        "Wolfeschlegelsteinhausenbergerdorffvonderwelt Hubert Blaine",
        "Sukarno",
        "𠮷野家",
        "Łukasz Đặng",
    ],
)
def test_names_of_every_kind_are_printed(desk, read, name):
    desk.lay_pages("cv", "MY LIFE")

    packet = desk.build(candidate_name=name, candidate_chinese_name="").path

    printed = "".join(read(packet, 1).split())
    for word in name.split():
        assert word in printed or word[::-1] in printed


def test_an_emoji_that_no_font_has_is_refused_with_the_cure(desk, monkeypatch):
    from documents.packets import fonts

    monkeypatch.setattr(fonts, "_known_elsewhere", lambda character: False)
    desk.lay_pages("cv", "MY LIFE")

    with pytest.raises(PacketFailed) as failed:
        desk.build(candidate_name="Anna 🦊 Eriksson")

    assert failed.value.code == "letters_missing" and "U+1F98A" in failed.value.detail.en
    assert "服务器上没有" in failed.value.detail.zh


def test_a_template_with_a_missing_picture_stops_the_build(desk, tmp_path, monkeypatch):
    import shutil

    from documents.packets import render

    shutil.copytree(render.TEMPLATES, tmp_path / "templates")
    cover = tmp_path / "templates" / "cover.html"
    cover.write_text(cover.read_text("utf-8") + '<img src="seal.png">', "utf-8")
    monkeypatch.setattr(render, "TEMPLATES", tmp_path / "templates")
    desk.lay_pages("cv", "MY LIFE")

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "front_matter_incomplete"
    assert not list(desk.folder.glob("work-*/packet.pdf"))


def test_a_route_and_a_post_may_have_templates_of_their_own(desk, tmp_path, monkeypatch, read):
    import shutil

    from documents.packets import render

    folder = tmp_path / "templates"
    shutil.copytree(render.TEMPLATES, folder)
    for place, words in (("cn-k", "THE ROUTE"), ("cn-k/berlin", "THE POST")):
        (folder / place).mkdir()
        (folder / place / "cover.html").write_text(f"<section class='cover'><p>{words}</p></section>", "utf-8")
    monkeypatch.setattr(render, "TEMPLATES", folder)
    desk.lay_pages("cv", "MY LIFE")

    assert "THE ROUTE" in read(desk.build().path, 1)
    assert "THE POST" in read(desk.build(post_code="berlin").path, 1)
    assert "THE ROUTE" in read(desk.build(post_code="../../etc").path, 1)
    assert render.templates_digest("CN-K", "berlin") != render.templates_digest("CN-K", "")


STEPS = ("preparing", "rendering", "joining", "stamping", "sealing")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_nothing_is_offered_and_the_next_build_is_whole(desk, workdir, step):
    desk.lay_sample("transcript.pdf", "Transcript", "成绩单", 3)
    here = desk.build()

    def kill(at):
        if at == step:
            children = subprocess.run(
                ["pgrep", "-P", str(builder._running.process.pid)], capture_output=True, text=True
            ).stdout.split()
            for child in children:
                with suppress(ProcessLookupError):  # it has answered and gone
                    os.kill(int(child), signal.SIGKILL)

    built = failed = None
    try:
        built = run_in_child(desk.inputs(), desk.sources, workdir, progress=kill)
    except PacketFailed as fault:
        failed = fault
    if built is not None:  # the steps after rendering are short: it had answered before it was killed
        assert step in STEPS[2:] and built.sha256 == here.sha256
    else:
        assert (failed.code, bool(failed.detail.zh)) == ("build_broken", True)

    again = workdir.parent / "again"
    again.mkdir()
    assert run_in_child(desk.inputs(), desk.sources, again).sha256 == here.sha256


def test_a_job_that_is_broken_off_does_not_answer_the_next_one(desk, workdir):
    desk.lay_pages("cv", "MY LIFE")
    here = desk.build()

    def break_off(step):
        raise RuntimeError(step)

    with pytest.raises(RuntimeError, match=STEPS[0]):
        run_in_child(desk.inputs(), desk.sources, workdir, progress=break_off)

    again = workdir.parent / "again"
    again.mkdir()
    assert run_in_child(desk.inputs(), desk.sources, again).sha256 == here.sha256


def test_where_the_warm_process_is_gone_another_takes_over(desk, workdir):
    desk.lay_pages("cv", "MY LIFE")
    here = desk.build()
    run_in_child(desk.inputs(), desk.sources, workdir)
    gone = builder._running.process
    gone.kill()
    gone.wait()

    started = time.monotonic()
    built = run_in_child(desk.inputs(), desk.sources, workdir)

    assert built.sha256 == here.sha256
    assert builder._running.process.pid != gone.pid and time.monotonic() - started < 60


def test_a_child_that_lies_about_what_it_built_is_not_believed(desk, workdir, monkeypatch):
    desk.lay_pages("cv", "MY LIFE")
    for lie in (
        {"volumes": [2], "matter": [{"front": 2, "back": 1}], "digests": [["0" * 64]], "warnings": []},
        {"volumes": [1], "matter": [], "digests": [["0" * 64]], "warnings": []},
        {"volumes": [1], "matter": [{"front": 2, "back": 1}], "digests": [["<script>"]], "warnings": []},
    ):
        monkeypatch.setattr(run, "run_job", lambda *args, lie=lie: {"built": lie, "peak_kib": 0})
        with pytest.raises(PacketFailed) as failed:
            run_in_child(desk.inputs(), desk.sources, workdir)
        assert failed.value.code == "build_broken"


def test_inputs_of_an_older_packet_are_still_read(desk):
    desk.lay_pages("cv", "MY LIFE")
    told = desk.inputs().to_json()
    for later in (
        "post_code",
        "unready",
        "left_out",
        "checklist",
        "names_differ",
        "most_pages",
        "most_bytes",
        "templates",
    ):
        del told[later]

    assert PacketInputs.from_json(told) == desk.inputs()
