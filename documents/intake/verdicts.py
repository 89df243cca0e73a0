"""What is said about an uploaded file: one verdict, and for a refusal the cure in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["pdf", "jpeg", "png", "heic", "tiff", "webp"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_BYTES = 25 * 1024 * 1024
MAX_PAGES = 500
MAX_PIXELS = 100_000_000


@dataclass(frozen=True, slots=True)
class Text:
    en: str
    zh: str

    def filled(self, values: Mapping[str, Text]) -> Text:
        return Text(
            en=self.en.format_map({name: value.en for name, value in values.items()}),
            zh=self.zh.format_map({name: value.zh for name, value in values.items()}),
        )

    @classmethod
    def listing(cls, texts: list[Text]) -> Text:
        return cls(en=", ".join(text.en for text in texts), zh="、".join(text.zh for text in texts))

    @classmethod
    def same(cls, value: object) -> Text:
        return cls(en=str(value), zh=str(value))


@dataclass(frozen=True, slots=True)
class Refusal:
    status: Literal[413, 415, 422]
    detail: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """`walls` names the limits that stood while the file was open; it is empty when nothing had to be opened."""

    ok: bool
    size: int
    kind: Kind | None = None
    pages: int = 0
    width: int | None = None
    height: int | None = None
    encrypted: bool = False
    removes: tuple[str, ...] = ()  # what of ACTIVE_CONTENT the working copy will be without
    code: str | None = None
    detail: Text | None = None
    walls: tuple[str, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status this verdict stands for."""
        return 201 if self.code is None else REFUSALS[self.code].status


def refusal(
    code: str,
    *,
    size: int,
    kind: Kind | None = None,
    values: Mapping[str, Text] | None = None,
    walls: tuple[str, ...] = (),
    evidence: Mapping[str, object] | None = None,
) -> Verdict:
    detail = REFUSALS[code].detail.filled({**LIMIT_WORDS, **(values or {})})
    return Verdict(ok=False, size=size, kind=kind, code=code, detail=detail, walls=walls, evidence=dict(evidence or {}))


