"""From the accepted files to one file: every document prepared by itself, then joined from disk."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from documents.packets.errors import Blocker, PacketFailed, no_room
from documents.packets.forms import FormNotPrintable, flatten_form, has_form
from documents.packets.images import image_page
from documents.packets.inputs import IMAGE_KINDS, PacketDocument
from documents.packets.looking import LEGIBLE, Finding, pdf_findings, too_coarse
from documents.packets.plan import Matter, PacketPlan, Part
from documents.packets.preflight import named
from documents.packets.text import Text

if TYPE_CHECKING:
    from pikepdf import Pdf


@dataclass(frozen=True, slots=True)
class Prepared:
    """One PDF per document, ready to be joined; the document's own file where nothing had to be done."""

    paths: list[Path]
    warnings: tuple[Blocker, ...]


def prepare(plan: PacketPlan, sources: Mapping[str, Path], workdir: Path) -> Prepared:
    paths, warnings = [], []
    for part in plan.parts:
        path, findings = _prepared(part, sources, workdir)
        paths.append(path)
        warnings += [Blocker(code, part.document.document_id, named(part.document, what)) for code, what in findings]
    return Prepared(paths, tuple(warnings))


def joined(paths: Sequence[Path]) -> "Pdf":
    """The packet in order, pages untouched, not yet written: its streams stay where they lie until they are."""
    import pikepdf

    # qpdf's own job streams from disk; extending a Pdf page by page holds every page in memory.
    files = [argument for path in paths for argument in (str(path.resolve()), "1-z")]
    # Beyond 200 files qpdf opens and closes each of them for every object it reads, unless told to keep them open.
    options = ["--remove-unreferenced-resources=no", "--keep-files-open=y"]
    return pikepdf.Job(["qpdf", *options, "--empty", "--pages", *files, "--", os.devnull]).create_pdf()


def _prepared(part: Part, sources: Mapping[str, Path], workdir: Path) -> tuple[Path, list[Finding]]:
    document = part.document
    source = sources[document.document_id]
    target = workdir / f"part-{part.position:04d}.pdf"
    if document.kind in IMAGE_KINDS and not document.working_sha256:
        with _blamed(document):
            resolution = image_page(source, target)
        return target, [too_coarse(resolution)] if resolution < LEGIBLE and document.is_read else []
    return _prepared_pdf(part, source, target)


def _prepared_pdf(part: Part, source: Path, target: Path) -> tuple[Path, list[Finding]]:
    import pikepdf

    with _blamed(part.document), pikepdf.open(source) as pdf:
        if len(pdf.pages) != part.pages:
            raise _page_count_changed(part.document, part.pages, len(pdf.pages))
        if _hides_layers(pdf):
            raise _failure(
                part.document,
                "hidden_layers",
                Text(
                    "has layers that are switched off and would come into view. Ask for a copy printed to a new PDF.",
                    "含有已关闭的图层，合并后会显示出来。请让对方重新打印为 PDF 后再提交。",
                ),
            )
        findings = list(pdf_findings(pdf)) if part.document.is_read else []
        if not has_form(pdf):
            return source, findings
        flatten_form(pdf, source, target)
    with pikepdf.open(target) as flat:
        if len(flat.pages) != part.pages:
            raise _page_count_changed(part.document, part.pages, len(flat.pages))
    return target, findings


def _hides_layers(pdf: "Pdf") -> bool:
    """The switches stand in the document's catalogue, which does not survive joining."""
    properties = pdf.Root.get("/OCProperties")
    if properties is None:
        return False
    default = properties.get("/D")
    return default is not None and (len(default.get("/OFF", [])) > 0 or default.get("/BaseState", "/ON") == "/OFF")


@contextmanager
def _blamed(document: PacketDocument) -> Iterator[None]:
    """Whatever a file does to its reader, the person is told which file it was."""
    import pikepdf

    try:
        yield
    except pikepdf.PasswordError as error:
        raise _failure(
            document,
            "document_locked",
            Text("is protected by a password. Ask for a copy without one.", "设有密码保护。请让对方提交未加密的副本。"),
        ) from error
    except FormNotPrintable as error:
        raise _failure(
            document,
            "form_not_printable",
            Text(
                "is a form with entries that cannot be drawn here. Open it, print it to a new PDF and upload that.",
                "是一份表单，其中有无法在此显示的填写内容。请打开后重新打印为 PDF，再上传。",
            ),
        ) from error
    except (PacketFailed, MemoryError):
        raise
    except Exception as error:  # the readers of three formats fail in more ways than they declare
        if no_room(error):
            raise
        raise _failure(
            document,
            "document_damaged",
            Text("cannot be read to the end. Ask for it once more.", "文件损坏，无法完整读取。请让对方重新提交。"),
        ) from error


def _page_count_changed(document: PacketDocument, expected: int, found: int) -> PacketFailed:
    return _failure(
        document,
        "page_count_changed",
        Text(
            f"was accepted with {expected} pages and now gives {found}. "
            "Have the file checked again, then build the packet anew.",
            f"审核通过时为 {expected} 页，现为 {found} 页。请重新检查该文件，再重新生成材料册。",
        ),
    )


def _failure(document: PacketDocument, code: str, what: Text) -> PacketFailed:
    return PacketFailed(code, named(document, what), document.document_id)


def check_joined(pdf: "Pdf", plan: PacketPlan, matter: Matter, volume: int) -> None:
    """The join itself may not lose a page either."""
    found, counted = len(pdf.pages), plan.total(matter, volume)
    if found != counted:
        raise PacketFailed(
            "page_count_changed",
            Text(
                f"The joined packet has {found} pages where {counted} were counted. Report this to the administrator.",
                f"合并后的材料册共 {found} 页，而应为 {counted} 页。请将此情况告知管理员。",
            ),
        )
