"""What keeps a packet from being built, and what somebody should look at first: each names the file and the cure."""

from collections.abc import Iterator

from documents.packets.errors import Blocker
from documents.packets.inputs import IMAGE_KINDS, KINDS, PacketDocument, PacketInputs
from documents.packets.text import Text, day, printable

MOST_PAGES_OF_ALL = 10_000


def stops(inputs: PacketInputs) -> Iterator[Blocker]:
    yield from _without_documents(inputs)
    for unready in inputs.unready:
        name, file_name = unready.requirement_name.printable(), printable(unready.file_name)
        yield Blocker(
            "not_accepted",
            unready.document_id,
            Text(
                f"“{file_name}” ({name.en}, version {unready.version}) is not accepted: {unready.says.en}. "
                "Check it, or leave it out with a reason.",
                f"“{file_name}”（{name.zh}，第 {unready.version} 版）尚未审核通过：{unready.says.zh}。"
                "请审核，或注明理由后不予收录。",
            ),
        )
    seen: set[str] = set()
    codes = {document.requirement_code for document in inputs.documents}
    for document in inputs.documents:
        if document.document_id in seen:
            yield _stop(
                document,
                "document_twice",
                Text("is listed twice. Keep it under one requirement.", "被重复列入。请只在一项要求下保留。"),
            )
        seen.add(document.document_id)
        yield from _of_the_file(document)
        yield from _of_the_case(document, inputs, codes)
    total = sum(document.pages or 0 for document in inputs.documents)
    if total > MOST_PAGES_OF_ALL:
        yield Blocker(
            "too_many_pages",
            None,
            Text(
                f"The documents have {total} pages together, more than the {MOST_PAGES_OF_ALL} a packet may have. "
                "Leave some out.",
                f"全部材料共 {total} 页，超过材料册上限 {MOST_PAGES_OF_ALL} 页。请减少收录的材料。",
            ),
        )


def warnings(inputs: PacketInputs) -> Iterator[Blocker]:
    """What stops nothing and is seen before the packet is sealed."""
    if inputs.names_differ:
        yield Blocker(
            "names_differ",
            None,
            Text(
                "The case says that the candidate's name is not the same on every document. "
                "Compare the list of names and add what explains the difference.",
                "案件中注明申请人姓名在各材料上不一致。请核对姓名一览，并附上说明差异的材料。",
            ),
        )
    printed = [document for document in inputs.documents if document.printed_name]
    usual = printable(inputs.candidate_name)
    for document in printed:
        if _letters(document.printed_name) not in (_letters(usual), _letters(inputs.candidate_chinese_name)):
            shown = printable(document.printed_name)
            yield _stop(
                document,
                "name_mismatch",
                Text(
                    f"bears the name {shown}; the case has {usual}. Make sure that a document explains why.",
                    f"上的姓名为 {shown}，案件中为 {usual}。请确认有材料说明差异原因。",
                ),
            )
    for line in inputs.checklist:
        if line.in_packet and line.is_open:
            name = line.name.printable()
            yield Blocker(
                "still_open",
                None,
                Text(
                    f"“{name.en}” is asked for and not in the packet: {line.says.en}. Settle it, or go on without it.",
                    f"“{name.zh}”为必需材料，但未收入材料册：{line.says.zh}。请先处理，或确认无需收录。",
                ),
            )


def _without_documents(inputs: PacketInputs) -> Iterator[Blocker]:
    if inputs.documents:
        return
    yield Blocker(
        "nothing_accepted",
        None,
        Text(
            "No document of this case has been accepted yet. Accept at least one, then build the packet.",
            "该案件尚无审核通过的材料。请先审核通过至少一份材料，再生成材料册。",
        ),
    )


def _of_the_file(document: PacketDocument) -> Iterator[Blocker]:
    if document.kind not in KINDS and not document.working_sha256:
        yield _stop(
            document,
            "kind_unknown",
            Text(
                "is neither a PDF nor a JPEG or PNG image. Ask for it as a PDF.",
                "不是 PDF，也不是 JPEG 或 PNG 图片。请让对方改交 PDF。",
            ),
        )
    elif document.pages is None:
        yield _stop(
            document,
            "pages_missing",
            Text("has pages nobody counted. Have the file checked again.", "的页数尚未清点。请重新检查该文件。"),
        )
    elif document.pages < 1:
        yield _stop(
            document, "no_pages", Text("has no pages. Ask for it once more.", "没有任何页面。请让对方重新提交。")
        )
    elif document.kind in IMAGE_KINDS and document.pages != 1 and not document.working_sha256:
        yield _stop(
            document,
            "pages_wrong",
            Text(
                f"is an image and is recorded with {document.pages} pages. Have the file checked again.",
                f"是图片，却记录为 {document.pages} 页。请重新检查该文件。",
            ),
        )


def _of_the_case(document: PacketDocument, inputs: PacketInputs, codes: set[str]) -> Iterator[Blocker]:
    hand_in = inputs.planned_hand_in
    if hand_in is not None and document.valid_until is not None and document.valid_until < hand_in:
        lapses, planned = day(document.valid_until), day(hand_in)
        yield _stop(
            document,
            "lapsed",
            Text(
                f"is good until {lapses.en} and the hand-in is planned for {planned.en}. "
                "Ask for a newer one, or plan an earlier hand-in.",
                f"有效期至 {lapses.zh}，而计划递交日期为 {planned.zh}。请让对方提交新的材料，或提前递交。",
            ),
        )
    if document.translated_under and document.translated_under not in codes:
        yield _stop(
            document,
            "translation_missing",
            Text(
                "needs a translation, and none is accepted. Ask for it, or waive it with a reason.",
                "需要译文，但尚无审核通过的译文。请让对方提交译文，或注明理由予以豁免。",
            ),
        )
    joined_size = document.working_size or document.size
    if inputs.most_bytes is not None and joined_size > inputs.most_bytes:
        size, most = f"{joined_size / 1e6:.1f}", f"{inputs.most_bytes / 1e6:.1f}"
        yield _stop(
            document,
            "over_size_limit",
            Text(
                f"alone has {size} MB, more than the {most} MB one file may have. "
                "Ask for a smaller scan, or raise the limit.",
                f"单个文件为 {size} MB，超过每册上限 {most} MB。请让对方提交较小的扫描件，或提高上限。",
            ),
        )
    if inputs.most_pages is not None and (document.pages or 0) > inputs.most_pages:
        yield _stop(
            document,
            "over_page_limit",
            Text(
                f"alone has {document.pages} pages, more than the {inputs.most_pages} one file may have. "
                "Ask for it in several documents, or raise the limit.",
                f"单个文件为 {document.pages} 页，超过每册上限 {inputs.most_pages} 页。"
                "请让对方分成多份提交，或提高上限。",
            ),
        )


def _stop(document: PacketDocument, code: str, what: Text) -> Blocker:
    return Blocker(code, document.document_id, named(document, what))


def named(document: PacketDocument, what: Text) -> Text:
    """A sentence that begins with the file it is about."""
    name, file_name = document.requirement_name.printable(), printable(document.file_name)
    return Text(f"“{file_name}” ({name.en}) {what.en}", f"“{file_name}”（{name.zh}）{what.zh}")


def _letters(name: str) -> list[str]:
    """Order, case and punctuation of a name differ from paper to paper without meaning anything."""
    kept = "".join(character if character.isalnum() else " " for character in printable(name).casefold())
    return sorted(kept.split())