LIMIT_WORDS: Mapping[str, Text] = {
    "megabytes": Text.same(MAX_BYTES // (1024 * 1024)),
    "pages": Text.same(MAX_PAGES),
    "pixels": Text(en=f"{MAX_PIXELS // 1_000_000} megapixels", zh=f"{MAX_PIXELS / 100_000_000:g} 亿像素"),
}

REFUSALS: Mapping[str, Refusal] = {
    "file_empty": Refusal(
        422,
        Text(
            "This file is empty. Choose it again, or scan the paper once more.",
            "这个文件是空的。请重新选择文件，或重新扫描后再上传。",
        ),
    ),
    "too_large": Refusal(
        413,
        Text(
            "This file is larger than {megabytes} MB. Scan it again at a lower resolution (300 dpi is enough), "
            "or save it as a smaller PDF.",
            "文件超过 {megabytes} MB。请降低分辨率重新扫描（300 dpi 即可），或另存为较小的 PDF 后再上传。",
        ),
    ),
    "office_file": Refusal(
        415,
        Text(
            "This is an Office file. Open it, save it as PDF, and upload the PDF.",
            "这是 Office 文件。请打开后另存为 PDF，再上传该 PDF。",
        ),
    ),
    "archive_file": Refusal(
        415,
        Text(
            "This is an archive. Unpack it and upload the papers one by one, as PDF or JPEG.",
            "这是压缩包。请先解压，再将其中的文件逐个以 PDF 或 JPEG 格式上传。",
        ),
    ),
    "heic_not_accepted": Refusal(
        415,
        Text(
            "This is a HEIC photo, the format iPhones use, and it cannot be read here. Save it as PDF or JPEG and "
            "upload that copy.",
            "这是 HEIC 格式的照片（iPhone 的默认格式），本系统目前无法读取。请另存为 PDF 或 JPEG 后再上传。",
        ),
    ),
    "image_type_not_accepted": Refusal(
        415,
        Text(
            "Images of the type {type} are not accepted. Save it as PDF or JPEG and upload that copy.",
            "不接受 {type} 格式的图片。请另存为 PDF 或 JPEG 后再上传。",
        ),
    ),
    "web_page": Refusal(
        415,
        Text(
            "This is a web page or a drawing (HTML, SVG or XML). Open it where it came from, print it to PDF, "
            "and upload the PDF.",
            "这是网页或矢量图（HTML、SVG 或 XML）。请在原来的页面或软件中打开，打印为 PDF 后再上传。",
        ),
    ),
    "program_file": Refusal(
        415,
        Text(
            "This is a program, not a document. Upload the document itself, as PDF or JPEG. "
            "If you did not expect a program, do not open this file.",
            "这是程序，不是文档。请上传文档本身（PDF 或 JPEG 格式）。如果您不知道它为何是程序，请不要打开它。",
        ),
    ),
    "name_and_content_differ": Refusal(
        415,
        Text(
            "The name says {type}, but the content is something else. A new name does not change a file: open the "
            "original, save it as PDF or JPEG, and upload that copy.",
            "文件名显示为 {type}，但内容并非如此。改名不会改变文件格式：请打开原文件，另存为 PDF 或 JPEG 后再上传。",
        ),
    ),
    "type_not_accepted": Refusal(
        415,
        Text(
            "Only PDF files and pictures (JPEG, PNG, HEIC, TIFF, WebP) are accepted. Save this one as PDF or JPEG and "
            "upload that copy.",
            "仅接受 PDF 文件和图片（JPEG、PNG、HEIC、TIFF、WebP）。请将此文件另存为 PDF 或 JPEG 后再上传。",
        ),
    ),
    "pdf_encrypted": Refusal(
        422,
        Text(
            "This PDF opens only with a password. Open it with the password, print it to a new PDF without one, "
            "and upload that copy.",
            "这个 PDF 需要密码才能打开。请输入密码打开后，打印为不带密码的新 PDF，再上传。",
        ),
    ),
    "pdf_damaged": Refusal(
        422,
        Text(
            "This PDF is damaged or incomplete. Download or scan it again. If you can still open it, print it to a "
            "new PDF and check that every page is there.",
            "这个 PDF 已损坏或不完整。请重新下载或扫描；如果仍能打开，请打印为新的 PDF，确认页面齐全后再上传。",
        ),
    ),
    "pdf_no_pages": Refusal(
        422,
        Text(
            "This PDF has no pages. Save the document as PDF again and upload the new copy.",
            "这个 PDF 没有任何页面。请将文档重新另存为 PDF 后再上传。",
        ),
    ),
    "pdf_too_complex": Refusal(
        422,
        Text(
            "This PDF unpacks to far more than a document needs. Print it to a new PDF, or scan the paper, "
            "and upload that copy.",
            "这个 PDF 展开后的数据量远超正常文档。请打印为新的 PDF，或扫描纸质文件后再上传。",
        ),
    ),
    "pdf_carries_other_data": Refusal(
        422,
        Text(
            "This PDF is joined with data that does not belong to it. Open it, print it to a new PDF, "
            "and upload that copy.",
            "这个 PDF 夹带了不属于它的数据。请打开后打印为新的 PDF，再上传。",
        ),
    ),
    "active_content": Refusal(
        422,
        Text(
            "This PDF contains more than pages: {found}. Print it to a new PDF and upload that copy.",
            "这个 PDF 除页面外还含有：{found}。请打印为新的 PDF 后再上传。",
        ),
    ),
    "too_many_pages": Refusal(
        422,
        Text(
            "This file has more than {pages} pages. Keep only the pages that are asked for, and upload that copy.",
            "这个文件超过 {pages} 页。请只保留所要求的页面后再上传。",
        ),
    ),
    "too_many_pixels": Refusal(
        422,
        Text(
            "An image in this file is larger than {pixels}. Scan it again at 300 dpi, or save a smaller copy.",
            "文件中的图片超过 {pixels}。请以 300 dpi 重新扫描，或另存为较小的图片后再上传。",
        ),
    ),
    "image_damaged": Refusal(
        422,
        Text(
            "This image is damaged or incomplete. Scan or photograph the paper again, or copy the original file "
            "once more.",
            "这张图片已损坏或不完整。请重新扫描或拍摄，或重新复制原文件后再上传。",
        ),
    ),
    "image_carries_other_data": Refusal(
        422,
        Text(
            "Another file is hidden in this image. Open the image, save a new copy as JPEG, and upload that copy.",
            "这张图片中夹带了其他文件。请打开图片，另存为新的 JPEG 后再上传。",
        ),
    ),
    "form_not_printable": Refusal(
        422,
        Text(
            "This PDF is a form with entries that cannot be drawn here. Open it, print it to a new PDF, and upload "
            "that copy.",
            "这个 PDF 是表单，其中有无法在此显示的填写内容。请打开后打印为新的 PDF，再上传。",
        ),
    ),
    "not_made_safe": Refusal(
        422,
        Text(
            "No safe copy of this file could be made. Print it to a new PDF, or scan or photograph the paper, and "
            "upload that copy.",
            "无法为这个文件生成安全副本。请打印为新的 PDF，或重新扫描、拍摄纸质文件后再上传。",
        ),
    ),
    "unreadable_safely": Refusal(
        422,
        Text(
            "This file could not be read within the safety limits. Try once more; if it fails again, print it to a "
            "new PDF, or scan or photograph the paper.",
            "在安全限制内无法读取这个文件。请再试一次；如仍失败，请打印为新的 PDF，或重新扫描、拍摄纸质文件后再上传。",
        ),
    ),
}

# What `active_content` found, in the words of its message.
ACTIVE_CONTENT: Mapping[str, Text] = {
    "javascript": Text("a script", "脚本"),
    "launch": Text("a command that starts a program", "启动程序的指令"),
    "automatic_action": Text("an action that runs by itself", "自动执行的动作"),
    "embedded_file": Text("an attached file", "附件"),
    "embedded_program": Text("an attached program", "附带的程序"),
    "portfolio": Text("a folder of files (PDF portfolio)", "文件夹（PDF 文件包）"),
    "multimedia": Text("sound, film or 3D", "音频、视频或 3D 内容"),
    "xfa_form": Text("the second layer of a form (XFA)", "表单的第二层数据（XFA）"),
    "dynamic_form": Text(
        "a dynamic form (XFA), whose pages only its own program can draw", "动态表单（XFA），只有专用软件才能显示其页面"
    ),
    "sends_data": Text("a button that sends or loads data", "发送或载入数据的按钮"),
    "outside_file": Text("a reference to another file", "对其他文件的引用"),
    "outside_page": Text("a page or picture that lies in another file", "存放在其他文件中的页面或图片"),
}

# What no copy can be made without: a command, or the document itself, which lies elsewhere than on its pages.
REFUSED_CONTENT = frozenset({"launch", "portfolio", "embedded_program", "outside_page", "dynamic_form"})
