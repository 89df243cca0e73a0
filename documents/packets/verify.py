"""Is this the file that was sealed, and if not, what differs: from the file and its manifest alone.

    python -m documents.packets.verify packet.pdf --manifest packet.json

Needs no settings and no database. Ends with 0 where the file is the one, 1 where it differs, 2 where it cannot tell.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from documents.packets.manifest import FORMAT, sha256_of
from documents.packets.text import Text, printable

SAME, DIFFERENT, UNKNOWN = 0, 1, 2
NAMED = 40  # findings of one kind, before they are only counted


class NotAManifest(Exception):
    def __init__(self, says: Text) -> None:
        super().__init__(says.en)
        self.says = says


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m documents.packets.verify", description=(__doc__ or "").split(":")[0]
    )
    parser.add_argument("file", type=Path, help="the packet, or one part of it")
    parser.add_argument("--manifest", type=Path, required=True, help="the JSON file that was handed out with it")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    asked = parser.parse_args(arguments)
    try:
        manifest = read_manifest(asked.manifest)
        found = list(differences(asked.file, manifest))
    except NotAManifest as fault:
        print(getattr(fault.says, asked.language), file=sys.stderr)
        return UNKNOWN
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return UNKNOWN
    print(getattr(_verdict(asked.file, manifest, not found), asked.language))
    for says in found:
        print("- " + getattr(says, asked.language))
    return DIFFERENT if found else SAME


def read_manifest(path: Path) -> dict[str, Any]:
    """A manifest that contradicts itself proves nothing, so it is refused."""
    try:
        manifest = json.loads(path.read_bytes())
        made = printable(str(manifest["format"]))
        if made != FORMAT:
            raise NotAManifest(
                Text(
                    f"This manifest is of the format {made}; this program reads {FORMAT}.",
                    f"该清单的格式为 {made}，本程序只能读取 {FORMAT}。",
                )
            )
        _check(manifest)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NotAManifest(
            Text(
                f"{path.name} is not a whole manifest of a packet. Take the JSON file as it was handed out.",
                f"{path.name} 不是完整的材料册清单。请使用原样交付的 JSON 文件。",
            )
        ) from fault
    return dict(manifest)


def _check(manifest: dict[str, Any]) -> None:
    pages, digests = int(manifest["pages"]), manifest["page_sha256"]
    int(manifest["size"]), str(manifest["case_reference"]), int(manifest["packet_number"])
    if len(manifest["sha256"]) != hashlib.sha256().digest_size * 2 or len(digests) != pages:
        raise ValueError
    after = int(manifest["front_pages"]) + 1
    for part in _parts(manifest):
        if part["first_page"] != after or part["last_page"] != after + part["pages"] - 1:
            raise ValueError
        str(part["file_name"]), str(part["requirement_name"]["en"]), str(part["requirement_name"]["zh"])
        after += part["pages"]
    if after + int(manifest["back_pages"]) - 1 != pages:
        raise ValueError


def differences(file: Path, manifest: dict[str, Any]) -> Iterator[Text]:
    digest, size = sha256_of(file), file.stat().st_size
    if digest == manifest["sha256"] and size == manifest["size"]:
        return
    yield Text(
        f"The SHA-256 of the file is {digest}; the manifest says {manifest['sha256']}.",
        f"文件的 SHA-256 为 {digest}；清单中为 {manifest['sha256']}。",
    )
    if size != manifest["size"]:
        yield Text(
            f"The file has {size:,} bytes; the manifest says {manifest['size']:,}.",
            f"文件大小为 {size:,} 字节；清单中为 {manifest['size']:,} 字节。",
        )
    yield from _by_page(file, manifest)


def _by_page(file: Path, manifest: dict[str, Any]) -> Iterator[Text]:
    import pikepdf

    from documents.packets.digests import page_digests

    try:
        with pikepdf.open(file) as pdf:
            found = list(page_digests(pdf))
    except Exception:  # a damaged file fails in more ways than its reader declares
        yield Text(
            "Its pages cannot be read: the file is damaged, cut off, locked or no PDF.",
            "无法读取页面：文件已损坏、被截断、加密或不是 PDF。",
        )
        return
    expected: list[str] = manifest["page_sha256"]
    if len(found) != len(expected):
        yield Text(
            f"The file has {len(found)} pages; the manifest says {len(expected)}.",
            f"文件共 {len(found)} 页；清单中为 {len(expected)} 页。",
        )
    if found == expected:
        yield Text(
            "Every page is as it was sealed. What differs is around the pages: bookmarks, links, title or structure.",
            "每一页都与封存时相同。不同之处在页面以外：书签、链接、标题或文件结构。",
        )
        return
    yield from _capped(_pages_that_differ(found, expected, manifest))


def _pages_that_differ(found: list[str], expected: list[str], manifest: dict[str, Any]) -> Iterator[Text]:
    """Each page carries its own number, so no two pages of a packet have one digest."""
    belongs = {digest: number for number, digest in enumerate(expected, start=1)}
    gone = {number for digest, number in belongs.items() if digest not in set(found)}
    changed = {n for n in gone if n <= len(found) and found[n - 1] not in belongs and len(found) == len(expected)}
    whole = set()
    for part in _parts(manifest):
        pages = set(range(part["first_page"], part["last_page"] + 1))
        if pages <= gone - changed:
            whole |= pages
            yield Text(
                f"Missing: the document {_name(part).en} ({_pages(part).en}).",
                f"缺少材料：{_name(part).zh}（{_pages(part).zh}）。",
            )
    for number in sorted(gone - whole):
        place = _place(number, manifest)
        if number in changed:
            yield Text(f"Page {number} was changed: {place.en}.", f"第 {number} 页已改动：{place.zh}。")
        else:
            yield Text(f"Page {number} is missing or changed: {place.en}.", f"第 {number} 页缺失或已改动：{place.zh}。")
    kept = [(position, belongs[digest]) for position, digest in enumerate(found, start=1) if digest in belongs]
    for (position, number), due in zip(kept, sorted(number for _, number in kept), strict=True):
        if number != due:
            place = _place(number, manifest)
            yield Text(
                f"Page {number} was moved: it now stands as page {position}, where page {due} belongs: {place.en}.",
                f"第 {number} 页被移动：现位于第 {position} 页，该处应为第 {due} 页：{place.zh}。",
            )
    for position, digest in enumerate(found, start=1):
        if digest not in belongs and position not in changed:
            yield Text(
                f"Page {position} of the file is not a page of this packet.", f"文件的第 {position} 页不属于本材料册。"
            )


def _capped(findings: Iterator[Text]) -> Iterator[Text]:
    rest = 0
    for number, says in enumerate(findings):
        if number < NAMED:
            yield says
        else:
            rest += 1
    if rest:
        yield Text(f"And {rest} more differences.", f"另有 {rest} 处不同。")


def _parts(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that stand in this file."""
    return [part for part in manifest["parts"] if part["volume"] == manifest["volume"]["number"]]


