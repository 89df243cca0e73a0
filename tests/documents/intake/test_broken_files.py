"""Files broken at random: whatever they do to their readers, there is a verdict, and what is kept is only pages."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Name

from documents.intake import sniff
from documents.intake.convert import converted, drawn
from documents.intake.corpus import main, rows_of, table, try_folder
from documents.intake.derivative import more_than_pages
from documents.intake.inspect import inspect_file
from documents.intake.sandbox import TimeLeft
from documents.intake.verdicts import KINDS, REFUSALS
from documents.intake.walls import Limits
from tests.documents.intake import made_files

SHORT = Limits(cpu_seconds=4, wall_seconds=15.0)
WHOLE: Mapping[str, Callable[[], bytes]] = {
    "pdf": lambda: made_files.pdf_with_field("Utopia"),
    "scan": lambda: made_files.pdf_with_image(made_files.image("JPEG"), 64, 48, Name.DCTDecode),
    "jpeg": lambda: made_files.image("JPEG", progressive=True),
    "png": lambda: made_files.image("PNG"),
    "tiff": lambda: made_files.image("TIFF", compression="tiff_lzw"),
    "webp": lambda: made_files.image("WEBP"),
    "heic": lambda: (made_files.SAMPLES / "passport-data-page.heic").read_bytes(),
}

Change = tuple[str, float, bytes]
changes = st.lists(
    st.tuples(
        st.sampled_from(["write", "insert", "cut", "repeat"]), st.floats(0, 0.999), st.binary(min_size=1, max_size=24)
    ),
    min_size=1,
    max_size=6,
)


def broken(data: bytes, how: list[Change]) -> bytes:
    for act, where, piece in how:
        at = int(where * len(data))
        if act == "write":
            data = data[:at] + piece + data[at + len(piece) :]
        elif act == "insert":
            data = data[:at] + piece + data[at:]
        elif act == "cut":
            data = data[:at] + data[at + len(piece) ** 2 :]
        else:
            data = data[:at] + data[max(0, at - len(piece) * 20) :]
    return data


# Each example starts up to four processes, so the run is short; RELO_EXAMPLES makes it as long as one likes.
@pytest.mark.parametrize("kind", WHOLE)
@settings(
    max_examples=int(os.environ.get("RELO_EXAMPLES", "12")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(how=changes)
def test_a_broken_file_always_has_a_verdict(kind: str, how: list[Change]) -> None:
    source = io.BytesIO(broken(WHOLE[kind](), how))

    verdict = inspect_file(source, f"upload.{kind}", limits=SHORT)

    assert verdict.ok or verdict.code in REFUSALS
    if not verdict.ok:
        return
    with converted(source, verdict, TimeLeft(SHORT)) as conversion, TemporaryDirectory() as folder:
        if conversion.copy is None:
            assert conversion.ran_out or (conversion.refused is not None and conversion.refused.code in REFUSALS)
            return
        drawing = drawn(conversion.copy, [(1, 200)], SHORT)
        assert drawing is None or len(drawing.pictures) in (0, 1)
        conversion.copy.seek(0)
        (Path(folder) / "copy.pdf").write_bytes(conversion.copy.read())
        assert list(more_than_pages(Path(folder) / "copy.pdf", Path(folder))) == []


@settings(max_examples=400, deadline=None)
@given(head=st.binary(max_size=200), name=st.text(max_size=60))
def test_any_beginning_and_any_name_are_of_a_known_type_or_refused(head: bytes, name: str) -> None:
    found = sniff.sniff(head, name)

    assert (found.kind in KINDS) != (found.code in REFUSALS)


def folder_of(folder: Path, rows: list[str], **files: bytes) -> Path:
    (folder / "files").mkdir()
    for name, data in files.items():
        (folder / "files" / name.replace("_", ".")).write_bytes(data)
    (folder / "index.tsv").write_text("file\tclass\texpected\ttolerated\twhy\n" + "\n".join(rows))
    return folder


def test_a_corpus_is_tried_against_what_its_index_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "a.pdf\tvalid-pdf\taccept\t\t",
        "b.pdf\tbroken\treject\taccept-after-normalise\t",
        '"c.pdf"\tname\taccept\t\t',
    ]
    files = {"a_pdf": made_files.pdf(), "b_pdf": b"%PDF-1.7 half", "c_pdf": made_files.pdf_with_attachment()}

    assert main([str(folder_of(tmp_path, rows, **files))]) == 0

    said = capsys.readouterr().out
    assert said.count("ok  ") == 3 and "3 files, 0 missed; p95" in said


def test_a_miss_of_the_corpus_is_told_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["a.pdf\tactive\treject\t\t", "b.pdf\tvalid-pdf\taccept\treject\t"]
    folder = folder_of(tmp_path, rows, a_pdf=made_files.pdf(), b_pdf=b"%PDF-1.7 half")

    assert main([str(folder)]) == 1

    assert capsys.readouterr().out.count("MISS") == 2
    assert main([]) == main([str(tmp_path / "no such folder")]) == 2


def test_a_copy_that_is_more_than_pages_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path, ["a.pdf\tvalid-pdf\taccept\t\t"], a_pdf=made_files.pdf())
    monkeypatch.setattr("documents.intake.corpus.more_than_pages", lambda *_: ["holds /JS"])

    results = try_folder(folder)

    assert not results[0].is_right and "holds /JS" in "".join(table(results))


def test_without_an_index_every_file_must_be_accepted(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(made_files.pdf())
    (tmp_path / "README.md").write_text("about them")

    assert [(row.name, row.right) for row in rows_of(tmp_path)] == [("a.pdf", frozenset({"accept"}))]