def _place(number: int, manifest: dict[str, Any]) -> Text:
    for part in _parts(manifest):
        if part["first_page"] <= number <= part["last_page"]:
            return _name(part)
    if number <= manifest["front_pages"]:
        return Text("cover, contents and registers", "封面、目录和清单")
    return Text("the printed manifest", "打印的封存清单")


def _name(part: dict[str, Any]) -> Text:
    file_name, name = printable(part["file_name"]), part["requirement_name"]
    return Text(
        f"{part['position']} {printable(name['en'])}, “{file_name}”",
        f"{part['position']} {printable(name['zh'])}，“{file_name}”",
    )


def _pages(part: dict[str, Any]) -> Text:
    first, last = part["first_page"], part["last_page"]
    if first == last:
        return Text(f"page {first}", f"第 {first} 页")
    return Text(f"pages {first} to {last}", f"第 {first} 至 {last} 页")


def _verdict(file: Path, manifest: dict[str, Any], is_same: bool) -> Text:
    name = printable(file.name)
    volume = manifest["volume"]
    reference, number = printable(str(manifest["case_reference"])), manifest["packet_number"]
    en, zh = f"packet {number} of {reference}", f"{reference} 的第 {number} 号材料册"
    if volume["of"] > 1:
        en, zh = (
            f"part {volume['number']} of {volume['of']}, {en}",
            f"{zh}（第 {volume['number']} 分册，共 {volume['of']} 册）",
        )
    if is_same:
        pages = manifest["pages"]
        return Text(
            f"SAME: {name} is {en}, unchanged, {pages} pages.", f"一致：{name} 即{zh}，未经改动，共 {pages} 页。"
        )
    return Text(f"DIFFERENT: {name} is not {en}, as it was sealed.", f"不一致：{name} 与封存时的{zh}不同。")


if __name__ == "__main__":
    sys.exit(main())
